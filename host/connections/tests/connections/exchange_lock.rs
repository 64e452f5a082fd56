//! One exchange at a time: what waits for its turn, and what keeps it from one.

use std::path::Path;
use std::time::Duration;

use switchboard_connections::{Connections, ConnectionsError, PendingDevice};

use crate::messages::Told as _;
use crate::refused::sign_in;
use crate::support::{Next, TokenServer, home, open, own_app};

async fn device(server: &TokenServer, connections: &Connections) -> PendingDevice {
    connections.begin_device(&server.service(), own_app(), "/device", &[]).await.told()
}

/// A sign-in that is at its exchange for so many milliseconds.
async fn first(server: &TokenServer, connections: &Connections, millis: u64) {
    server.then(Next::SlowAnswer(millis));
    let (other, connections) = (server.clone(), connections.clone());
    tokio::spawn(async move { sign_in(&other, &connections).await.map(|_| ()) });
    until(|| server.posts().len() == 1).await;
}

async fn until(done: impl Fn() -> bool) {
    let done = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), done).await.unwrap();
}

#[tokio::test]
async fn a_sign_in_that_waits_for_its_turn_sends_no_code_when_the_program_is_about_to_end() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    first(&server, &connections, 400).await;
    let second = async {
        let refused = sign_in(&server, &connections).await.refused();
        assert!(matches!(refused, ConnectionsError::ProgramEnds), "{refused}");
        assert_eq!(refused.code(), "sign-in-ended");
    };
    let ends = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        connections.drain().await;
        assert_eq!(connections.pending_revocations().told().len(), 1, "the grant of the first is on disk");
    };
    tokio::join!(second, ends);
    assert_eq!(server.posts().len(), 1, "the answer to a code would be lost");
}

#[tokio::test]
async fn a_code_that_is_typed_elsewhere_is_asked_about_no_more_when_the_program_is_about_to_end() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let pending = device(&server, &connections).await;
    connections.drain().await;
    let refused = pending.wait().await.refused();
    assert!(matches!(refused, ConnectionsError::ProgramEnds), "{refused}");
    assert!(server.posts().is_empty());
}

const NOT_YET: Next = Next::Status(400, r#"{"error":"authorization_pending"}"#);

#[tokio::test]
async fn a_code_that_is_typed_elsewhere_lives_on_while_no_turn_can_be_had() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    server.seen.lock().unwrap().device_life_s = 10;
    let connections = open(folder.path());
    let locks = folder.path().join("locks");
    let _ = std::fs::remove_dir_all(&locks);
    std::fs::write(&locks, "no folder").unwrap();
    let pending = device(&server, &connections).await;
    let mended = async {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert!(server.posts().is_empty());
        std::fs::remove_file(&locks).unwrap();
    };
    let began = std::time::Instant::now();
    let (grant, ()) = tokio::join!(pending.wait(), mended);
    grant.told();
    assert!(began.elapsed() < Duration::from_millis(2_900), "the service is asked as often as it wants");
}

#[tokio::test]
async fn a_code_that_ends_while_no_turn_can_be_had_says_why_it_was_not_asked_about() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let pending = device(&server, &connections).await;
    let _ = std::fs::remove_dir_all(folder.path().join("locks"));
    std::fs::write(folder.path().join("locks"), "no folder").unwrap();
    let refused = pending.wait().await.refused();
    assert!(refused.code() == "store" && refused.to_string().contains("locks"), "{refused}");
    assert!(server.posts().is_empty());
}

/// Names, lengths and times of change.
fn files(folder: &Path) -> Vec<(String, u64, std::time::SystemTime)> {
    let files = std::fs::read_dir(folder).unwrap().flatten().filter(|file| file.metadata().unwrap().is_file());
    let mut files: Vec<_> = files
        .map(|file| {
            let known = file.metadata().unwrap();
            (file.file_name().to_string_lossy().into_owned(), known.len(), known.modified().unwrap())
        })
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn asking_about_a_code_again_writes_nothing() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    server.seen.lock().unwrap().device_life_s = 30;
    let pending = device(&server, &connections).await;
    for next in [NOT_YET, NOT_YET, Next::Status(400, r#"{"error":"access_denied"}"#)] {
        server.then(next);
    }
    let waiting = tokio::spawn(async move { pending.wait().await.map(|_| ()) });
    until(|| server.posts().len() == 1).await;
    let before = files(folder.path());
    until(|| server.posts().len() == 2).await;
    assert_eq!(files(folder.path()), before);
    waiting.await.unwrap().refused();
}

#[tokio::test]
async fn a_device_sign_in_has_one_note_until_it_ends() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let store = switchboard_store::Store::open(folder.path()).unwrap();
    let notes = || store.exchanges().unwrap().len();
    server.seen.lock().unwrap().device_life_s = 30;
    for next in [NOT_YET, NOT_YET, Next::Status(400, r#"{"error":"access_denied"}"#)] {
        server.then(next);
    }
    let pending = device(&server, &connections).await.for_label("work");
    assert_eq!(notes(), 0, "nothing was asked yet");
    let waiting = tokio::spawn(async move { pending.wait().await.map(|_| ()) });
    for questions in 1..=2 {
        until(|| server.posts().len() == questions).await;
        assert_eq!(notes(), 1, "{questions}");
    }
    waiting.await.unwrap().refused();
    assert_eq!(notes(), 0);
    // A caller that goes away leaves none either.
    let pending = device(&server, &connections).await;
    server.then(Next::Late(100));
    let gone = tokio::time::timeout(Duration::from_millis(1_050), pending.wait()).await;
    assert!(gone.is_err());
    connections.drain().await;
    until(|| notes() == 0).await;
}
