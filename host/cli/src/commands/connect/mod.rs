//! `switchboard connect`: sign in, find out who it is, keep the connection.

mod access;
mod ask;
pub mod attempt;
mod link;
mod reconnect;
mod register;
mod secret;
mod sign_in;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use switchboard_connections::{
    App as Client, Care, Connections, ConnectionsError, Ended, Grant, Identify, LiveConnection, Loopback, Made,
    Method as Kind, Owner, Service, State, Wish,
};
use switchboard_runtime::manifest::Manifest;
use switchboard_runtime::scopes::Style as Spelling;
use switchboard_runtime::{Connector, Identity};
use switchboard_store::ConnectionRow;

use crate::app::App;
use crate::args::{Connect, Method};
use crate::commands::disconnect::depends;
use crate::connect_args::Link;
use crate::error::CliError;
use crate::given::Given;
use crate::remedy::{Facts, explain};
use crate::{output, service};

use self::link::{Addresses, Offer};

pub use access::{plan_of, rights, role_rights};
pub use reconnect::reconnect;

use attempt::Attempt;
use sign_in::{SignIn, Way};

/// Up to so many scopes or activities are named one by one; more are counted.
const FEW: usize = 5;

pub async fn run(app: &App, mut connect: Connect) -> Result<(), CliError> {
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
) -> Result<(), CliError> {
    let label = connect.label.as_deref().unwrap_or_default();
    fits(connect, method)?;
    let service = service::service(
        connector.manifest(),
        &connect.profile,
        connect.api_base.as_deref(),
        connect.oauth_base.as_deref(),
    )?;
    let connections = app.connections()?;
    connections.check_label(label).map_err(|error| taken(&connections, error))?;
    let wanted = access::wanted(connector.manifest(), connect, method)?;
    let care = Care { expect_email: connect.expect_email.clone(), replace: connect.replace };
    let client = match method {
        Method::Browser => Some(packaged(connector, &connect.profile)?),
        Method::Byo => {
            let (client_id, client_secret) =
                (secret::client_id(connect)?, secret::client_secret(connect.client_secret_file.as_deref())?);
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
            link::by_link(app, connector, &connections, offer, &addresses, attempt).await?
        }
        client => {
            let grant = match client {
                Some(client) => {
                    let (way, scopes, attempt) = (&Way::of(connect), &wanted.scopes(), &mut *attempt);
                    let (connections, service) = (&connections, &service);
                    SignIn { app, connector, connections, service, scopes, way, attempt }.by_person(client).await?
                }
                None if method == Method::S2s => server_to_server(&connections, &service, connect, attempt).await?,
                None => {
                    let grant = connections.pasted_token(&service, &secret::token(&Given::now().line())?)?;
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
        connections.note_made(&admitted.row.id, &made)?;
    }
    let (identity, granted) = (identity_of(&admitted.row)?, admitted.row.scopes.clone());
    attempt.succeeded(app, identity.email.as_deref());
    let lacking = access::lacking(connector.manifest(), &wanted, &granted);
    let mut warnings: Vec<String> = admitted.replaced.iter().map(ended).collect();
    let mut told = warnings.clone();
    warnings.extend(lacking.iter().map(access::says));
    told.extend(access::summary(label, &wanted, &lacking));
    let others = warnings.len();
    let twice = connector.manifest().superfluous(&granted).into_iter();
    warnings
        .extend(twice.map(|(part, whole)| format!("`{part}` is part of `{whole}`: the app needs only one of them")));
    if connector.manifest().mixes_styles(&granted) {
        warnings.push("the app has scopes of the classic and of the granular kind: make it with one kind only".into());
    }
    let mut remedies = Vec::new();
    // An account's own app is tried by one request, where nothing was chosen.
    if wanted.needs_rights() && (method != Method::S2s || wanted.chosen) {
        let found = rights(app, connector, &connections, &admitted.row, &wanted.activities).await;
        warnings.extend(found.says());
        let connected = Some(kind.as_str().to_owned());
        let facts = Facts { rights: found.missing.clone(), connected, ..attempt.facts() };
        remedies.extend(found.remedy(connector.manifest()).map(|remedy| facts.fill(remedy)));
    }
    if app.global.json {
        return output::json(&json!({
            "label": label, "method": kind.as_str(), "identity": identity, "scopes": granted,
            "style": connector.manifest().style_of(&granted), "will_not_work": lacking, "warnings": warnings,
            "replaced": admitted.replaced.iter().map(|ended| &ended.label).collect::<Vec<_>>(),
            "remedies": remedies.iter().map(crate::remedy::value).collect::<Vec<_>>(), "ok": true,
        }));
    }
    output::line(&format!("{label} is connected as {}", who(&identity)))?;
    if let Some(account) = &identity.account_id {
        app.say(&format!("account: {account}"));
    }
    app.say(&match granted.len() {
        0 => "granted: the service did not say which scopes; a call tells when one is missing".to_owned(),
        1..=FEW => output::words("granted: ", &granted),
        many => format!("granted: {many} scopes; switchboard connection show {label} lists them"),
    });
    told.extend(warnings.into_iter().skip(others));
    for warning in told {
        app.say(&format!("! {warning}"));
    }
    for remedy in remedies {
        crate::remedy::lines(&remedy).iter().for_each(|line| app.say(line));
    }
    app.say(&format!("try: switchboard call zoom.users.me --connection {label}"));
    Ok(())
}

/// A name that is taken, with what to do: a connection that has ended is signed in to again.
pub fn taken(connections: &Connections, error: ConnectionsError) -> CliError {
    let ConnectionsError::LabelTaken { label } = &error else {
        return error.into();
    };
    let Ok(row) = connections.show(label) else { return error.into() };
    let fix = match State::from_name(&row.state) {
        Some(State::Active) | None => {
            format!("choose another name, or end that connection first: switchboard connection disconnect {label}")
        }
        Some(_) => {
            let facts = Facts { label: Some(label.clone()), connected: Some(row.method), ..Facts::default() };
            format!(
                "it is {}: sign in to it again, and all that depends on it goes on: {}; or choose another name",
                row.state,
                facts.again()
            )
        }
    };
    CliError::failed("label-taken", error.to_string()).with_fix(fix)
}

/// Identify the owner of `grant`, then keep it under `label`.
pub async fn keep(
    app: &App,
    connector: &Connector,
    connections: &Connections,
    service: &Service,
    label: &str,
    method: Kind,
    grant: Grant,
) -> Result<Identity, CliError> {
    let identity = identify(app, connector, connections, label, service, &grant).await?;
    let care = Care { expect_email: None, replace: true };
    connections.admit(label, method, service, grant, Owner::of(json!(identity)), &care).await?;
    Ok(identity)
}

/// Ask the service whose a grant is, before anything is kept under its label.
pub async fn identify(
    app: &App,
    connector: &Connector,
    connections: &Connections,
    label: &str,
    service: &Service,
    grant: &Grant,
) -> Result<Identity, CliError> {
    let live = connections.from_grant(label, service, grant)?;
    let options = app.call_options(label, Path::new("downloads"));
    let failed = match connector.identify(Arc::new(live), &options).await {
        Ok(identity) => return Ok(identity),
        Err(error) => CliError::from(error),
    };
    let mut left = match grant.client_id() {
        Some(client_id) => connections.look_after(service, client_id, &Asking { app, connector }).await,
        None => Vec::new(),
    };
    left.extend(connections.decline(grant.clone()).await);
    Err(left.iter().fold(failed, |failed, one| failed.adding(&one.to_string())))
}

/// Asks the service through the connector.
pub struct Asking<'a> {
    pub app: &'a App,
    pub connector: &'a Connector,
}

#[async_trait]
impl Identify for Asking<'_> {
    async fn identify(&self, connection: LiveConnection) -> Result<Value, String> {
        let options = self.app.call_options(connection.label(), Path::new("downloads"));
        let identity = self.connector.identify(Arc::new(connection), &options).await;
        identity.map(|identity| json!(identity)).map_err(|error| error.to_string())
    }
}

/// Ask the service who a connection is, and keep that.
pub async fn recognise(
    app: &App,
    connector: &Connector,
    connections: &Connections,
    id: &str,
) -> Result<(Identity, ConnectionRow), CliError> {
    let live = connections.open_connection(Some(id))?;
    let options = app.call_options(live.label(), Path::new("downloads"));
    let identity = connector.identify(Arc::new(live), &options).await?;
    let row = connections.recognise(id, &Owner::of(json!(identity)))?;
    Ok((identity, row))
}

/// Stops early where the expected user is connected already. The address that is kept may be of yesterday, and another
/// user's today: the service is asked before somebody is refused by it.
async fn check_expected(
    app: &App,
    connector: &Connector,
    connections: &Connections,
    service: &Service,
    client_id: &str,
    care: &Care,
) -> Result<(), CliError> {
    let checked = connections.check_expected(service, client_id, care);
    if let Err(ConnectionsError::SameAccount { label, .. }) = &checked
        && recognise(app, connector, connections, label).await.is_ok()
    {
        return Ok(connections.check_expected(service, client_id, care)?);
    }
    Ok(checked?)
}

/// A person's e-mail, role and plan, as far as known.
pub fn who(identity: &Identity) -> String {
    let name = identity.email.as_deref().or(identity.display_name.as_deref()).unwrap_or(&identity.user_id);
    let more: Vec<&str> = [identity.role.as_deref(), identity.plan.as_deref()].into_iter().flatten().collect();
    if more.is_empty() { name.to_owned() } else { format!("{name} ({})", more.join(", ")) }
}

/// Who a connection was kept as.
fn identity_of(row: &ConnectionRow) -> Result<Identity, CliError> {
    let kept = row.identity.clone().unwrap_or_default();
    serde_json::from_value(kept).map_err(|error| CliError::failed("store", format!("the identity kept: {error}")))
}

/// The call-back address that an app must list for these flags.
fn redirect(link: &Link, port: u16) -> Result<String, CliError> {
    match link.link {
        true => Ok(Addresses::of(link, port)?.redirect()?.into()),
        false => Ok(Loopback::redirect_uri(port)),
    }
}

/// What ended, and what has to be given another connection.
pub fn ended(ended: &Ended) -> String {
    let names: Vec<&str> = ended.usage.iter().map(|usage| usage.automation.as_str()).collect();
    let users = if names.is_empty() { "nothing used it".to_owned() } else { format!("used by {}", names.join(", ")) };
    format!("`{}` is replaced and works no more ({users})", ended.label)
}

fn method(connect: &Connect) -> Method {
    connect.method.unwrap_or(if connect.token.is_some() {
        Method::Token
    } else if connect.account_id.is_some() {
        Method::S2s
    } else if connect.client_id.is_some() || connect.client_secret_file.is_some() {
        Method::Byo
    } else {
        Method::Browser
    })
}

/// Refuses what belongs to another way of connecting.
fn fits(connect: &Connect, method: Method) -> Result<(), CliError> {
    if connect.api_key.is_some() {
        return Err(jwt());
    }
    only_from_input(connect.token.as_deref())?;
    let given = [
        ("--client-id (or SWITCHBOARD_CLIENT_ID)", connect.client_id.is_some(), &[Method::Byo, Method::S2s][..]),
        ("--client-secret-file", connect.client_secret_file.is_some(), &[Method::Byo, Method::S2s]),
        ("--account-id", connect.account_id.is_some(), &[Method::S2s]),
        ("--token", connect.token.is_some(), &[Method::Token]),
        ("--paste", connect.paste, &[Method::Browser, Method::Byo]),
        ("--device", connect.device, &[Method::Browser, Method::Byo]),
        ("--link", connect.link.link, &[Method::Browser, Method::Byo]),
        ("--replace", connect.replace, &[Method::Browser, Method::Byo]),
    ];
    for (flag, is_given, fitting) in given {
        if is_given && !fitting.contains(&method) {
            return Err(CliError::usage(
                format!("{flag} does not belong to --method {}", name(method)),
                "`switchboard connect --help` lists the ways to connect with what each needs",
            ));
        }
    }
    Ok(())
}

/// Refuses a token that stands in the arguments.
pub fn only_from_input(token: Option<&str>) -> Result<(), CliError> {
    match token {
        None | Some("-") => Ok(()),
        Some(_) => Err(CliError::usage(
            "a token is not taken from the arguments, where every program of this machine can read it",
            "if it was a real one, end it at the service; then give a new one on standard input: --token - < FILE",
        )),
    }
}

fn name(method: Method) -> &'static str {
    match method {
        Method::Browser => "browser",
        Method::Byo => "byo",
        Method::S2s => "s2s",
        Method::Token => "token",
    }
}

fn jwt() -> CliError {
    CliError::Failed {
        code: "jwt-retired".into(),
        message: "an API key with an API secret is of a JWT app; those were retired in 2023, and these credentials open nothing".into(),
        fix: Some("make a Server-to-Server app in its place: switchboard connect --guide s2s".into()),
        exit: crate::error::exit::SIGN_IN,
    }
}

/// The clouds that an app comes for.
fn elsewhere(manifest: &Manifest) -> String {
    let those = manifest.auth.profiles.iter().filter(|(_, found)| found.app.is_some());
    let names: Vec<String> = those.map(|(name, _)| format!("`{name}`")).collect();
    if names.is_empty() { String::new() } else { format!(", one does for {}", names.join(", ")) }
}

/// The app that comes with the connector for this cloud.
fn packaged(connector: &Connector, profile: &str) -> Result<Client, CliError> {
    let found = connector.manifest().auth.profiles.get(profile).and_then(|profile| profile.app.as_ref());
    let Some(found) = found else {
        let ways: Vec<String> = connector
            .manifest()
            .auth
            .methods
            .iter()
            .filter(|way| way.get("id").and_then(Value::as_str) != Some(Kind::OAuth.as_str()))
            .filter_map(|way| {
                let fields: Vec<&str> = way
                    .get("fields")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect();
                let needs = if fields.is_empty() { "nothing".to_owned() } else { fields.join(", ") };
                Some(format!("{} needs {needs}", way.get("id")?.as_str()?))
            })
            .collect();
        return Err(CliError::usage(
            format!(
                "no app comes with this build for the cloud `{profile}`{}; other ways to connect: {}",
                elsewhere(connector.manifest()),
                ways.join("; ")
            ),
            format!(
                "make an app of your own, in some minutes (switchboard connect --guide byo), then: {} --client-id ID --client-secret-file FILE",
                Given::now().without(&["--method"]).told()
            ),
        ));
    };
    Ok(Client { client_id: found.client_id.clone(), client_secret: found.client_secret.clone().map(Into::into) })
}

async fn server_to_server(
    connections: &Connections,
    service: &Service,
    connect: &Connect,
    attempt: &mut Attempt,
) -> Result<Grant, CliError> {
    let given = (&connect.account_id, &connect.client_id, &connect.client_secret_file);
    let missing: Vec<&str> = [
        ("--account-id", given.0.is_none()),
        ("--client-id", given.1.is_none()),
        ("--client-secret-file", given.2.is_none()),
    ]
    .into_iter()
    .filter_map(|(flag, missing)| missing.then_some(flag))
    .collect();
    if missing == ["--account-id"] {
        return Err(CliError::usage(
            "Server-to-Server needs the account id as well (--account-id). If there is none, these are the API key and secret of a JWT app: those were retired in 2023",
            "App Credentials of a Server-to-Server app shows all three; `switchboard connect --guide s2s` tells how to make one",
        ));
    }
    if !missing.is_empty() {
        return Err(CliError::usage(
            format!("Server-to-Server needs {}", missing.join(" and ")),
            "all three are under App Credentials of the app; the secret comes from a file, or - for standard input",
        ));
    }
    let account = connect.account_id.clone().unwrap_or_default();
    let secret = secret::client_secret(connect.client_secret_file.as_deref())?.unwrap_or_default();
    let client_id = secret::client_id(connect)?;
    attempt.asks(&service.oauth_base);
    Ok(connections.server_to_server(service, &account, &client_id, secret).await?)
}

/// Says who is connected through the same app: the same user again would end that connection.
fn warn_of_others(
    app: &App,
    connections: &Connections,
    service: &Service,
    client_id: &str,
    connect: &Connect,
) -> Result<(), CliError> {
    for row in connections.of_app(service, client_id)? {
        let email = row.identity.as_ref().and_then(|identity| identity.get("email")).and_then(Value::as_str);
        let who = email.unwrap_or("a user");
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
