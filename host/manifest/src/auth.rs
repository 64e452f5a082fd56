//! How to sign in at the service, and which hosts belong to each of its clouds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How to sign in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Auth {
    #[serde(default)]
    pub methods: Vec<Value>,
    /// Cloud addresses by name.
    pub profiles: BTreeMap<String, Profile>,
    pub authorize_path: String,
    pub token_path: String,
    pub revoke_path: String,
    /// Codes of the token service that say more than the standard does: the state each puts a connection in, or `app`.
    #[serde(default)]
    pub token_errors: BTreeMap<String, String>,
    /// Where the event of a removed app says what; read by whoever receives events.
    #[serde(default)]
    pub deauthorization: Option<Value>,
    /// Where a code for the device flow is asked for, when the service has that flow.
    #[serde(default)]
    pub device_path: Option<String>,
    /// What the scopes end with that act for a whole account.
    #[serde(default)]
    pub admin_suffix: String,
    /// Scopes that are part of others, each with those it is part of: an app needs one or the other.
    #[serde(default)]
    pub parts: BTreeMap<String, Vec<String>>,
    /// All scopes of all activities, by style.
    #[serde(default)]
    pub scopes: AllScopes,
}

/// All scopes of all activities, by style.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AllScopes {
    #[serde(default)]
    pub classic: Vec<String>,
    #[serde(default)]
    pub granular: Vec<String>,
}

/// Addresses of one cloud.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Profile {
    /// For people.
    #[serde(default)]
    pub title: String,
    pub api_base: String,
    pub oauth_base: String,
    /// The hosts of this cloud alone; the connector's own list where a cloud has none.
    #[serde(default)]
    pub hosts: Option<Hosts>,
    /// The packaged app of this cloud, where there is one.
    #[serde(default)]
    pub app: Option<PackagedApp>,
}

/// An app that comes with the connector. Its secret is no secret: everybody has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PackagedApp {
    pub client_id: String,
    #[serde(default)]
    pub client_secret: Option<String>,
    /// The app for the data of a whole account, where no page of the service widens this one.
    #[serde(default)]
    pub account_app: Option<AccountApp>,
}

/// An app for the data of a whole account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountApp {
    pub client_id: String,
    /// What a person has to know who signs in through it.
    pub note: String,
}

/// Hosts the connector may reach, by purpose; `*.example.com` means any name below it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Hosts {
    #[serde(default)]
    pub api: Vec<String>,
    /// Hosts that may see the credential.
    #[serde(default)]
    pub credential: Vec<String>,
    #[serde(default)]
    pub download: Vec<String>,
}
