//! The filters of ours, and the built-in ones that need a limit on size.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Value};

use super::MAX_OUTPUT;

/// Adds and replaces filters.
pub fn install(engine: &mut Environment<'static>) {
    // Their output can be far larger than their input.
    for name in ["indent", "format", "pprint", "tojson", "urlencode", "safe", "escape", "e"] {
        engine.remove_filter(name);
    }
    engine.add_filter("minus", |when: &str, by: &str| moved(when, by, true));
    engine.add_filter("plus", |when: &str, by: &str| moved(when, by, false));
    engine.add_filter("date", date);
    engine.add_filter("flatten", flatten);
    engine.add_filter("slug", slug);
    engine.add_filter("bytes", bytes);
    engine.add_filter("join", join);
    engine.add_filter("replace", replace);
}

/// `'2026-01-31' | minus('P2D')`: a day stays a day, a time stays a time; times with a zone come out in UTC.
fn moved(when: &str, by: &str, back: bool) -> Result<String, Error> {
    let by = crate::duration::span(by).map_err(wrong)?;
    let by = if back { by.negate() } else { by };
    if when.len() == 10 {
        let day: Date = when.parse().map_err(|_| not_a_time(when))?;
        return Ok(day.checked_add(by).map_err(outside)?.to_string());
    }
    if let Ok(time) = when.parse::<Timestamp>() {
        let time = time.to_zoned(TimeZone::UTC).checked_add(by).map_err(outside)?;
        return Ok(time.timestamp().to_string());
    }
    let time: DateTime = when.parse().map_err(|_| not_a_time(when))?;
    Ok(time.checked_add(by).map_err(outside)?.to_string())
}

/// `run.started_at | date`, `… | date('%d.%m.%Y')`, `… | date('%H:%M', 'Europe/Berlin')`.
fn date(when: &str, format: Option<&str>, zone: Option<&str>) -> Result<String, Error> {
    let zone = TimeZone::get(zone.unwrap_or("UTC")).map_err(|error| wrong(error.to_string()))?;
    let time = match (when.parse::<Timestamp>(), when.parse::<DateTime>()) {
        (Ok(time), _) => time.to_zoned(zone),
        (_, Ok(time)) => time.to_zoned(zone).map_err(outside)?,
        _ => return Err(not_a_time(when)),
    };
    jiff::fmt::strtime::format(format.unwrap_or("%Y-%m-%d"), &time).map_err(|error| wrong(error.to_string()))
}

/// Whether a format of `date` can be written.
pub(super) fn format_works(format: &str) -> Result<(), String> {
    let time = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    jiff::fmt::strtime::format(format, &time).map(drop).map_err(|error| error.to_string())
}

/// `[[1], [2, 3]] | flatten` is `[1, 2, 3]`.
fn flatten(list: &Value) -> Result<Vec<Value>, Error> {
    let mut flat = Vec::new();
    for item in list.try_iter()? {
        match item.kind() {
            ValueKind::Seq | ValueKind::Iterable => flat.extend(item.try_iter()?),
            _ => flat.push(item),
        }
    }
    Ok(flat)
}

/// `'Weekly Sync (May)' | slug` is `weekly-sync-may`: fit for file names.
fn slug(text: &str) -> String {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.join("-")
}

/// `1536 | bytes` is `1.5 KiB`.
fn bytes(size: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if size < 1024 {
        return format!("{size} B");
    }
    let (mut size, mut name) = (size as f64, "B");
    for unit in UNITS {
        if size < 1024.0 {
            break;
        }
        (size, name) = (size / 1024.0, unit);
    }
    format!("{size:.1} {name}")
}

fn join(list: &Value, with: Option<&str>, options: Kwargs) -> Result<String, Error> {
    let attribute: Option<String> = options.get("attribute")?;
    options.assert_all_used()?;
    let mut out = String::new();
    for (index, item) in list.try_iter()?.enumerate() {
        let item = match &attribute {
            Some(name) => item.get_attr(name)?,
            None => item,
        };
        if index > 0 {
            out.push_str(with.unwrap_or_default());
        }
        match item.as_str() {
            Some(text) => out.push_str(text),
            None if item.is_undefined() => {
                return Err(Error::new(ErrorKind::UndefinedError, "an item has no such field"));
            }
            None => out.push_str(&item.to_string()),
        }
        bounded(out.len())?;
    }
    Ok(out)
}

fn replace(text: &str, from: &str, to: &str) -> Result<String, Error> {
    bounded(text.len() + text.matches(from).count().saturating_mul(to.len()))?;
    Ok(text.replace(from, to))
}

fn bounded(len: usize) -> Result<(), Error> {
    if len > MAX_OUTPUT {
        return Err(wrong(format!("the text is larger than {MAX_OUTPUT} bytes")));
    }
    Ok(())
}

fn not_a_time(text: &str) -> Error {
    wrong(format!("`{text}` is neither a day like `2026-01-31` nor a time like `2026-01-31T09:00:00Z`"))
}

fn outside(error: jiff::Error) -> Error {
    wrong(format!("the result is not a time: {error}"))
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}
