//! What a token service answers, and what becomes of the connection.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use switchboard_connections::{
    Connections, ConnectionsError, Identify, IdentifyError, Loopback, Method, Owner, Revocation, Stage, Watch,
};
use switchboard_egress::{Connection, Credential, CredentialError};

use crate::messages::Told;
use crate::refresh::{access, connected};
use crate::refused::sign_in;
use crate::support::{Moved, Next, TokenServer, home, open, open_at, open_with, secret};

const JSON: &str = "application/json";
const TEXT: &str = "text/plain";

fn whole(status: u16, kind: &'static str, body: &str) -> Next {
    Next::Whole(status, kind, body.to_owned())
}

/// What a refresh is refused with when the service answers so.
async fn refused(connections: &Connections, server: &TokenServer, next: Next) -> CredentialError {
    server.then(next);
    renew(connections).await.refused()
}

async fn renew(connections: &Connections) -> Result<Credential, CredentialError> {
    let live = connections.open_connection(Some("work")).unwrap();
    let old = live.credential(None).await.unwrap();
    live.renew(&old, None).await
}

fn state(connections: &Connections) -> String {
    connections.show("work").told().state.to_string()
}

#[tokio::test]
async fn an_empty_refresh_token_keeps_the_old_one() {
    for blank in [r#""""#, r#""  ""#, "null"] {
        let (server, dir) = (TokenServer::start(3599).await, home());
        let connections = connected(dir.path(), &server).await;
        server.then(whole(
            200,
            JSON,
            &format!(
                r#"{{"access_token":"canary-access-7","token_type":"bearer","refresh_token":{blank},"expires_in":"3600"}}"#
            ),
        ));
        assert_eq!(renew(&connections).await.told().fingerprint(), access(7), "{blank}");
        assert_eq!(renew(&connections).await.told().fingerprint(), access(2), "{blank}");
        assert!(server.posts()[1].contains("refresh_token=canary-refresh-1"), "{blank}: {:?}", server.posts());
    }
}

#[tokio::test]
async fn a_refusal_in_any_shape_ends_the_connection() {
    for (status, kind, body, named) in [
        (400, TEXT, "", "status 400"),
        (400, JSON, "", "status 400"),
        (400, TEXT, "Unknown token.", "status 400 (Unknown token.)"),
        (
            400,
            "application/x-www-form-urlencoded",
            "error=invalid_grant&error_description=spent",
            "invalid_grant (spent)",
        ),
        (400, JSON, r#"{"error":"invalid_grant","error_description":["spent"]}"#, "invalid_grant"),
        (200, JSON, r#"{"error":"invalid_grant","error_description":"spent"}"#, "invalid_grant (spent)"),
    ] {
        let (server, dir) = (TokenServer::start(3599).await, home());
        let connections = connected(dir.path(), &server).await;
        let error = refused(&connections, &server, whole(status, kind, body)).await;
        assert_eq!((error.code.as_str(), error.retryable), ("needs-reconnect", false), "{body}: {error}");
        assert!(error.message.contains(named), "{body}: {error}");
        assert_eq!(state(&connections), "needs-reconnect", "{body}");
    }
}

#[tokio::test]
async fn an_answer_of_something_between_changes_nothing() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = connected(dir.path(), &server).await;
    for (status, kind, body) in [
        (400, "text/html", "<html>Bad request</html>"),
        (403, "text/html", "<html>Blocked</html>"),
        (200, "text/html", "<html>Sign in to the network</html>"),
    ] {
        let error = refused(&connections, &server, whole(status, kind, body)).await;
        assert!(error.retryable && error.message.contains("a web page came"), "{status}: {error}");
        assert!(error.message.contains(&format!("status {status}")), "{error}");
    }
    assert_eq!(state(&connections), "active");
}

#[tokio::test]
async fn a_wrong_secret_is_named_without_json_too() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = connected(dir.path(), &server).await;
    let error = refused(&connections, &server, whole(401, TEXT, "Unauthorized")).await;
    assert!(!error.retryable && error.message.contains("invalid_client (status 401: Unauthorized)"), "{error}");
    assert_eq!(state(&connections), "active");
}

#[tokio::test]
async fn an_address_without_a_token_service_is_named() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = connected(dir.path(), &server).await;
    let error = refused(&connections, &server, whole(404, "text/html", "<html>")).await;
    let address = format!("{}/oauth/token", server.base);
    assert!(!error.retryable && error.message.contains(&address) && error.message.contains("404"), "{error}");
    server.then(whole(404, "text/html", "<html>"));
    let error = sign_in(&server, &connections).await.refused();
    assert_eq!(error.code(), "address-invalid");
    assert!(error.to_string().contains(&address), "{error}");
}

#[tokio::test]
async fn a_service_that_says_later_is_asked_later() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = connected(dir.path(), &server).await;
    for code in ["temporarily_unavailable", "server_error"] {
        let error = refused(&connections, &server, whole(400, JSON, &format!(r#"{{"error":"{code}"}}"#))).await;
        assert!(error.retryable && error.message.contains(code) && error.message.contains("status 400"), "{error}");
    }
    assert_eq!(state(&connections), "active");
}

#[tokio::test]
async fn a_grant_that_cannot_be_used_is_revoked() {
    for more in [
        r#""token_type":"mac""#,
        r#""token_type":"bearer","expires_in":0"#,
        r#""token_type":"bearer","error":"server_error""#,
    ] {
        let (server, dir) = (TokenServer::start(3599).await, home());
        let connections = open(dir.path());
        let body = format!(r#"{{"access_token":"canary-access-x","refresh_token":"canary-refresh-x",{more}}}"#);
        server.then(whole(200, JSON, &body));
        let error = sign_in(&server, &connections).await.refused();
        assert_eq!(error.code(), "unreachable", "{more}: {error}");
        assert_eq!(server.revoked(), ["token=canary-refresh-x", "token=canary-access-x"], "{more}");
        assert!(error.to_string().contains("revoked the grant of this sign-in"), "{more}: {error}");
        assert!(connections.pending_revocations().told().is_empty(), "{more}");
    }
}

#[tokio::test]
async fn a_turned_away_refresh_is_no_lost_answer() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = connected(dir.path(), &server).await;
    let error = refused(&connections, &server, Next::Status(429, "{}")).await;
    assert!(error.message.contains("nothing was changed"), "{error}");
    refused(&connections, &server, Next::Status(400, r#"{"error":"invalid_grant"}"#)).await;
    let reason = connections.show("work").told().reason.unwrap().to_string();
    assert!(!reason.contains("lost"), "{reason}");
}

#[tokio::test]
async fn every_process_keeps_the_pause_that_is_asked_for() {
    let (server, dir, clock) = (TokenServer::start(3599).await, home(), Moved::default());
    drop(connected(dir.path(), &server).await);
    let all = [open_at(dir.path(), &clock), open_at(dir.path(), &clock)];
    server.then(Next::Wait(503, "120"));
    let first = renew(&all[0]).await.refused();
    assert!(first.retryable, "{first}");
    for connections in [&all[0], &all[1]] {
        let error = renew(connections).await.refused();
        assert!(error.retryable && error.message.contains("retry in 1"), "{error}");
    }
    assert_eq!(server.posts().len(), 1);
    clock.to(121_000);
    renew(&all[1]).await.told();
    assert_eq!(server.posts().len(), 2);
}

#[tokio::test]
async fn an_impossible_pause_is_cut_short() {
    let (server, dir, clock) = (TokenServer::start(3599).await, home(), Moved::default());
    drop(connected(dir.path(), &server).await);
    let connections = open_at(dir.path(), &clock);
    server.then(Next::Wait(429, "99999999999"));
    renew(&connections).await.refused();
    clock.to(3_601_000);
    renew(&connections).await.told();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waited_for_a_failed_refresh_does_not_repeat_it() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    drop(connected(dir.path(), &server).await);
    let mut waiting = tokio::task::JoinSet::new();
    server.then(Next::LateStatus(600, 500));
    for _ in 0..8 {
        let connections = open(dir.path());
        waiting.spawn(async move { renew(&connections).await.refused() });
    }
    while let Some(error) = waiting.join_next().await {
        assert!(error.unwrap().message.contains("status 500"));
    }
    assert_eq!(server.posts().len(), 1);
}

#[tokio::test]
async fn a_secret_that_the_service_repeats_is_not_kept() {
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};
    let spelled = |secret: &str| {
        let escaped: String = secret.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
        let percent: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
        [secret.to_owned(), escaped, percent, BASE64_STANDARD.encode(secret), BASE64_URL_SAFE_NO_PAD.encode(secret)]
    };
    for secret in ["canary-refresh-1", "canary-access-1", "canary-app-secret"] {
        for text in spelled(secret) {
            let (server, dir) = (TokenServer::start(3599).await, home());
            let connections = connected(dir.path(), &server).await;
            let body = format!(r#"{{"error":"invalid_grant","error_description":"Invalid token: {text}"}}"#);
            let error = refused(&connections, &server, whole(400, JSON, &body)).await;
            assert!(error.message.contains("Invalid token: [hidden]"), "{text}: {error}");
            let reason = connections.show("work").told().reason.unwrap().to_string();
            assert!(reason.contains("[hidden]"), "{text}: {reason}");
        }
    }
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = open(dir.path());
    server.then(whole(400, TEXT, "no such code: canary-code-1, canary-app-secret"));
    let error = sign_in(&server, &connections).await.refused();
    assert_eq!(error.code(), "rejected", "{error}");
    server.then(whole(401, TEXT, "wrong: canary-app-secret"));
    let refused = connections.server_to_server(&server.service(), "acc", "app", secret()).await.refused();
    assert_eq!(refused.code(), "rejected", "{refused}");
}

#[tokio::test]
async fn a_scope_that_repeats_a_secret_is_left_out() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = connected(dir.path(), &server).await;
    let scope = "user:read canary-refresh-1 x-canary-refresh-7 canary-access-7";
    let token = r#""access_token":"canary-access-7","refresh_token":"canary-refresh-7","token_type":"bearer""#;
    server.then(whole(200, JSON, &format!(r#"{{{token},"expires_in":3600,"scope":"{scope}"}}"#)));
    renew(&connections).await.told();
    assert_eq!(connections.show("work").told().scopes, ["user:read"]);
}

/// Says that every token is of this user.
struct User(&'static str);

#[async_trait]
impl Identify for User {
    async fn identify(&self, live: Arc<dyn Connection>) -> Result<Value, IdentifyError> {
        live.credential(None).await.map_err(|error| IdentifyError::unavailable(error.message))?;
        match self.0 {
            "" => Err(IdentifyError::unavailable("the service is away")),
            user => Ok(json!({"user_id": user, "email": format!("{user}@example.com")})),
        }
    }
}

async fn of_ada(dir: &std::path::Path, server: &TokenServer) -> Connections {
    let connections = open(dir);
    let grant = sign_in(server, &connections).await.told();
    let owner = Owner::of(json!({"user_id": "ada", "email": "ada@example.com"}));
    connections.admit("work", Method::Byo, &server.service(), grant, owner, &Default::default()).await.told();
    connections
}

async fn renew_checked(connections: &Connections, user: &'static str) -> Result<Credential, CredentialError> {
    let live = connections.open_connection(Some("work")).unwrap();
    let owner_check: Arc<dyn Identify> = Arc::new(User(user));
    live.renew(&Credential::new("canary-access-1".into()), Some(&owner_check)).await
}

#[tokio::test]
async fn refresh_with_foreign_token_ends_connection() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = of_ada(dir.path(), &server).await;
    let error = renew_checked(&connections, "grace").await.refused();
    assert_eq!(error.code, "needs-reconnect", "{error}");
    assert!(error.message.contains("another user, grace@example.com"), "{error}");
    assert_eq!(connections.show("work").told().owner.unwrap().user_id, "ada");
}

#[tokio::test]
async fn a_renewed_token_waits_until_its_user_is_known() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = of_ada(dir.path(), &server).await;
    let error = renew_checked(&connections, "").await.refused();
    assert!(error.retryable && error.message.contains("the service is away"), "{error}");
    let posts = server.posts().len();
    assert_eq!(renew_checked(&connections, "ada").await.told().fingerprint(), access(2));
    assert_eq!(server.posts().len(), posts, "the new token is there already");
    // Once it is known, nobody asks again.
    assert_eq!(renew_checked(&connections, "").await.told().fingerprint(), access(2));
}

#[tokio::test]
async fn an_error_beside_a_good_status_is_no_revocation() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = connected(dir.path(), &server).await;
    server.seen.lock().unwrap().revocation_error = Some(r#"{"error":"invalid_client"}"#);
    let done = connections.disconnect("work").await.told();
    assert!(!matches!(done.revocation, Revocation::Done), "{done:?}");
}

#[tokio::test]
async fn a_code_that_ended_is_told_as_one() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = open(dir.path());
    server.seen.lock().unwrap().device_life_s = 30;
    server.then(whole(400, JSON, r#"{"error":"expired_token"}"#));
    let device = connections.begin_device(&server.service(), crate::support::own_app(), "/device", &[]).await.told();
    let error = device.wait().await.refused();
    assert!(matches!(error, ConnectionsError::CodeExpired { .. }), "{error}");
}

#[tokio::test]
async fn a_complete_address_elsewhere_is_left_out() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = open(dir.path());
    server.seen.lock().unwrap().device_complete = Some("https://elsewhere.example/device?code=u");
    let device = connections.begin_device(&server.service(), crate::support::own_app(), "/device", &[]).await.told();
    assert!(device.page_with_code.is_none());
    assert_eq!(device.life, Duration::from_secs(2));
}

#[tokio::test]
async fn a_sign_in_waits_for_a_short_pause() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = open(dir.path());
    server.then(Next::Wait(503, "1"));
    sign_in(&server, &connections).await.refused();
    sign_in(&server, &connections).await.told();
    assert_eq!(server.posts().len(), 2);
}

/// Keeps the pauses that sign-ins are said to wait for, in seconds.
#[derive(Default)]
struct Pauses(Mutex<Vec<u64>>);

impl Watch for Pauses {
    fn rotation(&self, _: &str, _: Stage) {}

    fn pause(&self, left: Duration) {
        self.0.lock().unwrap().push(left.as_secs());
    }
}

#[tokio::test]
async fn a_sign_in_waits_for_a_pause_of_minutes_and_says_so() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let (clock, pauses) = (Moved::default(), Arc::new(Pauses::default()));
    let connections = open_with(dir.path(), &clock, Some(pauses.clone()));
    server.then(Next::Wait(503, "200"));
    sign_in(&server, &connections).await.refused();
    let (second, other) = (server.clone(), connections.clone());
    let waiting = tokio::spawn(async move { sign_in(&second, &other).await.map(|_| ()) });
    while pauses.0.lock().unwrap().is_empty() {
        assert!(!waiting.is_finished(), "it does not wait");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(server.posts().len(), 1, "the code is not sent yet");
    clock.to(201_000);
    waiting.await.unwrap().told();
    let pauses = pauses.0.lock().unwrap();
    assert!(pauses.len() == 1 && (190..=200).contains(&pauses[0]), "{pauses:?}");
}

#[tokio::test]
async fn a_person_who_says_no_waits_for_no_pause() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = open(dir.path());
    server.then(Next::Wait(503, "200"));
    sign_in(&server, &connections).await.refused();
    let back = Loopback { port: 7_910, listen: false };
    let pending = connections.begin(&server.service(), crate::support::own_app(), &[], back).await.told();
    let state = crate::peers::parameter(&pending.authorize_url, "state").unwrap();
    let address = format!("{}?error=access_denied&state={state}", pending.redirect_uri);
    let answer = tokio::time::timeout(Duration::from_secs(10), pending.paste(&address)).await;
    assert_eq!(answer.unwrap().refused().code(), "denied");
}

#[tokio::test]
async fn a_sign_in_names_a_long_pause() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = open(dir.path());
    server.then(Next::Wait(429, "600"));
    sign_in(&server, &connections).await.refused();
    let error = sign_in(&server, &connections).await.refused();
    assert!(error.retryable() && error.to_string().contains("retry in 6"), "{error}");
    assert_eq!(server.posts().len(), 1, "the code is not sent");
}

#[tokio::test]
async fn a_grant_in_an_answer_that_is_too_long_is_revoked() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = open(dir.path());
    let filler = "x".repeat(600 * 1024);
    server.then(Next::Whole(
        200,
        JSON,
        format!(r#"{{"access_token":"canary-access-of-many","token_type":"bearer","refresh_token":"canary-refresh-of-many","x":"{filler}"}}"#),
    ));
    let error = sign_in(&server, &connections).await.refused();
    assert!(error.to_string().contains("revoked the grant of this sign-in"), "{error}");
    assert!(server.seen.lock().unwrap().revoked.iter().any(|body| body.contains("canary-refresh-of-many")));
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_named() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = open(dir.path());
    for body in ["{\"access_token\":\"canary".to_owned(), format!("[{}", " ".repeat(600 * 1024))] {
        server.then(Next::Whole(200, JSON, body));
        let error = sign_in(&server, &connections).await.refused();
        assert!(error.answer_lost() && error.to_string().contains("remove the app's access"), "{error}");
    }
}
