//! Rotating tokens at servers that end the whole grant when one is used twice.

use switchboard_egress::Connection;

use crate::messages::Told;
use crate::peers::{self, Peer};
use crate::support::{home, open};

/// Sixteen callers over two openings of one store, all with the same old token.
async fn sixteen_at_once(peer: &Peer) {
    let dir = home();
    let (first, _) = peer.connected(dir.path()).await;
    let second = open(dir.path());
    let live = first.open_connection(None).unwrap();
    let old = live.credential(None).await.told();
    let before = peer.token_posts().await;
    let mut callers = tokio::task::JoinSet::new();
    for number in 0..16 {
        let live = [&first, &second][number % 2].open_connection(None).unwrap();
        let old = old.clone();
        callers.spawn(async move { live.renew(&old, None).await });
    }
    let mut given = Vec::new();
    while let Some(renewed) = callers.join_next().await {
        given.push(renewed.unwrap().unwrap_or_else(|error| panic!("{}: {error}", peer.name)));
    }
    assert_eq!(peer.token_posts().await, before + 1, "{}", peer.name);
    let new = live.credential(None).await.told();
    assert!(given.iter().all(|one| one.fingerprint() == new.fingerprint()) && new.fingerprint() != old.fingerprint());
    assert!(peer.identity(&live).await.is_ok(), "{}: the new token works", peer.name);
    // The grant lives: its new refresh token is good.
    live.renew(&new, None).await.unwrap_or_else(|error| panic!("{}: {error}", peer.name));
    assert_eq!(first.show("work").told().state.as_str(), "active");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g08_sixteen_callers_are_one_post_at_every_server() {
    for peer in peers::all().await {
        sixteen_at_once(&peer).await;
    }
}

#[tokio::test]
async fn g08_a_refresh_token_used_twice_ends_the_grant_where_the_server_says_so() {
    let (strict, second) = tokio::join!(peers::oidc_provider(), peers::django());
    for peer in [strict, second] {
        let first = peer.raw_tokens().await["refresh_token"].as_str().unwrap().to_owned();
        let refresh = async |token: &str| peer.raw(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await;
        let (status, rotated) = refresh(&first).await;
        assert_eq!(status, 200, "{}: {rotated}", peer.name);
        let newest = rotated["refresh_token"].as_str().unwrap();
        assert_ne!(newest, first, "{}: it rotates", peer.name);
        let (status, reused) = refresh(&first).await;
        assert_eq!((status, &reused["error"]), (400, &"invalid_grant".into()), "{}", peer.name);
        let (status, dead) = refresh(newest).await;
        assert_eq!((status, &dead["error"]), (400, &"invalid_grant".into()), "{}: the newest too", peer.name);
    }
}

#[tokio::test]
async fn r_07_a_grant_that_somebody_else_ended_is_named_and_nothing_is_erased() {
    for peer in peers::all().await {
        let dir = home();
        let (connections, _) = peer.connected(dir.path()).await;
        // Another copy of the same database, as after a restored backup, spends the token first.
        let copy = home();
        for file in ["switchboard.db", "switchboard.db-wal", "key"] {
            let _ = std::fs::copy(dir.path().join(file), copy.path().join(file));
        }
        let other = open(copy.path()).open_connection(None).unwrap();
        let old = other.credential(None).await.told();
        other.renew(&old, None).await.told();
        let live = connections.open_connection(None).unwrap();
        let error = live.renew(&old, None).await.refused();
        assert_eq!((error.code.as_str(), error.retryable), ("needs-reconnect", false), "{}: {error}", peer.name);
        let row = connections.show("work").told();
        assert_eq!(row.state.as_str(), "needs-reconnect", "{}", peer.name);
        assert!(row.reason.unwrap().to_string().contains(peer.spent()), "{}", peer.name);
        assert!(connections.app("work").told().is_some(), "{}", peer.name);
    }
}

#[tokio::test]
async fn r_10_a_server_whose_database_is_locked_is_down_and_no_grant_is_dead() {
    let peer = peers::django().await;
    let dir = home();
    let (connections, _) = peer.connected(dir.path()).await;
    let live = connections.open_connection(None).unwrap();
    let old = live.credential(None).await.told();
    peer.control("/lock").await;
    for _ in 0..2 {
        let error = live.renew(&old, None).await.refused();
        assert_eq!((error.code.as_str(), error.retryable), ("unavailable", true), "{error}");
        assert_eq!(connections.show("work").told().state.as_str(), "active");
    }
    peer.control("/unlock").await;
    assert!(peer.seen().await.iter().any(|one| one.url == "/o/token/" && one.status == 500), "the server's own 500");
    let new = live.renew(&old, None).await.told();
    assert_ne!(new.fingerprint(), old.fingerprint());
    assert!(peer.identity(&live).await.is_ok());
}
