//! The emulator over real HTTP, with the smallest client that can see raw answers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use switchboard_emulator::{Emulator, Options, start};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const BACK: &str = "http://127.0.0.1:7910/oauth/callback";
const VERIFIER: &str = "a-verifier-that-is-long-enough-for-everybody-0123456789";

struct Got {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

async fn send(method: &str, url: &str, auth: &str, content_type: &str, body: &str) -> Got {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let port = host.split_once(':').unwrap().1;
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap();
    let auth = if auth.is_empty() { String::new() } else { format!("authorization: {auth}\r\n") };
    let text = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{auth}content-type: {content_type}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.ok();
    let Some(end) = all.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Got { status: 0, head: String::new(), body: all };
    };
    let head = String::from_utf8_lossy(&all[..end]).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Got { status, head, body: all[end + 4..].to_vec() }
}

async fn get(url: &str, token: &str) -> Got {
    let auth = if token.is_empty() { String::new() } else { format!("Bearer {token}") };
    send("GET", url, &auth, "application/json", "").await
}

fn basic(emulator: &Emulator) -> String {
    let (id, secret) = emulator.app();
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

async fn code(emulator: &Emulator, more: &str) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let url = format!(
        "{}/authorize?response_type=code&client_id={}&redirect_uri={BACK}&state=s1&code_challenge={challenge}\
         &code_challenge_method=S256&_user=ada%40emulator.test{more}",
        emulator.oauth_base(),
        emulator.app().0
    );
    let got = get(&url, "").await;
    assert_eq!(got.status, 302, "{}", got.head);
    got.header("location").unwrap().to_owned()
}

async fn exchange(emulator: &Emulator, body: &str) -> Got {
    let url = format!("{}/token", emulator.oauth_base());
    send("POST", &url, &basic(emulator), "application/x-www-form-urlencoded", body).await
}

async fn connect(emulator: &Emulator, more: &str) -> Value {
    let location = code(emulator, &format!("&_decision=allow{more}")).await;
    let code = location.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let body = format!("grant_type=authorization_code&code={code}&redirect_uri={BACK}&code_verifier={VERIFIER}");
    let got = exchange(emulator, &body).await;
    assert_eq!(got.status, 200, "{:?}", got.json());
    assert_eq!(exchange(emulator, &body).await.json()["reason"], "Invalid authorization code");
    got.json()
}

fn token(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn facts_14_01_seed_8_04_a_refresh_token_dies_when_used_and_a_second_consent_kills_the_first() {
    let emulator = start(Options::default()).await.unwrap();
    let first = connect(&emulator, "").await;
    assert_eq!(first["expires_in"], 3599);
    let body = format!("grant_type=refresh_token&refresh_token={}", token(&first, "refresh_token"));
    let second = exchange(&emulator, &body).await;
    assert_eq!(second.status, 200);
    let again = exchange(&emulator, &body).await;
    assert_eq!((again.status, again.json()), (400, json!({"reason": "Invalid Token!", "error": "invalid_grant"})));
    connect(&emulator, "").await;
    let body = format!("grant_type=refresh_token&refresh_token={}", token(&second.json(), "refresh_token"));
    assert_eq!(exchange(&emulator, &body).await.status, 400);
    let denied = code(&emulator, "&_decision=deny").await;
    assert_eq!(denied, format!("{BACK}?error=access_denied&state=s1"));
    let wrong = get(
        &format!("{}/authorize?client_id=switchboard-demo&redirect_uri=https://x.test/", emulator.oauth_base()),
        "",
    )
    .await;
    assert!(wrong.status == 400 && String::from_utf8_lossy(&wrong.body).contains("4,700"));
}

#[tokio::test]
async fn facts_14_06_seed_8_01_listings_clamp_to_a_month_and_page_to_an_empty_token() {
    let emulator = start(Options { at_ms: Some(1_795_392_000_000), ..Options::default() }).await.unwrap();
    let access = token(&connect(&emulator, "").await, "access_token");
    let base = format!("{}/users/me/recordings?from=2026-01-01&to=2026-11-22", emulator.api_base());
    let first = get(&base, &access).await.json();
    assert_eq!((&first["from"], first["meetings"].as_array().unwrap().len()), (&json!("2026-10-22"), 30));
    assert!(first["meetings"][0]["type"].is_i64());
    let next = token(&first, "next_page_token");
    let last = get(&format!("{base}&next_page_token={next}"), &access).await.json();
    assert_eq!(last["next_page_token"], "");
    let other = get(&format!("{base}&page_size=10&next_page_token={next}"), &access).await;
    assert_eq!((other.status, &other.json()["code"]), (400, &json!(300)));
}

#[tokio::test]
async fn facts_14_12_odd_uuids_must_be_encoded_twice_and_files_come_from_a_second_host() {
    let emulator = start(Options::default()).await.unwrap();
    let access = token(&connect(&emulator, "").await, "access_token");
    let base = format!("{}/meetings", emulator.api_base());
    let once = get(&format!("{base}/%2FajXp112QmuoKj4854875A%3D%3D/recordings"), &access).await;
    assert_eq!(once.status, 404);
    let twice = get(&format!("{base}/%252FajXp112QmuoKj4854875A%253D%253D/recordings"), &access).await.json();
    let file = &twice["recording_files"][0];
    let url = token(file, "download_url");
    assert!(get(&url, "").await.head.contains("text/html"));
    assert_eq!(get(&url, "wrong").await.json()["errorCode"], 124);
    assert_eq!(get(&format!("{url}?access_token={access}"), &access).await.status, 401);
    let hop = get(&url, &access).await;
    let storage = hop.header("location").unwrap();
    assert!(storage.starts_with(&emulator.download_base()));
    let bytes = get(storage, "").await;
    assert_eq!(bytes.body.len() as u64, file["file_size"].as_u64().unwrap());
    assert_eq!(bytes.body.get(4..8), Some(b"ftyp".as_slice()));
    let log = get(&format!("{}/requests", emulator.control_base()), "").await;
    assert!(!String::from_utf8_lossy(&log.body).contains(&access));
}

#[tokio::test]
async fn facts_14_13_a_meeting_is_created_changed_and_deleted_and_unknown_values_become_defaults_in_silence() {
    let emulator = start(Options::default()).await.unwrap();
    let access = token(&connect(&emulator, "").await, "access_token");
    let bearer = format!("Bearer {access}");
    let json_type = "application/json";
    let url = format!("{}/users/me/meetings", emulator.api_base());
    let bad = send("POST", &url, &bearer, json_type, r#"{"duration":0}"#).await;
    assert_eq!((bad.status, &bad.json()["errors"][0]["field"]), (400, &json!("duration")));
    let body = r#"{"topic":"Weekly","start_time":"2099-12-01T10:00:00","timezone":"Europe/Berlin"}"#;
    let made = send("POST", &url, &bearer, json_type, body).await;
    assert_eq!((made.status, &made.json()["start_time"]), (201, &json!("2099-12-01T09:00:00Z")));
    let one = format!("{}/meetings/{}", emulator.api_base(), made.json()["id"]);
    let patch = send("PATCH", &one, &bearer, json_type, r#"{"settings":{"auto_recording":"moon"}}"#).await;
    assert_eq!((patch.status, patch.body.len()), (204, 0));
    assert_eq!(get(&one, &access).await.json()["settings"]["auto_recording"], "none");
    let invitation = get(&format!("{one}/invitation"), &access).await.json();
    assert!(token(&invitation, "invitation").contains("Topic: Weekly\r\n"), "{invitation}");
    assert_eq!(send("DELETE", &one, &bearer, json_type, "").await.status, 204);
    assert_eq!(get(&format!("{one}/invitation"), &access).await.json()["code"], 3001);
    assert_eq!(get(&one, &access).await.json()["code"], 3001);
}

#[tokio::test]
async fn refusals_and_faults_have_zooms_shapes() {
    let emulator = start(Options::default()).await.unwrap();
    let access = token(&connect(&emulator, "&_scopes=user%3Aread%3Auser").await, "access_token");
    let me = format!("{}/users/me", emulator.api_base());
    let scope = get(&format!("{me}/recordings"), &access).await;
    let text = "Invalid access token, does not contain scopes:[cloud_recording:read:list_user_recordings, \
                cloud_recording:read:list_user_recordings:admin].";
    assert_eq!((scope.status, scope.json()), (400, json!({"code": 4711, "message": text})));
    let other = get(&format!("{}/users/grace@emulator.test", emulator.api_base()), &access).await;
    assert_eq!(other.status, 403);
    let faults = format!("{}/faults", emulator.control_base());
    let body = r#"[{"kind":"drop","path":"/v2"},{"kind":"status","status":429,"variant":"daily"}]"#;
    assert_eq!(send("POST", &faults, "", "application/json", body).await.status, 200);
    assert_eq!(get(&me, &access).await.status, 0);
    let limited = get(&me, &access).await;
    assert!(limited.status == 429 && limited.header("retry-after").is_some_and(|at| at.ends_with("T00:00:00Z")));
    let clock = format!("{}/clock", emulator.control_base());
    send("POST", &clock, "", "application/json", r#"{"advance_s":3600}"#).await;
    let expired = get(&me, &access).await;
    assert_eq!((expired.status, &expired.json()["code"]), (401, &json!(124)));
}
