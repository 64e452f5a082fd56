//! Grants that no connection keeps: refused, late, or of a caller that went away. None is forgotten.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use switchboard_connections::{
    AdmissionRules, Connections, Identify, IdentifyError, Leftover, Loopback, Method, Owner, SessionRequest,
};
use switchboard_egress::Connection;
use switchboard_store::RevocationOrigin;

use crate::messages::Told as _;
use crate::refused::{ada, admit, sign_in};
use crate::session::{answer, sessions_by};
use crate::support::{DAY_MS, Moved, Next, TokenServer, home, open, open_at, open_in_memory, own_app};

const MINUTE_MS: i64 = 60_000;

fn only_grace() -> AdmissionRules {
    AdmissionRules { expect_email: Some("grace@example.com".into()), replace: false, ..AdmissionRules::default() }
}

#[tokio::test]
async fn o_20_the_grant_of_a_stranger_goes_back_to_the_service() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let grant = sign_in(&server, &connections).await.told();
    let refused = admit(&connections, &server, "work", grant, &only_grace()).await.refused();
    assert_eq!(refused.code(), "wrong-account");
    assert!(refused.to_string().contains("revoked the grant of this sign-in"), "{refused}");
    assert_eq!(server.revoked(), ["token=canary-refresh-1", "token=canary-access-1"]);
    assert!(connections.list().told().is_empty() && connections.pending_revocations().told().is_empty());
}

#[tokio::test]
async fn o_21_a_service_that_is_down_is_asked_again_for_the_grant_of_a_stranger() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let clock = Moved::default();
    let connections = open_at(folder.path(), &clock);
    let grant = sign_in(&server, &connections).await.told();
    server.seen.lock().unwrap().revocation_down = true;
    let refused = admit(&connections, &server, "work", grant, &only_grace()).await.refused();
    assert!(refused.to_string().contains("may still hold at the service") && refused.to_string().contains("503"));
    assert_eq!(connections.pending_revocations().told()[0].origin, RevocationOrigin::SignIn);
    server.seen.lock().unwrap().revocation_down = false;
    clock.to(2 * MINUTE_MS);
    let retried = open_at(folder.path(), &clock).retry_revocations().await.told();
    assert_eq!((retried.len(), retried[0].failed.as_ref()), (1, None));
    assert_eq!(server.revoked().len(), 2);
}

#[tokio::test]
async fn o_21_a_grant_that_nobody_has_kept_is_taken_back_by_a_later_start() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let clock = Moved::default();
    let grant = sign_in(&server, &open_at(folder.path(), &clock)).await.told();
    let later = open_at(folder.path(), &clock);
    assert!(later.pending_revocations().told().is_empty(), "it may still be finished");
    assert!(finished(&later, &server).await.is_empty());
    // As if its process had been killed.
    drop(grant);
    assert_eq!(later.pending_revocations().told().len(), 1);
    assert!(later.retry_revocations().await.told().is_empty(), "whose it is may be asked first");
    clock.to(11 * MINUTE_MS);
    assert_eq!(later.retry_revocations().await.told().len(), 1);
    assert_eq!(server.revoked(), ["token=canary-refresh-1", "token=canary-access-1"]);
    let locks: Vec<_> = std::fs::read_dir(folder.path().join("locks")).unwrap().flatten().collect();
    assert!(!locks.iter().any(|file| file.file_name().to_string_lossy().starts_with("rev-")), "{locks:?}");
}

/// Asks the service who it is, which is ada.
struct Told<'a>(&'a TokenServer);

#[async_trait]
impl Identify for Told<'_> {
    async fn identify(&self, live: Arc<dyn Connection>) -> Result<Value, IdentifyError> {
        self.0.call(&*live).await.map(|()| ada()).map_err(IdentifyError::unavailable)
    }
}

async fn finished(connections: &Connections, server: &TokenServer) -> Vec<Leftover> {
    let mut left = Vec::new();
    connections.finish_sign_ins(&Told(server), |one| left.push(one)).await.told();
    left
}

struct Away;

#[async_trait]
impl Identify for Away {
    async fn identify(&self, _: Arc<dyn Connection>) -> Result<Value, IdentifyError> {
        Err(IdentifyError::unavailable("no network yet"))
    }
}

#[tokio::test]
async fn a_sign_in_that_was_cut_short_waits_for_a_service_that_is_away_and_outlives_its_first_token() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let clock = Moved::default();
    let connections = open_at(folder.path(), &clock);
    let first = sign_in(&server, &connections).await.told();
    admit(&connections, &server, "first", first, &AdmissionRules::default()).await.told();
    drop(sign_in(&server, &connections).await.told());
    clock.to(11 * MINUTE_MS);
    connections.finish_sign_ins(&Away, |_| panic!("nothing is known")).await.told();
    assert!(connections.retry_revocations().await.told().is_empty(), "it is not known yet whose it is");
    assert!(connections.has_cut_short().told());
    // Its access token has ended, its refresh token has not.
    clock.to(2 * 60 * MINUTE_MS);
    let left = finished(&connections, &server).await;
    assert!(matches!(left.as_slice(), [Leftover::Kept { label, .. }] if label == "first"), "{left:?}");
    let live = connections.open_connection(Some("first")).told();
    assert_eq!(server.call(&live).await, Ok(()));
    assert!(server.revoked().is_empty() && !connections.has_cut_short().told());
    // For a day, and no longer.
    drop(sign_in(&server, &connections).await.told());
    clock.to(2 * DAY_MS);
    connections.finish_sign_ins(&Away, |_| panic!("nothing is known")).await.told();
    assert_eq!(connections.retry_revocations().await.told().len(), 1);
}

#[tokio::test]
async fn a_sign_in_that_was_cut_short_gives_its_grant_to_the_connection_of_its_user() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let first = sign_in(&server, &connections).await.told();
    admit(&connections, &server, "first", first, &AdmissionRules::default()).await.told();
    drop(sign_in(&server, &connections).await.told());
    // A call meets the ended grant first.
    let live = connections.open_connection(Some("first")).told();
    server.call(&live).await.unwrap_err();
    assert_eq!(connections.show("first").told().state.as_str(), "needs-reconnect");
    let left = finished(&open(folder.path()), &server).await;
    assert!(matches!(left.as_slice(), [Leftover::Kept { label, .. }] if label == "first"), "{left:?}");
    let live = connections.open_connection(Some("first")).told();
    assert_eq!(server.call(&live).await, Ok(()));
    assert!(server.revoked().is_empty() && connections.pending_revocations().told().is_empty());
}

#[tokio::test]
async fn a_sign_in_that_was_cut_short_of_a_user_who_is_nowhere_is_taken_back_at_once() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    drop(sign_in(&server, &connections).await.told());
    assert_eq!(finished(&connections, &server).await, [Leftover::GivenBack]);
    assert_eq!(server.revoked().len(), 2);
}

#[tokio::test]
async fn an_older_grant_never_takes_the_place_of_a_newer_one() {
    let replace = AdmissionRules { replace: true, ..AdmissionRules::default() };
    for (newer_care, older_care) in [
        (AdmissionRules::default(), AdmissionRules::default()),
        (replace.clone(), AdmissionRules::default()),
        (replace.clone(), replace),
    ] {
        let (server, folder) = (TokenServer::start(3_600).await, home());
        let connections = open(folder.path());
        if newer_care.replace {
            let first = sign_in(&server, &connections).await.told();
            admit(&connections, &server, "first", first, &AdmissionRules::default()).await.told();
        }
        let older = sign_in(&server, &connections).await.told();
        let newer = sign_in(&server, &connections).await.told();
        admit(&connections, &server, "second", newer, &newer_care).await.told();
        let refused = admit(&connections, &server, "third", older, &older_care).await.refused();
        assert_eq!(refused.code(), "sign-in-ended", "{refused}");
        assert!(refused.to_string().contains("later as `second`"), "{refused}");
        assert_eq!(connections.show("second").told().state.as_str(), "active");
        let live = connections.open_connection(Some("second")).told();
        assert_eq!(server.call(&live).await, Ok(()), "with its own grant");
        assert!(connections.show("first").is_ok_and(|row| row.state.as_str() == "replaced") == newer_care.replace);
    }
}

#[tokio::test]
async fn a_late_sign_in_changes_no_connection_that_was_signed_in_anew() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let clock = Moved::default();
    let connections = open_at(folder.path(), &clock);
    let grant = sign_in(&server, &connections).await.told();
    admit(&connections, &server, "first", grant, &AdmissionRules::default()).await.told();
    let late = sign_in(&server, &connections).await.told();
    clock.to(11 * MINUTE_MS);
    assert_eq!(open_at(folder.path(), &clock).retry_revocations().await.told().len(), 1);
    let again = sign_in(&server, &connections).await.told();
    connections
        .readmit("first", Method::Byo, &server.service(), again, Owner::of(ada()), &AdmissionRules::default())
        .await
        .told();
    let refused = admit(&connections, &server, "x", late, &AdmissionRules::default()).await.refused();
    assert!(refused.to_string().contains("finished too late"), "{refused}");
    assert_eq!(connections.show("first").told().state.as_str(), "active");
}

#[tokio::test]
async fn o_25_a_clock_that_was_set_back_hides_no_grant() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let clock = Moved::default();
    let connections = open_at(folder.path(), &clock);
    let _grant = sign_in(&server, &connections).await.told();
    clock.to(-2 * DAY_MS);
    let shown = connections.pending_revocations().told().len();
    assert_eq!((shown, connections.retry_revocations().await.told().len()), (1, 1));
}

#[tokio::test]
async fn o_20_a_grant_that_cannot_be_written_down_goes_back_at_once_with_both_tokens() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    server.then(Next::Late(400));
    let locks = folder.path().join("locks");
    let full = async {
        until(|| server.posts().len() == 1).await;
        std::fs::remove_dir_all(&locks).unwrap();
        std::fs::write(&locks, "no folder").unwrap();
    };
    let (error, ()) = tokio::join!(sign_in(&server, &connections), full);
    let error = error.refused();
    assert!(error.answer_lost() && error.to_string().contains("revoked the grant of this sign-in"), "{error}");
    assert_eq!(server.revoked(), ["token=canary-refresh-1", "token=canary-access-1"]);
}

#[tokio::test]
async fn where_no_grant_could_be_written_down_no_code_is_sent() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    std::fs::remove_dir_all(folder.path().join("locks")).unwrap();
    std::fs::write(folder.path().join("locks"), "no folder").unwrap();
    let error = sign_in(&server, &connections).await.refused();
    assert!(!error.answer_lost() && error.to_string().contains("locks"), "{error}");
    assert!(server.posts().is_empty());
}

/// The service sees one code first, and answers it last.
#[tokio::test]
async fn of_two_sign_ins_whose_answers_would_cross_the_one_that_the_service_keeps_is_kept() {
    let (folder, key) = (home(), home());
    let memory = open_in_memory(key.path());
    // In two processes, and in one that has its database in memory.
    for (one, other) in [(open(folder.path()), open(folder.path())), (memory.clone(), memory)] {
        let server = TokenServer::start(3_600).await;
        server.then(Next::SlowAnswer(400));
        let second = async {
            until(|| server.posts().len() == 1).await;
            sign_in(&server, &other).await
        };
        let (first, second) = tokio::join!(sign_in(&server, &one), second);
        let rules = AdmissionRules { replace: true, ..AdmissionRules::default() };
        admit(&one, &server, "second", second.told(), &rules).await.told();
        let refused = admit(&one, &server, "first", first.told(), &rules).await.refused();
        assert!(refused.to_string().contains("later as `second`"), "{refused}");
        let live = one.open_connection(Some("second")).told();
        assert_eq!(server.call(&live).await, Ok(()));
        assert_eq!(server.posts().len(), 2);
        one.disconnect("second").await.told();
    }
}

async fn until(done: impl Fn() -> bool) {
    for _ in 0..500 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not happen within five seconds");
}

#[tokio::test]
async fn a_sign_in_that_is_finished_too_late_makes_no_connection() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let clock = Moved::default();
    let connections = open_at(folder.path(), &clock);
    let grant = sign_in(&server, &connections).await.told();
    clock.to(11 * MINUTE_MS);
    assert_eq!(open_at(folder.path(), &clock).retry_revocations().await.told().len(), 1);
    let late = admit(&connections, &server, "work", grant, &AdmissionRules::default()).await;
    assert_eq!(late.refused().code(), "sign-in-ended");
    assert!(connections.list().told().is_empty());
}

#[tokio::test]
async fn a_caller_that_goes_away_during_the_exchange_loses_no_grant() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let clock = Moved::default();
    let connections = open_at(folder.path(), &clock);
    server.then(Next::Late(300));
    let gone = tokio::time::timeout(Duration::from_millis(100), sign_in(&server, &connections)).await;
    assert!(gone.is_err() && server.posts().len() == 1, "it went away while the service was asked");
    connections.drain().await;
    clock.to(11 * MINUTE_MS);
    assert_eq!(connections.retry_revocations().await.told().len(), 1);
    assert_eq!(server.revoked(), ["token=canary-refresh-1", "token=canary-access-1"]);
}

#[tokio::test]
async fn a_caller_that_goes_away_while_a_code_is_typed_elsewhere_loses_no_grant() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let clock = Moved::default();
    let connections = open_at(folder.path(), &clock);
    let app = own_app();
    let pending = connections.begin_device(&server.service(), app, "/device", &[]).await.told();
    server.then(Next::Late(400));
    let gone = tokio::time::timeout(Duration::from_millis(1_200), pending.wait()).await;
    assert!(gone.is_err() && server.posts().len() == 1, "it went away while the service was asked");
    connections.drain().await;
    clock.to(11 * MINUTE_MS);
    assert_eq!(connections.retry_revocations().await.told().len(), 1);
    assert_eq!(server.revoked().len(), 2);
}

struct Slow;

#[async_trait]
impl Identify for Slow {
    async fn identify(&self, _: Arc<dyn Connection>) -> Result<Value, IdentifyError> {
        tokio::time::sleep(Duration::from_millis(300)).await;
        Ok(json!({"user_id": "ada"}))
    }
}

#[tokio::test]
async fn a_person_who_closes_the_page_too_early_is_connected_all_the_same() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let sessions = sessions_by(&server, &connections, Arc::new(Slow));
    let session = sessions.begin(SessionRequest { label: "work".into(), ..SessionRequest::default() }).told();
    let query = answer(&session.authorize_url);
    let closed = tokio::time::timeout(Duration::from_millis(200), sessions.complete(&session.id, &query)).await;
    assert!(closed.is_err() && connections.list().told().is_empty());
    let made = async {
        while connections.list().told().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), made).await.unwrap();
    assert_eq!(connections.show("work").told().state.as_str(), "active");
    assert!(server.revoked().is_empty());
}

#[tokio::test]
async fn of_two_grants_of_one_user_who_was_nowhere_the_newer_is_kept_under_one_name() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let older = sign_in(&server, &connections).await.told();
    let newer = sign_in(&server, &connections).await.told();
    admit(&connections, &server, "first", older, &AdmissionRules::default()).await.told();
    let refused = admit(&connections, &server, "second", newer, &AdmissionRules::default()).await.refused();
    assert_eq!(refused.code(), "same-account");
    let rows = connections.list().told();
    assert_eq!((rows.len(), rows[0].state.as_str()), (1, "active"));
    let live = connections.open_connection(Some("first")).told();
    assert_eq!(server.call(&live).await, Ok(()), "with the newer grant");
}

#[tokio::test]
async fn o_21_the_last_attempt_leaves_nothing_behind_also_when_it_is_cut_short() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let clock = Moved::default();
    let connections = open_at(folder.path(), &clock);
    let grant = sign_in(&server, &connections).await.told();
    connections.save("work", Method::Byo, &server.service(), grant, Some(ada())).told();
    server.seen.lock().unwrap().revocation_down = true;
    connections.disconnect("work").await.told();
    let asked = server.seen.lock().unwrap().revocations;
    clock.to(DAY_MS + 1);
    server.seen.lock().unwrap().revocation_hangs = true;
    let cut = tokio::time::timeout(Duration::from_millis(500), connections.retry_revocations()).await;
    assert!(cut.is_err());
    assert_eq!(server.seen.lock().unwrap().revocations, asked + 1, "it was asked once more");
    assert!(connections.pending_revocations().told().is_empty());
    assert_eq!(switchboard_store::Store::open(folder.path()).unwrap().count_secrets().unwrap(), 0);
}

#[tokio::test]
async fn a_refused_code_leaves_nothing_to_take_back() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let clock = Moved::default();
    let connections = open_at(folder.path(), &clock);
    server.then(Next::Status(400, r#"{"error":"invalid_grant"}"#));
    let app = own_app();
    let pending = connections.begin(&server.service(), app, &[], Loopback { port: 7_910, listen: false }).await.told();
    let address = format!("{}?{}", pending.redirect_uri, answer(&pending.authorize_url));
    assert_eq!(pending.paste(&address).await.refused().code(), "rejected");
    clock.to(11 * MINUTE_MS);
    assert!(connections.retry_revocations().await.told().is_empty());
}
