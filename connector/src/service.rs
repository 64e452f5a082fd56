//! What the connector needs from outside, as a trait: the real host in the component, a script in tests.

use crate::bindings::contract::Problem;
use crate::bindings::http::{Expectation, Failure, Request, Response, Stored};
use crate::bindings::{context, http, log};

/// The host's side of the contract.
pub trait Service {
    /// Send one request; every HTTP status is an answer.
    fn send(&self, request: &Request) -> Result<Response, Failure>;
    /// Store an answer's body in a file named after `label`.
    fn download(&self, request: &Request, label: &str, expect: &Expectation) -> Result<Stored, Failure>;
    /// Milliseconds since 1970.
    fn now(&self) -> u64;
    /// How far long work is.
    fn progress(&self, done: u64, unit: &str);
    /// Something that whoever watches should know.
    fn warn(&self, _: &str) {}
    /// `oauth`, `byo`, `server-to-server` or `token`; `none` in a call without a connection.
    fn connection_kind(&self) -> String {
        "token".to_owned()
    }
}

/// The host behind the component's imports.
pub struct Host;

impl Service for Host {
    fn send(&self, request: &Request) -> Result<Response, Failure> {
        http::send(request)
    }
    fn download(&self, request: &Request, label: &str, expect: &Expectation) -> Result<Stored, Failure> {
        http::download(request, label, expect)
    }
    fn now(&self) -> u64 {
        context::get().now
    }
    fn progress(&self, done: u64, unit: &str) {
        log::progress(done, None, unit);
    }
    fn warn(&self, text: &str) {
        log::message(log::Level::Warn, text);
    }
    fn connection_kind(&self) -> String {
        context::get().connection.kind
    }
}

/// The outcome of an activity.
pub type Outcome<T> = Result<T, Problem>;
