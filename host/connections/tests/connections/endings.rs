//! How connections end: by their owner, or by the account that takes the app away.

use crate::messages::Told;
use crate::refresh::connected;
use crate::support::{DAY_MS, Moved, TokenServer, home, open, open_at};
use serde_json::json;
use switchboard_connections::{Connections, Revocation};
use switchboard_egress::Connection;

/// No byte of a secret, in clear or sealed, is left of a connection.
pub fn erased(connections: &Connections, dir: &std::path::Path) {
    assert!(connections.app("work").is_err());
    for file in ["switchboard.db", "switchboard.db-wal"] {
        let bytes = std::fs::read(dir.join(file)).unwrap_or_default();
        assert!(!bytes.windows(6).any(|six| six == b"canary"), "{file}");
    }
}

#[tokio::test]
async fn o_20_o_21_a_service_that_is_down_is_asked_again_until_it_takes_the_grant_back() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    drop(connected(dir.path(), &server).await);
    let clock = Moved::default();
    let connections = open_at(dir.path(), &clock);
    server.seen.lock().unwrap().revocation_down = true;
    let done = connections.disconnect("work").await.told();
    assert!(matches!(&done.revocation, Revocation::Failed(why) if why.contains("503")), "{done:?}");
    erased(&connections, dir.path());
    assert_eq!(connections.show("work").refused().code(), "not-found");
    let pending = connections.pending_revocations().told();
    assert_eq!((pending.len(), pending[0].origin.to_string().as_str(), pending[0].attempts), (1, "work", 1));
    assert!(pending[0].last_error.as_ref().unwrap().contains("503"));
    // Not at once again.
    assert!(connections.retry_revocations().await.told().is_empty());
    server.seen.lock().unwrap().revocation_down = false;
    clock.to(2 * 60_000);
    // Another process, later.
    drop(connections);
    let connections = open_at(dir.path(), &clock);
    let retried = connections.retry_revocations().await.told();
    assert_eq!((retried.len(), retried[0].failed.as_ref(), retried[0].given_up), (1, None, false));
    assert_eq!(server.seen.lock().unwrap().revoked, ["token=canary-refresh-1", "token=canary-access-1"]);
    assert!(connections.pending_revocations().told().is_empty());
    erased(&connections, dir.path());
}

#[tokio::test]
async fn o_21_a_service_that_says_when_is_asked_then_and_not_before() {
    const HOUR_MS: i64 = 3_600_000;
    // What it says, and when it is asked again: by seconds, by a date, never before its own pause and never after the day.
    let ways = [
        (429, "7200", 2 * HOUR_MS),
        (503, "Thu, 01 Jan 2026 03:00:00 GMT", 3 * HOUR_MS),
        (429, "1", 60_000),
        (503, "Thu, 01 Jan 1970 00:00:00 GMT", 60_000),
        (503, "999999999", DAY_MS),
        (429, "18446744073709551615", DAY_MS),
        (503, "soon", 60_000),
    ];
    for (status, wait, expected) in ways {
        let (server, dir) = (TokenServer::start(3599).await, home());
        drop(connected(dir.path(), &server).await);
        let clock = Moved::default();
        let connections = open_at(dir.path(), &clock);
        server.seen.lock().unwrap().revocation_waits = Some((status, wait));
        let done = connections.disconnect("work").await.told();
        assert!(matches!(&done.revocation, Revocation::Failed(why) if why.contains(&status.to_string())), "{done:?}");
        // Who wants to be left alone is not asked about the second token either.
        let asked = if matches!(wait, "soon" | "Thu, 01 Jan 1970 00:00:00 GMT") { 2 } else { 1 };
        assert_eq!(server.seen.lock().unwrap().revocations, asked, "{status} {wait}");
        server.seen.lock().unwrap().revocation_waits = None;
        clock.to(expected - 10_000);
        assert!(connections.retry_revocations().await.told().is_empty(), "{status} {wait}: too early");
        clock.to(expected + 1_000);
        let retried = connections.retry_revocations().await.told();
        assert_eq!((retried.len(), retried[0].failed.as_ref()), (1, None), "{status} {wait}");
        assert_eq!(server.seen.lock().unwrap().revoked.len(), 2);
    }
}

#[tokio::test]
async fn page_of_a_proxy_takes_no_grant_back() {
    let long = "x".repeat(100 * 1024);
    for (kind, page) in [
        ("text/html", format!("<html>{long}</html>")),
        ("application/json", format!(r#"{{"text":"{long}"}}"#)),
        ("text/html", "<html>sign in to the network</html>".to_owned()),
        ("text/plain", "sign in to the network".to_owned()),
    ] {
        let (server, dir) = (TokenServer::start(3599).await, home());
        let connections = connected(dir.path(), &server).await;
        server.seen.lock().unwrap().revocation_page = Some((kind, page));
        let done = connections.disconnect("work").await.told();
        assert!(matches!(done.revocation, Revocation::Failed(_)), "{kind}: {done:?}");
        assert_eq!(connections.pending_revocations().told().len(), 1, "{kind}");
    }
}

#[tokio::test]
async fn o_21_after_a_day_it_is_given_up_and_said() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    drop(connected(dir.path(), &server).await);
    let clock = Moved::default();
    let connections = open_at(dir.path(), &clock);
    server.seen.lock().unwrap().revocation_down = true;
    connections.disconnect("work").await.told();
    clock.to(DAY_MS + 1);
    let retried = connections.retry_revocations().await.told();
    assert!(retried[0].given_up && retried[0].failed.is_some());
    assert!(connections.pending_revocations().told().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_attempt_at_a_time_over_all_processes() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    drop(connected(dir.path(), &server).await);
    let clock = Moved::default();
    let connections = open_at(dir.path(), &clock);
    server.seen.lock().unwrap().revocation_down = true;
    connections.disconnect("work").await.told();
    server.seen.lock().unwrap().revocation_down = false;
    clock.to(2 * 60_000);
    let others: Vec<_> = (0..4).map(|_| open_at(dir.path(), &clock)).collect();
    let mut attempts = tokio::task::JoinSet::new();
    for other in others {
        attempts.spawn(async move { other.retry_revocations().await.told().len() });
    }
    let made: usize = attempts.join_all().await.into_iter().sum();
    assert_eq!(made, 1);
    assert_eq!(server.seen.lock().unwrap().revoked.len(), 2);
}

#[tokio::test]
async fn seed_next_22_after_disconnect_nothing_is_sent_and_nothing_is_left() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = connected(dir.path(), &server).await;
    let live = connections.open_connection(None).unwrap();
    connections.disconnect("work").await.told();
    let posts = server.posts().len();
    // A call that was opened before finds nothing to send either.
    assert!(live.credential(None).await.is_err());
    assert_eq!(server.posts().len(), posts);
    erased(&connections, dir.path());
}

/// Connected as the user `u1` of the account `a1`.
pub async fn identified(dir: &std::path::Path, server: &TokenServer) -> Connections {
    let connections = connected(dir, server).await;
    let row = connections.show("work").told();
    let store = switchboard_store::Store::open(dir).unwrap();
    store.set_connection_identity(&row.id, &json!({"user_id": "u1", "account_id": "a1"})).unwrap();
    connections
}

#[tokio::test]
async fn an_export_tells_all_but_secrets() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = identified(dir.path(), &server).await;
    let export = connections.export(&[]).told();
    assert_eq!(export["connections"][0]["label"], "work");
    assert_eq!(export["connections"][0]["client_id"], "app");
    assert!(!export.to_string().contains("canary"), "{export}");
    assert_eq!(open(dir.path()).export(&["other".to_owned()]).refused().code(), "not-found");
}
