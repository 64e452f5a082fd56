//! Connecting an account: signing in, finding out who it is, keeping the connection.

mod access;
mod app_registration;
pub mod attempt;
mod demo;
mod link;
mod packaged_app;
mod page_error;
mod reconnect;
mod request;
mod result;
pub(crate) mod rights;
mod sign_in;

use serde_json::json;
use switchboard_connections::{
    Admission, AdmissionRules, App as ClientApp, Connections, ConnectionsError, Grant, Loopback, Method, Owner,
    RequestedAccess, Service, SessionRequest, State,
};
use switchboard_manifest::Manifest;
use switchboard_manifest::scopes::Style;
use switchboard_runtime::Connector;

use crate::identity::{check_expected, identify};
use crate::remedy::{Facts, explain};
use crate::{App, AppError, NextStep, message, service};

pub(crate) use access::level_of;
pub use access::{AccessPlan, AreaPurpose, AskedScopes, ScopePurpose};
pub use app_registration::{AppRegistration, Redirect, StyleScopes, registration};
pub use demo::{DemoAccount, connect_demo, disconnect_demo};
pub use page_error::PageError;
pub use reconnect::{AccessChange, ReconnectRequest, ReconnectResult, reconnect};
pub use request::{
    AccessRequest, ConnectRequest, Credentials, LinkRequest, SecretInput, SignInChannel, SignInRequest, retired_app,
};
pub use result::ConnectResult;
pub use rights::Rights;
pub use sign_in::SignInStep;

use access::Access;
use attempt::Attempt;
use link::{Addresses, Offer, by_link};
use packaged_app::packaged_app;
use sign_in::SignIn;

/// Makes a connection. What went wrong is kept for the doctor.
pub async fn connect(app: &App, request: ConnectRequest) -> Result<ConnectResult, AppError> {
    let connector = app.connector().await?;
    let method = request.credentials.method();
    let sign_in = request.credentials.sign_in().cloned();
    let facts = Facts {
        label: Some(request.label.clone()),
        expected: request.expected_email.clone(),
        email: request.expected_email.clone(),
        client_id: request.credentials.client_id().map(str::to_owned),
        redirect: sign_in.as_ref().map(redirect_of).transpose()?,
        original: request.original.clone(),
        ..Facts::default()
    };
    let mut attempt = Attempt::new(&facts);
    let is_by_code = sign_in.is_some_and(|sign_in| matches!(sign_in.channel, SignInChannel::DeviceCode));
    let way = if is_by_code { "device" } else { method.as_str() };
    connect_as(app, &connector, request, &mut attempt).await.map_err(|error| {
        let error = explain(error, connector.manifest(), Some(way), &attempt.facts());
        attempt.failed(app, &error);
        error
    })
}

async fn connect_as(
    app: &App,
    connector: &Connector,
    request: ConnectRequest,
    attempt: &mut Attempt,
) -> Result<ConnectResult, AppError> {
    let ConnectRequest { label, cloud, credentials, access, expected_email, replace, original } = request;
    let manifest = connector.manifest();
    let method = credentials.method();
    let (api_base, oauth_base) = (cloud.api_base.as_deref(), cloud.oauth_base.as_deref());
    let service = service::service(manifest, &cloud.profile, api_base, oauth_base)?;
    let connections = app.connections().await?;
    connections.check_label(&label).map_err(|error| label_taken(&connections, error))?;
    let access = Access::of(manifest, &access, method)?;
    // Kept with the grant, in one transaction.
    let requested_access = Some(requested_access(manifest, &access, credentials.sign_in()));
    let rules = AdmissionRules { expect_email: expected_email, replace, requested_access };
    let new_connection =
        NewConnection { app, connector, connections: &connections, service: &service, label: &label, method };
    let (client, sign_in) = match credentials {
        Credentials::PackagedApp(sign_in) => (packaged_app(manifest, &cloud.profile, original.as_ref())?, sign_in),
        Credentials::OwnApp { client_id, client_secret, sign_in } => {
            let client_secret = SecretInput::read_optional(client_secret).await?;
            (ClientApp { client_id, client_secret }, sign_in)
        }
        Credentials::AccountApp { account_id, client_id, client_secret } => {
            let secret = client_secret.read().await?;
            attempt.asks(&service.oauth_base);
            let grant = connections.server_to_server(&service, &account_id, &client_id, secret).await?;
            let admitted = new_connection.admit(grant, &access, &rules, attempt).await?;
            return result::examine(app, connector, &access, admitted, attempt).await;
        }
        Credentials::Token(token) => {
            let grant = connections.pasted_token(&token.read().await?)?;
            attempt.asks(&service.oauth_base);
            let admitted = new_connection.admit(grant, &access, &rules, attempt).await?;
            return result::examine(app, connector, &access, admitted, attempt).await;
        }
    };
    attempt.client_id = Some(client.client_id.clone());
    check_expected(app, connector, &connections, &service, &client.client_id, &rules).await?;
    app.ui().show_access(&access.plan(manifest));
    new_connection.warn_of_others(&client.client_id, replace)?;
    let admitted = match &sign_in.channel {
        SignInChannel::Link(link) => {
            let purposes = access.lines(manifest);
            let session_request =
                SessionRequest { label: label.clone(), again: false, scopes: access.scopes(), purposes, rules };
            let offer = Offer { service: service.clone(), client, method, session_request, minutes: link.minutes };
            let addresses = Addresses::of(link, sign_in.port)?;
            by_link(app, connector, &connections, offer, addresses, attempt).await?
        }
        _ => {
            let (scopes, attempt_of, request) = (&access.scopes(), &mut *attempt, &sign_in);
            let (connections, service, label) = (&connections, &service, label.as_str());
            let grant = SignIn { app, connector, connections, service, label, scopes, request, attempt: attempt_of }
                .by_person(client)
                .await?;
            new_connection.admit(grant, &access, &rules, attempt).await?
        }
    };
    result::examine(app, connector, &access, admitted, attempt).await
}

/// A connection that is being made.
struct NewConnection<'a> {
    app: &'a App,
    connector: &'a Connector,
    connections: &'a Connections,
    service: &'a Service,
    label: &'a str,
    method: Method,
}

impl NewConnection<'_> {
    /// Finds out whose the grant is, and keeps it.
    async fn admit(
        &self,
        grant: Grant,
        access: &Access<'_>,
        rules: &AdmissionRules,
        attempt: &mut Attempt,
    ) -> Result<Admission, AppError> {
        let NewConnection { app, connector, connections, service, label, method } = *self;
        attempt.classic_app = access::other_style(connector.manifest(), method, &access.scopes(), grant.scopes())
            .map(|style| style == Style::Classic);
        let identity = identify(app, connector, connections, label, service, &grant).await?;
        attempt.email.clone_from(&identity.email);
        Ok(connections.admit(label, method, service, grant, Owner::of(json!(identity)), rules).await?)
    }

    /// Says who is connected through the same app: the same user again would end that connection.
    fn warn_of_others(&self, client_id: &str, replace: bool) -> Result<(), AppError> {
        for other in self.connections.of_app(self.service, client_id)? {
            let owner = other.email().unwrap_or("a user");
            let label = &other.label;
            let notice = if replace {
                let usage = crate::connection::usage_in_words(&self.connections.usage(&other.id)?);
                format!("if you sign in as {owner}, `{label}` ends ({usage})")
            } else {
                format!("{owner} is connected through this app already, as `{label}`: sign in as somebody else")
            };
            self.app.ui().notify(notice.into());
        }
        Ok(())
    }
}

/// What the connection is made for, so that it can be signed in to again for the same.
fn requested_access(manifest: &Manifest, access: &Access<'_>, sign_in: Option<&SignInRequest>) -> RequestedAccess {
    let activities = access.activities.iter().filter(|_| access.is_chosen);
    let channel = sign_in.map(|sign_in| &sign_in.channel);
    let public_url = match channel {
        Some(SignInChannel::Link(link)) => link.public_url.clone(),
        _ => None,
    };
    RequestedAccess {
        activities: activities.map(|activity| format!("{}.{}", manifest.connector, activity.name)).collect(),
        scopes: access.scopes(),
        port: sign_in.map(|sign_in| sign_in.port),
        public_url,
        device: matches!(channel, Some(SignInChannel::DeviceCode)),
    }
}

/// A label that is taken, with what to do: a connection that has ended is signed in to again.
pub(crate) fn label_taken(connections: &Connections, error: ConnectionsError) -> AppError {
    let ConnectionsError::LabelTaken { label } = &error else {
        return error.into();
    };
    let Ok(connection) = connections.show(label) else { return error.into() };
    let fix = match connection.state {
        State::Active => {
            let disconnect = NextStep::Disconnect(label.clone());
            message!["choose another name, or end that connection first: ", disconnect]
        }
        state => {
            let facts = Facts { label: Some(label.clone()), connected: Some(connection.method), ..Facts::default() };
            message![
                format!("it is {state}; reconnect it to keep its id and its uses: "),
                facts.again(),
                "; or choose another name"
            ]
        }
    };
    AppError::failed("label-taken", error.to_string()).with_fix(fix)
}

/// The redirect address that an app must list for this sign-in.
pub fn redirect_of(request: &SignInRequest) -> Result<String, AppError> {
    match &request.channel {
        SignInChannel::Link(link) => Ok(Addresses::of(link, request.port)?.redirect()?.into()),
        _ => Ok(Loopback::redirect_uri(request.port)),
    }
}
