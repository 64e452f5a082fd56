//! A file from the service to the disk, proven before it gets its name.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use reqwest::Response as Answer;
use tokio::time::{Instant, timeout, timeout_at};

use crate::{
    Credential, Egress, Failure, Method, Policy, Request, Trace,
    hops::Way,
    part_file::{PartFile, check_place},
    range::Version,
    send::read_start,
};

const MOST_RESUMES: u32 = 3;
const SILENCE_LIMIT: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(250);
const ERROR_BODY: usize = 64 * 1024;

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
}

/// Told how many bytes have arrived, and of how many.
type Progress<'a> = &'a (dyn Fn(u64, Option<u64>) + Send + Sync);

/// How one connection's worth of body ended.
enum End {
    Whole,
    Broken(String),
    DiskFailed,
}

impl Egress {
    /// Downloads to the file `to`, whose folder exists. A file of that name is replaced once the new one is proven.
    ///
    /// The file is readable by its owner only. A connection that breaks is taken up again up to three times.
    #[allow(clippy::too_many_arguments)]
    pub async fn download(
        &self,
        policy: &Policy,
        request: &Request,
        credential: Option<&Credential>,
        expect: &Expectation,
        to: &Path,
        progress: Progress<'_>,
        deadline: Instant,
        trace: &dyn Trace,
    ) -> Result<Stored, Failure> {
        if request.method != Method::Get {
            return Err(Failure::refused("refused.method", "a download is a GET"));
        }
        check_place(to).map_err(|error| Failure { not_sent: true, ..disk(&error, to) })?;
        let way = Way { policy, credential, deadline, trace };
        let answer = self.open(way, request, &plain_headers()).await?;
        let mut answer = accept(answer, expect, deadline).await?;
        let content_type = essence(answer.headers());
        let mut total = answer.content_length().or(expect.size);
        let mut version = Version::of(answer.headers(), total);
        let mut file = PartFile::create(to).map_err(|error| disk(&error, to))?;
        let mut done = 0;
        let mut resumes = 0;
        loop {
            let why = match copy(&mut answer, &mut file, &mut done, expect.size, total, progress, deadline).await? {
                End::Broken(why) => why,
                // when the disk failed, the writing thread says how
                End::Whole | End::DiskFailed => break,
            };
            if resumes == MOST_RESUMES || !version.resumable() {
                return Err(truncated(done, total, &why));
            }
            resumes += 1;
            let Some(rest) = version.ask(done) else {
                return Err(truncated(done, total, &why));
            };
            tokio::time::sleep_until(deadline.min(Instant::now() + PAUSE * resumes)).await;
            answer = self.open(way, request, &rest).await.map_err(Failure::after_send)?;
            if answer.status().as_u16() == 206 && version.continues(answer.headers(), done) {
                continue;
            }
            if answer.status().as_u16() == 206 {
                return Err(truncated(done, total, "the file changed meanwhile"));
            }
            answer = accept(answer, expect, deadline).await?;
            total = answer.content_length().or(expect.size);
            version = Version::of(answer.headers(), total);
            done = 0;
            if !file.start_over().await {
                break;
            }
        }
        let sha256 = file.finish().await.map_err(|error| disk(&error, to))?;
        Ok(Stored { path: to.to_owned(), size: done, sha256, content_type })
    }
}

/// Copies the body to the file until it ends, breaks, or proves to be too long.
async fn copy(
    answer: &mut Answer,
    file: &mut PartFile,
    done: &mut u64,
    size: Option<u64>,
    total: Option<u64>,
    progress: Progress<'_>,
    deadline: Instant,
) -> Result<End, Failure> {
    loop {
        let chunk = match timeout_at(deadline, timeout(SILENCE_LIMIT, answer.chunk())).await {
            Err(_) => {
                return Err(Failure::broken("timeout", "the download did not end in time"));
            }
            Ok(Err(_)) => return Ok(End::Broken("nothing came for 30 seconds".to_owned())),
            Ok(Ok(Err(error))) => return Ok(End::Broken(error.without_url().to_string())),
            Ok(Ok(Ok(None))) => break,
            Ok(Ok(Ok(Some(chunk)))) => chunk,
        };
        if *done == 0 && looks_like_html(&chunk) {
            return Err(wrong_type("the service sent an HTML page instead of the file"));
        }
        *done += chunk.len() as u64;
        if let Some(size) = size.filter(|size| *done > *size) {
            return Err(wrong_size(size, "more"));
        }
        if !file.write(chunk).await {
            return Ok(End::DiskFailed);
        }
        progress(*done, total);
    }
    Ok(match total {
        Some(total) if *done < total => End::Broken("the connection ended early".to_owned()),
        _ => End::Whole,
    })
}

/// Refuses an answer that cannot be the file.
async fn accept(answer: Answer, expect: &Expectation, deadline: Instant) -> Result<Answer, Failure> {
    let status = answer.status().as_u16();
    let failure = if status != 200 {
        Failure::broken("download.status", format!("the service answered the download with status {status}"))
    } else if let Some(why) = type_problem(answer.headers(), expect) {
        wrong_type(&why)
    } else {
        return match (expect.size, answer.content_length()) {
            (Some(size), Some(length)) if size != length => Err(wrong_size(size, &length.to_string())),
            _ => Ok(answer),
        };
    };
    Err(failure.with_response(read_start(answer, ERROR_BODY, deadline).await))
}

fn type_problem(headers: &HeaderMap, expect: &Expectation) -> Option<String> {
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
fn essence(headers: &HeaderMap) -> Option<String> {
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

fn truncated(done: u64, total: Option<u64>, why: &str) -> Failure {
    let total = total.map(|total| format!(" of {total}")).unwrap_or_default();
    let why = crate::redact(why);
    Failure::broken("download.truncated", format!("the download stopped after {done}{total} bytes: {why}"))
        .with_fix("try again")
}

fn disk(error: &io::Error, to: &Path) -> Failure {
    let fix = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on the disk, or choose another folder",
        io::ErrorKind::PermissionDenied => "choose a folder that you may write to",
        _ => "check that the folder exists and can be written to",
    };
    Failure::broken("download.disk", format!("{} cannot be written: {error}", to.display())).with_fix(fix)
}
