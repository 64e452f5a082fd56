//! Facts about Zoom that clients break on, each by its row of the checklist.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod raw;

use raw::{Got, ada, advance, call, get, send, send_as, server};
use serde_json::{Value, json};
use switchboard_emulator::{Emulator, Options, start};

/// 10:00 on 25 November 2026, UTC.
const MORNING: i64 = 1_795_600_800_000;
const BACK: &str = "http%3A%2F%2F127.0.0.1%3A7910%2Foauth%2Fcallback";
/// base64url(SHA-256("verifier")).
const CHALLENGE: &str = "iMnq5o6zALKXGivsnlom_0F5_WYda32GHkxlV7mq7hQ";

async fn morning() -> (Emulator, String) {
    let emulator = start(Options { at_ms: Some(MORNING), ..Options::default() }).await.unwrap();
    let token = ada(&emulator);
    (emulator, token)
}

/// A code for ada with PKCE.
async fn code(emulator: &Emulator, redirect: &str) -> Got {
    let url = format!(
        "{}/authorize?response_type=code&client_id={}&redirect_uri={redirect}&code_challenge={CHALLENGE}\
         &code_challenge_method=S256&_user=ada%40emulator.test&_decision=allow",
        emulator.oauth_base(),
        emulator.app().0
    );
    send("GET", &url, "", "").await
}

async fn exchange(emulator: &Emulator, landed: &Got, verifier: &str) -> Got {
    use base64::Engine;
    let code = landed.header("location").unwrap().split("code=").nth(1).unwrap().split('&').next().unwrap();
    let (id, secret) = emulator.app();
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    let query = format!("grant_type=authorization_code&code={code}&redirect_uri={BACK}&code_verifier={verifier}");
    send_as("POST", &format!("{}/token?{query}", emulator.oauth_base()), &format!("Basic {basic}"), "").await
}

#[tokio::test]
async fn facts_14_02_codes_live_five_minutes_need_their_verifier_and_an_exact_redirect() {
    let (emulator, _) = morning().await;
    let wrong = exchange(&emulator, &code(&emulator, BACK).await, "another").await;
    assert_eq!((wrong.status, &wrong.json()["error"]), (400, &json!("invalid_grant")));
    let late = code(&emulator, BACK).await;
    advance(&emulator, 301).await;
    assert_eq!(exchange(&emulator, &late, "verifier").await.json()["reason"], "Invalid authorization code");
    assert_eq!(exchange(&emulator, &code(&emulator, BACK).await, "verifier").await.status, 200);
    let page = code(&emulator, &format!("{BACK}%2Fmore")).await;
    assert!(page.status == 400 && page.text().contains("(4,700)") && page.header("location").is_none());
}

#[tokio::test]
async fn facts_14_03_tokens_live_3599_seconds_name_their_api_and_list_scopes_in_another_order() {
    let (emulator, _) = morning().await;
    let mut orders = Vec::new();
    for _ in 0..3 {
        let got = exchange(&emulator, &code(&emulator, BACK).await, "verifier").await.json();
        assert_eq!((&got["expires_in"], &got["token_type"]), (&json!(3599), &json!("bearer")));
        assert_eq!(got["api_url"], json!(emulator.api_base().replace("/v2", "")));
        orders.push(got["scope"].as_str().unwrap().to_owned());
        advance(&emulator, 1).await;
    }
    assert!(orders[0] != orders[1] || orders[1] != orders[2]);
    let sorted = |text: &str| {
        let mut all: Vec<String> = text.split(' ').map(str::to_owned).collect();
        all.sort();
        all
    };
    assert_eq!(sorted(&orders[0]), sorted(&orders[1]));
}

#[tokio::test]
async fn facts_14_04_expired_scope_stranger_and_right_are_told_apart() {
    let (emulator, token) = morning().await;
    let narrow = emulator.issue_token_with("ada@emulator.test", &["user:read:user".into()]).unwrap();
    let scope = get(&emulator, &narrow, "/users/me/recordings").await;
    assert_eq!(scope.code(), (400, 4711));
    assert!(scope.text().contains("[cloud_recording:read:list_user_recordings, "), "{}", scope.text());
    assert_eq!(get(&emulator, &token, "/users/grace@emulator.test").await.code(), (403, 403));
    let alan = emulator.issue_token("alan@emulator.test").unwrap();
    let mine = get(&emulator, &alan, "/users/me/recordings?from=2026-11-01&to=2026-11-25").await.json();
    let right = get(&emulator, &alan, &format!("/meetings/{}/recordings", mine["meetings"][0]["id"])).await;
    assert_eq!(right.code(), (200, 200), "an error inside HTTP 200");
    advance(&emulator, 3600).await;
    assert_eq!(get(&emulator, &token, "/users/me").await.code(), (401, 124));
}

#[tokio::test]
async fn facts_14_06_seed_8_02_page_tokens_live_15_minutes_and_belong_to_their_parameters() {
    let (emulator, token) = morning().await;
    let list = "/users/me/recordings?from=2026-11-01&to=2026-11-30";
    let first = get(&emulator, &token, list).await.json();
    assert_eq!((first["page_size"].as_i64(), first["meetings"].as_array().unwrap().len()), (Some(30), 30));
    let next = first["next_page_token"].as_str().unwrap();
    let other = get(&emulator, &token, &format!("{list}&page_size=31&next_page_token={next}")).await;
    assert_eq!(other.code(), (400, 300));
    assert!(other.text().contains("The next page token is invalid or expired."));
    advance(&emulator, 899).await;
    let last = get(&emulator, &token, &format!("{list}&next_page_token={next}")).await.json();
    assert_eq!(last["next_page_token"], "", "the end is an empty string");
    advance(&emulator, 2).await;
    assert_eq!(get(&emulator, &token, &format!("{list}&next_page_token={next}")).await.code(), (400, 300));
    let big = get(&emulator, &token, &format!("{list}&page_size=1000")).await.json();
    assert_eq!(big["page_size"], 300);
}

#[tokio::test]
async fn facts_14_07_a_list_without_dates_is_todays_and_the_trash_knows_no_dates() {
    let (emulator, token) = morning().await;
    let today = get(&emulator, &token, "/users/me/recordings").await.json();
    assert_eq!(today["from"], "2026-11-25");
    let begins = |rows: &Value| {
        rows["meetings"].as_array().unwrap().iter().all(|row| row["start_time"].as_str().unwrap() >= "2026-11-25")
    };
    assert!(begins(&today), "{today}");
    let trash = get(&emulator, &token, "/users/me/recordings?trash=true&from=2026-11-25&to=2026-11-25").await.json();
    assert!(trash["meetings"].as_array().unwrap().len() >= 2 && !begins(&trash), "{trash}");
    assert!(trash["meetings"][0]["recording_files"][0]["deleted_time"].is_string());
}

#[tokio::test]
async fn facts_14_08_recording_rows_have_integer_types_silent_timelines_and_empty_strings_in_progress() {
    let (emulator, token) = morning().await;
    let list = "/users/me/recordings?from=2026-11-01&to=2026-11-30&page_size=300";
    let rows = get(&emulator, &token, list).await.json()["meetings"].as_array().unwrap().clone();
    assert!(rows.iter().all(|row| row["type"].is_i64() && row["id"].is_i64()));
    let files = |kind: &str| {
        let all = rows.iter().flat_map(|row| row["recording_files"].as_array().unwrap().clone());
        all.filter(|file| file["file_type"] == kind).collect::<Vec<_>>()
    };
    assert!(files("TIMELINE").iter().all(|file| file.get("play_url").is_none()));
    assert!(files("MP4").iter().all(|file| file["play_url"].is_string()));
    let running = &files("")[0];
    let said = ["id", "recording_end", "download_url", "status"].map(|name| running[name].as_str().unwrap());
    assert_eq!((said, &running["file_size"]), (["", "", "", "processing"], &json!(0)));
    let several = |row: &&Value| {
        row["recording_files"].as_array().unwrap().iter().filter(|file| file["file_type"] == "MP4").count() == 2
    };
    assert_eq!(rows.iter().filter(several).count(), 1, "recording was stopped and started again");
}

#[tokio::test]
async fn facts_14_09_nothing_recorded_and_still_processing_look_the_same() {
    let (emulator, token) = morning().await;
    let list = get(&emulator, &token, "/users/me/recordings?from=2026-11-25&to=2026-11-25").await.json();
    let running = &list["meetings"][0];
    assert_eq!(running["recording_files"][0]["status"], "processing");
    let processing = get(&emulator, &token, &format!("/meetings/{}/recordings", running["id"])).await;
    let none = get(&emulator, &token, "/meetings/89999999999/recordings").await;
    assert_eq!((processing.code(), none.code()), ((404, 3301), (404, 3301)));
    assert_eq!(processing.json(), none.json());
}

#[tokio::test]
async fn facts_14_10_seed_8_08_deleting_moves_to_the_trash_and_recovers_unless_told_otherwise() {
    let (emulator, token) = morning().await;
    let list = "/users/me/recordings?from=2026-11-01&to=2026-11-30";
    let row = get(&emulator, &token, list).await.json()["meetings"][5].clone();
    let path = format!("/meetings/{}/recordings", raw::twice(row["uuid"].as_str().unwrap()));
    let trashed = || async {
        let rows = get(&emulator, &token, "/users/me/recordings?trash=true&page_size=300").await.json();
        rows["meetings"].as_array().unwrap().iter().any(|one| one["uuid"] == row["uuid"])
    };
    let gone = call(&emulator, &token, "DELETE", &path, "").await;
    assert_eq!((gone.status, gone.body.len(), trashed().await), (204, 0, true));
    let back = call(&emulator, &token, "PUT", &format!("{path}/status"), r#"{"action":"recover"}"#).await;
    assert!(back.status < 300 && !trashed().await, "{}", back.text());
    assert_eq!(get(&emulator, &token, &path).await.status, 200);
    assert_eq!(call(&emulator, &token, "DELETE", &format!("{path}?action=delete"), "").await.status, 204);
    assert!(!trashed().await);
    assert_eq!(get(&emulator, &token, &path).await.code(), (404, 3301));
}

#[tokio::test]
async fn facts_14_11_downloads_hop_to_a_second_host_and_refuse_in_other_shapes() {
    let (emulator, token) = morning().await;
    let list = "/users/me/recordings?from=2026-11-01&to=2026-11-24";
    let row = get(&emulator, &token, list).await.json()["meetings"][4].clone();
    let url = row["recording_files"][0]["download_url"].as_str().unwrap();
    let hop = send("GET", url, &token, "").await;
    let place = hop.header("location").unwrap();
    assert!(hop.status == 302 && place.starts_with(&emulator.download_base()) && !place.contains(&token));
    assert_eq!(send("GET", place, "", "").await.status, 200, "the second host wants no token");
    let wrong = send("GET", url, "wrong", "").await;
    assert_eq!(
        (wrong.status, wrong.json()),
        (401, json!({"status": false, "errorCode": 124, "errorMessage": "Forbidden"}))
    );
    assert_eq!(send("GET", &format!("{url}?access_token={token}"), &token, "").await.status, 401);
    let page = send("GET", url, "", "").await;
    assert!(page.status == 200 && page.head.contains("text/html"), "{}", page.head);
    let uuid = raw::twice(row["uuid"].as_str().unwrap());
    let sibling = row["recording_files"][1]["id"].as_str().unwrap();
    call(&emulator, &token, "DELETE", &format!("/meetings/{uuid}/recordings/{sibling}"), "").await;
    let stale = send("GET", url, &token, "").await;
    assert!(stale.status == 404 && stale.head.contains("text/html"), "addresses die with a sibling");
    let again = get(&emulator, &token, &format!("/meetings/{uuid}/recordings")).await.json();
    let renewed = again["recording_files"][0]["download_url"].as_str().unwrap();
    assert_eq!(send("GET", renewed, &token, "").await.status, 302);
}

#[tokio::test]
async fn facts_14_12_seed_8_03_a_number_means_the_latest_instance_and_odd_uuids_are_encoded_twice() {
    let (emulator, token) = morning().await;
    let list = "/users/me/recordings?from=2026-11-01&to=2026-11-30&page_size=300";
    let rows = get(&emulator, &token, list).await.json()["meetings"].as_array().unwrap().clone();
    let held: Vec<&Value> = rows.iter().filter(|row| row["id"] == 81_200_000_000_i64).collect();
    let latest = held.iter().map(|row| row["start_time"].as_str().unwrap()).max().unwrap();
    assert!(held.len() > 1);
    let by_number = get(&emulator, &token, "/meetings/81200000000/recordings").await.json();
    assert_eq!(by_number["start_time"], latest);
    for (uuid, once) in [
        ("/ajXp112QmuoKj4854875A==", "%2FajXp112QmuoKj4854875A%3D%3D"),
        ("ab//cdEF0123456789abcQ==", "ab%2F%2FcdEF0123456789abcQ%3D%3D"),
    ] {
        assert_eq!(get(&emulator, &token, &format!("/meetings/{once}/recordings")).await.status, 404, "{uuid} once");
        let found = get(&emulator, &token, &format!("/meetings/{}/recordings", raw::twice(uuid))).await.json();
        assert_eq!(found["uuid"], uuid);
    }
}

#[tokio::test]
async fn facts_14_16_seed_8_09_pending_users_have_no_id_no_login_and_were_made_just_now() {
    let (emulator, _) = morning().await;
    let token = server(&emulator).await;
    let pending = get(&emulator, &token, "/users?status=pending").await.json()["users"][0].clone();
    assert_eq!(pending["email"], "edsger@emulator.test");
    assert!(pending.get("id").is_none() && pending.get("last_login_time").is_none(), "{pending}");
    assert!(pending["created_at"].as_str().unwrap().starts_with("2026-11-25T10:0"), "{pending}");
    let active = get(&emulator, &token, "/users?status=active").await.json()["users"][0].clone();
    assert!(active["id"].is_string() && active["last_login_time"].is_string());
}

#[tokio::test]
async fn seed_8_13_a_start_with_z_is_utc_and_without_it_local() {
    let (emulator, token) = morning().await;
    for (sent, stored) in
        [("2099-07-01T10:00:00Z", "2099-07-01T10:00:00Z"), ("2099-07-01T10:00:00", "2099-07-01T14:00:00Z")]
    {
        let body = json!({"topic": "When", "type": 2, "start_time": sent, "timezone": "America/New_York"}).to_string();
        let made = call(&emulator, &token, "POST", "/users/me/meetings", &body).await.json();
        assert_eq!(made["start_time"], stored, "{sent}");
    }
}

#[tokio::test]
async fn seed_8_14_the_api_and_the_token_service_have_error_bodies_of_two_shapes() {
    let (emulator, token) = morning().await;
    let names = |got: &Got| got.json().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&get(&emulator, &token, "/meetings/81111111111").await), ["code", "message"]);
    let refused = send_as("POST", &format!("{}/token?grant_type=x", emulator.oauth_base()), "Basic eDp5", "").await;
    let mut said = names(&refused);
    said.sort();
    assert_eq!((refused.status, said), (400, vec!["error".to_owned(), "reason".to_owned()]));
}

#[tokio::test]
async fn seed_8_11_settings_that_a_basic_licence_forbids_are_changed_without_an_error() {
    let (emulator, ada) = morning().await;
    let alan = emulator.issue_token("alan@emulator.test").unwrap();
    let body = json!({"topic": "Recorded", "settings": {"auto_recording": "cloud"}}).to_string();
    for (token, becomes) in [(ada, "cloud"), (alan, "none")] {
        let made = call(&emulator, &token, "POST", "/users/me/meetings", &body).await;
        assert_eq!(
            (made.status, &made.json()["settings"]["auto_recording"]),
            (201, &json!(becomes)),
            "{}",
            made.text()
        );
    }
}
