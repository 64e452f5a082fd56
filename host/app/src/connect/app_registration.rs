//! What an app has to be registered with at the service.

use switchboard_connections::{Method, Service};
use switchboard_manifest::Manifest;
use switchboard_manifest::scopes::{Lacking, Level, Style, Wanted};

use super::access::Access;
use super::redirect_of;
use super::request::{AccessRequest, SignInRequest};
use crate::{AppError, Cloud, service};

/// What an app has to be registered with.
#[derive(Debug)]
pub struct AppRegistration {
    /// Name of the app.
    pub name: String,
    /// Title of the cloud.
    pub cloud: String,
    /// The addresses and hosts of the cloud.
    pub service: Service,
    /// The redirect address. None where nobody signs in by a browser.
    pub redirect: Option<String>,
    /// Whose data the app is for.
    pub level: Level,
    /// The scopes, for each kind of scopes and each level.
    pub scopes: Vec<StyleScopes>,
    /// The events that the app subscribes to.
    pub events: Vec<String>,
    /// Where the service explains its scopes.
    pub scope_help: String,
}

/// The scopes of an app of one kind, at one level.
#[derive(Debug)]
pub struct StyleScopes {
    /// The kind of scopes.
    pub style: Style,
    /// Whose data they open.
    pub level: Level,
    /// The scopes, with what each is for.
    pub scopes: Vec<Wanted>,
    /// The activities that they do not open.
    pub left_out: Vec<Lacking>,
}

/// Who signs in through the app that is registered.
#[derive(Debug)]
pub enum Redirect {
    /// A person, with a browser.
    ToBrowser(SignInRequest),
    /// Nobody: the tokens of an account's own app come without a browser.
    None,
}

/// What an app has to be registered with for this access.
pub fn registration(
    manifest: &Manifest,
    cloud: &Cloud,
    access: &AccessRequest,
    redirect: &Redirect,
) -> Result<AppRegistration, AppError> {
    let (method, redirect) = match redirect {
        Redirect::ToBrowser(sign_in) => (Method::Byo, Some(redirect_of(sign_in)?)),
        Redirect::None => (Method::ServerToServer, None),
    };
    let access = Access::of(manifest, access, method)?;
    let (api_base, oauth_base) = (cloud.api_base.as_deref(), cloud.oauth_base.as_deref());
    let service = service::service(manifest, &cloud.profile, api_base, oauth_base)?;
    let of = |style, level| StyleScopes {
        style,
        level,
        scopes: manifest.scopes_for(&access.activities, style, level),
        left_out: manifest.left_out(&access.activities, style, level),
    };
    let styles = [Style::Granular, Style::Classic];
    let scopes = styles.into_iter().flat_map(|style| [of(style, Level::User), of(style, Level::Account)]);
    Ok(AppRegistration {
        name: format!("Switchboard for {}", manifest.title),
        cloud: manifest.auth.profiles.get(&cloud.profile).map_or_else(String::new, |profile| profile.title.clone()),
        service,
        redirect,
        level: access.level,
        scopes: scopes.collect(),
        events: manifest.app.events.clone(),
        scope_help: manifest.app.scope_help.clone(),
    })
}
