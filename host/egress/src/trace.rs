//! One line per request, for traces and for run histories.

/// What happened on the wire, secrets left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceLine {
    /// The method.
    pub method: String,
    /// The address; secrets in its query are masked.
    pub url: String,
    /// The status, if an answer came.
    pub status: Option<u16>,
    /// How long it took to the answer's headers.
    pub millis: u64,
    /// What else is worth knowing: a redirect, a resumed download, a failure's code.
    pub note: Option<String>,
    /// What the service said about its rate limit.
    pub rate: Option<String>,
}

/// Receives the lines.
pub trait Trace: Send + Sync {
    /// One request ended, or one hop of it.
    fn request(&self, line: TraceLine);

    /// Whether anybody reads the lines. None is made for nobody.
    fn is_read(&self) -> bool {
        true
    }
}

/// Throws the lines away.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTrace;

impl Trace for NoTrace {
    fn request(&self, _line: TraceLine) {}

    fn is_read(&self) -> bool {
        false
    }
}
