//! No answer, however broken, makes an activity panic or answer with anything but JSON or a problem.
//!
//! Every example of every activity runs against the emulator once, and what Zoom answered is recorded. Then each recorded answer is
//! broken in turn: cut short, replaced by made-up bytes, and with a value of every wrong type in every place.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod live;

use std::cell::{Cell, RefCell};

use live::{Bench, Wire};
use serde_json::{Value, json};
use switchboard_connector_zoom::activities::invoke;
use switchboard_connector_zoom::bindings::contract::{Problem, Retry};
use switchboard_connector_zoom::bindings::http::{Expectation, Failure, Request, Response, Stored};
use switchboard_connector_zoom::{Service, Zoom, manifest};

/// More requests than any example needs; beyond them an activity would ask for ever.
const MOST: usize = 500;

/// The emulator's answers, kept.
struct Recorder {
    wire: Wire,
    answers: RefCell<Vec<Response>>,
}

impl Service for Recorder {
    fn send(&self, request: &Request) -> Result<Response, Failure> {
        let answer = self.wire.send(request)?;
        self.answers.borrow_mut().push(answer.clone());
        Ok(answer)
    }
    fn download(&self, request: &Request, label: &str, expect: &Expectation) -> Result<Stored, Failure> {
        self.wire.download(request, label, expect)
    }
    fn now(&self) -> u64 {
        self.wire.now()
    }
    fn progress(&self, _: u64, _: &str) {}
}

/// Recorded answers in order, one of them broken; the last one again when more is asked.
struct Replay<'a> {
    answers: &'a [Response],
    broken: (usize, Response),
    asked: Cell<usize>,
    now: u64,
}

impl Service for Replay<'_> {
    fn send(&self, _: &Request) -> Result<Response, Failure> {
        let turn = self.asked.replace(self.asked.get() + 1);
        if turn >= MOST {
            return Err(failure(None));
        }
        let at = turn.min(self.answers.len() - 1);
        Ok(if at == self.broken.0 { self.broken.1.clone() } else { self.answers[at].clone() })
    }
    fn download(&self, _: &Request, _: &str, _: &Expectation) -> Result<Stored, Failure> {
        Err(failure(Some(self.broken.1.clone())))
    }
    fn now(&self) -> u64 {
        self.now
    }
    fn progress(&self, _: u64, _: &str) {}
}

fn failure(response: Option<Response>) -> Failure {
    let (code, message) = ("cut".to_owned(), "too many requests".to_owned());
    Failure { code, message, fix: None, retry: Retry::Never, not_sent: false, response }
}

/// What the emulator answered to one example.
struct Recorded {
    name: String,
    input: String,
    answers: Vec<Response>,
    now: u64,
}

fn recorded() -> Vec<Recorded> {
    let bench = Bench::new();
    let manifest: Value = serde_json::from_str(&manifest::resolved()).unwrap();
    let mut all = Vec::new();
    for entry in manifest["activities"].as_array().unwrap() {
        let name = entry["name"].as_str().unwrap();
        for example in entry["examples"].as_array().unwrap().iter().filter(|example| example["problem"].is_null()) {
            bench.emulator.reset();
            let scopes = if entry["scopes_by"].is_string() { &example["scopes"] } else { &entry["scopes"] };
            let sets = scopes["granular"].as_array().unwrap();
            let set = sets.last().unwrap().as_array().unwrap();
            let set: Vec<String> = set.iter().map(|scope| scope.as_str().unwrap().to_owned()).collect();
            let recorder = Recorder { wire: Wire::new(&bench.emulator, &set), answers: RefCell::default() };
            let input = example["input"].to_string();
            let _ = invoke(&Zoom::new(&recorder), name, &input);
            let now = recorder.now();
            let answers = recorder.answers.into_inner();
            if !answers.is_empty() {
                all.push(Recorded { name: name.to_owned(), input, answers, now });
            }
        }
    }
    assert!(all.len() > 50, "the manifest has examples");
    all
}

/// Run with the answer at `at` replaced.
fn run(recorded: &Recorded, at: usize, status: u16, body: Vec<u8>) {
    let shown = String::from_utf8_lossy(&body).chars().take(300).collect::<String>();
    let headers = recorded.answers[at].headers.clone();
    let broken = (at, Response { status, headers, body });
    let replay = Replay { answers: &recorded.answers, broken, asked: Cell::new(0), now: recorded.now };
    let name = &recorded.name;
    match invoke(&Zoom::new(&replay), name, &recorded.input) {
        Ok(text) => {
            let answer: Value = serde_json::from_str(&text).unwrap();
            assert!(answer.is_object(), "{name} answers {text} to {status} {shown}");
        }
        Err(Problem { code, message, .. }) => {
            assert!(!code.is_empty() && !message.is_empty(), "{name} says nothing about {status} {shown}");
        }
    }
    assert!(replay.asked.get() < MOST, "{name} asks for ever after {status} {shown}");
}

/// Made-up bytes, the same on every run.
fn bytes(seed: &mut u64, count: usize) -> Vec<u8> {
    let mut next = || {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        (*seed >> 32) as u8
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn bytes_that_mean_nothing_make_no_activity_panic() {
    let mut seed = 0x5eed;
    for one in recorded() {
        for at in 0..one.answers.len().min(4) {
            let (whole, status) = (one.answers[at].body.clone(), one.answers[at].status);
            for cut in [0, 1, whole.len() / 3, whole.len() / 2, whole.len().saturating_sub(1)] {
                run(&one, at, status, whole[..cut.min(whole.len())].to_vec());
            }
            for status in [200, 201, 204, 302, 400, 401, 403, 404, 409, 429, 500, 503] {
                for count in [3, 200] {
                    run(&one, at, status, bytes(&mut seed, count));
                }
                for text in ["", "null", "[]", "{}", "\"x\"", "<html>", "{\"code\":\"x\",\"message\":[]}", "\u{feff}{}"]
                {
                    run(&one, at, status, text.as_bytes().to_vec());
                }
            }
            let deep = "[".repeat(100_000);
            run(&one, at, status, deep.into_bytes());
        }
    }
}

/// Two items of every list: more would break in the same places.
fn shorten(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        Value::Array(items) => {
            items.truncate(2);
            items.iter_mut().for_each(shorten);
        }
        _ => {}
    }
}

/// Pointers to every value.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                places(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), out);
            }
        }
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{n}"), out);
            }
        }
        _ => {}
    }
}

#[test]
fn a_value_of_every_wrong_type_in_every_place_makes_no_activity_panic() {
    let wrong = [
        json!(null),
        json!(true),
        json!(-1),
        json!(u64::MAX),
        json!(1e300),
        json!(""),
        json!("9999-99-99T99:99:99Z"),
        json!("\u{0}é🎤"),
        json!([]),
        json!([null]),
        json!({}),
        json!({"code": 300, "message": "x"}),
    ];
    for one in recorded() {
        for at in 0..one.answers.len().min(3) {
            let Ok(mut whole) = serde_json::from_slice::<Value>(&one.answers[at].body) else {
                continue;
            };
            shorten(&mut whole);
            let mut all = Vec::new();
            places(&whole, "", &mut all);
            for place in all {
                for value in &wrong {
                    let mut body = whole.clone();
                    *body.pointer_mut(&place).unwrap() = value.clone();
                    run(&one, at, one.answers[at].status, body.to_string().into_bytes());
                }
            }
        }
    }
}
