//! `switchboard connect --app-manifest`: what an app has to be registered with.

use serde_json::{Value, json};
use switchboard_app::connect::{self, AppRegistration, Redirect, StyleScopes};
use switchboard_app::manifest::scopes::{Level, Style, Wanted};

use super::request;
use crate::app::App;
use crate::args::{Connect, Method};
use crate::output;
use crate::present::access::left_out;
use switchboard_app::AppError;

/// Prints it.
pub async fn print(app: &App, connect: &Connect) -> Result<(), AppError> {
    let connector = app.connector().await?;
    // Nobody signs in to an app of the account itself: its tokens come without a browser.
    let redirect = match request::method(connect) {
        Method::S2s => Redirect::None,
        _ => Redirect::ToBrowser(request::sign_in(connect)),
    };
    let cloud = request::cloud(connect);
    let registration = connect::registration(connector.manifest(), &cloud, &request::access(connect), &redirect)?;
    if app.global.json {
        return output::json(&to_json(&registration, &cloud.profile));
    }
    lines(&registration, connect.style.map(request::style)).iter().try_for_each(|line| output::line(line))
}

fn to_json(registration: &AppRegistration, profile: &str) -> Value {
    let AppRegistration { name, cloud, service, redirect, scopes, events, scope_help, .. } = registration;
    let by = |style: Style, level: Level, field: &dyn Fn(&StyleScopes) -> Value| {
        scopes.iter().find(|one| one.style == style && one.level == level).map(field)
    };
    let table = |field: &dyn Fn(&StyleScopes) -> Value| {
        json!({
            "granular": { "user": by(Style::Granular, Level::User, field), "account": by(Style::Granular, Level::Account, field) },
            "classic": { "user": by(Style::Classic, Level::User, field), "account": by(Style::Classic, Level::Account, field) },
        })
    };
    json!({
        "name": name, "profile": profile, "cloud": cloud, "api_base": service.api_base, "oauth_base": service.oauth_base,
        "hosts": { "calls": service.api_hosts, "downloads": service.download_hosts, "token": service.credential_hosts },
        "redirect_url": redirect, "allow_list": redirect.as_slice(), "strict_mode": redirect.is_some(),
        "left_out": table(&|scopes| json!(scopes.left_out)), "scopes": table(&|scopes| json!(scopes.scopes)),
        "events": events, "scope_help": scope_help,
    })
}

fn lines(registration: &AppRegistration, only: Option<Style>) -> Vec<String> {
    let AppRegistration { name, cloud, service, redirect, level, scopes, events, scope_help } = registration;
    let mut lines = vec![
        format!("Name              {name}"),
        format!("Cloud             {cloud}: calls {}, sign-in {}", service.api_base, service.oauth_base),
    ];
    lines.extend(redirect.iter().map(|redirect| {
        format!("Redirect address  {redirect}   (exactly; also in the allow list, with Strict Mode on)")
    }));
    let shown = |scopes: &&StyleScopes| scopes.level == *level && only.is_none_or(|only| only == scopes.style);
    for StyleScopes { style, scopes, left_out: closed, .. } in scopes.iter().filter(shown) {
        lines.push(format!("Scopes, {} (an app has one kind, never both):", style.as_str()));
        lines.extend(scopes.iter().map(|Wanted { scope, why }| format!("  {scope:52} {}", why.join(", "))));
        lines.extend(left_out(closed, *style).iter().map(|line| format!("  ! {line}")));
    }
    lines.push(format!("About scopes      {scope_help}"));
    lines.push(format!("Events            {}", events.join(" ")));
    lines
}
