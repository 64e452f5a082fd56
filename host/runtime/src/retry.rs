//! When the same request may be sent again. Pure.

use std::time::Duration;

use switchboard_egress::{Failure, Method};

/// Most sendings of one request, the first included.
pub(crate) const ATTEMPTS: u32 = 4;

/// Whether `method` changes nothing at the service.
pub(crate) fn is_read(method: &Method) -> bool {
    matches!(method, Method::Get)
}

/// The pause before trying again after no answer, or `None` to give up. A write goes again only if it certainly never left.
pub(crate) fn after_failure(method: &Method, failure: &Failure, attempt: u32) -> Option<Duration> {
    let transient = matches!(failure.code.as_str(), "timeout" | "unreachable" | "download.truncated");
    (transient && attempt < ATTEMPTS && (failure.not_sent || is_read(method))).then(|| pause(attempt))
}

/// The pause after an answer of the server's own trouble, reads only.
pub(crate) fn after_status(method: &Method, status: u16, attempt: u32) -> Option<Duration> {
    (matches!(status, 500 | 502 | 503 | 504) && is_read(method) && attempt < ATTEMPTS).then(|| pause(attempt))
}

/// 200, 400, 800 ms, each with up to half more at random so that callers spread.
pub(crate) fn pause(attempt: u32) -> Duration {
    let base = 200_u64 << attempt.saturating_sub(1).min(6);
    Duration::from_millis(base + rand::random_range(0..=base / 2))
}

/// Limits end at midnight at the latest. A service that asks for a longer wait has its clock or its units wrong.
const LONGEST_WAIT: Duration = Duration::from_secs(25 * 3_600);

/// `Retry-After` in its form of seconds (RFC 9110, section 10.2.3). Its form of a date is the connector's to read.
/// A number that cannot be meant is none.
pub(crate) fn after_seconds(headers: &[(String, String)]) -> Option<Duration> {
    let (_, value) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))?;
    value.trim().parse().ok().map(Duration::from_secs).and_then(possible)
}

/// A wait that a service can mean.
pub(crate) fn possible(wait: Duration) -> Option<Duration> {
    (wait <= LONGEST_WAIT).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(code: &str, not_sent: bool) -> Failure {
        Failure { code: code.into(), message: String::new(), fix: None, not_sent, response: None }
    }

    #[test]
    fn a_write_that_may_have_been_sent_is_not_repeated() {
        assert!(after_failure(&Method::Post, &failure("timeout", false), 1).is_none());
        assert!(after_failure(&Method::Patch, &failure("unreachable", false), 1).is_none());
        assert!(after_failure(&Method::Post, &failure("unreachable", true), 1).is_some());
        assert!(after_failure(&Method::Get, &failure("timeout", false), 1).is_some());
        assert!(after_status(&Method::Post, 503, 1).is_none());
        assert!(after_status(&Method::Get, 503, 1).is_some());
    }

    #[test]
    fn an_impossible_wait_is_none() {
        let wait = |value: &str| after_seconds(&[("retry-after".to_owned(), value.to_owned())]);
        for value in ["-1", "1e9", "1000000000", "18446744073709551615", "99999999999999999999", "", "soon", "1.5"] {
            assert_eq!(wait(value), None, "{value}");
        }
        assert_eq!(wait(" 3 "), Some(Duration::from_secs(3)));
        assert_eq!(wait("86400"), Some(Duration::from_secs(86_400)));
    }

    #[test]
    fn refusals_are_final_and_attempts_end() {
        assert!(after_failure(&Method::Get, &failure("refused.host", true), 1).is_none());
        assert!(after_failure(&Method::Get, &failure("timeout", false), ATTEMPTS).is_none());
    }
}
