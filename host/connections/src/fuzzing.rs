//! The reader of token answers without a network around it, for the fuzz gate alone.

use http::{HeaderName, HeaderValue};
use switchboard_egress::KnownSecrets;

use crate::ConnectionsError;
use crate::token_endpoint::answer;
use crate::token_endpoint::request::Response;

/// What people are shown of an answer with this head and body, to a question that held this secret; nothing for a token.
pub fn token_answer(status: u16, lines: &[(String, Vec<u8>)], body: &[u8], secret: &str) -> Vec<String> {
    let mut received = http::Response::new(body.to_vec());
    let Ok(status) = http::StatusCode::from_u16(status) else { return Vec::new() };
    *received.status_mut() = status;
    for (name, value) in lines {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value)) {
            // More than a map holds never comes in.
            let _ = received.headers_mut().try_append(name, value);
        }
    }
    let answers = [Some(answer::read(&received)), answer::refusal(&received)];
    let (response, secrets) = (Response::of(received), KnownSecrets::of([secret]));
    let failures = answers.into_iter().flatten().map(|answer| response.failure(answer, &secrets));
    failures.map(|failure| ConnectionsError::from(failure).to_string()).collect()
}
