//! The request log that tests read. It names credentials by the start of their hash, never in clear.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::http::call::Call;
use crate::state::world::hash;

/// How many requests are kept; older ones go first.
const KEPT: usize = 10_000;

const SECRETS: [&str; 9] = [
    "access_token",
    "refresh_token",
    "download_token",
    "token",
    "code",
    "client_secret",
    "password",
    "pwd",
    "code_verifier",
];

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogEntry {
    pub n: u64,
    pub at: String,
    /// `api` or `download`.
    #[serde(deserialize_with = "crate::state::fixed_text::text")]
    pub host: crate::state::fixed_text::Text,
    pub method: String,
    pub path: String,
    pub query: String,
    pub authorization: Option<Authorization>,
    pub status: Option<u16>,
    pub fault: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Authorization {
    pub scheme: String,
    /// First 12 hexadecimal digits of the credential's SHA-256.
    pub sha256: String,
}

impl LogEntry {
    pub fn new(n: u64, at: String, host: &'static str, call: &Call) -> Self {
        Self {
            n,
            at,
            host,
            method: call.method.clone(),
            path: masked_path(&call.path),
            query: masked(&call.query),
            authorization: call.header("authorization").map(authorization),
            status: None,
            fault: None,
        }
    }
}

/// Append, forgetting the oldest.
pub fn keep(log: &mut VecDeque<LogEntry>, entry: LogEntry) {
    if log.len() >= KEPT {
        log.pop_front();
    }
    log.push_back(entry);
}

/// The query again, with secret values replaced.
fn masked(query: &[(String, String)]) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in query {
        out.append_pair(name, if SECRETS.contains(&name.as_str()) { "***" } else { value });
    }
    out.finish()
}

/// A storage ticket is a capability too.
fn masked_path(path: &str) -> String {
    match path.strip_prefix("/replay/").and_then(|rest| rest.split_once('/')) {
        Some((key, _)) => format!("/replay/{key}/***"),
        None => path.to_owned(),
    }
}

fn authorization(value: &str) -> Authorization {
    let (scheme, credential) = value.split_once(' ').unwrap_or((value, ""));
    Authorization { scheme: scheme.to_owned(), sha256: hash(credential.trim()).chars().take(12).collect() }
}
