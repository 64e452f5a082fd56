//! What a caller decides about one call.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use switchboard_egress::{NoTrace, Trace};

/// Settings of one call.
#[derive(Clone)]
pub struct CallOptions {
    /// Wall clock of the whole call. Once it is over nothing more is sent and no token is replaced. A connector that waits for
    /// an answer then is told that none came, and has two seconds, or half the deadline where that is less, to say so in the
    /// service's terms: by so much a call may take longer.
    pub deadline: Duration,
    /// Folder for downloads; created when the first one starts.
    pub downloads: PathBuf,
    /// How long all downloads of the call may take beyond `deadline`, while their bytes come. Zero: the deadline holds for them
    /// too. A download that is cut short keeps what has come, and the next one of the same file goes on from there.
    pub longest_download: Duration,
    /// Largest file to download, bytes.
    pub most_bytes: u64,
    /// Download files that are there already.
    pub again: bool,
    /// Stop at the first request and return it instead of sending it.
    pub dry_run: bool,
    /// Activities (`zoom.recordings.delete-permanently`) that run although their manifest says `"policy": "off"`.
    pub allow: Vec<String>,
    /// 1 for the first attempt of a step.
    pub attempt: u32,
    /// Equal over all attempts of a step.
    pub idempotency_key: String,
    pub trace: Arc<dyn Trace>,
    pub events: Arc<dyn Events>,
}

/// A day: four times what 50 GiB take at 20 Mbit/s.
const LONGEST_DOWNLOAD: Duration = Duration::from_secs(86_400);
/// 50 GiB. A day of recorded video in the best quality has some 25.
const MOST_BYTES: u64 = 50 << 30;

impl CallOptions {
    /// The same with a limit of the caller's for everything, downloads included.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { deadline: timeout, longest_download: Duration::ZERO, ..self }
    }
}

impl Default for CallOptions {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(120),
            downloads: PathBuf::from("downloads"),
            longest_download: LONGEST_DOWNLOAD,
            most_bytes: MOST_BYTES,
            again: false,
            dry_run: false,
            allow: Vec::new(),
            attempt: 1,
            idempotency_key: String::new(),
            trace: Arc::new(NoTrace),
            events: Arc::new(Silent),
        }
    }
}

/// Words from a running call to the person who watches. Text is bounded and redacted before it gets here.
pub trait Events: Send + Sync {
    /// One line; `level` is `debug`, `info` or `warn`.
    fn message(&self, level: &str, text: &str);
    /// `done` of `total` in `unit`: `bytes`, `items` or `pages`; `checked bytes` of a file that is there and is read again.
    fn progress(&self, done: u64, total: Option<u64>, unit: &str);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Events for Silent {
    fn message(&self, _level: &str, _text: &str) {}
    fn progress(&self, _done: u64, _total: Option<u64>, _unit: &str) {}
}
