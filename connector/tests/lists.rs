//! Every list, read from an emulator whose pages lie: what was read is kept, and the list does not call itself complete.
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
use switchboard_connector_zoom::{Zoom, manifest};

/// Requests that no example needs: windows of a year, three states each, and the pages that a lie costs.
const MOST_REQUESTS: usize = 200;

/// A list with an input that works.
struct Case {
    name: String,
    input: Value,
    scopes: Vec<String>,
}

/// The first example of every activity whose output has a coverage.
fn lists() -> Vec<Case> {
    let manifest: Value = serde_json::from_str(&manifest::resolved()).unwrap();
    let mut all = Vec::new();
    for entry in manifest["activities"].as_array().unwrap() {
        let example = entry["examples"].as_array().unwrap().iter().find(|example| example["problem"].is_null());
        let Some(example) = example.filter(|_| entry["output"]["properties"]["coverage"].is_object()) else { continue };
        let by_input = entry["scopes_by"].is_string();
        let sets = if by_input { &example["scopes"]["granular"] } else { &entry["scopes"]["granular"] };
        let set = sets.as_array().unwrap().last().unwrap().as_array().unwrap();
        let scopes = set.iter().map(|scope| scope.as_str().unwrap().to_owned()).collect();
        let mut input = example["input"].clone();
        let name = entry["name"].as_str().unwrap().to_owned();
        if name == "api.request" {
            input = json!({"path": "/users", "pages": {}});
        }
        input.as_object_mut().unwrap().remove("limit");
        all.push(Case { name, input, scopes });
    }
    assert!(all.len() >= 20, "{}", all.len());
    all
}

impl Case {
    fn run(&self, bench: &Bench) -> (Value, usize) {
        let scopes = if self.name == "api.request" {
            vec!["user:read:list_users:admin".to_owned()]
        } else {
            self.scopes.clone()
        };
        let wire = Wire::new(&bench.emulator, &scopes);
        let text = invoke(&Zoom::new(&wire), &self.name, &self.input.to_string())
            .unwrap_or_else(|problem| panic!("{}: {problem:?}", self.name));
        let requests = wire.seen.borrow().len();
        (serde_json::from_str(&text).unwrap(), requests)
    }
}

/// Whether a request of the emulator's log came with a token of its lie.
fn was_lied_to(bench: &Bench) -> bool {
    let url = format!("{}/requests", bench.emulator.control_base());
    let text = ureq::get(&url).call().unwrap().body_mut().read_to_string().unwrap();
    text.contains("next_page_token=lie-")
}

#[test]
fn a_list_that_never_ends_is_kept_and_not_complete() {
    let bench = Bench::new();
    let mut lied_to = 0;
    for case in lists() {
        for lie in ["circle", "endless"] {
            bench.emulator.reset();
            let (truth, _) = case.run(&bench);
            bench.emulator.reset();
            control(&bench, "faults", &json!({"kind": "pages", "lie": lie, "count": 0}));
            let (list, requests) = case.run(&bench);
            assert!(requests < MOST_REQUESTS, "{} asks {requests} times", case.name);
            assert_eq!(list["coverage"]["count"], truth["coverage"]["count"], "{}: {list}", case.name);
            if was_lied_to(&bench) {
                lied_to += 1;
                assert_eq!(list["coverage"]["complete"], false, "{}", case.name);
                assert_eq!(list["coverage"]["reason"], "page-token", "{}", case.name);
            }
        }
    }
    assert!(lied_to >= 30, "only {lied_to} lists have pages");
}

#[test]
fn a_list_that_ends_too_early_is_kept_and_not_complete() {
    let bench = Bench::new();
    for case in lists() {
        for lie in ["short", "numbered"] {
            bench.emulator.reset();
            let (truth, _) = case.run(&bench);
            bench.emulator.reset();
            control(&bench, "faults", &json!({"kind": "pages", "lie": lie, "rows": 1, "count": 0}));
            let (list, _) = case.run(&bench);
            let (found, all) = (list["coverage"]["count"].as_u64(), truth["coverage"]["count"].as_u64());
            if found < all {
                assert_eq!(list["coverage"]["complete"], false, "{} {lie}: {list}", case.name);
            }
        }
    }
}

#[test]
fn one_bad_row_is_named_and_counted_in_every_list() {
    let bench = Bench::new();
    let lists = lists();
    for (name, list) in [
        ("users.list", "users"),
        ("groups.list", "groups"),
        ("groups.members", "members"),
        ("roles.list", "roles"),
        ("roles.members", "members"),
        ("meetings.list", "meetings"),
        ("meetings.upcoming", "meetings"),
        ("meetings.past-instances", "meetings"),
        ("meetings.past-participants", "participants"),
        ("meetings.report-participants", "participants"),
        ("meetings.polls-list", "polls"),
        ("webinars.list", "webinars"),
        ("webinars.registrants-list", "registrants"),
        ("registrants.list", "registrants"),
        ("recordings.list", "meetings"),
        ("recordings.list", "recording_files"),
        ("recordings.list-trash", "meetings"),
        ("reports.operation-log", "operation_logs"),
        ("reports.hosts-activity", "users"),
    ] {
        let case = lists.iter().find(|case| case.name == name).unwrap_or_else(|| panic!("{name} is no list"));
        bench.emulator.reset();
        let (truth, _) = case.run(&bench);
        bench.emulator.reset();
        control(&bench, "faults", &json!({"kind": "bad-row", "list": list, "count": 0}));
        let (found, _) = case.run(&bench);
        let coverage = &found["coverage"];
        assert_eq!(coverage["count"], truth["coverage"]["count"], "{name}: {coverage}");
        assert_eq!(coverage["reason"], "unreadable", "{name}: {coverage}");
        assert!(coverage["left_out"]["count"].as_u64() >= Some(1), "{name}: {coverage}");
        assert!(coverage["left_out"]["rows"][0].as_str().unwrap().contains(list), "{name}: {coverage}");
    }
}
