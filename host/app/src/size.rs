//! Sizes and times as a person writes them.

use std::time::Duration;

/// Letters of the units, each a thousand times the one before.
const UNITS: &str = "KMGT";

/// No clock can tell a time that is much farther away.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);

/// `90s`, `2h 30m`, `PT10M`: longer than nothing.
pub fn parse_time(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a time; write for example `90s`, `15m` or `2h`");
    let time = text.parse::<jiff::SignedDuration>().map_err(|_| wrong())?;
    let time = Duration::try_from(time).ok().filter(|time| !time.is_zero()).ok_or_else(wrong)?;
    Ok(time.min(LONGEST))
}

/// The same, and days: `30d`.
pub fn parse_age(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a time; write for example `30d` or `12h`");
    let span = text.parse::<jiff::Span>().map_err(|_| wrong())?;
    let time = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    let time = Duration::try_from(time).ok().filter(|time| !time.is_zero()).ok_or_else(wrong)?;
    Ok(time.min(LONGEST))
}

/// `4096`, `500MB`, `20GiB`: bytes.
pub fn parse(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is not a size; write for example `500MB` or `20GiB`");
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim().to_ascii_uppercase();
    let unit = unit.strip_suffix('B').unwrap_or(&unit);
    let (letter, base) = match unit.strip_suffix('I') {
        Some(letter) => (letter, 1024_u64),
        None => (unit, 1000),
    };
    let power = match letter {
        "" => 0,
        letter => UNITS.find(letter).filter(|_| letter.len() == 1).ok_or_else(wrong)? + 1,
    };
    let factor = (0..power).try_fold(1_u64, |factor, _| factor.checked_mul(base));
    let bytes = number.parse::<u64>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    bytes.filter(|bytes| *bytes > 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_unit() {
        for (text, bytes) in
            [("4096", 4_096), ("500MB", 500_000_000), ("20 GiB", 20 << 30), ("1k", 1_000), ("2Ki", 2_048), ("7B", 7)]
        {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
        for text in ["", "GB", "1.5GB", "-1", "0", "5XB", "99999999999TB", "1KM", "iB"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_age_may_be_given_in_days() {
        assert_eq!(parse_age("30d"), Ok(Duration::from_secs(30 * 86_400)));
        assert_eq!(parse_age("12h"), Ok(Duration::from_secs(12 * 3_600)));
        for text in ["0d", "-1d", "soon", "30"] {
            assert!(parse_age(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_longer_than_nothing() {
        assert_eq!(parse_time("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_time("PT10M"), Ok(Duration::from_secs(600)));
        for text in ["0s", "-5s", "ten", "90"] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }
}
