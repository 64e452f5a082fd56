//! Text of a service, fit to be shown.

use switchboard_egress::is_hidden;

/// Longest text of a service that is shown.
const MAX_SHOWN: usize = 200;

/// Text of the service, fit to be shown: bounded, without secrets, and without characters that are not seen or that
/// turn the direction of others.
pub(crate) fn clean(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !is_hidden(*c)).take(MAX_SHOWN).collect();
    switchboard_egress::redact(&visible)
}
