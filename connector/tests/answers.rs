//! Answers that are not Zoom's, and refusals that are not JSON.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod live;
mod played;

use live::{Bench, Wire};
use played::control;
use serde_json::{Value, json};
use switchboard_connector_zoom::activities::invoke;
use switchboard_connector_zoom::{Service, Zoom};

const SCOPES: [&str; 4] = ["meeting:read:admin", "meeting:write:admin", "user:read:admin", "recording:read"];

#[test]
fn a_page_with_any_status_is_nobodys_verdict() {
    let bench = Bench::new();
    for status in [200, 400, 401, 403, 404, 407, 409, 451] {
        for (activity, input) in [
            ("users.me", json!({})),
            ("users.list", json!({})),
            ("meetings.get", json!({"meeting": "81234500001"})),
            ("meetings.delete", json!({"meeting": "81234500001"})),
            ("recordings.get", json!({"meeting": "81234500001"})),
            ("api.request", json!({"path": "/users/me"})),
        ] {
            bench.emulator.reset();
            control(&bench, "faults", &json!({"kind": "html", "status": status, "count": 0}));
            let problem = bench.call(activity, &input, &SCOPES).expect_err(activity);
            assert_eq!(problem.code, "unexpected-answer", "{activity} {status}: {problem:?}");
            assert!(!problem.not_sent, "{activity} {status}: nobody knows what was done");
            let details: Value = serde_json::from_str(problem.details.as_deref().unwrap()).unwrap();
            assert_eq!(details["status"], status, "{activity}");
            assert_eq!(details["came"], "Zoom", "the page's title: {details}");
            assert!(problem.fix.unwrap().contains("proxy"));
        }
    }
}

#[test]
fn an_empty_answer_that_is_no_success_says_nothing() {
    let bench = Bench::new();
    for status in [401, 403, 404] {
        bench.emulator.reset();
        control(&bench, "faults", &json!({"kind": "text", "status": status, "body": ""}));
        let problem = bench.call("meetings.get", &json!({"meeting": "81234500001"}), &SCOPES).unwrap_err();
        assert_eq!(problem.code, "unexpected-answer", "{status}: {problem:?}");
    }
}

/// A time zone that only Zoom can refuse.
fn refused() -> Value {
    json!({"topic": "x", "start_time": "2030-12-01T10:00:00", "timezone": "Mars/Olympus"})
}

#[test]
fn a_refusal_in_xml_is_read_as_the_refusal_it_is() {
    let bench = Bench::new();
    control(&bench, "faults", &json!({"kind": "xml", "always": true, "count": 0}));
    let problem = bench.call("meetings.create", &refused(), &SCOPES).unwrap_err();
    assert_eq!(problem.code, "input.invalid", "{problem:?}");
    assert_eq!(problem.pointer.as_deref(), Some("/timezone"));
    assert_eq!(problem.message, "Validation Failed.");
    let gone = bench.call("meetings.get", &json!({"meeting": "81299999999"}), &SCOPES).unwrap_err();
    assert_eq!(gone.code, "not-found", "{gone:?}");
}

#[test]
fn every_request_asks_for_json() {
    let bench = Bench::new();
    control(&bench, "faults", &json!({"kind": "xml", "count": 0}));
    let scopes: Vec<String> = SCOPES.iter().map(|scope| (*scope).to_owned()).collect();
    let wire = Wire::new(&bench.emulator, &scopes);
    for (activity, input) in [("meetings.create", refused()), ("api.request", json!({"path": "/meetings/81299999999"}))]
    {
        invoke(&Zoom::new(&wire), activity, &input.to_string()).unwrap_err();
    }
    for exchange in wire.seen.borrow().iter() {
        let kind = exchange.response.headers.iter().find(|header| header.name == "content-type").unwrap();
        assert!(kind.value.starts_with("application/json"), "{}: {}", exchange.operation, kind.value);
    }
    assert!(wire.now() > 0);
}

#[test]
fn a_success_that_speaks_of_an_error_is_not_believed() {
    let bench = Bench::new();
    for body in [r#"{"error":"proxy says no"}"#, r#"{"message":"Unauthorized"}"#] {
        bench.emulator.reset();
        let fault =
            json!({"kind": "text", "status": 200, "body": body, "content_type": "application/json", "count": 0});
        control(&bench, "faults", &fault);
        let problem = bench.call("meetings.delete", &json!({"meeting": "81234500001"}), &SCOPES).expect_err(body);
        assert_eq!(problem.code, "unexpected-answer", "{body}: {problem:?}");
    }
}
