//! Where tokens go, and how they are given back.

use std::time::Duration;

use switchboard_connections::{Method, Revocation};
use switchboard_egress::Connection;

use crate::browser::{self, Person};
use crate::messages::Told;
use crate::peers;
use crate::support::{TokenServer, home, open};

#[tokio::test]
async fn o_13_tokens_are_in_headers_and_bodies_and_in_no_address() {
    for peer in peers::all().await {
        let dir = home();
        let (connections, _) = peer.connected(dir.path()).await;
        let live = connections.open_connection(None).unwrap();
        live.renew(&live.credential(None).await.unwrap(), None).await.told();
        peer.identity(&live).await.unwrap();
        connections.disconnect("work").await.told();
        let seen = peer.seen().await;
        let ours: Vec<_> = seen.iter().filter(|one| one.scheme.is_some()).collect();
        let schemes = |scheme: &str| ours.iter().filter(|one| one.scheme.as_deref() == Some(scheme)).count();
        // A code, a refresh, two revocations with the app's secret; the identity twice with the token.
        assert_eq!((schemes("Basic"), schemes("Bearer")), (4, 2), "{}: {ours:?}", peer.name);
        for one in &seen {
            let query = one.url.split_once('?').map_or("", |(_, query)| query);
            let names: Vec<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
            assert!(!names.iter().any(|name| name.contains("token") || name.contains("secret")), "{one:?}");
            assert!(one.scheme.is_none() || query.is_empty(), "{one:?}");
        }
    }
}

#[tokio::test]
async fn o_19_codes_for_another_machine_are_asked_about_at_the_servers_pace() {
    let flows = peers::all().await.map(|peer| async move {
        let dir = home();
        let connections = open(dir.path());
        let Some((app, path)) = peer.device.clone() else { return };
        let device = connections.begin_device(&peer.service, app, path, &peer.scopes).await.unwrap();
        let before = peer.token_posts().await;
        let person = Person { user_code: Some(device.user_code.clone()), ..peer.person() };
        let landing = browser::walk(&device.page, "nowhere:", &person).await;
        assert!(landing.address.is_none());
        let started = tokio::time::Instant::now();
        let grant = device.wait().await.unwrap_or_else(|error| panic!("{}: {error}\n{}", peer.name, landing.page));
        // The standard's pace, five seconds, also where the server names none.
        assert!(started.elapsed() >= Duration::from_millis(4_900), "{}", peer.name);
        assert_eq!(peer.token_posts().await, before + 1, "{}", peer.name);
        let row = connections.save("far", Method::Byo, &peer.service, grant, None).told();
        let live = connections.open_connection(Some("far")).unwrap();
        peer.identity(&live).await.unwrap_or_else(|status| panic!("{}: {status}", peer.name));
        assert_eq!(row.state.as_str(), "active");
    });
    let [emulator, oidc, django, glewlwyd, express] = flows;
    tokio::join!(emulator, oidc, django, glewlwyd, express);
}

#[tokio::test]
async fn o_20_disconnecting_takes_the_grant_back_at_every_server() {
    for peer in peers::all().await {
        let dir = home();
        let (connections, _) = peer.connected(dir.path()).await;
        // What somebody else may hold of the same grant: a copy of the database.
        let copy = home();
        for file in ["switchboard.db", "switchboard.db-wal", "key"] {
            let _ = std::fs::copy(dir.path().join(file), copy.path().join(file));
        }
        let other = open(copy.path());
        let stolen = other.open_connection(None).unwrap();
        peer.identity(&stolen).await.unwrap();
        let done = connections.disconnect("work").await.told();
        assert_eq!(done.revocation, Revocation::Done, "{}", peer.name);
        assert!(connections.pending_revocations().told().is_empty());
        let refused = peer.identity(&stolen).await.refused();
        assert!(matches!(refused, 401 | 403), "{}: {refused}", peer.name);
        let error = stolen.renew(&stolen.credential(None).await.told(), None).await.refused();
        assert_eq!(error.code, "needs-reconnect", "{}: {error}", peer.name);
        // Tokens the server no longer knows are no failure.
        let again = other.disconnect("work").await.told();
        assert_eq!(again.revocation, Revocation::Done, "{}", peer.name);
    }
}

#[tokio::test]
async fn o_24_who_comes_with_an_old_token_is_given_the_stored_one_and_nothing_is_sent() {
    for peer in peers::all().await {
        let dir = home();
        let (connections, _) = peer.connected(dir.path()).await;
        let slow = open(dir.path()).open_connection(None).unwrap();
        let old = slow.credential(None).await.told();
        let live = connections.open_connection(None).unwrap();
        let new = live.renew(&old, None).await.told();
        let posts = peer.token_posts().await;
        // The service refused the old token while another process had it replaced already.
        let given = slow.renew(&old, None).await.told();
        assert_eq!(given.fingerprint(), new.fingerprint(), "{}", peer.name);
        assert_eq!(peer.token_posts().await, posts, "{}: the store was read, nobody was asked", peer.name);
        // Only the token that is stored is replaced.
        assert_ne!(slow.renew(&given, None).await.told().fingerprint(), given.fingerprint());
        assert_eq!(peer.token_posts().await, posts + 1, "{}", peer.name);
    }
}

#[tokio::test]
async fn o_22_a_whole_accounts_token_is_one_exact_request() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = open(dir.path());
    let ask = async |service: &switchboard_connections::Service, account: &str, id: &str, secret: &str| {
        connections.server_to_server(service, account, id, secret.to_owned().into()).await
    };
    ask(&server.service(), "acc 1", "id:x", "s&cret").await.unwrap();
    assert_eq!(server.posts(), ["grant_type=account_credentials&account_id=acc+1"]);
    // `id%3Ax:s%26cret`: each part form-encoded before it is put together.
    let heads = server.seen.lock().unwrap().heads.clone();
    let expected = "POST /oauth/token\naccept: application/json\nauthorization: Basic aWQlM0F4OnMlMjZjcmV0\ncontent-type: application/x-www-form-urlencoded";
    assert_eq!(heads, [expected]);
    for peer in peers::all().await {
        if peer.name == "emulator" {
            let (account, id, secret) = peer.account().unwrap();
            let grant = ask(&peer.service, &account, &id, &secret).await.unwrap();
            assert!(grant.renewable());
        } else {
            // A standard server does not know the grant: told as a refusal, not as trouble.
            let refused = ask(&peer.service, "acc", "app", "canary-app-secret").await.refused();
            assert_eq!(refused.code(), "rejected", "{}: {refused}", peer.name);
            let named = if peer.name == "glewlwyd" { "status 400" } else { "unsupported_grant_type" };
            assert!(refused.to_string().contains(named), "{}: {refused}", peer.name);
        }
    }
}
