//! The addresses of a service, from the manifest or the command line.

use switchboard_connections::Service;
use switchboard_egress::is_loopback;
use switchboard_runtime::manifest::Manifest;
use url::Url;

use crate::error::CliError;

/// The service behind `profile`, with bases replaced where given.
pub fn service(
    manifest: &Manifest,
    profile: &str,
    api_base: Option<&str>,
    oauth_base: Option<&str>,
) -> Result<Service, CliError> {
    let Some(found) = manifest.auth.profiles.get(profile) else {
        let known: Vec<&str> = manifest.auth.profiles.keys().map(String::as_str).collect();
        return Err(CliError::usage(
            format!("no cloud profile `{profile}`"),
            format!("use one of: {}", known.join(", ")),
        ));
    };
    Ok(Service {
        connector: manifest.connector.clone(),
        api_base: address(api_base.unwrap_or(&found.api_base))?,
        oauth_base: address(oauth_base.unwrap_or(&found.oauth_base))?,
        authorize_path: manifest.auth.authorize_path.clone(),
        token_path: manifest.auth.token_path.clone(),
        revoke_path: manifest.auth.revoke_path.clone(),
        api_hosts: manifest.hosts.api.clone(),
        credential_hosts: manifest.hosts.credential.clone(),
        download_hosts: manifest.hosts.download.clone(),
        token_errors: manifest.auth.token_errors.clone(),
    })
}

/// HTTPS anywhere, plain HTTP on loopback alone.
fn address(text: &str) -> Result<Url, CliError> {
    let url = Url::parse(text)
        .map_err(|error| CliError::usage(format!("`{text}` is no address: {error}"), "write https://host/path"))?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err(CliError::usage(
            format!("`{text}` is not protected"),
            "use https:// (http:// is for loopback addresses only)",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_goes_without_tls() {
        for (text, good) in [
            ("https://api.example.com/v2", true),
            ("http://127.0.0.1:7901/v2", true),
            ("http://[::1]:7901/v2", true),
            ("http://localhost:7901", true),
            ("http://api.example.com/v2", false),
            ("http://127.0.0.1.example.com", false),
            ("ftp://127.0.0.1", false),
            ("nonsense", false),
        ] {
            assert_eq!(address(text).is_ok(), good, "{text}");
        }
    }
}
