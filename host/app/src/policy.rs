//! What a home folder allows beyond the manifests: `policy.json`.

use std::path::Path;

use serde::{Deserialize, Deserializer};

use crate::{AppError, size};

/// What the file says.
#[derive(Debug, PartialEq, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Activities that run although they are off by policy.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Largest file to download, bytes; as text with a unit, `80GiB`.
    #[serde(default, deserialize_with = "bytes")]
    pub max_download: Option<u64>,
}

/// Bytes of the file: a thousand activities.
const MAX_FILE: u64 = 64 << 10;

/// The folder's policy. No file allows nothing; a file that cannot be read is an error.
pub fn read(home: &Path) -> Result<Policy, AppError> {
    let path = home.join("policy.json");
    let text = match switchboard_text_file::read(&path, MAX_FILE) {
        Ok(text) => text,
        Err(error) if error.is_absent() => return Ok(Policy::default()),
        Err(error) => return Err(AppError::failed("policy.file", error.to_string()).with_fix(error.fix())),
    };
    parse(&text).map_err(|error| {
        AppError::failed("policy.file", format!("{}: {error}", path.display()))
            .with_fix("write it as {\"allow\": [\"ACTIVITY\"], \"max_download\": \"50GiB\"}")
    })
}

fn parse(text: &str) -> serde_json::Result<Policy> {
    serde_json::from_str(text)
}

fn bytes<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u64>, D::Error> {
    let text = String::deserialize(value)?;
    size::parse(&text).map(Some).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_cannot_be_read_is_an_error() {
        assert_eq!(parse(r#"{"allow":["zoom.a.b"]}"#).unwrap().allow, ["zoom.a.b"]);
        assert_eq!(parse(r#"{"max_download":"2KiB"}"#).unwrap().max_download, Some(2_048));
        for text in [r#"{"alow":[]}"#, r#"{"allow":"zoom.a.b"}"#, r#"{"max_download":5}"#, ""] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
