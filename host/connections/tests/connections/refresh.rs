//! Tokens that stay fresh, and grants that are never lost.

use std::path::Path;

use crate::messages::Told;
use crate::support::{Next, TokenServer, home, open, own_app, secret};
use switchboard_connections::{Connections, Loopback, Method, Revocation};
use switchboard_egress::{Connection, Credential};

/// One connection called `work`, its token with the given life.
pub async fn connected(dir: &Path, server: &TokenServer) -> Connections {
    let connections = open(dir);
    let app = own_app();
    let loopback = Loopback { port: 7910, listen: false };
    let pending = connections.begin(&server.service(), app, &[], loopback).await.told();
    let state = pending.authorize_url.query_pairs().find(|(name, _)| name == "state").unwrap().1;
    let address = format!("{}?code=canary-code-1&state={state}", pending.redirect_uri);
    let grant = pending.paste(&address).await.told();
    connections.save("work", Method::Byo, &server.service(), grant, None).told();
    server.seen.lock().unwrap().posts.clear();
    connections
}

pub fn access(number: u32) -> String {
    Credential::new(format!("canary-access-{number}")).fingerprint()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_callers_over_two_openings_is_one_post() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let first = connected(dir.path(), &server).await;
    let second = open(dir.path());
    let rejected = Credential::new("canary-access-1".into());
    let mut callers = tokio::task::JoinSet::new();
    for number in 0..400 {
        let live = [&first, &second][number % 2].open_connection(None).unwrap();
        let rejected = rejected.clone();
        callers.spawn(async move { live.renew(&rejected, None).await.told().fingerprint() });
    }
    while let Some(fingerprint) = callers.join_next().await {
        assert_eq!(fingerprint.unwrap(), access(2));
    }
    assert_eq!(server.posts().len(), 1);
}

#[tokio::test]
async fn a_token_near_its_end_is_replaced_and_the_new_one_is_kept() {
    let server = TokenServer::start(1).await;
    let dir = home();
    let connections = connected(dir.path(), &server).await;
    server.life(3599);
    tokio::time::sleep(std::time::Duration::from_millis(850)).await;
    let live = connections.open_connection(Some("work")).unwrap();
    assert_eq!(live.credential(None).await.told().fingerprint(), access(2));
    drop(connections);
    let again = open(dir.path()).open_connection(Some("work")).unwrap();
    assert_eq!(again.credential(None).await.unwrap().fingerprint(), access(2));
    assert_eq!(server.posts().len(), 1);
}

#[tokio::test]
async fn trouble_at_the_service_changes_nothing() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = connected(dir.path(), &server).await;
    let live = connections.open_connection(None).unwrap();
    let rejected = Credential::new("canary-access-1".into());
    for next in [
        Next::Status(500, r#"{"reason":"x","error":"invalid_grant"}"#),
        Next::Status(503, "<html>"),
        Next::Status(429, "{}"),
        Next::Status(403, "<html>a proxy</html>"),
        Next::Status(302, ""),
    ] {
        server.then(next);
        let error = live.renew(&rejected, None).await.refused();
        assert_eq!((error.code.as_str(), error.retryable), ("unavailable", true), "{error}");
    }
    assert_eq!(connections.show("work").told().state.as_str(), "active");
    assert_eq!(live.renew(&rejected, None).await.told().fingerprint(), access(2));
}

#[tokio::test]
async fn a_refused_grant_is_named_and_nothing_is_erased() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = connected(dir.path(), &server).await;
    let live = connections.open_connection(None).unwrap();
    server.seen.lock().unwrap().generation = 7;
    let error = live.renew(&Credential::new("canary-access-1".into()), None).await.refused();
    assert_eq!((error.code.as_str(), error.retryable), ("needs-reconnect", false), "{error}");
    let row = connections.show("work").told();
    assert_eq!(row.state.as_str(), "needs-reconnect");
    assert!(row.reason.unwrap().to_string().contains("Invalid Token!"));
    assert_eq!(connections.open_connection(None).refused().code(), "needs-reconnect");
    assert!(connections.app("work").told().is_some());
    assert_eq!(server.posts().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_told_as_the_cause() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = connected(dir.path(), &server).await;
    let live = connections.open_connection(None).unwrap();
    let rejected = Credential::new("canary-access-1".into());
    server.then(Next::LoseAnswer);
    let lost = live.renew(&rejected, None).await.refused();
    assert!(lost.retryable && lost.message.contains("the next call will show it"), "{lost}");
    assert_eq!(live.renew(&rejected, None).await.refused().code, "needs-reconnect");
    let reason = connections.show("work").told().reason.unwrap().to_string();
    assert!(reason.contains("lost"), "{reason}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_gives_up_does_not_lose_the_token() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = connected(dir.path(), &server).await;
    let live = connections.open_connection(None).unwrap();
    let rejected = Credential::new("canary-access-1".into());
    let soon = std::time::Duration::from_millis(40);
    assert!(tokio::time::timeout(soon, live.renew(&rejected, None)).await.is_err());
    assert_eq!(live.renew(&rejected, None).await.told().fingerprint(), access(2));
    assert_eq!(server.posts().len(), 1);
}

#[tokio::test]
async fn a_whole_account_mints_once_and_caches() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = open(dir.path());
    let service = server.service();
    let grant = connections.server_to_server(&service, "acc", "app", secret()).await.unwrap();
    assert!(grant.renewable());
    connections.save("account", Method::ServerToServer, &service, grant, None).told();
    let live = connections.open_connection(None).unwrap();
    for _ in 0..3 {
        assert_eq!(live.credential(None).await.told().fingerprint(), access(1));
    }
    let renewed = live.renew(&Credential::new("canary-access-1".into()), None).await.told();
    assert_eq!(renewed.fingerprint(), access(2));
    assert_eq!(server.posts().len(), 2);
    assert!(server.posts()[0].contains("grant_type=account_credentials&account_id=acc"));
}

#[tokio::test]
async fn a_pasted_token_ends_with_a_clear_word() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = open(dir.path());
    let service = server.service();
    assert_eq!(connections.pasted_token(&"two words".into()).refused().code(), "token-invalid");
    let grant = connections.pasted_token(&"canary-pasted\n".into()).told();
    connections.save("quick", Method::Token, &service, grant, None).told();
    let live = connections.open_connection(None).unwrap();
    let credential = live.credential(None).await.told();
    assert_eq!(live.renew(&credential, None).await.refused().code, "needs-reconnect");
    assert!(server.posts().is_empty());
}

#[tokio::test]
async fn disconnecting_revokes_and_erases() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = connected(dir.path(), &server).await;
    let done = connections.disconnect("work").await.told();
    assert_eq!(done.revocation, Revocation::Done);
    assert_eq!(server.seen.lock().unwrap().revoked, ["token=canary-refresh-1", "token=canary-access-1"]);
    assert_eq!(connections.show("work").refused().code(), "not-found");
    assert_eq!(connections.open_connection(None).refused().code(), "not-connected");
}
