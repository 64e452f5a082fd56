//! Limits by account, label, host and object, and what each refusal says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod raw;

use raw::{Got, ada, advance, call, control, get, settings};
use serde_json::json;
use switchboard_emulator::{Emulator, Options, start};

/// 10:00 on 25 November 2026, UTC.
const MORNING: i64 = 1_795_600_800_000;

async fn quiet() -> Emulator {
    start(Options { at_ms: Some(MORNING), ..Options::default() }).await.unwrap()
}

/// Send until one is refused, at most so many times: how many passed, and the refusal.
async fn until_refused(emulator: &Emulator, token: &str, path: &str, most: usize) -> (usize, Option<Got>) {
    for n in 0..most {
        let got = get(emulator, token, path).await;
        if got.status == 429 {
            return (n, Some(got));
        }
    }
    (most, None)
}

#[tokio::test]
async fn facts_14_15_per_second_refusals_name_label_and_type_and_have_no_retry_after() {
    let emulator = quiet().await;
    settings(&emulator, json!({"plan": "free"})).await;
    let token = ada(&emulator);
    // Two Medium requests a second; a new second can begin between any two of these.
    let (_, refused) = until_refused(&emulator, &token, "/users/me/recordings", 40).await;
    let refused = refused.unwrap();
    let text = "You have reached the maximum per-second rate limit for this API. Try again later.";
    assert_eq!(refused.json(), json!({"code": 429, "message": text}));
    let named = ["category", "type", "limit", "remaining"]
        .map(|name| refused.header(&format!("x-ratelimit-{name}")).unwrap().to_owned());
    assert_eq!(named, ["Medium", "QPS", "2", "0"]);
    assert_eq!(refused.header("retry-after"), None);
}

#[tokio::test]
async fn facts_14_15_daily_refusals_say_when_to_come_back_as_a_date_time() {
    let emulator = quiet().await;
    let token = ada(&emulator);
    settings(&emulator, json!({"plan": "free"})).await;
    let fault = json!({"kind": "status", "status": 429, "variant": "daily", "count": 3});
    control(&emulator, "POST", "faults", fault).await;
    let refused = get(&emulator, &token, "/users/me").await;
    let text = "You have reached the maximum daily rate limit for this API. Refer to the response header for details \
                on when you can make another request.";
    assert_eq!(refused.json(), json!({"code": 429, "message": text}));
    assert_eq!(refused.header("x-ratelimit-type"), Some("Daily-limit"));
    assert_eq!(refused.header("retry-after"), Some("2026-11-26T00:00:00Z"));
    settings(&emulator, json!({"retry_after": "http-date"})).await;
    let refused = get(&emulator, &token, "/users/me").await;
    assert_eq!(refused.header("retry-after"), Some("Thu, 26 Nov 2026 00:00:00 GMT"));
    settings(&emulator, json!({"retry_after": "seconds"})).await;
    let left: i64 = get(&emulator, &token, "/users/me").await.header("retry-after").unwrap().parse().unwrap();
    assert!((14 * 3600 - 60..=14 * 3600).contains(&left), "{left}");
}

#[tokio::test]
async fn seed_8_05_a_free_account_ends_its_day_and_begins_again_at_midnight() {
    let emulator = quiet().await;
    let token = ada(&emulator);
    settings(&emulator, json!({"plan": "free"})).await;
    control(&emulator, "POST", "limits", json!({"used_today": {"Medium": 1999}})).await;
    assert_eq!(get(&emulator, &token, "/users/me/recordings").await.status, 200);
    let refused = get(&emulator, &token, "/users/me/recordings").await;
    assert_eq!((refused.status, refused.header("x-ratelimit-limit")), (429, Some("2000")));
    assert_eq!(refused.header("x-ratelimit-type"), Some("Daily-limit"));
    assert_eq!(get(&emulator, &token, "/users/me").await.status, 200, "another label has its own figure");
    advance(&emulator, 15 * 3600).await;
    let token = ada(&emulator);
    assert_eq!(get(&emulator, &token, "/users/me/recordings").await.status, 200);
}

#[tokio::test]
async fn seed_8_05_the_budget_is_the_accounts_and_not_an_apps() {
    let emulator = quiet().await;
    settings(&emulator, json!({"plan": "free"})).await;
    control(&emulator, "POST", "limits", json!({"used_today": {"Light": 5999}})).await;
    let (first, second) = (ada(&emulator), ada(&emulator));
    assert_eq!(get(&emulator, &first, "/users/me").await.status, 200);
    assert_eq!(get(&emulator, &second, "/users/me").await.status, 429);
}

#[tokio::test]
async fn heavy_and_resource_intensive_share_the_daily_figure_from_pro_on() {
    let emulator = quiet().await;
    let shown = control(&emulator, "POST", "limits", json!({"used_today": {"Heavy": 30_000}})).await;
    assert_eq!(shown["today"]["Resource-intensive"], json!({"limit": 30_000, "used": 30_000}), "{shown}");
    settings(&emulator, json!({"plan": "business"})).await;
    let shown = control(&emulator, "GET", "limits", json!(null)).await;
    assert_eq!(shown["today"]["Heavy"], json!({"limit": 60_000, "used": 30_000}));
    assert_eq!(shown["per_second"], json!({"Light": 80, "Medium": 60, "Heavy": 40}));
    assert_eq!(shown["per_minute"], json!({"Resource-intensive": 20}));
}

#[tokio::test]
async fn facts_14_15_the_hundred_and_first_meeting_write_of_a_host_is_refused_without_type_and_retry_after() {
    let emulator = start(Options { rate_limits: false, at_ms: Some(MORNING), ..Options::default() }).await.unwrap();
    let token = ada(&emulator);
    for n in 0..100 {
        let made = call(&emulator, &token, "POST", "/users/me/meetings", r#"{"topic":"One"}"#).await;
        assert_eq!(made.status, 201, "{n}");
    }
    let refused = call(&emulator, &token, "POST", "/users/me/meetings", r#"{"topic":"One"}"#).await;
    assert_eq!(refused.code(), (429, 429));
    assert!(refused.text().contains("daily rate limit (100) of Meeting Create/Update"), "{}", refused.text());
    assert_eq!(refused.header("x-ratelimit-limit"), Some("6000"));
    assert_eq!((refused.header("x-ratelimit-type"), refused.header("retry-after")), (None, None));
    let grace = emulator.issue_token("grace@emulator.test").unwrap();
    assert_eq!(call(&emulator, &grace, "POST", "/users/me/meetings", r#"{"topic":"One"}"#).await.status, 201);
}

#[tokio::test]
async fn facts_14_15_a_second_write_to_a_user_in_work_is_refused_without_headers() {
    let emulator = quiet().await;
    let (token, grace) = (ada(&emulator), emulator.issue_token("grace@emulator.test").unwrap());
    let slow = json!({"kind": "latency", "millis": 400, "method": "POST", "count": 1});
    control(&emulator, "POST", "faults", slow).await;
    let create = |token: String| {
        let emulator = &emulator;
        async move { call(emulator, &token, "POST", "/users/me/meetings", r#"{"topic":"One"}"#).await }
    };
    let later = async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        (create(token.clone()).await, create(grace).await)
    };
    let (first, (same, other)) = tokio::join!(create(token.clone()), later);
    assert_eq!((first.status, same.code(), other.status), (201, (429, 429), 201));
    assert!(same.text().contains("Too many concurrent requests"), "{}", same.text());
    assert!(!same.head.contains("x-ratelimit"), "{}", same.head);
    assert_eq!(create(token).await.status, 201, "the lock is gone");
}
