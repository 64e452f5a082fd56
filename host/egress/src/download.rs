//! A file from the service to the disk, proven before it gets its name.
//!
//! A download goes on while bytes come. What has come is kept when it is cut short, and the next download of the same file by
//! the same connection goes on from there, if the server still has that very version. A file that is there already is not
//! downloaded again.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::{Buf, Bytes};
use http::{HeaderMap, HeaderValue, header};
use reqwest::Response as Answer;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, timeout, timeout_at};

use crate::{
    Credential, Egress, Failure, FileName, Method, Policy, Request, Target as Address, Trace,
    hops::Way,
    part_file::{Named, PartFile, TICK, Target},
    parts,
    range::Version,
    receipt::Receipt,
    send::read_start,
};

/// A download that has brought nothing for so long is taken up anew.
pub const SILENCE_LIMIT: Duration = Duration::from_secs(30);
/// Most times in a row that a download is taken up anew without having brought [`STRIDE`].
const MOST_RESUMES: u32 = 3;
/// So much since the last break, and the connection is bad rather than broken.
const STRIDE: u64 = 1 << 20;
const PAUSE: Duration = Duration::from_millis(250);
/// How long the rest of a file may take to begin.
const REST_LIMIT: Duration = Duration::from_secs(60);
const ERROR_BODY: usize = 64 * 1024;

/// What to download, where to, and within which limits.
#[derive(Clone, Copy)]
pub struct Download<'a> {
    pub policy: &'a Policy,
    pub request: &'a Request,
    pub credential: Option<&'a Credential>,
    /// The connection's id: what one has begun no other goes on with.
    pub owner: &'a str,
    pub expect: &'a Expectation,
    /// The folder, which exists.
    pub folder: &'a Path,
    /// A file of this name is never replaced: then the name gets a number.
    pub name: &'a FileName,
    /// Download the file although the same is there already.
    pub again: bool,
    pub limits: DownloadLimits,
    /// Called when bytes have arrived, with how many there are and of how many.
    pub progress: &'a (dyn Fn(u64, Option<u64>) + Send + Sync),
    /// The same while a file that is there is read again, each second: what an earlier download left, or a file of the same name.
    pub check_progress: &'a (dyn Fn(u64, Option<u64>) + Send + Sync),
    pub trace: &'a dyn Trace,
}

/// How long a download may take, and how large the file may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DownloadLimits {
    /// When the answer must have begun.
    pub answer_by: Instant,
    /// When the file must be there.
    pub end_by: Instant,
    /// Largest file, bytes.
    pub most_bytes: u64,
}

/// What the file must be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expectation {
    /// Its size, when the service has told it before.
    pub size: Option<u64>,
    /// Its possible types, such as `video/mp4` or `audio/*`. Empty: any but HTML, which is always refused.
    pub content_types: Vec<String>,
}

/// A file that is on the disk for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Where.
    pub path: PathBuf,
    /// How many bytes.
    pub size: u64,
    /// Their SHA-256 in hex.
    pub sha256: String,
    /// The type the service named.
    pub content_type: Option<String>,
    /// The same file was there before.
    pub known: bool,
}

/// How one connection's worth of body ended.
enum End {
    Whole,
    Broken(String),
    /// The bytes are of another file than those that are there.
    Changed,
    /// It is not the file.
    Wrong(Failure),
    DiskFailed,
}

/// What the server sends for the rest of a file.
enum Rest {
    /// The rest.
    Continues(Answer),
    /// The whole of another version, or of one that it does not send in parts.
    Whole(Answer),
}

/// How the transfer of one version ended.
enum Outcome {
    Stored(Stored),
    /// There is another version, from the beginning.
    Changed(Answer),
}

impl Egress {
    /// Downloads a file to a folder, under a name that nothing else has. The file is readable by its owner only.
    pub async fn download(&self, order: &Download<'_>) -> Result<Stored, Failure> {
        if order.request.method != Method::Get {
            return Err(Failure::refused("refused.method", "a download is a GET"));
        }
        if let Some(size) = order.expect.size.filter(|size| *size > order.limits.most_bytes) {
            return Err(Failure { not_sent: true, ..order.too_large(size) });
        }
        parts::folder(order.folder).map_err(|error| Failure { not_sent: true, ..order.disk(&error) })?;
        let answer = self.open(order.way(order.limits.answer_by), order.request, &plain_headers()).await?;
        let mut answer = order.accept(answer).await?;
        let mut resumes = Resumes { left: MOST_RESUMES, farthest: 0 };
        loop {
            match self.transfer(order, answer, &mut resumes).await? {
                Outcome::Stored(stored) => return Ok(stored),
                Outcome::Changed(next) => answer = next,
            }
        }
    }

    /// Brings the version of a file that an answer begins.
    async fn transfer(&self, order: &Download<'_>, answer: Answer, resumes: &mut Resumes) -> Result<Outcome, Failure> {
        let total = answer.content_length().or(order.expect.size);
        let version = Version::of(answer.headers(), total);
        let target = order.target(&version, total, essence(answer.headers()));
        if let Some(stored) = order.stored_before(target.key.clone()).await {
            return Ok(Outcome::Stored(stored));
        }
        let busy = |read| (order.check_progress)(read, total);
        let (mut file, mut done) = PartFile::open(target, &busy).await.map_err(|error| order.disk(&error))?;
        let mut body = Some(answer);
        if done > 0 {
            if !version.resumable() || total.is_none_or(|total| done > total) {
                file.discard().await;
                return body.take().map(Outcome::Changed).ok_or_else(|| truncated(done, total, "it changed"));
            }
            // The whole was asked for to learn which version there is.
            body = None;
        }
        let mut tail = Bytes::new();
        loop {
            let mut answer = match body.take() {
                Some(answer) => answer,
                None => {
                    let Some((from, bytes)) = file.tail().await else { break };
                    match self.rest(order, &version, from).await? {
                        Rest::Continues(answer) => {
                            tail = bytes;
                            answer
                        }
                        Rest::Whole(answer) => {
                            file.discard().await;
                            resumes.take(done, total, "the service sends the file from its beginning")?;
                            return Ok(Outcome::Changed(answer));
                        }
                    }
                }
            };
            match order.copy(&mut answer, &mut file, &mut tail, &mut done, total).await? {
                // when the disk failed, the writing thread says how
                End::Whole | End::DiskFailed => break,
                End::Wrong(failure) => {
                    file.discard().await;
                    return Err(failure);
                }
                End::Changed => {
                    file.discard().await;
                    resumes.take(done, total, "the file changed meanwhile")?;
                    let answer = self.open(order.way(order.rest_by()), order.request, &plain_headers()).await;
                    return order.accept(answer.map_err(Failure::after_send)?).await.map(Outcome::Changed);
                }
                End::Broken(why) => {
                    if !version.resumable() {
                        return Err(truncated(done, total, &why));
                    }
                    let pause = resumes.take(done, total, &why)?;
                    tokio::time::sleep_until(order.limits.end_by.min(Instant::now() + pause)).await;
                }
            }
        }
        let named = file.finish(&busy).await.map_err(|error| order.disk(&error))?;
        Ok(Outcome::Stored(order.stored(named)))
    }

    /// Asks for the rest of a version from `from` on.
    async fn rest(&self, order: &Download<'_>, version: &Version, from: u64) -> Result<Rest, Failure> {
        let by = order.rest_by();
        let headers = version.ask(from).unwrap_or_else(plain_headers);
        let answer = self.open(order.way(by), order.request, &headers).await.map_err(Failure::after_send)?;
        let status = answer.status().as_u16();
        if status == 206 && version.continues(answer.headers(), from) {
            return Ok(Rest::Continues(answer));
        }
        let answer = match status {
            206 | 416 => {
                let whole = self.open(order.way(by), order.request, &plain_headers()).await;
                whole.map_err(Failure::after_send)?
            }
            _ => answer,
        };
        order.accept(answer).await.map(Rest::Whole)
    }
}

/// How often a download may still be taken up anew.
struct Resumes {
    left: u32,
    /// Most bytes there ever were.
    farthest: u64,
}

impl Resumes {
    /// Takes one; how long to wait before it. Refused when there is none left.
    fn take(&mut self, done: u64, total: Option<u64>, why: &str) -> Result<Duration, Failure> {
        if done >= self.farthest.saturating_add(STRIDE) {
            self.left = MOST_RESUMES;
        }
        self.farthest = self.farthest.max(done);
        self.left = self.left.checked_sub(1).ok_or_else(|| truncated(done, total, why))?;
        Ok(PAUSE * (MOST_RESUMES - self.left))
    }
}

impl Download<'_> {
    fn way(&self, deadline: Instant) -> Way<'_> {
        Way { policy: self.policy, credential: self.credential, deadline, trace: self.trace }
    }

    fn rest_by(&self) -> Instant {
        self.limits.end_by.min(Instant::now() + REST_LIMIT)
    }

    fn target(&self, version: &Version, total: Option<u64>, content_type: Option<String>) -> Target {
        Target {
            downloads: self.folder.to_owned(),
            name: self.name.clone(),
            key: version.proof().map(|proof| self.key(&proof)),
            total,
            content_type,
            again: self.again,
        }
    }

    /// Names one version of one file of one connection. An address may hold a secret, so it is hashed.
    fn key(&self, proof: &str) -> String {
        let address = match &self.request.target {
            Address::Path(address) | Address::Link(address) => address,
        };
        let address = address.split(['?', '#']).next().unwrap_or_default();
        let mut digest = Sha256::new();
        for part in [self.owner, address, &self.name.numbered(1), proof] {
            // The length keeps `ab`+`c` and `a`+`bc` apart.
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        format!("{:x}", digest.finalize())
    }

    /// The file of an earlier download of this very version, where it still is as it was.
    async fn stored_before(&self, key: Option<String>) -> Option<Stored> {
        let (key, downloads) = (key.filter(|_| !self.again)?, self.folder.to_owned());
        let state = Arc::new((AtomicU64::new(0), AtomicU64::new(0)));
        let progress = Arc::downgrade(&state);
        // The thread ends when nobody waits any more: a program that is asked to end would else wait for it.
        let read = move |bytes, size| {
            let Some(state) = progress.upgrade() else { return false };
            state.0.store(bytes, Ordering::Relaxed);
            state.1.store(size, Ordering::Relaxed);
            true
        };
        let find = move || Receipt::find(&downloads, &parts::folder(&downloads).ok()?, &key, read);
        let mut work = tokio::task::spawn_blocking(find);
        loop {
            match timeout(TICK, &mut work).await {
                Ok(found) => {
                    let receipt = found.ok()??;
                    return Some(self.stored(Named { receipt, known: true }));
                }
                Err(_) => {
                    let size = Some(state.1.load(Ordering::Relaxed)).filter(|size| *size > 0);
                    (self.check_progress)(state.0.load(Ordering::Relaxed), size);
                }
            }
        }
    }

    fn stored(&self, named: Named) -> Stored {
        let Named { receipt, known } = named;
        let Receipt { file, size, sha256, content_type, .. } = receipt;
        Stored { path: self.folder.join(file), size, sha256, content_type, known }
    }

    /// Copies the body to the file until it ends, breaks, or proves to be wrong. It begins with `tail`, which the file has.
    async fn copy(
        &self,
        answer: &mut Answer,
        file: &mut PartFile,
        tail: &mut Bytes,
        done: &mut u64,
        total: Option<u64>,
    ) -> Result<End, Failure> {
        loop {
            let mut chunk = match timeout_at(self.limits.end_by, timeout(SILENCE_LIMIT, answer.chunk())).await {
                Err(_) => return Err(late(*done, total)),
                Ok(Err(_)) => {
                    return Ok(End::Broken(format!("nothing came for {} seconds", SILENCE_LIMIT.as_secs())));
                }
                Ok(Ok(Err(error))) => return Ok(End::Broken(error.without_url().to_string())),
                Ok(Ok(Ok(None))) => break,
                Ok(Ok(Ok(Some(chunk)))) => chunk,
            };
            let same = chunk.len().min(tail.len());
            if chunk.get(..same) != tail.get(..same) {
                return Ok(End::Changed);
            }
            chunk.advance(same);
            tail.advance(same);
            if *done == 0 && looks_like_html(&chunk) {
                return Ok(End::Wrong(wrong_type("the service sent an HTML page instead of the file")));
            }
            *done += chunk.len() as u64;
            if let Some(size) = self.expect.size.filter(|size| *done > *size) {
                return Ok(End::Wrong(wrong_size(size, "more")));
            }
            if *done > self.limits.most_bytes {
                return Ok(End::Wrong(self.too_large(*done)));
            }
            if !file.write(chunk).await {
                return Ok(End::DiskFailed);
            }
            (self.progress)(*done, total);
        }
        Ok(match total {
            Some(total) if *done < total => End::Broken("the connection ended early".to_owned()),
            _ => End::Whole,
        })
    }

    /// Refuses an answer that cannot be the file.
    async fn accept(&self, answer: Answer) -> Result<Answer, Failure> {
        let status = answer.status().as_u16();
        let length = answer.content_length();
        let failure = if status != 200 {
            Failure::broken("download.status", format!("the service answered the download with status {status}"))
        } else if let Some(why) = type_problem(answer.headers(), self.expect) {
            wrong_type(&why)
        } else if let Some(length) = length.filter(|length| *length > self.limits.most_bytes) {
            return Err(self.too_large(length));
        } else {
            return match (self.expect.size, length) {
                (Some(size), Some(length)) if size != length => Err(wrong_size(size, &length.to_string())),
                _ => Ok(answer),
            };
        };
        Err(failure.with_response(read_start(answer, ERROR_BODY, self.rest_by()).await))
    }

    fn too_large(&self, size: u64) -> Failure {
        let most = self.limits.most_bytes;
        Failure::broken(
            "download.too-large",
            format!("the file has {size} bytes or more; a download may have {most} at most"),
        )
        .with_fix("raise the largest size of a download, if the file is the right one")
    }

    fn disk(&self, error: &io::Error) -> Failure {
        let fix = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "make room on the disk, or choose another folder"
            }
            io::ErrorKind::FileTooLarge => {
                "make room: raise this process's limit of file sizes, or choose a folder of another file system"
            }
            io::ErrorKind::PermissionDenied => "choose a folder that you may write to",
            io::ErrorKind::AlreadyExists => "move the files of this name to another folder",
            _ => "check that the folder exists and can be written to",
        };
        let name = self.folder.join(self.name.numbered(1));
        Failure::broken("download.disk", format!("{} cannot be written: {error}", name.display())).with_fix(fix)
    }
}

pub(crate) fn type_problem(headers: &HeaderMap, expect: &Expectation) -> Option<String> {
    if headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Some("the service compressed the file, which was not asked for".to_owned());
    }
    let found = essence(headers).unwrap_or_else(|| "application/octet-stream".to_owned());
    if found == "text/html" || found == "application/xhtml+xml" {
        return Some("the service sent an HTML page instead of the file".to_owned());
    }
    let fits = |wanted: &String| match wanted.strip_suffix("/*") {
        Some(family) => found.split_once('/').is_some_and(|(found, _)| found.eq_ignore_ascii_case(family)),
        None => found.eq_ignore_ascii_case(wanted),
    };
    let wanted = &expect.content_types;
    (!wanted.is_empty() && !wanted.iter().any(fits))
        .then(|| format!("the service sent `{}` instead of {}", found.escape_default(), wanted.join(" or ")))
}

/// The type without its parameters, in lower case.
pub(crate) fn essence(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(text.split(';').next().unwrap_or(text).trim().to_ascii_lowercase())
}

fn looks_like_html(start: &Bytes) -> bool {
    let start: Vec<u8> = start.trim_ascii_start().iter().take(15).map(u8::to_ascii_lowercase).collect();
    start.starts_with(b"<!doctype html") || start.starts_with(b"<html")
}

fn plain_headers() -> HeaderMap {
    HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"))])
}

fn wrong_type(why: &str) -> Failure {
    Failure::broken("download.content-type", why)
        .with_fix("check that the account may download this file, and that its download is not switched off")
}

fn wrong_size(expected: u64, found: &str) -> Failure {
    Failure::broken("download.size", format!("the file should have {expected} bytes, the service sent {found}"))
        .with_fix("the file may still be being processed; try again later")
}

fn late(done: u64, total: Option<u64>) -> Failure {
    let total = total.map(|total| format!(" of {total}")).unwrap_or_default();
    Failure::broken("timeout", format!("the download did not end in time: {done}{total} bytes came"))
        .with_fix("give it more time; if the service can send a part, the next download continues from there")
}

fn truncated(done: u64, total: Option<u64>, why: &str) -> Failure {
    let total = total.map(|total| format!(" of {total}")).unwrap_or_default();
    let why = crate::redact(why);
    Failure::broken("download.truncated", format!("the download stopped after {done}{total} bytes: {why}"))
        .with_fix("try again")
}
