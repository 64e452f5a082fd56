//! The app that comes with the connector.

use serde_json::Value;
use switchboard_connections::{App as ClientApp, Method};
use switchboard_manifest::Manifest;

use crate::{AppError, NextStep, OriginalRequest, message};

/// The app that comes with the connector for this cloud.
pub(crate) fn packaged_app(
    manifest: &Manifest,
    profile: &str,
    original: Option<&OriginalRequest>,
) -> Result<ClientApp, AppError> {
    let app = manifest.auth.profiles.get(profile).and_then(|profile| profile.app.as_ref());
    let Some(app) = app else {
        return Err(AppError::usage(
            format!(
                "this build has no app for the cloud `{profile}`{}; other ways to connect: {}",
                clouds_with_an_app(manifest),
                other_methods(manifest)
            ),
            message![
                "make your own (",
                NextStep::MakeApp,
                "), then: ",
                NextStep::ConnectOwnApp(original.cloned().unwrap_or_default()),
            ],
        ));
    };
    Ok(ClientApp { client_id: app.client_id.clone(), client_secret: app.client_secret.clone().map(Into::into) })
}

/// The clouds that an app comes for.
fn clouds_with_an_app(manifest: &Manifest) -> String {
    let profiles = manifest.auth.profiles.iter().filter(|(_, profile)| profile.app.is_some());
    let names: Vec<String> = profiles.map(|(name, _)| format!("`{name}`")).collect();
    if names.is_empty() { String::new() } else { format!(", one does for {}", names.join(", ")) }
}

/// The other ways to connect, with what each needs.
fn other_methods(manifest: &Manifest) -> String {
    let methods = manifest.auth.methods.iter().filter_map(|method| {
        let id = method.get("id")?.as_str().filter(|id| *id != Method::OAuth.as_str())?;
        let fields = method.get("fields").and_then(Value::as_array).into_iter().flatten();
        let fields: Vec<&str> = fields.filter_map(Value::as_str).collect();
        let needs = if fields.is_empty() { "nothing".to_owned() } else { fields.join(", ") };
        Some(format!("{id} needs {needs}"))
    });
    methods.collect::<Vec<_>>().join("; ")
}
