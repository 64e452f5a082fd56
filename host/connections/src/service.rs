//! Where a service signs in and where its token may go.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use switchboard_egress::{HostRule, Policy};
use switchboard_manifest::Manifest;
use url::Url;

use crate::ConnectionsError;

/// Addresses of one service. [`Service::from_manifest`] makes it from the connector's manifest and the user's choice of cloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The connector it is for.
    pub connector: String,
    /// Where calls go.
    pub api_base: Url,
    /// Where it signs in; the three paths are below it.
    pub oauth_base: Url,
    /// Path of the page that asks the user.
    pub authorize_path: String,
    /// Path of the token service.
    pub token_path: String,
    /// Path that takes a grant back.
    pub revoke_path: String,
    /// Hosts besides `api_base` that may be called.
    pub api_hosts: Vec<String>,
    /// Hosts that may see the token.
    pub credential_hosts: Vec<String>,
    /// Hosts files may come from.
    pub download_hosts: Vec<String>,
    /// The issuer that an answer names (RFC 9207); without one it is `oauth_base`.
    #[serde(default)]
    pub issuer: Option<String>,
    /// Codes of the token service that say more than the standard does, and the state each puts a connection in;
    /// `app` for those that are about the app alone.
    #[serde(default)]
    pub token_errors: BTreeMap<String, String>,
}

impl Service {
    /// The service of one of a connector's clouds. `api_base` and `oauth_base` take the place of the cloud's own addresses.
    ///
    /// # Errors
    /// [`ConnectionsError::Address`] when the connector has no such cloud, or one of its addresses cannot be used.
    pub fn from_manifest(
        manifest: &Manifest,
        cloud: &str,
        api_base: Option<Url>,
        oauth_base: Option<Url>,
    ) -> Result<Service, ConnectionsError> {
        let auth = &manifest.auth;
        let unknown = || ConnectionsError::Address {
            address: cloud.to_owned(),
            why: format!("the connector `{}` has no such cloud", manifest.connector),
        };
        let profile = auth.profiles.get(cloud).ok_or_else(unknown)?;
        let hosts = manifest.hosts_of(cloud);
        Ok(Service {
            connector: manifest.connector.clone(),
            api_base: api_base.map_or_else(|| Self::page_address(&profile.api_base), Ok)?,
            oauth_base: oauth_base.map_or_else(|| Self::page_address(&profile.oauth_base), Ok)?,
            authorize_path: auth.authorize_path.clone(),
            token_path: auth.token_path.clone(),
            revoke_path: auth.revoke_path.clone(),
            api_hosts: hosts.api.clone(),
            credential_hosts: hosts.credential.clone(),
            download_hosts: hosts.download.clone(),
            issuer: None,
            token_errors: auth.token_errors.clone(),
        })
    }

    /// The same with the hosts of another. Where it calls and signs in stays.
    pub(crate) fn with_hosts_of(mut self, other: &Service) -> Service {
        self.api_hosts.clone_from(&other.api_hosts);
        self.credential_hosts.clone_from(&other.credential_hosts);
        self.download_hosts.clone_from(&other.download_hosts);
        self
    }

    /// What may be contacted, and what may see the token. `api_url` is the region the token service named.
    pub(crate) fn policy(&self, api_url: Option<&str>) -> Result<Policy, ConnectionsError> {
        let rules = |hosts: &mut dyn Iterator<Item = &String>| -> Result<Vec<HostRule>, ConnectionsError> {
            hosts
                .map(|host| {
                    host.parse::<HostRule>()
                        .map_err(|error| ConnectionsError::Address { address: host.clone(), why: error.to_string() })
                })
                .collect()
        };
        let hosts = rules(&mut self.api_hosts.iter())?;
        let downloads = rules(&mut self.download_hosts.iter())?;
        let credential = rules(&mut self.credential_hosts.iter())?;
        let policy = Policy::new(self.regional(api_url), hosts).with_download_hosts(downloads);
        Ok(policy.with_credential_hosts(credential))
    }

    /// The regional twin of `api_base`, when both are hosts the manifest lists; else `api_base` itself.
    fn regional(&self, api_url: Option<&str>) -> Url {
        let listed = |host: Option<&str>| host.is_some_and(|host| self.api_hosts.iter().any(|known| known == host));
        let mut base = self.api_base.clone();
        let Some(region) = api_url.and_then(|text| Url::parse(text).ok()) else {
            return base;
        };
        let trusted = region.scheme() == "https" && region.port().is_none() && listed(region.host_str());
        if trusted && base.port().is_none() && listed(base.host_str()) && base.set_host(region.host_str()).is_ok() {
            return base;
        }
        self.api_base.clone()
    }

    /// The issuer that an answer may name, to be compared as a whole.
    pub(crate) fn issuer(&self) -> &str {
        self.issuer.as_deref().unwrap_or_else(|| self.oauth_base.as_str().trim_end_matches('/'))
    }

    /// An address below `oauth_base`.
    pub(crate) fn oauth_url(&self, path: &str) -> Result<Url, ConnectionsError> {
        let base = self.oauth_base.as_str().trim_end_matches('/');
        let address = format!("{base}/{}", path.trim_start_matches('/'));
        Self::page_address(&address)
    }

    /// A page of the service that a person is sent to: on the same host as the sign-in.
    pub(crate) fn page(&self, address: &str) -> Result<Url, ConnectionsError> {
        let url = Self::page_address(address)?;
        if url.origin() == self.oauth_base.origin() {
            return Ok(url);
        }
        Err(ConnectionsError::Address { address: address.to_owned(), why: "it is on another host".to_owned() })
    }

    /// An address that a browser or a secret is sent to.
    pub(crate) fn page_address(address: &str) -> Result<Url, ConnectionsError> {
        let invalid = |why: &str| ConnectionsError::Address { address: address.to_owned(), why: why.to_owned() };
        let url = Url::parse(address).map_err(|error| invalid(&error.to_string()))?;
        match url.scheme() {
            "https" => Ok(url),
            "http" if is_loopback(&url) => Ok(url),
            _ => Err(invalid("it must begin with https://")),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// An app registered at the service.
#[derive(Clone, Debug)]
pub struct App {
    /// Its public id.
    pub client_id: String,
    /// Its secret, unless it is a public client.
    pub client_secret: Option<SecretString>,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn service(api_base: &str, oauth_base: &str) -> Service {
        Service {
            connector: "demo".into(),
            api_base: Url::parse(api_base).unwrap(),
            oauth_base: Url::parse(oauth_base).unwrap(),
            authorize_path: "/authorize".into(),
            token_path: "/token".into(),
            revoke_path: "/revoke".into(),
            api_hosts: vec!["api.example.com".into(), "api-eu.example.com".into()],
            credential_hosts: vec!["*.example.com".into()],
            download_hosts: vec!["files.example.com".into()],
            issuer: None,
            token_errors: BTreeMap::new(),
        }
    }

    #[test]
    fn only_a_listed_region_is_followed() {
        let service = service("https://api.example.com/v2", "https://example.com/oauth");
        for (named, used) in [
            (Some("https://api-eu.example.com"), "https://api-eu.example.com/v2"),
            (Some("https://evil.example"), "https://api.example.com/v2"),
            (Some("http://api-eu.example.com"), "https://api.example.com/v2"),
            (Some("https://api-eu.example.com:8443"), "https://api.example.com/v2"),
            (Some("rubbish"), "https://api.example.com/v2"),
            (None, "https://api.example.com/v2"),
        ] {
            assert_eq!(service.regional(named).as_str(), used, "{named:?}");
        }
    }

    #[test]
    fn an_emulator_is_never_left_for_the_cloud() {
        let service = service("http://127.0.0.1:8080/v2", "http://127.0.0.1:8080/oauth");
        assert_eq!(service.regional(Some("https://api.example.com")).as_str(), "http://127.0.0.1:8080/v2");
    }

    #[test]
    fn sign_in_needs_https_except_on_loopback() {
        assert!(service("https://a.b/", "http://example.com/oauth").oauth_url("/token").is_err());
        let url = service("https://a.b/", "http://127.0.0.1:1/oauth/").oauth_url("/token").unwrap();
        assert_eq!(url.as_str(), "http://127.0.0.1:1/oauth/token");
    }
}
