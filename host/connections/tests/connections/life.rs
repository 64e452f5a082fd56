//! Tokens through lost answers, moved clocks and grants that end: a named state each time, and nothing lost.

use std::time::Duration;

use crate::messages::Told;
use crate::refresh::{access, connected};
use crate::support::{DAY_MS, Moved, Next, TokenServer, home, open, open_at, secret};
use switchboard_connections::{Method, State};
use switchboard_egress::{Connection, Credential};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g9_a_hundred_lost_answers_end_in_a_named_state_after_one_more_try() {
    let server = TokenServer::start(3599).await;
    for round in 0..100 {
        let dir = home();
        let connections = connected(dir.path(), &server).await;
        let live = connections.open_connection(None).unwrap();
        let rejected = live.credential(None).await.told();
        server.then(Next::LoseAnswer);
        let lost = live.renew(&rejected, None).await.refused();
        assert_eq!((lost.code.as_str(), lost.retryable), ("unavailable", true), "{round}: {lost}");
        assert_eq!(connections.show("work").told().state.as_str(), "active");
        for _ in 0..3 {
            assert_eq!(live.renew(&rejected, None).await.refused().code, "needs-reconnect");
        }
        assert_eq!(server.posts().len(), 2, "the lost one and one more try, then no loop");
        let row = connections.show("work").told();
        assert!(row.reason.unwrap().to_string().contains("lost"));
        assert!(connections.app("work").told().is_some(), "nothing was erased");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_08_a_process_killed_while_it_waited_leaves_its_cause_behind() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = connected(dir.path(), &server).await;
    let live = connections.open_connection(None).unwrap();
    let rejected = live.credential(None).await.told();
    // The service rotates; the process is gone before the answer comes.
    let runtime = std::thread::spawn({
        let (dir, rejected) = (dir.path().to_owned(), rejected.clone());
        let server = server.clone();
        move || {
            let threads = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            threads.block_on(async {
                server.then(Next::Hang);
                let live = open(&dir).open_connection(None).unwrap();
                let soon = Duration::from_millis(1);
                assert!(tokio::time::timeout(soon, live.renew(&rejected, None)).await.is_err());
                // Until the request is with the service; its answer is never read.
                while server.posts().is_empty() {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            });
            threads.shutdown_background();
        }
    });
    runtime.join().unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let error = live.renew(&rejected, None).await.refused();
    assert_eq!(error.code, "needs-reconnect", "{error}");
    assert!(connections.show("work").told().reason.unwrap().to_string().contains("lost"));
}

#[tokio::test]
async fn o_25_a_day_forth_and_a_day_back_each_cost_one_refresh() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    drop(connected(dir.path(), &server).await);
    let clock = Moved::default();
    let connections = open_at(dir.path(), &clock);
    let live = connections.open_connection(None).unwrap();
    for (number, offset) in [(1, 0), (2, DAY_MS), (3, 0), (4, -DAY_MS), (5, DAY_MS)] {
        clock.to(offset);
        for _ in 0..3 {
            assert_eq!(live.credential(None).await.told().fingerprint(), access(number), "{offset}");
        }
    }
    assert_eq!(server.posts().len(), 4);
    assert_eq!(connections.show("work").told().state.as_str(), "active");
}

#[tokio::test]
async fn r_12_a_whole_accounts_token_is_sealed_kept_and_minted_once_for_all() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let first = open(dir.path());
    let service = server.service();
    let grant = first.server_to_server(&service, "acc", "app", secret()).await.unwrap();
    first.save("account", Method::ServerToServer, &service, grant, None).told();
    let second = open(dir.path());
    let old = Credential::new("canary-access-1".into());
    let mut callers = tokio::task::JoinSet::new();
    for number in 0..200 {
        let live = [&first, &second][number % 2].open_connection(None).unwrap();
        let old = old.clone();
        callers.spawn(async move { live.renew(&old, None).await.told().fingerprint() });
    }
    while let Some(fingerprint) = callers.join_next().await {
        assert_eq!(fingerprint.unwrap(), access(2));
    }
    assert_eq!(server.posts().len(), 2, "the first, and one for all");
    // A refused app is not a dead grant: nothing is flipped.
    server.then(Next::Status(400, r#"{"reason":"Bad Request","error":"invalid_request"}"#));
    let live = second.open_connection(None).unwrap();
    let error = live.renew(&Credential::new("canary-access-2".into()), None).await.refused();
    assert_eq!((error.code.as_str(), error.retryable), ("unavailable", false), "{error}");
    assert_eq!(second.show("account").told().state.as_str(), "active");
}

#[tokio::test]
async fn the_services_own_codes_name_the_state() {
    for (code, state) in [
        ("4741", State::Revoked),
        ("4738", State::AwaitingApproval),
        ("4735", State::Disconnected),
        ("4711", State::NeedsReconnect),
    ] {
        let server = TokenServer::start(3599).await;
        let dir = home();
        let connections = connected(dir.path(), &server).await;
        let live = connections.open_connection(None).unwrap();
        let rejected = live.credential(None).await.told();
        let text = format!(r#"{{"reason":"no","error":"invalid_grant","code":{code}}}"#);
        server.then(Next::Status(400, text.leak()));
        let error = live.renew(&rejected, None).await.refused();
        assert_eq!((error.code.as_str(), error.retryable), (state.as_str(), false), "{error}");
        let row = connections.show("work").told();
        assert_eq!(row.state.as_str(), state.as_str());
        assert!(row.reason.unwrap().to_string().contains(code));
        assert_eq!(connections.open_connection(None).refused().code(), state.as_str());
        assert_eq!(connections.app("work").is_err(), state == State::Disconnected, "only then it is erased");
        assert_eq!(server.posts().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_07_signing_in_anew_during_a_refresh_wins_over_its_answer() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = connected(dir.path(), &server).await;
    let live = connections.open_connection(None).unwrap();
    let rejected = live.credential(None).await.told();
    for next in [Next::Late(300), Next::Status(400, r#"{"reason":"Invalid Token!","error":"invalid_grant"}"#)] {
        server.then(next);
        let refresh = live.renew(&rejected, None);
        let anew = async {
            while server.posts().is_empty() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            let grant = connections.pasted_token(&"canary-pasted-anew".into()).told();
            connections.reconnect("work", Method::Token, &server.service(), grant, None).unwrap();
        };
        let (_, ()) = tokio::join!(refresh, anew);
        let kept = connections.open_connection(None).unwrap().credential(None).await.unwrap();
        assert_eq!(kept.fingerprint(), Credential::new("canary-pasted-anew".into()).fingerprint());
        assert_eq!(connections.show("work").told().state.as_str(), "active");
    }
}
