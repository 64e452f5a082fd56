//! The seeds, the snapshot and the page that shows the state.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod raw;

use std::collections::BTreeSet;
use std::time::Instant;

use raw::{ada, advance, call, control, get, send, server};
use serde_json::{Value, json};
use switchboard_emulator::{Emulator, Options, Seed, start};

/// 10:00 on 25 November 2026, UTC.
const MORNING: i64 = 1_795_600_800_000;

async fn seeded(seed: Seed) -> Emulator {
    start(Options { seed, rate_limits: false, at_ms: Some(MORNING), ..Options::default() }).await.unwrap()
}

/// Every item of a listing, page by page.
async fn all(emulator: &Emulator, token: &str, path: &str, name: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut next = String::new();
    loop {
        let page = get(emulator, token, &format!("{path}&page_size=300&next_page_token={next}")).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let page = page.json();
        items.extend(page[name].as_array().unwrap().clone());
        next = page["next_page_token"].as_str().unwrap().to_owned();
        if next.is_empty() {
            return items;
        }
    }
}

#[tokio::test]
async fn campus_has_5000_users_in_three_states_and_every_recording_of_a_month_once() {
    let begun = Instant::now();
    let emulator = seeded(Seed::Campus).await;
    // Two seconds are for an optimised build; this one is not.
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    let token = server(&emulator).await;
    let mut count = 0;
    for status in ["active", "inactive", "pending"] {
        let users = all(&emulator, &token, &format!("/users?status={status}"), "users").await;
        let distinct: BTreeSet<&str> = users.iter().map(|user| user["email"].as_str().unwrap()).collect();
        assert_eq!(distinct.len(), users.len());
        assert!(users.len() > 100, "{status}: {}", users.len());
        count += users.len();
    }
    assert_eq!(count, 5_000);
    let month = all(&emulator, &token, "/accounts/me/recordings?from=2025-05-01&to=2025-05-31", "meetings").await;
    let distinct: BTreeSet<&str> = month.iter().map(|row| row["uuid"].as_str().unwrap()).collect();
    assert_eq!(distinct.len(), month.len());
    // 100,000 in 1,095 days.
    assert!((2_800..=2_860).contains(&month.len()), "{}", month.len());
}

#[tokio::test]
async fn seeds_are_the_same_on_every_start() {
    for seed in [Seed::Small, Seed::Empty, Seed::Broken] {
        let (one, two) = (seeded(seed).await, seeded(seed).await);
        let path = "/users/ada@emulator.test/recordings?from=2026-11-01&to=2026-11-30&page_size=300";
        let mut seen = Vec::new();
        for emulator in [&one, &two] {
            let token = server(emulator).await;
            let shown = get(emulator, &token, path).await.text();
            let origin = emulator.api_base().replace("/v2", "");
            seen.push(shown.replace(&origin, "ORIGIN"));
        }
        // Page tokens are drawn; this list has one page.
        assert_eq!(seen[0], seen[1], "{seed:?}");
    }
}

#[tokio::test]
async fn broken_rows_are_everything_that_documents_forbid() {
    let emulator = seeded(Seed::Broken).await;
    let token = server(&emulator).await;
    let path = "/users/ada@emulator.test/recordings?from=2026-11-01&to=2026-11-30&page_size=300";
    let rows = get(&emulator, &token, path).await.json()["meetings"].as_array().unwrap().clone();
    let some = |fits: &dyn Fn(&Value) -> bool| rows.iter().any(fits);
    assert!(some(&|row| row["recording_files"].is_null() && row.get("recording_files").is_some()));
    assert!(some(&|row| row.get("recording_files").is_none()), "missing");
    assert!(some(&|row| row["recording_files"].is_object()), "wrong type");
    assert!(some(&|row| row["recording_files"][0].is_object() && row["recording_files"][0].get("id").is_none()));
    assert!(some(&|row| row["recording_files"][0]["file_type"] == "HOLOGRAM"));
    assert!(some(&|row| row["total_size"] == json!(1e19) && row["id"].is_string()));
    assert!(some(&|row| row["start_time"] == ""));
    let users = get(&emulator, &token, "/users?page_size=300").await.json()["users"].as_array().unwrap().clone();
    assert!(users.iter().any(|user| user.get("id").is_none()));
    assert!(users.iter().any(|user| user["zoom_one_type"] == json!(u64::MAX)));
    assert!(users.iter().any(|user| user["status"] == "hibernating"));
}

#[tokio::test]
async fn a_snapshot_is_restored_elsewhere_and_everything_goes_on() {
    let first = seeded(Seed::Small).await;
    let token = ada(&first);
    let body = json!({"topic": "Kept", "start_time": "2099-01-01T10:00:00Z"}).to_string();
    let made = call(&first, &token, "POST", "/users/me/meetings", &body).await.json();
    let path = "/users/me/recordings?from=2026-11-01&to=2026-11-30";
    let next = get(&first, &token, path).await.json()["next_page_token"].as_str().unwrap().to_owned();
    advance(&first, 300).await;
    let snapshot = send("GET", &format!("{}/snapshot", first.control_base()), "", "").await;
    assert!(!snapshot.text().contains(&token), "tokens are hashes");
    let second = start(Options { seed: Seed::Empty, ..Options::default() }).await.unwrap();
    let restored = send("POST", &format!("{}/snapshot", second.control_base()), "", &snapshot.text()).await;
    assert_eq!(restored.status, 204, "{}", restored.text());
    let clocks =
        [control(&first, "GET", "clock", Value::Null).await, control(&second, "GET", "clock", Value::Null).await];
    assert_eq!(clocks[0]["now"].as_str().unwrap()[..16], clocks[1]["now"].as_str().unwrap()[..16]);
    let shown = get(&second, &token, &format!("/meetings/{}", made["id"])).await;
    assert_eq!(shown.json()["topic"], "Kept", "the token and the meeting live on");
    let page = get(&second, &token, &format!("{path}&next_page_token={next}")).await;
    assert!(page.status == 200 && page.json()["meetings"][0].is_object(), "the page token too: {}", page.text());
    let again = send("GET", &format!("{}/snapshot", second.control_base()), "", "").await.json();
    assert_eq!(again["world"]["users"], snapshot.json()["world"]["users"]);
    assert_eq!(again["world"]["recordings"], snapshot.json()["world"]["recordings"]);
    let refused = send("POST", &format!("{}/snapshot", second.control_base()), "", r#"{"a":1}"#).await;
    assert!(refused.status == 400 && refused.text().contains("not a snapshot"), "{}", refused.text());
}

#[tokio::test]
async fn another_seed_replaces_everything_and_reset_returns_to_it() {
    let emulator = seeded(Seed::Small).await;
    control(&emulator, "POST", "seed", json!({"seed": "empty"})).await;
    let token = ada(&emulator);
    let path = "/users/me/recordings?from=2026-11-01&to=2026-11-30";
    assert_eq!(get(&emulator, &token, path).await.json()["total_records"], 0);
    emulator.reset();
    assert_eq!(get(&emulator, &token, "/users/me").await.code(), (401, 124), "tokens died");
    let token = ada(&emulator);
    assert_eq!(get(&emulator, &token, path).await.json()["total_records"], 0);
    let made = call(&emulator, &token, "POST", "/users/me/meetings", r#"{"topic":"x"}"#).await.json();
    assert!(made["join_url"].as_str().unwrap().starts_with(&emulator.api_base().replace("/v2", "")), "{made}");
}

#[tokio::test]
async fn the_page_shows_the_state_without_script_and_escapes_what_it_shows() {
    let emulator = seeded(Seed::Small).await;
    let token = ada(&emulator);
    let body = json!({"topic": "<script>alert(1)</script>"}).to_string();
    call(&emulator, &token, "POST", "/users/me/meetings", &body).await;
    let page = send("GET", &emulator.api_base().replace("/v2", "/"), "", "").await;
    let html = page.text();
    assert!(page.status == 200 && html.starts_with("<!doctype html><html lang=\"en\">"));
    assert!(html.contains("&lt;script&gt;alert(1)") && !html.contains("<script"));
    for title in ["Users", "Meetings", "Recordings", "Apps and approvals", "Webhooks", "Events", "Faults", "Requests"] {
        assert!(html.contains(&format!("<caption>{title}: ")), "{title}");
    }
    assert!(
        html.contains("ada@emulator.test") && html.contains("switchboard-demo") && html.contains("meeting.created")
    );
    assert!(!html.contains(&token));
    let same = send("GET", &format!("{}/", emulator.control_base()), "", "").await;
    assert_eq!(same.status, 200);
}
