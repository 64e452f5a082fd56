//! Moments for people and programs.

/// Milliseconds since 1970 as RFC 3339, to the second.
pub fn text(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |at| format!("{at:.0}"))
}
