//! Durations as documents write them: `PT5S`, `P2D`, `30s`, `2 days`.

use jiff::Span;
use jiff::civil::Date;

/// Reads a duration, ISO 8601 or the short form.
pub fn span(text: &str) -> Result<Span, String> {
    text.parse().map_err(|_| format!("`{text}` is not a duration; write for example `PT30S`, `PT5M`, `P2D` or `30s`"))
}

/// Reads a duration as milliseconds; a day has 24 hours.
pub fn millis(text: &str) -> Result<u64, String> {
    let total = span(text)?
        .total((jiff::Unit::Millisecond, Date::constant(2000, 1, 1)))
        .map_err(|error| format!("`{text}` cannot be used as a duration: {error}"))?;
    if total < 0.0 {
        return Err(format!("`{text}` lies in the past; remove the sign"));
    }
    // At most 20,000 years by jiff's bounds, so it fits.
    Ok(total.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_read() {
        for (text, ms) in
            [("PT5S", 5_000), ("30s", 30_000), ("P1D", 86_400_000), ("2 minutes", 120_000), ("PT0.25S", 250)]
        {
            assert_eq!(millis(text), Ok(ms), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "5", "five seconds", "-PT5S"] {
            assert!(millis(text).is_err(), "{text}");
        }
    }
}
