//! The emulator over real HTTP, with the host's part as small as it can be.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

use std::cell::RefCell;

use serde_json::Value;
use switchboard_connector_zoom::activities::invoke;
use switchboard_connector_zoom::bindings::contract::{Problem, Retry};
use switchboard_connector_zoom::bindings::http::{
    Credential, Expectation, Failure, Header, Method, Request, Response, Stored, Target,
};
use switchboard_connector_zoom::{Service, Zoom};
use switchboard_emulator::{Emulator, Options};

/// Owner of the emulated account.
pub const OWNER: &str = "ada@emulator.test";

/// The host's part, as small as it can be.
pub struct Wire {
    route: Route,
    token: String,
    agent: ureq::Agent,
    /// What was sent and answered, in order.
    pub seen: RefCell<Vec<Exchange>>,
}

/// The base address for a path.
pub type Route = Box<dyn Fn(&str) -> String>;

/// One request and its answer.
pub struct Exchange {
    /// `GET /users/me`, without the query.
    pub operation: String,
    pub response: Response,
}

impl Wire {
    pub fn new(emulator: &Emulator, scopes: &[String]) -> Self {
        let token = emulator.issue_token_with(OWNER, scopes).expect("the owner is seeded");
        let base = emulator.api_base();
        Self::routed(Box::new(move |_| base.clone()), token)
    }

    /// Each path goes where `route` says.
    pub fn routed(route: Route, token: String) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        Self { route, token, agent: config.into(), seen: RefCell::default() }
    }

    fn exchange(&self, request: &Request) -> Result<Response, ureq::Error> {
        let url = match &request.target {
            Target::Path(path) => format!("{}{path}", (self.route)(path)),
            Target::Link(link) => link.clone(),
        };
        let method = match request.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        };
        let mut builder = ureq::http::Request::builder().method(method).uri(with_query(&url, &request.query));
        for Header { name, value } in &request.headers {
            builder = builder.header(name, value);
        }
        if matches!(request.credential, Credential::Connection) {
            builder = builder.header("authorization", format!("Bearer {}", self.token));
        }
        let body = request.body.clone().unwrap_or_default();
        let mut answer = self.agent.run(builder.body(body).expect("a request"))?;
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| Header {
                name: name.to_string(),
                value: value.to_str().unwrap_or_default().to_owned(),
            })
            .collect();
        let response = Response { status: answer.status().as_u16(), headers, body: answer.body_mut().read_to_vec()? };
        if let Target::Path(path) = &request.target {
            let operation = format!("{method} {path}");
            self.seen.borrow_mut().push(Exchange { operation, response: response.clone() });
        }
        Ok(response)
    }
}

fn with_query(url: &str, query: &[(String, String)]) -> String {
    let mut url = url::Url::parse(url).expect("an address");
    for (name, value) in query {
        url.query_pairs_mut().append_pair(name, value);
    }
    url.into()
}

fn failure(error: &ureq::Error) -> Failure {
    Failure {
        code: "network".to_owned(),
        message: error.to_string(),
        fix: None,
        retry: Retry::Never,
        not_sent: false,
        response: None,
    }
}

impl Service for Wire {
    fn send(&self, request: &Request) -> Result<Response, Failure> {
        self.exchange(request).map_err(|error| failure(&error))
    }

    fn download(&self, request: &Request, label: &str, expect: &Expectation) -> Result<Stored, Failure> {
        let answer = self.exchange(request).map_err(|error| failure(&error))?;
        let size = u64::try_from(answer.body.len()).expect("fits");
        if answer.status != 200 || expect.size.is_some_and(|expected| expected != size) {
            let code = "download.refused".to_owned();
            let message = format!("HTTP {}, {size} bytes", answer.status);
            let response = Some(answer);
            return Err(Failure { code, message, fix: None, retry: Retry::Never, not_sent: false, response });
        }
        Ok(Stored { path: format!("/downloads/{label}"), size, sha256: "0".repeat(64), content_type: None })
    }

    fn now(&self) -> u64 {
        let since = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("after 1970");
        u64::try_from(since.as_millis()).expect("fits")
    }

    fn progress(&self, _: u64, _: &str) {}
}

pub struct Bench {
    pub emulator: Emulator,
    _threads: tokio::runtime::Runtime,
}

impl Bench {
    pub fn new() -> Self {
        Self::seeded(Options::default().seed)
    }

    pub fn seeded(seed: switchboard_emulator::Seed) -> Self {
        let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let options = Options { rate_limits: false, seed, ..Options::default() };
        let emulator = threads.block_on(switchboard_emulator::start(options)).expect("the emulator starts");
        Self { emulator, _threads: threads }
    }

    /// Run on the world as it is.
    pub fn call(&self, name: &str, input: &Value, scopes: &[&str]) -> Result<Value, Problem> {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let wire = Wire::new(&self.emulator, &scopes);
        invoke(&Zoom::new(&wire), name, &input.to_string()).map(|text| serde_json::from_str(&text).unwrap())
    }

    /// Run on a fresh world.
    pub fn run(&self, name: &str, input: &Value, scopes: &[String]) -> Result<Value, Problem> {
        self.emulator.reset();
        let wire = Wire::new(&self.emulator, scopes);
        invoke(&Zoom::new(&wire), name, &input.to_string()).map(|text| serde_json::from_str(&text).unwrap())
    }
}
