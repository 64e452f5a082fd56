//! Every code of the catalogue, met at the emulator, becomes the problem it stands for, with cause and fix.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod live;
mod played;

use std::collections::BTreeSet;

use live::Bench;
use played::control;
use serde_json::{Value, json};
use switchboard_connector_zoom::bindings::contract::{Problem, Retry};
use switchboard_emulator::REFUSALS;

fn catalogue() -> Value {
    serde_json::from_str(include_str!("../../manifests/zoom/errors.json")).unwrap()
}

/// The row of a code under a status.
fn row(code: i64, status: u16) -> Value {
    let catalogue = catalogue();
    let rows = catalogue["refusals"].as_array().unwrap();
    let fits = |row: &&Value| {
        let listed = row["status"].as_array();
        row["code"] == code && listed.is_none_or(|all| all.contains(&json!(status)))
    };
    rows.iter().find(fits).unwrap_or_else(|| panic!("the catalogue does not know {code} under {status}")).clone()
}

fn fix(row: &Value) -> String {
    let catalogue = catalogue();
    let problems = catalogue["problems"].as_array().unwrap();
    let kind = problems.iter().find(|kind| kind["code"] == row["problem"]).unwrap();
    row["fix"].as_str().or(kind["fix"].as_str()).unwrap().to_owned()
}

#[track_caller]
fn is(problem: &Problem, code: i64, status: u16) {
    let row = row(code, status);
    assert_eq!(problem.code, row["problem"].as_str().unwrap(), "{code}: {problem:?}");
    let details: Value = serde_json::from_str(problem.details.as_deref().unwrap()).unwrap();
    assert_eq!(details["zoom_code"], code, "{details}");
    assert_eq!(details["cause"], row["cause"], "{code}: {details}");
    assert_eq!(problem.fix.as_deref(), Some(fix(&row).as_str()), "{code}");
    let never = ["input.invalid", "not-found", "conflict", "already-exists", "too-old"];
    if never.contains(&problem.code.as_str()) {
        assert!(matches!(problem.retry, Retry::Never), "{code}: {problem:?}");
    }
}

#[test]
fn every_code_of_the_catalogue_has_its_case_in_the_emulator() {
    let known: BTreeSet<(i64, u16)> = REFUSALS.iter().map(|row| (row.code, row.status)).collect();
    for row in catalogue()["refusals"].as_array().unwrap() {
        let code = row["code"].as_i64().unwrap();
        let fits = |(other, status): &&(i64, u16)| {
            *other == code && row["status"].as_array().is_none_or(|all| all.contains(&json!(status)))
        };
        assert!(known.iter().any(|case| fits(&case)), "the emulator never answers {code}");
    }
    for (code, status) in known {
        row(code, status);
    }
}

#[test]
fn every_code_becomes_its_problem_with_cause_and_fix() {
    let bench = Bench::new();
    for case in REFUSALS {
        bench.emulator.reset();
        control(
            &bench,
            "faults",
            &json!({"kind": "refusal", "code": case.code, "status": case.status, "path": "/users/me", "method": "GET"}),
        );
        let problem = bench.call("users.me", &json!({}), &["user:read"]).unwrap_err();
        is(&problem, case.code, case.status);
        assert!(bench.call("users.me", &json!({}), &["user:read"]).is_ok(), "{} is met once", case.code);
    }
}

/// The activity that meets a code in earnest, with the operation that Zoom refuses so.
#[test]
fn activities_that_meet_a_code_say_what_happened_and_what_to_do() {
    let bench = Bench::new();
    let create = json!({"email": "new@emulator.test", "first_name": "New", "last_name": "Colleague"});
    let webinar = "91234500001";
    let person = json!({"webinar": webinar, "person": {"email": "guest@outside.test", "first_name": "Guest"}});
    let cases: Vec<(i64, &str, Value, &str)> = vec![
        (1000, "users.delete", json!({"user": "grace@emulator.test", "lose_everything": true}), "user:write:admin"),
        (
            1010,
            "reports.hosts-activity",
            json!({"kind": "active", "from": "2026-10-15", "to": "2026-11-20"}),
            "report:read:admin",
        ),
        (1010, "groups.members", json!({"group": "4f51laseWgYvS6nLGgzDYg"}), "group:read:admin"),
        (1010, "recordings.get", json!({"meeting": "FilesInTwoSets000000001=="}), "recording:read:admin"),
        (1109, "users.update", json!({"user": "alan@emulator.test", "license": "licensed"}), "user:write:admin"),
        (2016, "users.create", create.clone(), "user:write:admin"),
        (2032, "users.create", create.clone(), "user:write:admin"),
        (2035, "users.create", create.clone(), "user:write:admin"),
        (2036, "users.create", create.clone(), "user:write:admin"),
        (2037, "users.create", create.clone(), "user:write:admin"),
        (2038, "users.update", json!({"user": "alan@emulator.test", "license": "licensed"}), "user:write:admin"),
        (2039, "users.update", json!({"user": "alan@emulator.test", "license": "basic"}), "user:write:admin"),
        (3003, "webinars.update", json!({"webinar": webinar, "duration": 60}), "webinar:write:admin"),
        (3034, "webinars.registrants-add", person.clone(), "webinar:write:admin"),
        (
            3035,
            "webinars.registrants-set-status",
            json!({"webinar": webinar, "action": "approve", "registrants": [{"id": "a"}]}),
            "webinar:write:admin",
        ),
    ];
    for (code, activity, input, scope) in cases {
        bench.emulator.reset();
        let operation = activity.split('.').next().unwrap();
        let path = match operation {
            "reports" => Some("/report/users"),
            "groups" => Some("/groups/"),
            _ => None,
        };
        control(&bench, "faults", &json!({"kind": "refusal", "code": code, "path": path, "count": 0}));
        let problem = bench
            .call(activity, &input, &[scope, "webinar:read:admin", "user:read:admin", "recording:read"])
            .expect_err(activity);
        is(&problem, code, 400);
    }
}

/// These come from the state of the account, without a switch.
#[test]
fn a_domain_that_is_kept_out_and_the_number_of_a_webinar_are_refused() {
    let bench = Bench::new();
    let input = json!({"email": "new@unsafe.test", "first_name": "New", "last_name": "Colleague"});
    is(&bench.call("users.create", &input, &["user:write:admin"]).unwrap_err(), 11_321, 400);
    let webinar = json!({"meeting": "91234500001"});
    is(&bench.call("meetings.get", &webinar, &["meeting:read"]).unwrap_err(), 3000, 400);
    let scopes = ["meeting:write:admin", "meeting:read:admin"];
    is(&bench.call("meetings.delete", &webinar, &scopes).unwrap_err(), 3000, 400);
}
