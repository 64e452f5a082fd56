//! Text of a service, fit to be shown.

/// Longest text of a service that is shown.
const MAX_SHOWN: usize = 200;

/// Text of the service, fit to be shown: bounded, without secrets, and without characters that are not seen or that
/// turn the direction of others.
pub(crate) fn clean(text: &str) -> String {
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
            || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    let visible: String = text.chars().filter(|c| !unseen(*c)).take(MAX_SHOWN).collect();
    switchboard_egress::redact(&visible)
}
