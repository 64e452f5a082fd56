//! Downloads: what is proven before a file gets its name.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod server;

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    time::Duration,
};

use server::{Server, answer};
use switchboard_egress::{
    Credential, Download, DownloadLimits, Egress, Expectation, Failure, FileName, NoTrace, Policy, Request, Stored,
    Target,
};
use tokio::time::Instant;

const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/// What a test asks for.
struct Wish<'a> {
    size: Option<u64>,
    types: &'a [&'a str],
    most_bytes: u64,
    owner: &'a str,
    again: bool,
}

impl Default for Wish<'_> {
    fn default() -> Self {
        Self { size: None, types: &[], most_bytes: 1 << 30, owner: "ada", again: false }
    }
}

/// Downloads `/file` to `folder` under the name `a.mp4`.
async fn bring(server: &Server, wish: Wish<'_>, folder: &Path) -> Result<Stored, Failure> {
    let base = format!("http://127.0.0.1:{}", server.port);
    let end = Instant::now() + Duration::from_secs(20);
    let last = AtomicU64::new(0);
    let order = Download {
        policy: &Policy::new(base.parse().unwrap(), Vec::new()),
        request: &Request::get(Target::Link(format!("{base}/file"))),
        credential: Some(&Credential::new("s3cret".to_owned())),
        owner: wish.owner,
        expect: &Expectation {
            size: wish.size,
            content_types: wish.types.iter().map(|kind| (*kind).to_owned()).collect(),
        },
        folder,
        name: &FileName::of("a.mp4"),
        again: wish.again,
        limits: DownloadLimits { answer_by: end, end_by: end, most_bytes: wish.most_bytes },
        progress: &|done, _| last.store(done, Ordering::Relaxed),
        check_progress: &|_, _| {},
        trace: &NoTrace,
    };
    let stored = Egress::new().unwrap().download(&order).await?;
    if !stored.known {
        assert_eq!(last.load(Ordering::Relaxed), stored.size);
    }
    Ok(stored)
}

async fn download(server: &Server, size: Option<u64>, types: &[&str], folder: &Path) -> Result<Stored, Failure> {
    bring(server, Wish { size, types, ..Wish::default() }, folder).await
}

/// The files of a folder, and those on their way in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let list = |folder: &Path| folder.read_dir().into_iter().flatten().map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> = list(folder).chain(list(&folder.join(".switchboard"))).collect();
    files.into_iter().filter(|path| path.is_file() && path.extension().is_none_or(|kind| kind != "json")).collect()
}

/// The download fails with this code and leaves the folder as it was.
#[track_caller]
fn left_nothing(found: Result<Stored, Failure>, code: &str, folder: &Path) -> Failure {
    let failure = found.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.not_sent), (code, false), "{failure:?}");
    // the writing thread removes its part file a moment later
    for _ in 0..100 {
        if files(folder).is_empty() {
            return failure;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("a file was left behind: {:?}", files(folder));
}

/// Serves this body with ranges and a tag, and cuts the first answers short after so many bytes each.
async fn cutting(body: String, tag: &'static str, cuts: &'static [usize]) -> Server {
    let asked = AtomicUsize::new(0);
    Server::start(move |head| {
        let from = head.split("range: bytes=").nth(1).and_then(|rest| rest.split('-').next()?.parse().ok());
        let from: usize = from.filter(|_| head.contains(tag)).unwrap_or(0);
        let rest = body.get(from..).unwrap_or_default();
        let cut = cuts.get(asked.fetch_add(1, Ordering::Relaxed)).copied().unwrap_or(rest.len()).min(rest.len());
        let (status, size) = (if from > 0 { 206 } else { 200 }, body.len());
        let range =
            if from > 0 { format!("content-range: bytes {from}-{}/{size}\r\n", size - 1) } else { String::new() };
        let head = format!(
            "HTTP/1.1 {status} X\r\naccept-ranges: bytes\r\netag: \"{tag}\"\r\n{range}content-length: {}\r\n\r\n",
            rest.len()
        );
        [head.as_bytes(), rest.as_bytes().get(..cut).unwrap_or_default()].concat()
    })
    .await
}

/// Text that differs everywhere.
fn long(seed: u64) -> String {
    (seed..seed + 40_000).map(|number| format!("{number:07} ")).collect()
}

#[tokio::test]
async fn a_file_is_stored_with_its_hash_for_its_owner_only() {
    let server = Server::start(|_| answer(200, "content-type: video/mp4; x=y\r\n", "hello")).await;
    let folder = tempfile::tempdir().unwrap();
    let stored = download(&server, Some(5), &["video/*"], folder.path()).await.unwrap();
    let to = folder.path().join("a.mp4");
    assert_eq!((stored.size, stored.sha256.as_str()), (5, HELLO));
    assert_eq!(stored.content_type.as_deref(), Some("video/mp4"));
    assert_eq!(std::fs::read(&to).unwrap(), b"hello");
    assert_eq!(files(folder.path()), std::slice::from_ref(&to));
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
        let found = download(&server, size, types, folder.path()).await;
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
    let found = download(&server, None, &[], folder.path()).await;
    let failure = left_nothing(found, "download.status", folder.path());
    assert_eq!(failure.response.unwrap().body.len(), 64 * 1024);
}

#[tokio::test]
async fn a_broken_download_continues_where_it_stopped() {
    let body = long(0);
    let server = cutting(body.clone(), "v1", &[200_000, 10_000]).await;
    let folder = tempfile::tempdir().unwrap();
    let stored = download(&server, Some(body.len() as u64), &[], folder.path()).await.unwrap();
    assert_eq!(std::fs::read_to_string(stored.path).unwrap(), body);
    assert!(server.seen()[1].contains("if-range: \"v1\""));
    assert!(server.seen()[2].contains("range: bytes="));
}

#[tokio::test]
async fn a_file_that_changed_in_between_is_taken_whole() {
    let (first, second) = (long(0), long(500_000));
    let (old, new) = (first.clone(), second.clone());
    let asked = AtomicUsize::new(0);
    // The server says nothing of a version, and its parts fit by size and place.
    let server = Server::start(move |head| {
        let from = head.split("range: bytes=").nth(1).and_then(|rest| rest.split('-').next()?.parse::<usize>().ok());
        let (n, size) = (asked.fetch_add(1, Ordering::Relaxed), old.len());
        match (n, from) {
            (0, _) => {
                let head = format!("HTTP/1.1 200 X\r\naccept-ranges: bytes\r\ncontent-length: {size}\r\n\r\n");
                [head.as_bytes(), &old.as_bytes()[..200_000]].concat()
            }
            (_, Some(from)) => {
                answer(206, &format!("content-range: bytes {from}-{}/{size}\r\n", size - 1), &new[from..])
            }
            _ => answer(200, "", &new),
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let stored = download(&server, None, &[], folder.path()).await.unwrap();
    assert_eq!(std::fs::read_to_string(stored.path).unwrap(), second);
}

#[tokio::test]
async fn the_next_download_goes_on_with_what_the_last_left() {
    let body = long(0);
    let folder = tempfile::tempdir().unwrap();
    let server = cutting(body.clone(), "v1", &[200_000, 0, 0, 0]).await;
    let failure = download(&server, None, &[], folder.path()).await.unwrap_err();
    assert_eq!(failure.code, "download.truncated");
    // The writing thread gives the part up a moment later.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let part = files(folder.path());
    assert_eq!((part.len(), std::fs::metadata(&part[0]).unwrap().len()), (1, 200_000));
    // What another connection began is its own.
    let other = bring(&server, Wish { owner: "grace", ..Wish::default() }, folder.path()).await.unwrap();
    assert!(!other.known);
    assert_eq!(files(folder.path()).len(), 2);
    std::fs::remove_file(other.path).unwrap();
    let seen = server.seen().len();
    let stored = download(&server, None, &[], folder.path()).await.unwrap();
    assert_eq!(std::fs::read_to_string(&stored.path).unwrap(), body);
    assert_eq!(files(folder.path()), [stored.path]);
    assert!(server.seen()[seen + 1].contains("range: bytes=134464-"), "{:?}", &server.seen()[seen..]);
}

#[tokio::test]
async fn a_file_that_is_there_is_not_downloaded_again() {
    let body = long(0);
    let server = cutting(body.clone(), "v1", &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let first = download(&server, None, &[], folder.path()).await.unwrap();
    let second = download(&server, None, &[], folder.path()).await.unwrap();
    assert_eq!((first.known, second.known, &first.path), (false, true, &second.path));
    assert_eq!(first.sha256, second.sha256);
    let again = bring(&server, Wish { again: true, ..Wish::default() }, folder.path()).await.unwrap();
    assert_eq!(again.path, folder.path().join("a (2).mp4"));
    assert_eq!(files(folder.path()).len(), 2);
}

#[tokio::test]
async fn the_same_bytes_are_not_stored_twice_where_no_version_is_told() {
    let server = Server::start(|_| answer(200, "", "hello")).await;
    let folder = tempfile::tempdir().unwrap();
    let first = download(&server, None, &[], folder.path()).await.unwrap();
    let second = download(&server, None, &[], folder.path()).await.unwrap();
    assert_eq!((second.known, &first.path), (true, &second.path));
    assert_eq!(files(folder.path()).len(), 1);
}

#[tokio::test]
async fn another_file_of_the_same_name_gets_a_number() {
    let tries = AtomicUsize::new(0);
    let server = Server::start(move |_| match tries.fetch_add(1, Ordering::Relaxed) {
        0 => answer(200, "", "hello"),
        _ => answer(200, "", "jello"),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let first = download(&server, None, &[], folder.path()).await.unwrap();
    let second = download(&server, None, &[], folder.path()).await.unwrap();
    assert_eq!(second.path, folder.path().join("a (2).mp4"));
    assert_eq!(
        (std::fs::read(first.path).unwrap(), std::fs::read(second.path).unwrap()),
        (b"hello".to_vec(), b"jello".to_vec())
    );
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused() {
    let server = Server::start(|_| answer(200, "", "hello")).await;
    let endless = Server::start(|_| b"HTTP/1.1 200 OK\r\n\r\nhello".to_vec()).await;
    let folder = tempfile::tempdir().unwrap();
    for server in [&server, &endless] {
        let found = bring(server, Wish { most_bytes: 4, ..Wish::default() }, folder.path()).await;
        left_nothing(found, "download.too-large", folder.path());
    }
    let known = bring(&server, Wish { most_bytes: 4, size: Some(5), ..Wish::default() }, folder.path()).await;
    assert!(known.unwrap_err().not_sent);
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
    let stored = download(&server, None, &[], folder.path()).await.unwrap();
    assert_eq!((stored.size, stored.sha256.as_str()), (5, HELLO));
}

#[tokio::test]
async fn a_download_that_cannot_continue_leaves_nothing() {
    for (first, again, tries) in [
        ("", "", 1),
        // Each time the file is another, and its beginning is asked for.
        ("accept-ranges: bytes\r\n", "content-range: bytes 2-5/6\r\n", 5),
        ("accept-ranges: bytes\r\n", "content-range: bytes 0-4/5\r\n", 5),
    ] {
        let server = Server::start(move |head| match head.contains("range: bytes=") {
            false => format!("HTTP/1.1 200 OK\r\n{first}content-length: 5\r\n\r\nhe").into_bytes(),
            true => answer(206, again, "llo"),
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let found = download(&server, None, &[], folder.path()).await;
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
            format!("HTTP/1.1 206 X\r\ncontent-range: bytes {from}-8/9\r\ncontent-length: 7\r\n\r\nb").into_bytes()
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let found = download(&server, None, &[], folder.path()).await;
    left_nothing(found, "download.truncated", folder.path());
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn a_folder_that_is_missing_is_said_before_anything_is_sent() {
    let server = Server::start(|_| answer(200, "", "hello")).await;
    let failure = download(&server, None, &[], Path::new("/nonexistent")).await.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.not_sent), ("download.disk", true));
    assert!(server.seen().is_empty());
}
