//! The one validator of documents. It reports every mistake, not the first one.
//!
//! It works on the JSON value, not on the typed document, so that one misspelt key does not hide the rest. Size, nesting and
//! steps are judged first: everything behind is linear in them.

mod codes;
mod connections;
mod mistakes;
mod names;
pub(crate) mod shape;
mod steps;
mod templates;
mod values;
mod wording;

use std::ops::Range;

use serde_json::Value;

use crate::activity::Catalog;
use crate::choice::NAME;
use crate::limits::{self, Allowance, DOCUMENT, Limit, MISTAKES, VALUES};
use crate::measure::Measure;
use crate::report::DocumentReport;
use crate::span::{self, Duplicate, Spans};
use crate::text::brief;

use mistakes::Mistakes;

/// Checks a document against the language and the activities there are.
pub fn check(source: &str, file: &str, catalog: &dyn Catalog) -> DocumentReport {
    check_within(source, file, catalog, &Allowance::default())
}

/// Checks a document with other limits than the usual ones.
pub fn check_within(source: &str, file: &str, catalog: &dyn Catalog, limits: &Allowance) -> DocumentReport {
    inspect(source, file, Some(catalog), limits).0
}

/// The mistakes, and the value when the text is JSON at all.
pub(crate) fn inspect(
    source: &str,
    file: &str,
    catalog: Option<&dyn Catalog>,
    limits: &Allowance,
) -> (DocumentReport, Option<Value>) {
    let shown = usize::try_from(limits.get(&MISTAKES)).unwrap_or(usize::MAX);
    let mut report = DocumentReport::new(file, source, shown);
    if let Some(Excess { range, message, remedy }) = excess(source, limits) {
        match remedy {
            Remedy::Raise(limit) => report.exceed("", range, message, limit),
            Remedy::Change(fix) => report.add("limit", "", range, message, Some(fix.to_owned())),
        }
        return (report, None);
    }
    let value: Value = match serde_json::from_str(source) {
        Ok(value) => value,
        Err(error) => {
            let at = span::offset(source, error.line(), error.column());
            let text = error.to_string();
            let message = text.split(" at line ").next().unwrap_or(&text);
            let fix = "documents are JSON: double quotes, no comments, no comma after the last item";
            let message = format!("this is not JSON: {message}");
            let end = source.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |next| at + next.len_utf8());
            report.add("syntax", "", at..end, message, Some(fix.to_owned()));
            return (report, None);
        }
    };
    let mut mistakes = Mistakes { report, spans: Spans::of(source), source };
    for Duplicate { pointer, range } in mistakes.spans.duplicates() {
        let name = brief(pointer.rsplit('/').next().unwrap_or_default(), NAME);
        let message = format!("`{name}` occurs twice in this object");
        mistakes.report.add("duplicate-key", &pointer, range, message, Some("keep one of them".to_owned()));
    }
    if steps::within(&value, limits, &mut mistakes) {
        shape::document(&value, &mut mistakes);
        steps::document(&value, catalog, &mut mistakes);
    }
    mistakes.report.sort();
    (mistakes.report, Some(value))
}

/// What is too much in a text, before anything is made of it.
struct Excess {
    range: Range<usize>,
    message: String,
    remedy: Remedy,
}

/// What helps against an excess.
enum Remedy {
    /// A higher limit.
    Raise(&'static Limit),
    /// Another document: the limit is fixed.
    Change(&'static str),
}

fn excess(text: &str, limits: &Allowance) -> Option<Excess> {
    let size = text.len() as u64;
    if size > limits.get(&DOCUMENT) {
        let message = format!("the document has {size} bytes, more than {}", limits.get(&DOCUMENT));
        return Some(Excess { range: 0..0, message, remedy: Remedy::Raise(&DOCUMENT) });
    }
    let measure = Measure::of(text, limits::NESTING, limits::POINTER);
    if let Some(at) = measure.too_deep {
        let message = format!("lists and objects are nested more than {} deep", limits::NESTING);
        return Some(Excess { range: at..at + 1, message, remedy: Remedy::Change("take the inner part apart") });
    }
    if let Some(at) = measure.too_long {
        let message = format!("the names that lead to this value are longer than {} bytes together", limits::POINTER);
        return Some(Excess { range: at..at + 1, message, remedy: Remedy::Change("use shorter names") });
    }
    if measure.values > limits.get(&VALUES) {
        let message = format!("the document has {} values, more than {}", measure.values, limits.get(&VALUES));
        return Some(Excess { range: 0..0, message, remedy: Remedy::Raise(&VALUES) });
    }
    None
}
