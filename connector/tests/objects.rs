//! Answers that are some object, but not the one that was asked for: every activity that reads an object or makes one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

use serde_json::Value;
use switchboard_connector_zoom::activities::invoke;
use switchboard_connector_zoom::bindings::contract::{Problem, Retry};
use switchboard_connector_zoom::bindings::http::{Expectation, Failure, Request, Response, Stored};
use switchboard_connector_zoom::{Service, Zoom, manifest};

/// It takes whatever comes.
const ANY_ANSWER: &str = "api.request";

/// Answers everything alike.
struct Alike(&'static str);

impl Service for Alike {
    fn send(&self, _: &Request) -> Result<Response, Failure> {
        Ok(Response { status: 200, headers: Vec::new(), body: self.0.as_bytes().to_vec() })
    }
    fn download(&self, _: &Request, _: &str, _: &Expectation) -> Result<Stored, Failure> {
        Err(Failure {
            code: "unreachable".to_owned(),
            message: "nothing is downloaded here".to_owned(),
            fix: None,
            retry: Retry::Never,
            not_sent: true,
            response: None,
        })
    }
    fn now(&self) -> u64 {
        1_785_369_600_000
    }
    fn progress(&self, _: u64, _: &str) {}
    fn connection_kind(&self) -> String {
        "oauth-user".to_owned()
    }
}

/// What each activity makes of this answer to the input of its first good example.
fn outcomes(answer: &'static str) -> Vec<(String, Result<String, Problem>)> {
    let manifest: Value = serde_json::from_str(&manifest::resolved()).unwrap();
    let example = |entry: &Value| {
        let good = entry["examples"].as_array().unwrap().iter().find(|example| example["problem"].is_null());
        good.unwrap()["input"].to_string()
    };
    let outcome = |entry: &Value| {
        let name = entry["name"].as_str().unwrap().to_owned();
        let outcome = invoke(&Zoom::new(&Alike(answer)), &name, &example(entry));
        (name, outcome)
    };
    manifest["activities"].as_array().unwrap().iter().map(outcome).collect()
}

#[test]
fn another_object_is_not_the_one_that_was_asked_for() {
    for answer in [
        r#"{"hello":"world"}"#,
        r#"{"ok":true}"#,
        r#"{"id":" ","uuid":null,"email":"","registrant_id":{},"meeting_id":[],"meeting_uuid":"\u00a0","invitation":""}"#,
    ] {
        let mut wrong = Vec::new();
        for (name, outcome) in outcomes(answer) {
            let read = match outcome {
                Ok(_) => name != ANY_ANSWER,
                Err(problem) => problem.code != "unexpected-answer" || problem.not_sent,
            };
            if read {
                wrong.push(name);
            }
        }
        assert!(wrong.is_empty(), "{answer} is taken by {wrong:?}");
    }
}

#[test]
fn an_answer_about_another_object_is_refused() {
    let other = r#"{"id":"other","email":"eve@x.org","uuid":"other","meeting_id":1,"meeting_uuid":"other","pmi":"1",
        "questions":[],"recording_files":[]}"#;
    for (name, input) in [
        ("users.get", r#"{"user":"u1"}"#),
        ("users.get", r#"{"user":"ada@x.org"}"#),
        ("roles.get", r#"{"role":"R1"}"#),
        ("meetings.get", r#"{"meeting":"81234567890"}"#),
        ("meetings.past", r#"{"meeting":"81234567890"}"#),
        ("meetings.past", r#"{"meeting":"abcdefgh=="}"#),
        ("meetings.polls-results", r#"{"meeting":"abcdefgh=="}"#),
        ("meetings.qa", r#"{"meeting":"abcdefgh=="}"#),
        ("meetings.polls-get", r#"{"meeting":"81234567890","poll":"p1"}"#),
        ("meetings.summary", r#"{"meeting":"abcdefgh=="}"#),
        ("recordings.get", r#"{"meeting":"81234567890"}"#),
        ("recordings.get", r#"{"meeting":"abcdefgh=="}"#),
        ("registrants.get", r#"{"meeting":"81234567890","registrant":"r1"}"#),
        ("webinars.get", r#"{"webinar":"91234567890"}"#),
    ] {
        let problem = invoke(&Zoom::new(&Alike(other)), name, input).expect_err(name);
        assert_eq!(problem.code, "unexpected-answer", "{name} {input}: {}", problem.message);
        let details: Value = serde_json::from_str(&problem.details.unwrap()).unwrap();
        assert!(input.contains(details["asked"].as_str().unwrap()), "{name} {input}: {details}");
    }
}

#[test]
fn what_came_and_what_is_missing_are_named() {
    for (name, outcome) in outcomes(r#"{"hello":"world"}"#) {
        let Err(problem) = outcome else { continue };
        let details: Value = serde_json::from_str(&problem.details.unwrap_or_default()).unwrap_or_default();
        assert_eq!(details["came"], r#"{"hello":"world"}"#, "{name}: {}", problem.message);
        assert!(problem.message.contains('`'), "{name}: {}", problem.message);
    }
}
