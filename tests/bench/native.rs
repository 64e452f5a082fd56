//! The connector without a sandbox: the same crate, compiled for this machine, over the same egress.

use std::cell::RefCell;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use switchboard_connector_zoom::bindings::contract::{Header, Retry};
use switchboard_connector_zoom::bindings::http::{Expectation, Failure, Method, Request, Response, Stored, Target};
use switchboard_connector_zoom::{Service, Zoom, activities};
use switchboard_egress::{self as egress, Credential, Egress, NoTrace, Policy};
use tokio::runtime::Runtime;
use tokio::time::Instant;
use url::Url;

use crate::Failed;

/// What the connector asks for, done at once.
pub struct Native<'a> {
    threads: &'a Runtime,
    egress: Egress,
    policy: Policy,
    token: String,
    dry_run: bool,
    planned: RefCell<Option<Value>>,
}

impl<'a> Native<'a> {
    pub fn new(threads: &'a Runtime, egress: Egress, api_base: &str, token: &str) -> Result<Self, Failed> {
        Ok(Self {
            threads,
            egress,
            policy: Policy::new(Url::parse(api_base)?, Vec::new()),
            token: token.to_owned(),
            dry_run: false,
            planned: RefCell::default(),
        })
    }

    /// Stop at the first request, as the host does.
    pub fn dry(mut self) -> Self {
        self.dry_run = true;
        self
    }

    /// One activity, from input to output as the host gives them.
    pub fn call(&self, name: &str, input: Value) -> Result<Value, Failed> {
        let done = activities::invoke(&Zoom::new(self), name, &input.to_string());
        if let Some(planned) = self.planned.take() {
            return Ok(json!({ "dry_run": true, "request": planned }));
        }
        let text = done.map_err(|problem| problem.message)?;
        Ok(serde_json::from_str(&text)?)
    }

    fn plan(&self, request: &Request) -> Failure {
        let path = match &request.target {
            Target::Path(path) => format!("{}{path}", self.policy.api_base()),
            Target::Link(link) => link.clone(),
        };
        let body: Option<Value> = request.body.as_deref().map(|text| serde_json::from_str(text).unwrap_or(Value::Null));
        self.planned.replace(Some(json!({
            "method": method(request.method).as_str(),
            "url": egress::redact(&path),
            "query": request.query,
            "body": body,
        })));
        failure("dry-run", "not sent: this is a dry run")
    }
}

impl Service for Native<'_> {
    fn send(&self, request: &Request) -> Result<Response, Failure> {
        if self.dry_run {
            return Err(self.plan(request));
        }
        let target = match &request.target {
            Target::Path(path) => egress::Target::Path(path.clone()),
            Target::Link(link) => egress::Target::Link(link.clone()),
        };
        let headers = request.headers.iter();
        let request = egress::Request {
            method: method(request.method),
            target,
            query: request.query.clone(),
            headers: headers.map(|header| (header.name.clone(), header.value.clone())).collect(),
            body: request.body.clone().map(String::into_bytes),
        };
        let credential = Credential::new(self.token.clone());
        let deadline = Instant::now() + Duration::from_secs(30);
        let sent = self.egress.send(&self.policy, &request, Some(&credential), deadline, &NoTrace);
        let answer = self.threads.block_on(sent).map_err(|found| failure(&found.code, &found.message))?;
        let headers = answer.headers.into_iter();
        Ok(Response {
            status: answer.status,
            headers: headers.map(|(name, value)| Header { name, value }).collect(),
            body: answer.body,
        })
    }

    fn download(&self, _: &Request, _: &str, _: &Expectation) -> Result<Stored, Failure> {
        Err(failure("bench", "downloads are measured apart"))
    }

    fn now(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    fn progress(&self, _: u64, _: &str) {}
}

fn method(method: Method) -> egress::Method {
    match method {
        Method::Get => egress::Method::Get,
        Method::Post => egress::Method::Post,
        Method::Put => egress::Method::Put,
        Method::Patch => egress::Method::Patch,
        Method::Delete => egress::Method::Delete,
    }
}

fn failure(code: &str, message: &str) -> Failure {
    Failure {
        code: code.to_owned(),
        message: message.to_owned(),
        fix: None,
        retry: Retry::Never,
        not_sent: true,
        response: None,
    }
}
