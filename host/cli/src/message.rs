//! A request of the service that was saved to a file, and what its signature is judged by.

use std::path::Path;

use switchboard_manifest::Manifest;
use switchboard_runtime::{Signing, SigningSecrets, Unverified};

use crate::commands::connect::one_line;
use crate::error::CliError;
use crate::{input, memory};

/// Largest saved message, bytes. Services send some kilobytes.
const MAX_MESSAGE: u64 = 2 << 20;
/// Largest file of a webhook secret, bytes. A secret has some twenty.
const MAX_SECRET: u64 = 64 << 10;

/// A request as a tunnel or a log shows it: headers, an empty line, the body byte by byte.
pub struct Message {
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Message {
    pub fn read(file: &Path, signing: &Signing) -> Result<Message, CliError> {
        let request = switchboard_text_file::read_bytes(file, MAX_MESSAGE).map_err(|error| input::unusable(&error))?;
        Message::parse(&request).ok_or_else(|| unsigned(file, signing))
    }

    fn parse(request: &[u8]) -> Option<Message> {
        let end =
            |mark: &[u8]| request.windows(mark.len()).position(|window| window == mark).map(|at| (at, at + mark.len()));
        // The head ends where it first may: the body can hold empty lines too.
        let (head, body) = end(b"\r\n\r\n").into_iter().chain(end(b"\n\n")).min()?;
        let (head, body) = (std::str::from_utf8(request.get(..head)?).ok()?, request.get(body..)?.to_vec());
        let headers = head.lines().filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect();
        Some(Message { headers, body })
    }

    /// The delivery, with this body.
    pub fn with<'a>(&'a self, body: &'a [u8]) -> Unverified<'a> {
        Unverified::new(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())), body)
    }
}

/// What is said of a file without the headers of a signed message.
pub fn unsigned(file: &Path, signing: &Signing) -> CliError {
    let (signature, timestamp) = (signing.signature_header(), signing.timestamp_header());
    CliError::usage(
        format!("{} is not a signed webhook request", file.display()),
        format!(
            "save the whole request: its headers (with `{signature}` and `{timestamp}`), an empty line, its body unchanged"
        ),
    )
}

/// How the service signs.
pub fn signing(manifest: &Manifest) -> Result<&Signing, CliError> {
    manifest.deliveries.signing.as_ref().ok_or_else(|| {
        CliError::usage(format!("{} does not sign webhooks", manifest.title), "an unsigned webhook cannot be trusted")
    })
}

/// The secret in a file, as that of an app.
pub fn secrets(app: &str, file: &Path) -> Result<SigningSecrets, CliError> {
    memory::hide_from_other_processes();
    let text = switchboard_text_file::read(file, MAX_SECRET).map_err(|error| input::unusable(&error))?;
    let secret = one_line(&text, &format!("the file {}", file.display()))?;
    SigningSecrets::new(app, [secret])
        .map_err(|_| CliError::usage("the file of the secret is empty", "put only the app's secret token into it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_ends_with_its_first_empty_line_however_lines_end() {
        for (request, body) in
            [("a: 1\r\n\r\n{}\n\n", "{}\n\n"), ("a: 1\n\n{}\r\n\r\n", "{}\r\n\r\n"), ("a: 1\n\n", "")]
        {
            let message = Message::parse(request.as_bytes()).unwrap();
            assert_eq!((message.headers.len(), message.body.as_slice()), (1, body.as_bytes()), "{request:?}");
        }
        assert!(Message::parse(b"a: 1\n{}").is_none());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn memory_is_hidden_before_the_secret_is_read() {
        capctl::prctl::set_dumpable(true).unwrap();
        assert!(secrets("app", Path::new("/nowhere/secret")).is_err());
        assert!(!capctl::prctl::get_dumpable().unwrap());
    }
}
