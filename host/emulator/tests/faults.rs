//! Misbehaviour on request.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod raw;

use raw::{ada, call, control, get, settings};
use serde_json::{Value, json};
use switchboard_emulator::{Emulator, Options, start};

async fn with(fault: Value) -> (Emulator, String) {
    let emulator = start(Options::default()).await.unwrap();
    control(&emulator, "POST", "faults", fault).await;
    let token = ada(&emulator);
    (emulator, token)
}

/// A token that may list the account's users.
fn lister(emulator: &Emulator) -> String {
    emulator.issue_token_with("ada@emulator.test", &["user:read:list_users:admin".to_owned()]).unwrap()
}

#[tokio::test]
async fn a_fault_meets_only_its_operation_and_only_from_its_turn_on() {
    let fault = json!({"kind": "status", "status": 503, "operation": "GET users/*", "nth": 2});
    let (emulator, token) = with(fault).await;
    assert_eq!(get(&emulator, &token, "/users/me/meetings").await.status, 200);
    let met = [get(&emulator, &token, "/users/me").await.status, get(&emulator, &token, "/users/me").await.status];
    assert_eq!(met, [200, 503]);
    assert_eq!(get(&emulator, &token, "/users/me").await.status, 200);
    let log = control(&emulator, "GET", "requests", Value::Null).await;
    assert!(log["requests"][2]["fault"].as_str().unwrap().contains("503"), "{log}");
}

#[tokio::test]
async fn facts_14_05_messages_come_in_the_accounts_language_and_codes_stay() {
    let (emulator, token) = with(json!([])).await;
    let mut seen = Vec::new();
    for language in ["en", "es", "ru"] {
        settings(&emulator, json!({"language": language})).await;
        let got = get(&emulator, &token, "/meetings/81111111111").await;
        assert_eq!(got.code(), (404, 3001));
        seen.push(got.json()["message"].as_str().unwrap().to_owned());
    }
    assert_eq!(&seen[1..], ["La reunión no existe.", "Конференция не существует."]);
}

#[tokio::test]
async fn seed_8_06_an_error_comes_inside_http_200() {
    let fault = json!({"kind": "error", "code": 200, "message": "No permission.", "path": "/v2/"});
    let (emulator, token) = with(fault).await;
    let got = get(&emulator, &token, "/users/me").await;
    assert_eq!((got.status, got.json()), (200, json!({"code": 200, "message": "No permission."})));
}

#[tokio::test]
async fn an_error_body_can_be_no_json_and_a_page_can_say_200() {
    let fault = json!([{"kind": "text", "status": 400, "body": "{\"code\":104,"}, {"kind": "html"}]);
    let (emulator, token) = with(fault).await;
    let broken = get(&emulator, &token, "/users/me").await;
    assert_eq!((broken.status, broken.text().as_str(), broken.json()), (400, "{\"code\":104,", Value::Null));
    assert!(broken.head.contains("application/json"));
    let page = get(&emulator, &token, "/users/me").await;
    assert!(page.status == 200 && page.head.contains("text/html") && page.text().starts_with("<!doctype"));
}

#[tokio::test]
async fn a_dropped_write_takes_effect_only_when_asked_to() {
    let fault = json!([{"kind": "drop", "method": "POST"}, {"kind": "drop", "after": true, "method": "POST"}]);
    let (emulator, token) = with(fault).await;
    let meetings = || async { get(&emulator, &token, "/users/me/meetings").await.json()["total_records"].as_i64() };
    let before = meetings().await.unwrap();
    let body = r#"{"topic":"Lost","start_time":"2099-01-01T10:00:00Z"}"#;
    assert_eq!(call(&emulator, &token, "POST", "/users/me/meetings", body).await.status, 0);
    assert_eq!(meetings().await, Some(before));
    assert_eq!(call(&emulator, &token, "POST", "/users/me/meetings", body).await.status, 0);
    assert_eq!(meetings().await, Some(before + 1));
}

#[tokio::test]
async fn a_truncated_answer_announces_more_than_it_sends() {
    let (emulator, token) = with(json!({"kind": "truncate", "bytes": 10})).await;
    let got = get(&emulator, &token, "/users/me").await;
    let announced: usize = got.header("content-length").unwrap().parse().unwrap();
    assert!(got.body.len() == 10 && announced > 100, "{} of {announced}", got.body.len());
}

#[tokio::test]
async fn tokens_die_at_once_and_each_429_keeps_its_shape() {
    let (emulator, token) = with(json!([])).await;
    for (variant, kind) in [("qps", Some("QPS")), ("daily", Some("Daily-limit")), ("user", None), ("concurrency", None)]
    {
        let fault = json!({"kind": "status", "status": 429, "variant": variant});
        control(&emulator, "POST", "faults", fault).await;
        let got = get(&emulator, &token, "/users/me").await;
        assert_eq!((got.code(), got.header("x-ratelimit-type")), ((429, 429), kind), "{variant}");
        assert_eq!(got.header("retry-after").is_some(), variant == "daily", "{variant}");
    }
    control(&emulator, "POST", "faults", json!({"kind": "token-death"})).await;
    assert_eq!(get(&emulator, &token, "/users/me").await.code(), (401, 124));
}

#[tokio::test]
async fn pages_lie_about_the_end_of_their_list() {
    let fault = json!({"kind": "pages", "lie": "short", "rows": 2, "path": "/users"});
    let (emulator, _) = with(fault).await;
    let token = lister(&emulator);
    let short = get(&emulator, &token, "/users?page_size=300").await.json();
    assert_eq!(short["next_page_token"], "", "{short}");
    assert_eq!(short["users"].as_array().unwrap().len(), 2, "{short}");
    assert!(short["total_records"].as_u64().unwrap() > 2, "{short}");
    control(&emulator, "POST", "faults", json!({"kind": "pages", "lie": "circle", "count": 0})).await;
    let mut tokens = vec![String::new()];
    for _ in 0..4 {
        let page = get(&emulator, &token, &format!("/users?next_page_token={}", tokens.last().unwrap())).await.json();
        assert!(!page["users"].as_array().unwrap().is_empty(), "{page}");
        tokens.push(page["next_page_token"].as_str().unwrap().to_owned());
    }
    assert_eq!(tokens[1..], ["lie-1", "lie-2", "lie-1", "lie-2"]);
}

#[tokio::test]
async fn refusals_are_xml_for_who_does_not_ask_for_json() {
    let (emulator, token) = with(json!({"kind": "xml"})).await;
    let got = get(&emulator, &token, "/meetings/1").await;
    assert!(got.text().starts_with("<result><code>"), "{}", got.text());
}

#[tokio::test]
async fn a_bad_row_stands_between_good_ones() {
    let (emulator, _) = with(json!({"kind": "bad-row", "list": "users"})).await;
    let token = lister(&emulator);
    let users = get(&emulator, &token, "/users").await.json()["users"].as_array().unwrap().clone();
    assert!(users.len() > 2 && users[1].is_null() && users[2].is_object(), "{users:?}");
}
