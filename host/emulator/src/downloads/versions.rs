//! Files as storage hosts send them: with the tag of their version, whole or from a byte on.

use sha2::{Digest, Sha256};

use crate::faults::fault::FaultKind;
use crate::http::answer::{Answer, Content};
use crate::http::call::Call;

/// The file's answer with its tag, and the part of it that was asked for.
pub fn answer(answer: Answer, call: &Call, fault: Option<&FaultKind>) -> Answer {
    if answer.status != 200 || matches!(fault, Some(FaultKind::Bare)) {
        return answer;
    }
    let mut answer = answer;
    if matches!(fault, Some(FaultKind::Changed)) {
        change(&mut answer.content);
    }
    let tag = tag(&answer.content);
    let answer = answer.with("etag", tag.clone()).with("accept-ranges", "bytes");
    let same = call.header("if-range").is_none_or(|known| known == tag);
    match call.header("range").filter(|_| same).and_then(first_byte) {
        Some(from) => part(answer, from),
        None => answer,
    }
}

/// The first byte of `bytes=5-`. Any other range may be ignored (RFC 9110, section 14.2).
fn first_byte(range: &str) -> Option<u64> {
    range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
}

fn part(mut answer: Answer, first: u64) -> Answer {
    let size = answer.content.size();
    if first >= size {
        return Answer::empty(416).with("content-range", format!("bytes */{size}"));
    }
    match &mut answer.content {
        Content::Bytes(bytes) => drop(bytes.drain(..usize::try_from(first).unwrap_or(bytes.len()).min(bytes.len()))),
        Content::Blob { from, .. } => *from += first,
    }
    answer.status = 206;
    answer.with("content-range", format!("bytes {first}-{}/{size}", size - 1))
}

/// Another file of the same size.
fn change(content: &mut Content) {
    match content {
        Content::Bytes(bytes) => bytes.iter_mut().for_each(|byte| *byte ^= 1),
        Content::Blob { version, .. } => *version = 1,
    }
}

fn tag(content: &Content) -> String {
    let digest = match content {
        Content::Bytes(bytes) => Sha256::digest(bytes),
        Content::Blob { from, to, version } => Sha256::digest(format!("{from} {to} {version}")),
    };
    let tag: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{tag}\"")
}
