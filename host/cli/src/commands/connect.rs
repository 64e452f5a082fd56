//! `switchboard connect`: sign in, find out who it is, keep the connection.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;
use switchboard_connections::{App as Client, Connections, Grant, Loopback, Method as Kind, Service};
use switchboard_runtime::{Connector, Identity};

use crate::app::App;
use crate::args::{Connect, Method};
use crate::error::CliError;
use crate::{output, service};

/// How long the sign-in page may take.
const PATIENCE: Duration = Duration::from_secs(300);

pub async fn run(app: &App, connect: Connect) -> Result<(), CliError> {
    let connector = app.connector().await?;
    let service = service::service(
        connector.manifest(),
        &connect.profile,
        connect.api_base.as_deref(),
        connect.oauth_base.as_deref(),
    )?;
    let connections = app.connections()?;
    connections.check_label(&connect.label)?;
    let method = method(&connect);
    let grant = match method {
        Method::Token => connections.pasted_token(&service, &token()?)?,
        Method::S2s => server_to_server(&connections, &service, &connect).await?,
        Method::Browser | Method::Byo => browser(app, &connections, &service, &connect).await?,
    };
    let kind = match method {
        Method::Token => Kind::Token,
        Method::S2s => Kind::ServerToServer,
        Method::Byo => Kind::Byo,
        Method::Browser => Kind::OAuth,
    };
    let identity = keep(app, &connector, &connections, &service, &connect.label, kind, grant).await?;
    if app.global.json {
        return output::json(
            &json!({ "label": connect.label, "method": kind.as_str(), "identity": identity, "ok": true }),
        );
    }
    output::line(&format!("{} is connected as {}", connect.label, who(&identity)))?;
    app.say(&format!("try: switchboard call zoom.users.me --connection {}", connect.label));
    Ok(())
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
    let live = connections.from_grant(service, &grant)?;
    let options = app.call_options(Path::new("downloads"));
    let identity = connector.identify(Arc::new(live), &options).await?;
    connections.save(label, method, service, grant, Some(json!(identity)))?;
    Ok(identity)
}

/// A person's e-mail, role and plan, as far as known.
pub fn who(identity: &Identity) -> String {
    let name = identity.email.as_deref().or(identity.display_name.as_deref()).unwrap_or(&identity.user_id);
    let more: Vec<&str> = [identity.role.as_deref(), identity.plan.as_deref()].into_iter().flatten().collect();
    if more.is_empty() { name.to_owned() } else { format!("{name} ({})", more.join(", ")) }
}

fn method(connect: &Connect) -> Method {
    connect.method.unwrap_or(if connect.token.is_some() {
        Method::Token
    } else if connect.account_id.is_some() {
        Method::S2s
    } else {
        Method::Byo
    })
}

async fn browser(
    app: &App,
    connections: &Connections,
    service: &Service,
    connect: &Connect,
) -> Result<Grant, CliError> {
    let client = Client { client_id: client_id(connect)?, client_secret: secret(connect)? };
    let pending = connections
        .begin(service, client, &connect.scopes, Loopback { port: connect.redirect_port, listen: !connect.paste })
        .await?;
    app.say(&format!("redirect address of your app, exactly:  {}", pending.redirect_uri));
    app.say(&format!("open and approve:  {}", pending.authorize_url));
    if connect.paste {
        app.say("the page it lands on may fail to load: copy its whole address, paste it here and press Enter");
        return Ok(pending.paste(&line_of_input()?).await?);
    }
    if !connect.no_open && webbrowser::open(pending.authorize_url.as_str()).is_err() {
        app.say("no browser could be opened here: open the address yourself, or run again with --paste");
    }
    app.say(
        "waiting five minutes. If the page says the app needs pre-approval, an administrator has to allow it first;",
    );
    app.say("if it shows somebody else's name, sign out there and open the address again.");
    Ok(pending.wait(PATIENCE).await?)
}

async fn server_to_server(connections: &Connections, service: &Service, connect: &Connect) -> Result<Grant, CliError> {
    let account = connect.account_id.clone().ok_or_else(|| {
        CliError::usage("Server-to-Server needs the account id", "add --account-id, from the app's credentials page")
    })?;
    let secret = secret(connect)?.ok_or_else(|| {
        CliError::usage(
            "Server-to-Server needs the client secret",
            "add --client-secret-file FILE, or - for standard input",
        )
    })?;
    Ok(connections.server_to_server(service, &account, &client_id(connect)?, secret).await?)
}

fn client_id(connect: &Connect) -> Result<String, CliError> {
    connect.client_id.clone().ok_or_else(|| {
        CliError::usage(
            "this way of signing in needs a client id",
            "add --client-id, from your app's credentials page; `switchboard try` needs none",
        )
    })
}

fn secret(connect: &Connect) -> Result<Option<SecretString>, CliError> {
    let Some(file) = &connect.client_secret_file else {
        return Ok(None);
    };
    let text = if file == Path::new("-") {
        line_of_input()?
    } else {
        std::fs::read_to_string(file).map_err(|error| {
            CliError::usage(
                format!("cannot read {}: {error}", file.display()),
                "name a file that holds the secret alone",
            )
        })?
    };
    Ok(Some(SecretString::from(text.trim().to_owned())))
}

fn token() -> Result<SecretString, CliError> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| CliError::failed("input", error.to_string()))?;
    if text.trim().is_empty() {
        return Err(CliError::usage(
            "no token came on standard input",
            "pipe it in: switchboard connect lab --token - < token.txt",
        ));
    }
    Ok(SecretString::from(text.trim().to_owned()))
}

fn line_of_input() -> Result<String, CliError> {
    let mut text = String::new();
    std::io::stdin().read_line(&mut text).map_err(|error| CliError::failed("input", error.to_string()))?;
    Ok(text.trim().to_owned())
}
