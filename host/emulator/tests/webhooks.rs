//! Webhooks as receivers meet them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod raw;

use std::time::Duration;

use raw::{Delivery, Receiver, ada, advance, call, control, keyed, listen, receiver, send, settings};
use serde_json::{Value, json};
use switchboard_emulator::{Emulator, Options, start};

const SECRET: &str = "a-secret-token";

async fn heard(events: &[&str]) -> (Emulator, String, Receiver) {
    let emulator = start(Options::default()).await.unwrap();
    let receiver = receiver(SECRET).await;
    listen(&emulator, &receiver, events).await;
    let token = ada(&emulator);
    (emulator, token, receiver)
}

async fn meeting(emulator: &Emulator, token: &str, topic: &str) -> String {
    let body = json!({"topic": topic, "start_time": "2099-01-01T10:00:00Z"}).to_string();
    let made = call(emulator, token, "POST", "/users/me/meetings", &body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["id"].to_string()
}

fn signed(delivery: &Delivery) -> bool {
    let text = format!("v0:{}:{}", delivery.header("x-zm-request-timestamp"), delivery.body);
    delivery.header("x-zm-signature") == format!("v0={}", keyed(SECRET, &text))
}

#[tokio::test]
async fn facts_14_17_the_signature_covers_raw_bytes_with_escaped_emoji() {
    let (emulator, token, receiver) = heard(&["meeting.created"]).await;
    let id = meeting(&emulator, &token, "Gespräch – 🚒").await;
    let got = receiver.events(1).await.remove(0);
    assert!(signed(&got), "{got:?}");
    assert!(got.body.contains(r"Gespräch – \uD83D\uDE92"), "{}", got.body);
    let again = got.json().to_string();
    let text = format!("v0:{}:{again}", got.header("x-zm-request-timestamp"));
    assert_ne!(got.header("x-zm-signature"), format!("v0={}", keyed(SECRET, &text)), "JSON written again");
    let seconds: i64 = got.header("x-zm-request-timestamp").parse().unwrap();
    let sent = got.json();
    assert!((sent["event_ts"].as_i64().unwrap() / 1000 - seconds).abs() <= 1, "timestamps are seconds");
    assert_eq!(sent["payload"]["object"]["id"].to_string(), id, "an integer");
    assert_eq!(sent["payload"]["operator"], "ada@emulator.test");
    assert_eq!(got.header("user-agent"), "Zoom Marketplace/1.0a");
    assert_eq!(got.header("clientid"), "switchboard-admin");
    assert_eq!(receiver.got.lock().unwrap().len(), 2, "the challenge and one event");
}

#[tokio::test]
async fn facts_14_17_failures_are_repeated_after_5_20_and_60_minutes_with_the_same_id_and_bytes() {
    let (emulator, token, receiver) = heard(&["meeting.created"]).await;
    *receiver.statuses.lock().unwrap() = vec![500, 503, 500, 500];
    meeting(&emulator, &token, "Once").await;
    let mut all = receiver.events(1).await;
    for (minutes, n) in [(5, 2), (20, 3), (60, 4)] {
        advance(&emulator, minutes * 60 - 30).await;
        tokio::time::sleep(Duration::from_millis(60)).await;
        assert_eq!(receiver.events(n - 1).await.len(), n - 1, "too early before {minutes}");
        advance(&emulator, 31).await;
        all = receiver.events(n).await;
    }
    let first = &all[0];
    for again in &all {
        assert!(signed(again));
        assert_eq!(again.header("x-zm-request-id"), first.header("x-zm-request-id"));
        assert_eq!(again.body, first.body);
    }
    assert_ne!(all[1].header("x-zm-signature"), first.header("x-zm-signature"), "signatures are fresh");
    advance(&emulator, 24 * 3600).await;
    tokio::time::sleep(Duration::from_millis(80)).await;
    assert_eq!(receiver.events(4).await.len(), 4, "given up after the third repetition");
}

#[tokio::test]
async fn a_refusal_by_the_receiver_is_not_repeated_and_silence_is() {
    let (emulator, token, receiver) = heard(&["meeting.created"]).await;
    *receiver.statuses.lock().unwrap() = vec![404, 0];
    meeting(&emulator, &token, "Refused").await;
    meeting(&emulator, &token, "Late").await;
    receiver.events(2).await;
    // The limit of three seconds is real time.
    tokio::time::sleep(Duration::from_millis(3200)).await;
    let shown = control(&emulator, "GET", "webhooks", Value::Null).await;
    let outcomes: Vec<&str> =
        shown["attempts"].as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["200", "404", "no answer within 3 seconds"]);
    assert_eq!(shown["waiting"].as_array().unwrap().len(), 1, "{shown}");
    advance(&emulator, 301).await;
    let all = receiver.events(3).await;
    assert_eq!(all[2].body, all[1].body);
}

#[tokio::test]
async fn seed_8_12_facts_14_17_challenges_come_every_72_hours_and_six_failures_switch_the_endpoint_off() {
    let (emulator, _, receiver) = heard(&[]).await;
    *receiver.secret.lock().unwrap() = "another".into();
    for failures in 1..=6 {
        advance(&emulator, 72 * 3600 + 1).await;
        for _ in 0..100 {
            let shown = control(&emulator, "GET", "webhooks", Value::Null).await;
            if shown["endpoints"][0]["failures"] == failures {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let shown = control(&emulator, "GET", "webhooks", Value::Null).await;
    assert_eq!((&shown["endpoints"][0]["failures"], &shown["endpoints"][0]["enabled"]), (&json!(6), &json!(false)));
    meeting(&emulator, &ada(&emulator), "Unheard").await;
    let shown = control(&emulator, "GET", "webhooks", Value::Null).await;
    assert_eq!(shown["waiting"], json!([]));
}

#[tokio::test]
async fn an_endpoint_that_does_not_know_the_secret_is_not_registered_and_addresses_stay_on_this_machine() {
    let emulator = start(Options::default()).await.unwrap();
    let receiver = receiver("right").await;
    let url = format!("{}/webhooks", emulator.control_base());
    let wrong = json!({"url": receiver.url, "secret": "wrong"}).to_string();
    let got = send("POST", &url, "", &wrong).await;
    assert!(got.status == 400 && got.text().contains("URL validation failed"), "{}", got.text());
    for away in ["http://example.com/", "https://127.0.0.1/", "http://127.0.0.1.example.com/", "http://10.0.0.1/"] {
        let got = send("POST", &url, "", &json!({"url": away, "secret": "right"}).to_string()).await;
        assert!(got.status == 400 && got.text().contains("not on this machine"), "{away}: {}", got.text());
    }
    assert_eq!(control(&emulator, "GET", "webhooks", Value::Null).await["endpoints"], json!([]));
}

#[tokio::test]
async fn facts_14_17_disorder_and_duplicates_can_be_switched_on() {
    let (emulator, token, receiver) = heard(&["meeting.created", "meeting.deleted"]).await;
    settings(&emulator, json!({"webhook_disorder": true, "webhook_duplicates": true})).await;
    let id = meeting(&emulator, &token, "Short").await;
    assert_eq!(call(&emulator, &token, "DELETE", &format!("/meetings/{id}"), "").await.status, 204);
    let all = receiver.events(4).await;
    let names: Vec<String> = all.iter().map(Delivery::event).collect();
    assert_eq!(names, ["meeting.deleted", "meeting.deleted", "meeting.created", "meeting.created"]);
    let id = |n: usize| all[n].header("x-zm-request-id");
    assert!(id(0) == id(1) && id(2) == id(3) && id(1) != id(2));
}

#[tokio::test]
async fn a_user_managed_app_hears_of_its_consenting_users_only() {
    let emulator = start(Options::default()).await.unwrap();
    let receiver = receiver(SECRET).await;
    let body = json!({"url": receiver.url, "secret": SECRET, "client_id": "switchboard-demo"});
    control(&emulator, "POST", "webhooks", body).await;
    let (ada, server) = (ada(&emulator), raw::server(&emulator).await);
    let body = json!({"topic": "Grace's"}).to_string();
    let made = call(&emulator, &server, "POST", "/users/grace@emulator.test/meetings", &body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    meeting(&emulator, &ada, "Ada's").await;
    let all = receiver.events(1).await;
    assert_eq!(all[0].json()["payload"]["object"]["topic"], "Ada's");
    let gone = json!({"user": "ada@emulator.test"});
    control(&emulator, "POST", "apps/switchboard-demo/deauthorize", gone).await;
    let all = receiver.events(2).await;
    let told = &all[1].json()["payload"];
    assert_eq!((&told["client_id"], all[1].event().as_str()), (&json!("switchboard-demo"), "app_deauthorized"));
    assert_eq!(raw::get(&emulator, &ada, "/users/me").await.code(), (401, 124));
}
