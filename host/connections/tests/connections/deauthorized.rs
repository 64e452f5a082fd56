//! Accounts that take the app away, as the service tells: what the event ends, and what it does not.

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use switchboard_connections::Connection;
use switchboard_connections::{Connections, Deauthorization, DeauthorizationRule};
use switchboard_webhooks::{Refusal, Replays, Signing, SigningSecrets, Unverified, Verified};

use crate::endings::{erased, identified};
use crate::messages::Told;
use crate::support::{DAY_MS, Moved, TokenServer, home, open, open_at};

const SECRET: &str = "canary-app-secret-of-events";
const MINUTE_MS: i64 = 60_000;

fn now() -> i64 {
    i64::try_from(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap()
}

/// The user `u1` of `a1` removed `app` just now.
fn event(retain: bool) -> Value {
    event_at(retain, now())
}

fn event_at(retain: bool, at_ms: i64) -> Value {
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap();
    json!({"event": "removed", "payload": {"client_id": "app", "user_id": "u1", "account_id": "a1", "keep": retain,
        "at": at.to_string()}})
}

/// One message as the service sends it.
struct Message {
    at: String,
    signature: String,
    body: String,
}

fn message(event: &Value, sent_ms: i64) -> Message {
    let (at, body) = ((sent_ms / 1_000).to_string(), event.to_string());
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{at}.{body}").as_bytes());
    let signature = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    Message { at, signature, body }
}

impl Message {
    /// Taken in by a host that keeps the secret of one app.
    async fn taken(&self, app: &str, now_ms: i64, replays: &dyn Replays) -> Result<Verified, Refusal> {
        let signing: Signing = serde_json::from_value(json!({"signature_header": "x-sign", "timestamp_header": "x-at",
            "signed": "{timestamp}.{body}", "signature": "{hmac-sha256-hex}"}))
        .unwrap();
        let headers = [("x-at", self.at.as_bytes()), ("x-sign", self.signature.as_bytes())];
        let secrets = SigningSecrets::new(app, [SECRET.into()]).unwrap();
        Unverified::new(headers, self.body.as_bytes()).verify(&signing, &secrets, now_ms, replays).await
    }
}

fn read(delivery: &Verified) -> Option<Deauthorization> {
    let at = |field: &str| format!("/payload/{field}");
    let rule = DeauthorizationRule {
        event: "removed".into(),
        client: at("client_id"),
        user: at("user_id"),
        account: at("account_id"),
        retain: at("keep"),
        at: at("at"),
    };
    Deauthorization::read(delivery, &rule).told()
}

/// The service tells it, signed anew each time.
async fn told(connections: &Connections, event: &Value) -> Vec<Connection> {
    let sent = now();
    let replays = switchboard_webhooks::MemoryReplays::default();
    let delivery = message(event, sent).taken("app", sent, &replays).await.unwrap();
    connections.deauthorized(&read(&delivery).unwrap()).told()
}

#[tokio::test]
async fn seed_anyclip_45_an_account_that_removed_the_app_ends_disconnected_and_erased() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = identified(dir.path(), &server).await;
    let ended = told(&connections, &event(false)).await;
    assert_eq!((ended.len(), ended[0].state.as_str()), (1, "disconnected"));
    erased(&connections, dir.path());
    assert_eq!(connections.open_connection(None).refused().code(), "disconnected");
    // The same event once more, and one for a user nobody connected.
    assert!(told(&connections, &event(false)).await.is_empty());
    let mut stranger = event(false);
    stranger["payload"]["user_id"] = json!("u2");
    assert!(told(&connections, &stranger).await.is_empty());
}

#[tokio::test]
async fn seed_anyclip_48_without_consent_the_data_has_a_date_within_ten_days() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    drop(identified(dir.path(), &server).await);
    let clock = Moved::default();
    let connections = open_at(dir.path(), &clock);
    let row = told(&connections, &event(false)).await.remove(0);
    let data = connections.data_clock(&row.id).told().unwrap();
    assert_eq!(data.delete_by, Some(data.ended_at + 10 * DAY_MS));
    assert!(connections.data_due().told().is_empty());
    clock.to(10 * DAY_MS + 1_000);
    // Asked again on day ten, the date stays.
    told(&connections, &event(false)).await;
    assert_eq!(connections.data_due().told().len(), 1);
    connections.data_deleted(&row.id).unwrap();
    assert!(connections.data_due().told().is_empty());
    let report = connections.data_clock(&row.id).told().unwrap();
    assert!(report.done_at.is_some() && report.identity.is_none());
}

#[tokio::test]
async fn seed_anyclip_47_with_consent_the_data_stays() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    drop(identified(dir.path(), &server).await);
    let clock = Moved::default();
    let connections = open_at(dir.path(), &clock);
    let row = told(&connections, &event(true)).await.remove(0);
    clock.to(400 * DAY_MS);
    assert!(connections.data_due().told().is_empty());
    assert_eq!(connections.data_clock(&row.id).told().unwrap().decision, "retain");
}

#[tokio::test]
async fn another_app_of_the_same_user_stays_connected() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = identified(dir.path(), &server).await;
    let mut event = event(false);
    event["payload"]["client_id"] = json!("other");
    let delivery = message(&event, now()).taken("other", now(), &connections.replays()).await.unwrap();
    assert!(connections.deauthorized(&read(&delivery).unwrap()).told().is_empty());
    assert_eq!(connections.show("work").told().state.as_str(), "active");
}

#[tokio::test]
async fn w_05_a_message_that_somebody_sends_once_more_is_refused_also_after_a_restart() {
    let dir = home();
    let message = message(&event(false), now());
    message.taken("app", now(), &open(dir.path()).replays()).await.unwrap();
    let again = message.taken("app", now(), &open(dir.path()).replays()).await;
    assert_eq!(again.unwrap_err(), Refusal::Replayed);
}

#[tokio::test]
async fn w_22_an_event_that_is_told_again_does_not_end_the_grant_of_who_came_back() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = identified(dir.path(), &server).await;
    // Removed an hour ago, while this host was away; told again now, after the person signed in anew.
    let late = event_at(false, now() - 60 * MINUTE_MS);
    assert!(told(&connections, &late).await.is_empty());
    assert_eq!(connections.show("work").told().state.as_str(), "active");
    assert!(connections.open_connection(None).is_ok());
    // Clocks differ by some minutes: that is no reason to keep what was taken away.
    let near = event_at(false, now() - 4 * MINUTE_MS);
    assert_eq!(told(&connections, &near).await.len(), 1);
    erased(&connections, dir.path());
}

#[tokio::test]
async fn an_event_that_does_not_say_when_ends_the_connection() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = identified(dir.path(), &server).await;
    let mut event = event(false);
    event["payload"]["at"] = json!("lately");
    assert_eq!(told(&connections, &event).await.len(), 1);
    erased(&connections, dir.path());
}
