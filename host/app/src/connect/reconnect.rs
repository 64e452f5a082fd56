//! Signing in again to a connection: the same user, for the same; label, id and what depends on it stay.

use std::collections::BTreeSet;

use serde_json::json;
use switchboard_connections::{
    Admission, AdmissionRules, App as ClientApp, Connection, ConnectionStep as Step, Connections, Grant, Loopback,
    Method, Owner, ReplacedConnection, RequestedAccess, SecretString, Service, SessionRequest,
};
use switchboard_manifest::Manifest;
use switchboard_manifest::scopes::Style;
use switchboard_runtime::{Connector, Identity};

use super::access::{AccessPlan, AskedScopes, level_of, purposes};
use super::attempt::Attempt;
use super::link::{Addresses, Offer, by_link};
use super::redirect_of;
use super::request::{SecretInput, SignInChannel, SignInRequest};
use super::sign_in::SignIn;
use crate::activities::choose;
use crate::connection_step::message_of_step;
use crate::identity::{identify, identity_of};
use crate::remedy::{Facts, explain};
use crate::{App, AppError, NextStep, OriginalRequest, message};

/// A connection to sign in to again.
#[derive(Debug)]
pub struct ReconnectRequest {
    /// Label of the connection.
    pub label: String,
    /// How the person signs in. None: as before.
    pub channel: Option<SignInChannel>,
    /// The port of the redirect address. None: as before.
    pub port: Option<u16>,
    /// What the connection is for from now on.
    pub access: AccessChange,
    /// A new secret of the same app.
    pub client_secret: Option<SecretInput>,
    /// A new token in place of one that was got elsewhere.
    pub token: Option<SecretInput>,
    /// Whether another connection of the same user through the same app ends.
    pub replace: bool,
    /// The request in the words of the surface, to be given once more where it fails.
    pub original: Option<OriginalRequest>,
}

/// What a connection is for, once it is signed in to again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AccessChange {
    /// The same as before.
    #[default]
    Same,
    /// These activities too, by id or pattern.
    Add(Vec<String>),
    /// All that the app has.
    All,
}

/// A connection that was signed in to again.
#[derive(Debug)]
pub struct ReconnectResult {
    /// The connection.
    pub connection: Connection,
    /// Who signed in.
    pub identity: Identity,
    /// Scopes that it did not have before.
    pub added: Vec<String>,
    /// Scopes that it no longer has.
    pub removed: Vec<String>,
    /// The connections that ended by it, with what used each.
    pub replaced: Vec<ReplacedConnection>,
}

/// Signs in to a connection again. What went wrong is kept for the doctor.
pub async fn reconnect(app: &App, request: ReconnectRequest) -> Result<ReconnectResult, AppError> {
    let connector = app.connector().await?;
    let connections = app.connections().await?;
    let connection = connections.show(&request.label)?;
    check_fit(&request, &connection)?;
    let made =
        changed(connector.manifest(), &connection, connections.requested_access(&connection.id)?, &request.access)?;
    let sign_in = sign_in_of(&request, &made);
    let email = connection.email().map(str::to_owned);
    let facts = Facts {
        label: Some(connection.label.clone()),
        email: email.clone(),
        expected: email,
        client_id: connection.client_id.clone(),
        connected: Some(connection.method),
        original: request.original.clone(),
        redirect: Some(redirect_of(&sign_in)?),
        ..Facts::default()
    };
    // What a person is not asked for stays as it was.
    let is_by_person = connection.method.is_by_person();
    let requested_access = is_by_person.then(|| kept_for_next_time(&made, &sign_in));
    let rules = AdmissionRules { expect_email: None, replace: request.replace, requested_access };
    let mut attempt = Attempt::new(&facts);
    let repeat = SignInRepeat {
        app,
        connector: &connector,
        connections: &connections,
        connection: &connection,
        made: &made,
        sign_in: &sign_in,
        rules: &rules,
    };
    let admitted = repeat.sign_in(request.client_secret, request.token, &mut attempt).await.map_err(|error| {
        let error = explain(error, connector.manifest(), Some(connection.method.as_str()), &facts);
        attempt.failed(app, &error);
        error
    })?;
    let identity = identity_of(&admitted.connection)?;
    attempt.succeeded(app, identity.email.as_deref());
    let without = |scopes: &[String], others: &[String]| -> Vec<String> {
        scopes.iter().filter(|scope| !others.contains(scope)).cloned().collect()
    };
    Ok(ReconnectResult {
        added: without(&admitted.connection.scopes, &connection.scopes),
        removed: without(&connection.scopes, &admitted.connection.scopes),
        connection: admitted.connection,
        identity,
        replaced: admitted.replaced,
    })
}

/// Refuses what belongs to a connection that is made in another way.
fn check_fit(request: &ReconnectRequest, connection: &Connection) -> Result<(), AppError> {
    let by_person = [Method::OAuth, Method::Byo];
    let names_sign_in = request.channel.is_some() || request.port.is_some();
    for (is_given, fitting, what) in [
        (request.token.is_some(), &[Method::Token][..], "a new token does not belong"),
        (request.client_secret.is_some(), &[Method::Byo, Method::ServerToServer], "a client secret does not belong"),
        (names_sign_in, &by_person, "a sign-in by a browser or a code does not belong"),
        (request.access != AccessChange::Same, &by_person, "a choice of scopes does not belong"),
    ] {
        if is_given && !fitting.contains(&connection.method) {
            let label = &connection.label;
            return Err(AppError::usage(
                format!("{what} to `{label}`, which was made by {}", connection.method),
                message!["leave it out: ", NextStep::Reconnect(label.clone())],
            ));
        }
    }
    Ok(())
}

/// What the connection is made for from now on: the same as before, with what the request adds.
fn changed(
    manifest: &Manifest,
    connection: &Connection,
    made: RequestedAccess,
    change: &AccessChange,
) -> Result<RequestedAccess, AppError> {
    let patterns = match change {
        AccessChange::All => return Ok(RequestedAccess { activities: Vec::new(), scopes: Vec::new(), ..made }),
        AccessChange::Same => return Ok(made),
        AccessChange::Add(patterns) => patterns,
    };
    let added = choose(manifest, patterns)?;
    // Who was asked for everything is so again.
    if added.is_empty() || made.scopes.is_empty() {
        return Ok(made);
    }
    let style = manifest.style_of(&connection.scopes).unwrap_or(Style::Granular);
    let level = level_of(manifest, &connection.scopes);
    let scopes = manifest.scopes_for(&added, style, level).into_iter().map(|wanted| wanted.scope);
    let ids = added.iter().map(|activity| format!("{}.{}", manifest.connector, activity.name));
    let with = |kept: &[String], more: &mut dyn Iterator<Item = String>| {
        let all: BTreeSet<String> = kept.iter().cloned().chain(more).collect();
        all.into_iter().collect::<Vec<_>>()
    };
    // One that was made by scopes alone has no chosen activities, and gets none.
    let activities = match made.activities.is_empty() {
        true => Vec::new(),
        false => with(&made.activities, &mut ids.into_iter()),
    };
    Ok(RequestedAccess { activities, scopes: with(&made.scopes, &mut scopes.into_iter()), ..made })
}

/// How the person signs in: as the request says, else as before.
fn sign_in_of(request: &ReconnectRequest, made: &RequestedAccess) -> SignInRequest {
    let port = request.port.or(made.port).unwrap_or(Loopback::default().port);
    let mut channel = match &request.channel {
        Some(channel) => channel.clone(),
        None if made.device && request.port.is_none() => SignInChannel::DeviceCode,
        None => SignInChannel::Browser { is_opened: true },
    };
    if let SignInChannel::Link(link) = &mut channel
        && link.public_url.is_none()
    {
        link.public_url.clone_from(&made.public_url);
    }
    SignInRequest { port, channel }
}

/// How it is made from here on.
fn kept_for_next_time(made: &RequestedAccess, sign_in: &SignInRequest) -> RequestedAccess {
    let link_url = match &sign_in.channel {
        SignInChannel::Link(link) => link.public_url.clone(),
        _ => None,
    };
    RequestedAccess {
        port: Some(sign_in.port),
        device: matches!(sign_in.channel, SignInChannel::DeviceCode),
        public_url: link_url.or_else(|| made.public_url.clone()),
        ..made.clone()
    }
}

/// What is signed in to again.
struct SignInRepeat<'a> {
    app: &'a App,
    connector: &'a Connector,
    connections: &'a Connections,
    connection: &'a Connection,
    made: &'a RequestedAccess,
    sign_in: &'a SignInRequest,
    rules: &'a AdmissionRules,
}

impl SignInRepeat<'_> {
    async fn sign_in(
        &self,
        client_secret: Option<SecretInput>,
        token: Option<SecretInput>,
        attempt: &mut Attempt,
    ) -> Result<Admission, AppError> {
        let SignInRepeat { connections, connection, .. } = *self;
        if !self.rules.replace {
            connections.check_again(&connection.id)?;
        }
        let service = connections.service(&connection.id)?;
        let client_secret = SecretInput::read_optional(client_secret).await?;
        let grant = match connection.method {
            Method::Token => {
                let Some(token) = token else { return Err(token_missing(connection)) };
                let grant = connections.pasted_token(&token.read().await?)?;
                attempt.asks(&service.oauth_base);
                grant
            }
            Method::ServerToServer => self.of_account(&service, client_secret, attempt).await?,
            Method::OAuth | Method::Byo => return self.by_person(service, client_secret, attempt).await,
        };
        self.readmit(&service, grant).await
    }

    async fn by_person(
        &self,
        service: Service,
        client_secret: Option<SecretString>,
        attempt: &mut Attempt,
    ) -> Result<Admission, AppError> {
        let SignInRepeat { app, connector, connections, connection, made, sign_in, rules } = *self;
        let client = connections
            .app(&connection.id)?
            .ok_or_else(|| AppError::failed("not-found", "the app of this connection is missing from the database"))?;
        let client = ClientApp { client_secret: client_secret.or(client.client_secret), client_id: client.client_id };
        let manifest = connector.manifest();
        let scopes = AskedScopes::AsBefore(purposes(manifest, &made.scopes));
        app.ui().show_access(&AccessPlan { scopes, scope_help: String::new() });
        let label = &connection.label;
        if let SignInChannel::Link(link) = &sign_in.channel {
            let session_request = SessionRequest {
                label: label.clone(),
                again: true,
                scopes: made.scopes.clone(),
                rules: rules.clone(),
                ..SessionRequest::default()
            };
            let offer = Offer { service, client, method: connection.method, session_request, minutes: link.minutes };
            let addresses = Addresses::of(link, sign_in.port)?;
            return by_link(app, connector, connections, offer, addresses, attempt).await;
        }
        let (scopes, request, of) = (&made.scopes, sign_in, &service);
        let grant = SignIn { app, connector, connections, service: of, label, scopes, request, attempt }
            .by_person(client)
            .await?;
        self.readmit(&service, grant).await
    }

    /// A new token of a whole account, with a new secret of its app.
    async fn of_account(
        &self,
        service: &Service,
        client_secret: Option<SecretString>,
        attempt: &mut Attempt,
    ) -> Result<Grant, AppError> {
        let label = &self.connection.label;
        let known = self.connections.account_app(&self.connection.id)?;
        let (Some(client_secret), Some((account, client))) = (client_secret, known) else {
            return Err(AppError::usage(
                format!("`{label}` needs no reconnect: a Server-to-Server connection renews its own tokens"),
                message!["if its app has a new secret: ", NextStep::ReconnectWithSecret(label.clone())],
            ));
        };
        attempt.asks(&service.oauth_base);
        Ok(self.connections.server_to_server(service, &account, &client.client_id, client_secret).await?)
    }

    async fn readmit(&self, service: &Service, grant: Grant) -> Result<Admission, AppError> {
        let SignInRepeat { app, connector, connections, connection, rules, .. } = *self;
        let identity = identify(app, connector, connections, &connection.label, service, &grant).await?;
        let owner = Owner::of(json!(identity));
        Ok(connections.readmit(&connection.id, connection.method, service, grant, owner, rules).await?)
    }
}

/// A connection from a token is signed in to with another token.
fn token_missing(connection: &Connection) -> AppError {
    let fix = message_of_step(Step::PasteNewToken, Some(&connection.label), Some(connection.method));
    AppError::usage(format!("`{}` was made from a token, and needs a new one", connection.label), fix)
}
