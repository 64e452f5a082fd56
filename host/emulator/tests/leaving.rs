//! What becomes of webinars and their recordings when their host leaves; and lists and limits beside them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod raw;

use raw::{call, control, get};
use serde_json::{Value, json};
use switchboard_emulator::{Emulator, Options, start};

const GRACE: &str = "grace@emulator.test";

fn admin(emulator: &Emulator) -> String {
    let scopes =
        ["user:write:admin", "webinar:write:admin", "webinar:read:admin", "group:read:admin"].map(str::to_owned);
    emulator.issue_token_with("ada@emulator.test", &scopes).unwrap()
}

/// Grace and Margaret have the plan, and Grace a webinar.
async fn with_webinar() -> (Emulator, String, String) {
    let emulator = start(Options { rate_limits: false, ..Options::default() }).await.unwrap();
    let state = control(&emulator, "GET", "state", Value::Null).await;
    let id = |email: &str| {
        state["users"].as_array().unwrap().iter().find(|user| user["email"] == email).unwrap()["id"].clone()
    };
    let mut snapshot = control(&emulator, "GET", "snapshot", Value::Null).await;
    let plans = snapshot["world"]["webinars"]["plans"].as_array_mut().unwrap();
    plans.extend([id(GRACE), id("margaret@emulator.test")]);
    control(&emulator, "POST", "snapshot", snapshot).await;
    let token = admin(&emulator);
    let body = json!({"topic": "Hers", "type": 5, "start_time": "2099-12-01T10:00:00Z"}).to_string();
    let made = call(&emulator, &token, "POST", &format!("/users/{GRACE}/webinars"), &body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let webinar = made.json()["id"].to_string();
    (emulator, token, webinar)
}

#[tokio::test]
async fn webinars_go_to_the_heir_when_that_is_asked_for() {
    let (emulator, token, webinar) = with_webinar().await;
    let heir = get(&emulator, &token, "/users/margaret@emulator.test").await.json()["id"].clone();
    let path = format!("/users/{GRACE}?action=delete&transfer_email=margaret@emulator.test&transfer_webinar=true");
    assert_eq!(call(&emulator, &token, "DELETE", &path, "").await.status, 204);
    assert_eq!(get(&emulator, &token, &format!("/webinars/{webinar}")).await.json()["host_id"], heir);
}

#[tokio::test]
async fn webinars_are_lost_when_only_meetings_are_handed_on() {
    let (emulator, token, webinar) = with_webinar().await;
    let path = format!("/users/{GRACE}?action=delete&transfer_email=margaret@emulator.test&transfer_meeting=true");
    assert_eq!(call(&emulator, &token, "DELETE", &path, "").await.status, 204);
    assert_eq!(get(&emulator, &token, &format!("/webinars/{webinar}")).await.code(), (404, 3001));
}

#[tokio::test]
async fn the_list_of_groups_has_the_documented_fields_alone() {
    let emulator = start(Options::default()).await.unwrap();
    let list = get(&emulator, &admin(&emulator), "/groups").await.json();
    let mut names: Vec<&String> = list.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["groups", "next_page_token", "total_records"]);
}

#[tokio::test]
async fn a_registrant_changes_ten_times_a_day_at_most() {
    let emulator = start(Options { rate_limits: false, ..Options::default() }).await.unwrap();
    let token = admin(&emulator);
    let path = "/webinars/91234500001/registrants";
    let listed = get(&emulator, &token, &format!("{path}?status=pending")).await.json();
    let one = &listed["registrants"][0]["id"];
    let decide = async |action: &str| {
        // A token lives an hour.
        let token = admin(&emulator);
        let body = json!({"action": action, "registrants": [{"id": one}]}).to_string();
        call(&emulator, &token, "PUT", &format!("{path}/status"), &body).await
    };
    for turn in 0..10 {
        let done = decide(if turn % 2 == 0 { "approve" } else { "deny" }).await;
        assert_eq!(done.status, 204, "{turn}: {}", done.text());
    }
    let refused = decide("approve").await;
    assert_eq!(refused.code(), (429, 429), "{}", refused.text());
    raw::advance(&emulator, 86_400).await;
    assert_eq!(decide("approve").await.status, 204, "a new day");
}
