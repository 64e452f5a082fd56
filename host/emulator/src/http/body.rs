//! The bytes of an answer on their way: all at once, or as a fault lets them go.

use std::io;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;

use crate::faults::fault::FaultKind;
use crate::http::answer::Content;
use crate::http::listener::Scissors;

/// Bytes sent at once.
pub const CHUNK: u64 = 64 << 10;
/// How long an answer that stalls keeps its connection.
const STALLED: Duration = Duration::from_secs(600);
/// In which bytes that were sent leave, before the connection is cut.
const LEAVING: Duration = Duration::from_millis(30);

/// How the bytes go.
pub enum Manner {
    Whole,
    /// So many, then the connection ends.
    Truncate(u64, Scissors),
    /// So many, then nothing.
    Stall(u64),
    /// So many in so many milliseconds.
    Drip(u64, u64),
}

impl Manner {
    /// Of an answer that met this fault.
    pub fn of(fault: Option<FaultKind>, one: Scissors) -> Manner {
        match fault {
            Some(FaultKind::Truncate { bytes }) => Manner::Truncate(bytes, one),
            Some(FaultKind::Stall { bytes }) => Manner::Stall(bytes),
            Some(FaultKind::Drip { bytes, millis }) => Manner::Drip(bytes.max(1), millis),
            _ => Manner::Whole,
        }
    }
}

/// The content, in this manner.
pub fn body(content: Content, manner: Manner) -> Body {
    if let (Content::Bytes(bytes), Manner::Whole) = (&content, &manner) {
        return Body::from(bytes.clone());
    }
    let limit = match &manner {
        Manner::Truncate(bytes, _) | Manner::Stall(bytes) => *bytes,
        Manner::Whole | Manner::Drip(..) => u64::MAX,
    };
    Body::from_stream(stream::unfold((content, manner, 0_u64), move |(content, manner, sent)| async move {
        let most = match &manner {
            Manner::Drip(bytes, _) => (*bytes).min(CHUNK),
            _ => CHUNK,
        };
        let chunk = content.slice(sent, most.min(limit.saturating_sub(sent)));
        if !chunk.is_empty() {
            if let Manner::Drip(_, millis) = &manner {
                tokio::time::sleep(Duration::from_millis(*millis)).await;
            }
            let sent = sent + chunk.len() as u64;
            return Some((Ok(chunk), (content, manner, sent)));
        }
        match &manner {
            Manner::Truncate(_, scissors) => {
                tokio::time::sleep(LEAVING).await;
                scissors.cut();
                Some((Err(io::Error::from(io::ErrorKind::ConnectionReset)), (content, Manner::Whole, u64::MAX)))
            }
            Manner::Stall(_) if sent < content.size() => {
                tokio::time::sleep(STALLED).await;
                None
            }
            _ => None,
        }
    }))
}

impl Content {
    pub fn size(&self) -> u64 {
        match self {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Blob { from, to, .. } => to.saturating_sub(*from),
        }
    }

    /// At most so many bytes from `at` on.
    fn slice(&self, at: u64, most: u64) -> Bytes {
        let end = at.saturating_add(most).min(self.size());
        match self {
            Content::Bytes(bytes) => {
                let range = usize::try_from(at).ok().zip(usize::try_from(end).ok());
                let part = range.and_then(|(at, end)| bytes.get(at..end));
                Bytes::copy_from_slice(part.unwrap_or_default())
            }
            Content::Blob { from, version, .. } => made_up(from.saturating_add(at), from.saturating_add(end), *version),
        }
    }
}

/// Bytes of a made-up file by their place in it: any two chunks of it differ, and so do any two versions.
fn made_up(from: u64, to: u64, version: u8) -> Bytes {
    let byte = |at: u64| ((at % 251) as u8) ^ ((at / CHUNK) as u8) ^ version;
    (from..to.max(from)).map(byte).collect::<Vec<u8>>().into()
}
