//! A request of the service that was saved to a file, and what its signature is judged by.

use std::path::Path;

use secrecy::SecretString;
use switchboard_manifest::Manifest;
use switchboard_runtime::{Signing, SigningSecrets, Unverified};

use crate::{AppError, files, memory};

/// Largest saved request, bytes. Services send some kilobytes.
const MAX_REQUEST: u64 = 2 << 20;
/// Largest file of a webhook secret, bytes. A secret has some twenty.
const MAX_SECRET: u64 = 64 << 10;

/// A request as a tunnel or a log shows it: headers, an empty line, the body byte by byte.
pub struct SavedWebhook {
    headers: Vec<(String, String)>,
    /// The body, as it came.
    pub body: Vec<u8>,
}

impl SavedWebhook {
    /// Reads the request of a file.
    pub fn read(file: &Path, signing: &Signing) -> Result<SavedWebhook, AppError> {
        let request =
            switchboard_text_file::read_bytes(file, MAX_REQUEST).map_err(|error| files::file_error(&error))?;
        SavedWebhook::parse(&request).ok_or_else(|| unsigned_error(file, signing))
    }

    fn parse(request: &[u8]) -> Option<SavedWebhook> {
        let end =
            |mark: &[u8]| request.windows(mark.len()).position(|window| window == mark).map(|at| (at, at + mark.len()));
        // The head ends where it first may: the body can hold empty lines too.
        let (head, body) = end(b"\r\n\r\n").into_iter().chain(end(b"\n\n")).min()?;
        let head = std::str::from_utf8(request.get(..head)?).ok()?;
        let headers = head.lines().filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect();
        Some(SavedWebhook { headers, body: request.get(body..)?.to_vec() })
    }

    /// The request as an unverified webhook, with this body.
    pub fn with<'a>(&'a self, body: &'a [u8]) -> Unverified<'a> {
        Unverified::new(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())), body)
    }
}

/// The failure of a file without the headers of a signed request.
pub fn unsigned_error(file: &Path, signing: &Signing) -> AppError {
    let signature = signing.signature_header();
    let timestamp = signing.timestamp_header();
    AppError::usage(
        format!("{} is not a signed webhook request", file.display()),
        format!(
            "save the whole request: its headers (with `{signature}` and `{timestamp}`), an empty line, its body unchanged"
        ),
    )
}

/// How the service signs.
pub fn signing(manifest: &Manifest) -> Result<&Signing, AppError> {
    manifest.deliveries.signing.as_ref().ok_or_else(|| {
        AppError::usage(format!("{} does not sign webhooks", manifest.title), "an unsigned webhook cannot be trusted")
    })
}

/// The secret in a file, as that of an app.
pub fn secrets(app: &str, file: &Path) -> Result<SigningSecrets, AppError> {
    memory::hide_from_other_processes();
    let text = switchboard_text_file::read(file, MAX_SECRET).map_err(|error| files::file_error(&error))?;
    let secret: SecretString = files::one_line(&text, &format!("the file {}", file.display()))?;
    SigningSecrets::new(app, [secret])
        .map_err(|_| AppError::usage("the file of the secret is empty", "put only the app's secret token into it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_ends_with_its_first_empty_line_however_lines_end() {
        for (request, body) in
            [("a: 1\r\n\r\n{}\n\n", "{}\n\n"), ("a: 1\n\n{}\r\n\r\n", "{}\r\n\r\n"), ("a: 1\n\n", "")]
        {
            let webhook = SavedWebhook::parse(request.as_bytes()).unwrap();
            assert_eq!((webhook.headers.len(), webhook.body.as_slice()), (1, body.as_bytes()), "{request:?}");
        }
        assert!(SavedWebhook::parse(b"a: 1\n{}").is_none());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn memory_is_hidden_before_the_secret_is_read() {
        capctl::prctl::set_dumpable(true).unwrap();
        assert!(secrets("app", Path::new("/nowhere/secret")).is_err());
        assert!(!capctl::prctl::get_dumpable().unwrap());
    }
}
