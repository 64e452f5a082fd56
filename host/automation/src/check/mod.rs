//! The one validator of documents. It reports every mistake, not the first one.
//!
//! It works on the JSON value, not on the typed document, so that one misspelt key does not hide the rest.

mod mistakes;
mod names;
pub(crate) mod shape;
mod steps;

use serde_json::Value;

use crate::activity::Catalog;
use crate::report::Report;
use crate::span::{self, Spans};

use mistakes::Mistakes;

/// Checks a document against the language and the activities there are.
pub fn check(source: &str, file: &str, catalog: &dyn Catalog) -> Report {
    inspect(source, file, Some(catalog)).0
}

/// The mistakes, and the value when the text is JSON at all.
pub(crate) fn inspect(source: &str, file: &str, catalog: Option<&dyn Catalog>) -> (Report, Option<Value>) {
    let mut report = Report::new(file, source);
    let value: Value = match serde_json::from_str(source) {
        Ok(value) => value,
        Err(error) => {
            let at = span::offset(source, error.line(), error.column());
            let text = error.to_string();
            let message = text.split(" at line ").next().unwrap_or(&text);
            let fix = "documents are JSON: double quotes, no comments, no comma after the last item";
            let message = format!("this is not JSON: {message}");
            report.add("syntax", "", at..(at + 1).min(source.len()), message, Some(fix.to_owned()));
            return (report, None);
        }
    };
    let spans = Spans::of(source);
    let mut mistakes = Mistakes { report, spans, source };
    for (pointer, range) in mistakes.spans.duplicates.clone() {
        let message = format!("`{}` occurs twice in this object", pointer.rsplit('/').next().unwrap_or_default());
        mistakes.report.add("duplicate-key", &pointer, range, message, Some("keep one of them".to_owned()));
    }
    shape::document(&value, &mut mistakes);
    steps::document(&value, catalog, &mut mistakes);
    mistakes.report.sort();
    (mistakes.report, Some(value))
}
