//! What comes back.

use std::fmt;

use crate::{Failure, KnownSecrets};

/// More headers than this no service sends.
const MOST_HEADERS: usize = 100;
/// Names and values of all of them. Some services send a few KiB of policies; servers take 8 to 32 KiB themselves.
const LARGEST_HEADERS: usize = 64 * 1024;

/// An answer of the service, whatever its status.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of this lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Takes these secrets out of its headers and its body.
    pub fn scrub(&mut self, known: &KnownSecrets) {
        for (name, value) in &mut self.headers {
            *name = known.scrub_text(std::mem::take(name));
            *value = known.scrub_text(std::mem::take(value));
        }
        self.body = known.scrub(std::mem::take(&mut self.body));
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Refuses an answer with more headers than can be meant well, before anything reads them.
pub(crate) fn check_headers(headers: &http::HeaderMap) -> Result<(), Failure> {
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers.len() <= MOST_HEADERS && bytes <= LARGEST_HEADERS {
        return Ok(());
    }
    let limits = format!("{MOST_HEADERS} headers or {} KiB of them", LARGEST_HEADERS / 1024);
    Err(Failure::broken("response.too-large", format!("the answer has more than {limits}")))
}

/// The headers a connector may see: text only, cookies left out.
pub(crate) fn visible(headers: &http::HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| **name != http::header::SET_COOKIE)
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect()
}
