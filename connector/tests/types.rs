//! Answers whose fields have other types than documented: every activity, with each field of what it reads changed in turn.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod live;

use std::cell::Cell;
use std::collections::BTreeSet;

use live::{Bench, Exchange, Wire};
use serde_json::{Value, json};
use switchboard_connector_zoom::activities::invoke;
use switchboard_connector_zoom::bindings::contract::Retry;
use switchboard_connector_zoom::bindings::http::{Expectation, Failure, Request, Response, Stored};
use switchboard_connector_zoom::{Service, Zoom, manifest};

/// Fields that an activity cannot do without, besides ids and lists, which the problem names.
const NEEDED: [(&str, &str); 7] = [
    // Without it nobody knows whether the app is on a later page.
    ("apps.preapproval-get", "/next_page_token"),
    ("recordings.download", "/recording_files"),
    ("recordings.download", "/recording_files/0/download_url"),
    ("recordings.download", "/recording_files/0/file_type"),
    ("recordings.download", "/recording_files/0/recording_end"),
    ("recordings.download-transcript", "/download_url"),
    ("users.email-exists", "/existed_email"),
];

/// Fields of one answer that are changed: lists repeat theirs.
const MOST_FIELDS: usize = 60;

/// The answers of an earlier call again, one of them changed.
struct Replay<'a> {
    answers: &'a [Exchange],
    changed: (usize, Vec<u8>),
    next: Cell<usize>,
}

impl Service for Replay<'_> {
    fn send(&self, _: &Request) -> Result<Response, Failure> {
        let at = self.next.replace(self.next.get() + 1);
        let Some(exchange) = self.answers.get(at) else { return Err(over()) };
        let body = if at == self.changed.0 { self.changed.1.clone() } else { exchange.response.body.clone() };
        Ok(Response { body, ..exchange.response.clone() })
    }
    fn download(&self, _: &Request, label: &str, _: &Expectation) -> Result<Stored, Failure> {
        Ok(Stored { path: format!("/downloads/{label}"), size: 1, sha256: "0".repeat(64), content_type: None })
    }
    fn now(&self) -> u64 {
        let since = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("after 1970");
        u64::try_from(since.as_millis()).expect("fits")
    }
    fn progress(&self, _: u64, _: &str) {}
}

/// More was asked for than in the earlier call.
fn over() -> Failure {
    Failure {
        code: "over".to_owned(),
        message: "no more answers".to_owned(),
        fix: None,
        retry: Retry::Never,
        not_sent: false,
        response: None,
    }
}

/// The place of every value that is no object.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, inner)| places(inner, &format!("{at}/{}", key.replace('/', "~1")), out));
        }
        Value::Array(items) => {
            out.push(at.to_owned());
            items.iter().take(1).enumerate().for_each(|(n, item)| places(item, &format!("{at}/{n}"), out));
        }
        _ => out.push(at.to_owned()),
    }
}

/// What a value becomes. A list that is none is no empty list: it becomes null, as Zoom writes an absent one.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::String(_) => vec![json!(7), json!(true), json!({}), json!(""), Value::Null],
        Value::Number(_) => vec![json!("7"), json!(""), json!(false), json!([]), Value::Null],
        Value::Bool(_) => vec![json!("true"), json!(1), json!(""), Value::Null],
        Value::Array(_) => vec![Value::Null],
        _ => vec![json!("x"), json!({})],
    }
}

#[test]
fn a_field_of_another_type_takes_nothing_else_along() {
    let bench = Bench::new();
    let manifest: Value = serde_json::from_str(&manifest::resolved()).unwrap();
    let (mut wrong, mut tried) = (BTreeSet::new(), 0);
    for entry in manifest["activities"].as_array().unwrap() {
        let name = entry["name"].as_str().unwrap();
        let example =
            entry["examples"].as_array().unwrap().iter().find(|example| example["problem"].is_null()).unwrap();
        let scopes = if entry["scopes_by"].is_string() { &example["scopes"] } else { &entry["scopes"] };
        let set = scopes["granular"].as_array().unwrap().last().unwrap().as_array().unwrap();
        let set: Vec<String> = set.iter().map(|scope| scope.as_str().unwrap().to_owned()).collect();
        bench.emulator.reset();
        let wire = Wire::new(&bench.emulator, &set);
        let input = example["input"].to_string();
        invoke(&Zoom::new(&wire), name, &input).unwrap_or_else(|problem| panic!("{name}: {problem:?}"));
        let answers = wire.seen.into_inner();
        for (at, exchange) in answers.iter().enumerate() {
            let Ok(body) = serde_json::from_slice::<Value>(&exchange.response.body) else { continue };
            let mut all = Vec::new();
            places(&body, "", &mut all);
            for place in all.iter().filter(|place| !place.is_empty()).take(MOST_FIELDS) {
                for other in others(body.pointer(place).unwrap()) {
                    let mut changed = body.clone();
                    *changed.pointer_mut(place).unwrap() = other.clone();
                    let changed = (at, changed.to_string().into_bytes());
                    let replay = Replay { answers: &answers, changed, next: Cell::new(0) };
                    tried += 1;
                    let Err(problem) = invoke(&Zoom::new(&replay), name, &input) else { continue };
                    let details: Value =
                        serde_json::from_str(problem.details.as_deref().unwrap_or_default()).unwrap_or_default();
                    // It may be another object.
                    let is_other = problem.code == "unexpected-answer" && details["asked"].is_string();
                    let is_named = problem.code == "unexpected-answer"
                        && place
                            .strip_prefix('/')
                            .is_some_and(|field| problem.message.contains(&format!("no `{field}`")));
                    if problem.code != "over" && !is_named && !is_other && !NEEDED.contains(&(name, place.as_str())) {
                        wrong.insert(format!("{name} {place} {}: {}", problem.code, problem.message));
                    }
                }
            }
        }
    }
    assert!(tried > 2000, "{tried}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.into_iter().collect::<Vec<_>>().join("\n"));
}
