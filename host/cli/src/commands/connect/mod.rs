//! `switchboard connect`: sign in, find out who it is, keep the connection.

mod access;
mod ask;
pub mod attempt;
mod choice;
mod client;
mod link;
mod reconnect;
mod register;
mod report;
mod secret;
mod sign_in;

use serde_json::json;
use switchboard_connections::{
    App as Client, Care, Connections, ConnectionsError, Loopback, Made, Method as Kind, Owner, Service, State, Wish,
};
use switchboard_manifest::scopes::Style as Spelling;
use switchboard_runtime::Connector;

use crate::app::App;
use crate::args::{Connect, Method};
use crate::command_line::CommandLine;
use crate::commands::disconnect::depends;
use crate::connect_args::Link;
use switchboard_app::AppError;
use switchboard_app::remedy::{Facts, explain};
use switchboard_app::service;

pub use access::rights;
pub use choice::only_from_input;
pub use switchboard_app::identity::{identify, keep, live, recognise};

pub use crate::present::identity::who;
pub use reconnect::reconnect;

use attempt::Attempt;
use choice::{fits, method};
use client::{packaged, server_to_server};
use link::{Addresses, Offer};
use report::ended;
use sign_in::{SignIn, Way};
use switchboard_app::identity::{check_expected, identity_of};

/// Up to so many scopes or activities are named one by one; more are counted.
const FEW: usize = 5;

pub async fn run(app: &App, mut connect: Connect) -> Result<(), AppError> {
    let connector = app.connector().await?;
    if let Some(kind) = &connect.guide {
        return register::guide(app, connector.manifest(), kind, connect.redirect_port);
    }
    connect.client_id = connect.client_id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    connect.account_id = connect.account_id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    if connect.app_manifest {
        return register::app_manifest(app, connector.manifest(), &connect);
    }
    let label = connect.label.clone().unwrap_or_default();
    let method = method(&connect);
    let facts = Facts {
        label: Some(label.clone()),
        expected: connect.expect_email.clone(),
        email: connect.expect_email.clone(),
        client_id: connect.client_id.clone(),
        redirect: Some(redirect(&connect.link, connect.redirect_port)?),
        ..Facts::default()
    };
    let mut attempt = Attempt::new(&facts);
    let kind = match method {
        Method::Token => Kind::Token,
        Method::S2s => Kind::ServerToServer,
        Method::Byo => Kind::Byo,
        Method::Browser => Kind::OAuth,
    };
    let done = connect_as(app, &connector, &connect, method, kind, &mut attempt).await;
    let way = if connect.device { "device" } else { kind.as_str() };
    done.map_err(|error| {
        let error = explain(error, connector.manifest(), Some(way), &attempt.facts());
        attempt.failed(app, &error);
        error
    })
}

async fn connect_as(
    app: &App,
    connector: &Connector,
    connect: &Connect,
    method: Method,
    kind: Kind,
    attempt: &mut Attempt,
) -> Result<(), AppError> {
    let label = connect.label.as_deref().unwrap_or_default();
    fits(connect, method)?;
    let service = service::service(
        connector.manifest(),
        &connect.profile,
        connect.api_base.as_deref(),
        connect.oauth_base.as_deref(),
    )?;
    let connections = app.connections().await?;
    connections.check_label(label).map_err(|error| taken(&connections, error))?;
    let wanted = access::wanted(connector.manifest(), connect, method)?;
    let care = Care { expect_email: connect.expect_email.clone(), replace: connect.replace };
    let client = match method {
        Method::Browser => Some(packaged(connector, &connect.profile)?),
        Method::Byo => {
            let (client_id, client_secret) = (
                secret::client_id(connect)?,
                secret::client_secret(connect.client_secret_file.as_deref(), connect.paste)?,
            );
            Some(Client { client_id, client_secret })
        }
        Method::S2s | Method::Token => None,
    };
    if let Some(client) = &client {
        attempt.client_id = Some(client.client_id.clone());
        check_expected(app, connector, &connections, &service, &client.client_id, &care).await?;
        access::purpose(app, connector.manifest(), &wanted);
        warn_of_others(app, &connections, &service, &client.client_id, connect)?;
    }
    let admitted = match client {
        Some(client) if connect.link.link => {
            let purposes = access::purposes(&wanted, connector.manifest());
            let wish = Wish { label: label.to_owned(), again: false, scopes: wanted.scopes(), purposes, care };
            let offer = Offer { service, client, kind, wish, minutes: connect.link.link_minutes };
            let addresses = Addresses::of(&connect.link, connect.redirect_port)?;
            link::by_link(app, connector, &connections, offer, addresses, attempt).await?
        }
        client => {
            let grant = match client {
                Some(client) => {
                    let (way, scopes, attempt) = (&Way::of(connect), &wanted.scopes(), &mut *attempt);
                    let (connections, service) = (&connections, &service);
                    SignIn { app, connector, connections, service, label, scopes, way, attempt }
                        .by_person(client)
                        .await?
                }
                None if method == Method::S2s => server_to_server(&connections, &service, connect, attempt).await?,
                None => {
                    let grant = connections.pasted_token(&service, &secret::token(&CommandLine::now().line())?)?;
                    attempt.asks(&service.oauth_base);
                    grant
                }
            };
            attempt.classic_app = access::other_kind(connector.manifest(), kind, &wanted.scopes(), grant.scopes())
                .map(|style| style == Spelling::Classic);
            let identity = identify(app, connector, &connections, label, &service, &grant).await?;
            attempt.email.clone_from(&identity.email);
            connections.admit(label, kind, &service, grant, Owner::of(json!(identity)), &care).await?
        }
    };
    if method == Method::Browser || method == Method::Byo {
        let activities = wanted.activities.iter().filter(|_| wanted.chosen);
        let made = Made {
            activities: activities
                .map(|activity| format!("{}.{}", connector.manifest().connector, activity.name))
                .collect(),
            scopes: wanted.scopes(),
            port: Some(connect.redirect_port),
            public_url: connect.link.public_url.clone(),
            device: connect.device,
        };
        let id = admitted.connection.id.clone();
        connections.run(move |connections| connections.note_made(&id, &made)).await?;
    }
    let identity = identity_of(&admitted.connection)?;
    attempt.succeeded(app, identity.email.as_deref());
    report::connected(app, connector, &wanted, &admitted, &identity, attempt).await
}

/// A name that is taken, with what to do: a connection that has ended is signed in to again.
pub fn taken(connections: &Connections, error: ConnectionsError) -> AppError {
    let ConnectionsError::LabelTaken { label } = &error else {
        return error.into();
    };
    let Ok(row) = connections.show(label) else { return error.into() };
    let fix = match row.state {
        State::Active => {
            format!("choose another name, or end that connection first: switchboard connection disconnect {label}")
        }
        _ => {
            let facts = Facts { label: Some(label.clone()), connected: Some(row.method), ..Facts::default() };
            format!(
                "it is {}; reconnect it to keep its id and its uses: {}; or choose another name",
                row.state,
                crate::present::remedy::again(&facts)
            )
        }
    };
    AppError::failed("label-taken", error.to_string()).with_fix(fix)
}

/// The call-back address that an app must list for these flags.
fn redirect(link: &Link, port: u16) -> Result<String, AppError> {
    match link.link {
        true => Ok(Addresses::of(link, port)?.redirect()?.into()),
        false => Ok(Loopback::redirect_uri(port)),
    }
}

/// Says who is connected through the same app: the same user again would end that connection.
fn warn_of_others(
    app: &App,
    connections: &Connections,
    service: &Service,
    client_id: &str,
    connect: &Connect,
) -> Result<(), AppError> {
    for row in connections.of_app(service, client_id)? {
        let who = row.email().unwrap_or("a user");
        if connect.replace {
            let used = depends(&connections.usage(&row.id)?);
            app.say(&format!("if you sign in as {who}, `{}` ends ({used})", row.label));
        } else {
            app.say(&format!(
                "{who} is connected through this app already, as `{}`: sign in as somebody else",
                row.label
            ));
        }
    }
    Ok(())
}
