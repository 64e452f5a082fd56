//! The app that a connection is made through.

use serde_json::Value;
use switchboard_connections::{App as Client, Connections, Grant, Method as Kind, Service};
use switchboard_manifest::Manifest;
use switchboard_runtime::Connector;

use super::attempt::Attempt;
use super::secret;
use crate::args::Connect;
use crate::command_line::CommandLine;
use switchboard_app::AppError;

/// The clouds that an app comes for.
fn elsewhere(manifest: &Manifest) -> String {
    let those = manifest.auth.profiles.iter().filter(|(_, found)| found.app.is_some());
    let names: Vec<String> = those.map(|(name, _)| format!("`{name}`")).collect();
    if names.is_empty() { String::new() } else { format!(", one does for {}", names.join(", ")) }
}

/// The app that comes with the connector for this cloud.
pub fn packaged(connector: &Connector, profile: &str) -> Result<Client, AppError> {
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
        return Err(AppError::usage(
            format!(
                "this build has no app for the cloud `{profile}`{}; other ways to connect: {}",
                elsewhere(connector.manifest()),
                ways.join("; ")
            ),
            format!(
                "make your own (switchboard connect --guide byo), then: {} --client-id ID --client-secret-file FILE",
                CommandLine::now().without(&["--method"]).copyable()
            ),
        ));
    };
    Ok(Client { client_id: found.client_id.clone(), client_secret: found.client_secret.clone().map(Into::into) })
}

/// A grant of a whole account through its own app.
pub async fn server_to_server(
    connections: &Connections,
    service: &Service,
    connect: &Connect,
    attempt: &mut Attempt,
) -> Result<Grant, AppError> {
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
        return Err(AppError::usage(
            "Server-to-Server needs the account id as well (--account-id). If there is none, these are the API key and secret of a JWT app, which Zoom retired in 2023",
            "App Credentials of a Server-to-Server app shows all three; `switchboard connect --guide s2s` explains how to make one",
        ));
    }
    if !missing.is_empty() {
        return Err(AppError::usage(
            format!("Server-to-Server needs {}", missing.join(" and ")),
            "all three are under App Credentials of the app; the secret comes from a file, or - for standard input",
        ));
    }
    let account = connect.account_id.clone().unwrap_or_default();
    let secret = secret::client_secret(connect.client_secret_file.as_deref(), connect.paste)?.unwrap_or_default();
    let client_id = secret::client_id(connect)?;
    attempt.asks(&service.oauth_base);
    Ok(connections.server_to_server(service, &account, &client_id, secret).await?)
}
