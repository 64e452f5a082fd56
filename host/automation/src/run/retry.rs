//! Whether and when a failed activity is tried again.

use crate::activity::{Family, RetryHint, StepError};
use crate::duration;
use crate::model::Retry;

/// Milliseconds to wait before the next attempt; nothing when there is none.
///
/// A call whose outcome is unknown is repeated only when repeating does no harm.
pub fn next(policy: Option<&Retry>, error: &StepError, attempt: u32, repeatable: bool) -> Option<u64> {
    let policy = policy?;
    let harmless = error.not_sent || repeatable;
    if attempt >= policy.attempts || error.family != Family::Problem || !harmless {
        return None;
    }
    let asked = match error.retry {
        RetryHint::After(ms) => ms,
        RetryHint::Never if policy.on.contains(&error.code) => 0,
        RetryHint::Never | RetryHint::AfterUserAction => return None,
    };
    if !policy.on.is_empty() && !policy.on.contains(&error.code) {
        return None;
    }
    let longest = duration::millis(&policy.max_delay).ok()?;
    let first = duration::millis(&policy.delay).ok()?;
    let exponent = i32::try_from(attempt.saturating_sub(1)).ok()?;
    // A float that is too large becomes the largest integer.
    let grown = (first as f64 * policy.factor.powi(exponent)) as u64;
    // Waiting less than the service asks would only be refused again.
    (asked <= longest).then(|| grown.min(longest).max(asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Retry {
        serde_json::from_str(r#"{"attempts": 4, "delay": "PT2S", "max_delay": "PT5S"}"#).unwrap()
    }

    fn limited(ms: u64) -> StepError {
        StepError { retry: RetryHint::After(ms), ..StepError::problem("rate-limited", "slow down") }
    }

    #[test]
    fn delays_grow_to_their_limit_and_respect_the_service() {
        for (attempt, asked, expect) in [
            (1, 0, Some(2000)),
            (2, 0, Some(4000)),
            (3, 0, Some(5000)),
            (4, 0, None),
            (1, 3000, Some(3000)),
            (1, 9000, None),
        ] {
            assert_eq!(next(Some(&policy()), &limited(asked), attempt, false), expect, "{attempt} {asked}");
        }
    }

    #[test]
    fn a_write_of_unknown_outcome_is_not_repeated() {
        let error = StepError { not_sent: false, ..limited(0) };
        assert_eq!(next(Some(&policy()), &error, 1, false), None);
        assert_eq!(next(Some(&policy()), &error, 1, true), Some(2000));
    }

    #[test]
    fn only_the_codes_named() {
        let named = Retry { on: vec!["busy".into()], ..policy() };
        assert_eq!(next(Some(&named), &limited(0), 1, true), None);
        assert_eq!(next(Some(&named), &StepError::problem("busy", ""), 1, true), Some(2000));
        assert_eq!(next(None, &limited(0), 1, true), None);
    }
}
