//! The only place where tests know how activities are called: a scripted host and checks over `invoke`.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use serde_json::Value;

use crate::activities::invoke;
use crate::bindings::contract::{Problem, Retry};
use crate::bindings::http::{Expectation, Failure, Header, Method, Request, Response, Stored, Target};
use crate::service::Service;
use crate::zoom::Zoom;

/// 2026-07-30T00:00:00Z, after which test meetings take place.
const NOW: u64 = 1_785_369_600_000;

enum Answer {
    Http(u16, String),
    Download(Box<Result<Stored, Failure>>),
}

/// What the host will answer, in order.
pub struct Script {
    steps: RefCell<VecDeque<(String, Option<String>, Answer)>>,
    asked: Cell<usize>,
    downloaded: RefCell<Option<(String, Expectation)>>,
    kind: &'static str,
}

/// A script of one step. `request` is `METHOD target?query`; an empty one means that nothing may be sent.
pub fn script(request: &str, status: u16, body: &str) -> Script {
    let script =
        Script { steps: RefCell::default(), asked: Cell::new(0), downloaded: RefCell::default(), kind: "oauth" };
    if request.is_empty() { script } else { script.then(request, status, body) }
}

impl Script {
    /// Another step.
    pub fn then(self, request: &str, status: u16, body: &str) -> Self {
        self.steps.borrow_mut().push_back((request.to_owned(), None, Answer::Http(status, body.to_owned())));
        self
    }
    /// The last step's request must have exactly this body.
    pub fn with_body(self, body: &str) -> Self {
        self.steps.borrow_mut().back_mut().unwrap().1 = Some(body.to_owned());
        self
    }
    /// A step that downloads.
    pub fn then_download(self, request: &str, result: Result<Stored, Failure>) -> Self {
        self.steps.borrow_mut().push_back((request.to_owned(), None, Answer::Download(Box::new(result))));
        self
    }
    /// As through a Server-to-Server connection.
    pub fn without_a_user(mut self) -> Self {
        self.kind = "server-to-server";
        self
    }
    /// Whether every step was asked for.
    pub fn is_used_up(&self) -> bool {
        self.steps.borrow().is_empty()
    }
    /// Label and expectation of the download.
    pub fn downloaded(&self) -> (String, Expectation) {
        self.downloaded.borrow().clone().unwrap()
    }

    fn next(&self, request: &Request) -> Answer {
        self.asked.set(self.asked.get() + 1);
        let sent = spelled(request);
        let (expected, body, answer) =
            self.steps.borrow_mut().pop_front().unwrap_or_else(|| panic!("unexpected {sent}"));
        assert_eq!(sent, expected);
        if let Some(body) = body {
            let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            assert_eq!(parse(request.body.as_deref().unwrap()), parse(&body));
        }
        answer
    }
}

fn spelled(request: &Request) -> String {
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    };
    let target = match &request.target {
        Target::Path(path) => path,
        Target::Link(link) => link,
    };
    let query: Vec<_> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{method} {target}{mark}{}", query.join("&"))
}

impl Service for Script {
    fn send(&self, request: &Request) -> Result<Response, Failure> {
        match self.next(request) {
            Answer::Http(status, body) => Ok(Response { status, headers: Vec::new(), body: body.into_bytes() }),
            Answer::Download(_) => panic!("a download was expected"),
        }
    }
    fn download(&self, request: &Request, label: &str, expect: &Expectation) -> Result<Stored, Failure> {
        self.downloaded.replace(Some((label.to_owned(), expect.clone())));
        match self.next(request) {
            Answer::Download(result) => *result,
            Answer::Http(..) => panic!("a plain request was expected"),
        }
    }
    fn now(&self) -> u64 {
        NOW
    }
    fn progress(&self, _: u64, _: &str) {}
    fn connection_kind(&self) -> String {
        self.kind.to_owned()
    }
}

/// A file that the host has stored.
pub fn stored(size: u64) -> Stored {
    Stored { path: "/files/x".to_owned(), size, sha256: "00".to_owned(), content_type: None }
}

/// A download that got something else than the file.
pub fn page(status: u16, content_type: &str, body: &str) -> Failure {
    let headers = vec![Header { name: "content-type".to_owned(), value: content_type.to_owned() }];
    Failure {
        code: "download.content-type".to_owned(),
        message: "not the expected file".to_owned(),
        fix: None,
        retry: Retry::Never,
        not_sent: false,
        response: Some(Response { status, headers, body: body.as_bytes().to_vec() }),
    }
}

/// Call an activity as the host does.
pub fn run(activity: &str, input: &str, script: &Script) -> Result<Value, Problem> {
    invoke(&Zoom::new(script), activity, input).map(|json| serde_json::from_str(&json).unwrap())
}

/// The activity answers this, and asks for everything in the script.
#[track_caller]
pub fn check(activity: &str, input: &str, script: Script, expected: &str) {
    let answer = run(activity, input, &script).unwrap_or_else(|problem| panic!("{problem:?}"));
    assert_eq!(answer, serde_json::from_str::<Value>(expected).unwrap());
    assert!(script.is_used_up(), "not everything was asked for");
}

/// The activity ends with this problem. An empty script means that nothing was sent.
#[track_caller]
pub fn fails(activity: &str, input: &str, script: Script, code: &str, pointer: Option<&str>) -> Problem {
    let problem = run(activity, input, &script).unwrap_err();
    assert_eq!((problem.code.as_str(), problem.pointer.as_deref()), (code, pointer), "{problem:?}");
    assert!(problem.fix.is_some(), "a problem says what to do: {problem:?}");
    assert!(problem.not_sent || script.asked.get() > 0);
    problem
}
