//! Sizes of what a guest hands to the network. They are checked first: nothing too large is copied, scanned or traced.

use crate::bindings::http;
use crate::host::failed;

/// Longest path or link, bytes. Servers commonly take addresses of 8 KiB; download links of services have some 2 KiB.
const TARGET: usize = 16 << 10;
/// Longest query, bytes of its names and values; the whole address may have as many.
const QUERY: usize = 16 << 10;
const PAIRS: usize = 256;
/// Longest headers, bytes of their names and values; servers commonly take 8 KiB to 64 KiB of them.
const HEADERS: usize = 64 << 10;
const HEADER_COUNT: usize = 64;
/// Longest body, bytes: as much as an answer may have.
const BODY: usize = 8 << 20;
/// Longest label of a download, bytes; file systems take names of 255.
const LABEL: usize = 1 << 10;
/// Content types that a download may have, and the longest of them, bytes.
const TYPES: usize = 32;
const TYPE: usize = 256;

/// Refuses a request that is too large in any part.
pub(crate) fn check(request: &http::Request) -> Result<(), http::Failure> {
    match &request.target {
        http::Target::Path(path) => limit("refused.path", "the path", path.len(), TARGET)?,
        http::Target::Link(link) => limit("refused.link", "the link", link.len(), TARGET)?,
    }
    count("refused.query", "pairs of the query", request.query.len(), PAIRS)?;
    let query = request.query.iter().map(|(name, value)| name.len().saturating_add(value.len()));
    limit("refused.query", "the query", query.sum(), QUERY)?;
    count("refused.header", "headers", request.headers.len(), HEADER_COUNT)?;
    let headers = request.headers.iter().map(|header| header.name.len().saturating_add(header.value.len()));
    limit("refused.header", "all headers together", headers.sum(), HEADERS)?;
    limit("refused.body", "the body", request.body.as_ref().map_or(0, String::len), BODY)
}

/// The same for what a download adds.
pub(crate) fn check_download(label: &str, expect: &http::Expectation) -> Result<(), http::Failure> {
    limit("refused.label", "the label", label.len(), LABEL)?;
    count("refused.expectation", "content types", expect.content_types.len(), TYPES)?;
    let longest = expect.content_types.iter().map(String::len).max().unwrap_or_default();
    limit("refused.expectation", "a content type", longest, TYPE)
}

fn limit(code: &str, what: &str, found: usize, most: usize) -> Result<(), http::Failure> {
    if found <= most {
        return Ok(());
    }
    Err(failed(code, &format!("{what} may have {most} bytes, not {found}"), true))
}

fn count(code: &str, what: &str, found: usize, most: usize) -> Result<(), http::Failure> {
    if found <= most {
        return Ok(());
    }
    Err(failed(code, &format!("{found} {what}; at most {most} are allowed"), true))
}
