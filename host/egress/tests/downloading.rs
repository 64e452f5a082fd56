//! Downloads: what is proven before a file gets its name.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod server;

use std::{
    path::Path,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    time::Duration,
};

use server::{Server, answer};
use switchboard_egress::{Credential, Egress, Expectation, Failure, NoTrace, Policy, Request, Stored, Target};
use tokio::time::Instant;

const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

async fn download(server: &Server, size: Option<u64>, types: &[&str], to: &Path) -> Result<Stored, Failure> {
    let base = format!("http://127.0.0.1:{}", server.port);
    let policy = Policy::new(base.parse().unwrap(), Vec::new());
    let request = Request::get(Target::Link(format!("{base}/file")));
    let expect = Expectation { size, content_types: types.iter().map(|kind| (*kind).to_owned()).collect() };
    let token = Credential::new("s3cret".to_owned());
    let last = AtomicU64::new(0);
    let progress = |done, _| last.store(done, Ordering::Relaxed);
    let deadline = Instant::now() + Duration::from_secs(20);
    let stored = Egress::new()
        .unwrap()
        .download(&policy, &request, Some(&token), &expect, to, &progress, deadline, &NoTrace)
        .await?;
    assert_eq!(last.load(Ordering::Relaxed), stored.size);
    Ok(stored)
}

/// The download fails with this code and leaves the folder as it was.
#[track_caller]
fn left_nothing(found: Result<Stored, Failure>, code: &str, folder: &Path) -> Failure {
    let failure = found.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.not_sent), (code, false), "{failure:?}");
    // the writing thread removes its part file a moment later
    for _ in 0..100 {
        if folder.read_dir().unwrap().next().is_none() {
            return failure;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("a file was left behind");
}

#[tokio::test]
async fn a_file_is_stored_with_its_hash_for_its_owner_only() {
    let server = Server::start(|_| answer(200, "content-type: video/mp4; x=y\r\n", "hello")).await;
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("a.mp4");
    let stored = download(&server, Some(5), &["video/*"], &to).await.unwrap();
    assert_eq!((stored.size, stored.sha256.as_str()), (5, HELLO));
    assert_eq!(stored.content_type.as_deref(), Some("video/mp4"));
    assert_eq!(std::fs::read(&to).unwrap(), b"hello");
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn what_is_not_the_file_is_refused() {
    for (status, headers, body, size, types, code) in [
        (200, "content-type: text/html\r\n", "hello", None, &[][..], "download.content-type"),
        (200, "content-type: text/html\r\n", "hello", None, &["text/html"], "download.content-type"),
        (200, "content-type: video/mp4\r\n", "\n<!DOCTYPE html>", None, &["video/mp4"], "download.content-type"),
        (200, "content-type: application/json\r\n", "{\"code\":200}", None, &["video/mp4"], "download.content-type"),
        (200, "", "hello", None, &["video/mp4"], "download.content-type"),
        (200, "content-encoding: gzip\r\n", "hello", None, &[], "download.content-type"),
        (200, "", "hello", Some(6), &[], "download.size"),
        (200, "", "hello", Some(4), &[], "download.size"),
        (401, "", "{\"errorCode\":124}", None, &[], "download.status"),
        (206, "content-range: bytes 0-4/5\r\n", "hello", None, &[], "download.status"),
    ] {
        let server = Server::start(move |_| answer(status, headers, body)).await;
        let folder = tempfile::tempdir().unwrap();
        let found = download(&server, size, types, &folder.path().join("a")).await;
        let failure = left_nothing(found, code, folder.path());
        if code == "download.status" {
            assert_eq!(failure.response.unwrap().body, body.as_bytes());
        }
    }
}

#[tokio::test]
async fn an_error_page_is_cut_at_64_kib() {
    let page = "x".repeat(100_000);
    let server = Server::start(move |_| answer(404, "content-type: text/html\r\n", &page)).await;
    let folder = tempfile::tempdir().unwrap();
    let found = download(&server, None, &[], &folder.path().join("a")).await;
    let failure = left_nothing(found, "download.status", folder.path());
    assert_eq!(failure.response.unwrap().body.len(), 64 * 1024);
}

#[tokio::test]
async fn a_broken_download_continues_where_it_stopped() {
    let server = Server::start(|head| match head.contains("range: bytes=2-") {
        false => b"HTTP/1.1 200 OK\r\naccept-ranges: bytes\r\netag: \"v1\"\r\ncontent-length: 5\r\n\r\nhe".to_vec(),
        true => answer(206, "content-range: bytes 2-4/5\r\netag: \"v1\"\r\n", "llo"),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let stored = download(&server, Some(5), &[], &folder.path().join("a")).await.unwrap();
    assert_eq!((stored.size, stored.sha256.as_str()), (5, HELLO));
    assert!(server.seen()[1].contains("if-range: \"v1\""));
}

#[tokio::test]
async fn a_server_that_ignores_the_range_starts_the_file_over() {
    let tries = AtomicUsize::new(0);
    let server = Server::start(move |_| match tries.fetch_add(1, Ordering::Relaxed) {
        0 => b"HTTP/1.1 200 OK\r\naccept-ranges: bytes\r\ncontent-length: 5\r\n\r\nxx".to_vec(),
        _ => answer(200, "", "hello"),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let stored = download(&server, None, &[], &folder.path().join("a")).await.unwrap();
    assert_eq!((stored.size, stored.sha256.as_str()), (5, HELLO));
}

#[tokio::test]
async fn a_download_that_cannot_continue_leaves_nothing() {
    for (first, again, tries) in [
        ("", "", 1),
        ("accept-ranges: bytes\r\n", "content-range: bytes 2-5/6\r\n", 2),
        ("accept-ranges: bytes\r\n", "content-range: bytes 1-4/5\r\n", 2),
    ] {
        let server = Server::start(move |head| match head.contains("range: bytes=") {
            false => format!("HTTP/1.1 200 OK\r\n{first}content-length: 5\r\n\r\nhe").into_bytes(),
            true => answer(206, again, "llo"),
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let found = download(&server, None, &[], &folder.path().join("a")).await;
        left_nothing(found, "download.truncated", folder.path());
        assert_eq!(server.seen().len(), tries);
    }
}

#[tokio::test]
async fn after_three_resumes_it_gives_up() {
    let server = Server::start(|head| match head.contains("range: bytes=") {
        false => b"HTTP/1.1 200 OK\r\naccept-ranges: bytes\r\ncontent-length: 9\r\n\r\nab".to_vec(),
        true => {
            let from = head.split("range: bytes=").nth(1).and_then(|rest| rest.split('-').next()).unwrap();
            format!("HTTP/1.1 206 X\r\ncontent-range: bytes {from}-8/9\r\ncontent-length: 7\r\n\r\nx").into_bytes()
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let found = download(&server, None, &[], &folder.path().join("a")).await;
    left_nothing(found, "download.truncated", folder.path());
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn a_folder_that_is_missing_is_said_before_anything_is_sent() {
    let server = Server::start(|_| answer(200, "", "hello")).await;
    let failure = download(&server, None, &[], Path::new("/nonexistent/a")).await.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.not_sent), ("download.disk", true));
    assert!(server.seen().is_empty());
}
