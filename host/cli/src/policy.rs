//! What a home folder allows beyond the manifests: `policy.json`.

use std::io::ErrorKind;
use std::path::Path;

use serde::Deserialize;

use crate::error::CliError;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct File {
    /// Activities that run although they are off by policy.
    #[serde(default)]
    allow: Vec<String>,
}

/// The activities that the folder allows. No file allows none; a file that cannot be read is an error.
pub fn read(home: &Path) -> Result<Vec<String>, CliError> {
    let path = home.join("policy.json");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(CliError::failed("policy.file", format!("cannot read {}: {error}", path.display()))),
    };
    parse(&text).map_err(|error| {
        CliError::failed("policy.file", format!("{}: {error}", path.display()))
            .with_fix("write it as {\"allow\": [\"zoom.recordings.delete-permanently\"]}")
    })
}

fn parse(text: &str) -> serde_json::Result<Vec<String>> {
    Ok(serde_json::from_str::<File>(text)?.allow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_cannot_be_read_is_an_error() {
        assert_eq!(parse(r#"{"allow":["zoom.a.b"]}"#).unwrap(), ["zoom.a.b"]);
        for text in [r#"{"alow":[]}"#, r#"{"allow":"zoom.a.b"}"#, ""] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
