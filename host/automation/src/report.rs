//! What is wrong with a document, each mistake with its place and its remedy.

use std::fmt::Write as _;
use std::ops::Range;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, Severity};
use serde::Serialize;
use serde_json::{Value, json};

use crate::excerpt::Excerpt;
use crate::limits::{Limit, MISTAKES};
use crate::span::position;
use crate::text::brief;

/// Characters of a message, and of what is to be done. A name in it can be as long as the document.
const MAX_MESSAGE: usize = 2_000;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnostic {
    /// Stable name, for example `unknown-key`.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub fix: Option<String>,
    /// JSON pointer of the value.
    pub pointer: String,
    /// Counted from one.
    pub line: usize,
    /// In characters, counted from one.
    pub column: usize,
    /// In bytes from the beginning of the text.
    pub offset: usize,
    /// In bytes.
    pub len: usize,
    /// The name of the limit that would have to be higher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<&'static str>,
}

/// Everything that is wrong with a document, in the order of the text.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{file} has {} mistakes", diagnostics.len() + more)]
pub struct DocumentReport {
    /// Name of the file, as given.
    pub file: String,
    /// The mistakes; none in a good document.
    pub diagnostics: Vec<Diagnostic>,
    /// How many more there are.
    pub more: usize,
    limit: usize,
    text: String,
}

impl DocumentReport {
    pub(crate) fn new(file: &str, source: &str, limit: usize) -> DocumentReport {
        DocumentReport { file: file.to_owned(), diagnostics: Vec::new(), more: 0, limit, text: source.to_owned() }
    }

    /// Whether further mistakes are only counted. Their places and remedies need not be found.
    pub(crate) fn is_full(&self) -> bool {
        self.diagnostics.len() >= self.limit
    }

    /// How many more mistakes are shown.
    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.diagnostics.len())
    }

    pub(crate) fn add(&mut self, code: &str, pointer: &str, range: Range<usize>, message: String, fix: Option<String>) {
        if self.is_full() {
            self.more += 1;
            return;
        }
        let (line, column) = position(&self.text, range.start);
        let diagnostic = Diagnostic {
            code: code.to_owned(),
            message: brief(&message, MAX_MESSAGE),
            fix: fix.map(|fix| brief(&fix, MAX_MESSAGE)),
            pointer: pointer.to_owned(),
            line,
            column,
            offset: range.start,
            len: range.len(),
            limit: None,
        };
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// More than a limit that can be raised.
    pub(crate) fn exceed(&mut self, pointer: &str, range: Range<usize>, message: String, limit: &Limit) {
        let added = self.diagnostics.len();
        let fix = format!("make it smaller, or raise the limit `{}`, at most {}", limit.name, limit.spell(limit.max));
        self.add("limit", pointer, range, message, Some(fix));
        if let Some(diagnostic) = self.diagnostics.get_mut(added) {
            diagnostic.limit = Some(limit.name);
        }
    }

    pub(crate) fn sort(&mut self) {
        self.diagnostics.sort_by(|a, b| a.offset.cmp(&b.offset).then_with(|| a.code.cmp(&b.code)));
    }

    /// True when nothing is wrong.
    pub fn is_ok(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// The mistakes with the lines they stand in, without colour.
    pub fn render(&self) -> String {
        self.graphical(GraphicalTheme::unicode_nocolor())
    }

    /// The mistakes with the lines they stand in, for a terminal with colour.
    pub fn render_colored(&self) -> String {
        self.graphical(GraphicalTheme::unicode())
    }

    /// One mistake after the other as `file:line:column: message`, for editors and logs.
    pub fn render_plain(&self) -> String {
        let mut out = String::new();
        for found in &self.diagnostics {
            let Diagnostic { line, column, message, code, pointer, .. } = found;
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{}:{line}:{column}: {message} [{code}]", self.file);
            let _ = writeln!(out, "  at {}", if pointer.is_empty() { "the document" } else { pointer });
            if let Some(fix) = &found.fix {
                let _ = writeln!(out, "  fix: {fix}");
            }
        }
        self.remainder(&mut out);
        out
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        json!({ "file": self.file, "ok": self.is_ok(), "diagnostics": self.diagnostics, "more": self.more })
    }

    fn graphical(&self, theme: GraphicalTheme) -> String {
        let handler = GraphicalReportHandler::new_themed(theme).with_width(100);
        let mut out = String::new();
        for found in &self.diagnostics {
            let mut diagnostic = MietteDiagnostic::new(&found.message)
                .with_code(&found.code)
                .with_severity(Severity::Error)
                .with_label(LabeledSpan::new(None, found.offset, Excerpt::mark(&self.text, found).len()));
            if let Some(fix) = &found.fix {
                diagnostic = diagnostic.with_help(fix);
            }
            let report = miette::Report::from(diagnostic).with_source_code(Excerpt::of(&self.text, &self.file, found));
            let mut drawn = String::new();
            // A theme that cannot draw a place must not hide the mistake.
            match handler.render_report(&mut drawn, report.as_ref()) {
                Ok(()) => out.push_str(&drawn),
                Err(_) => {
                    let _ = writeln!(out, "{}:{}:{}: {}", self.file, found.line, found.column, found.message);
                }
            }
        }
        self.remainder(&mut out);
        out
    }

    fn remainder(&self, out: &mut String) {
        if self.more > 0 {
            let name = MISTAKES.name;
            let _ = writeln!(out, "and {} more; a higher limit `{name}` shows up to {}", self.more, MISTAKES.max);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_for_people_too() {
        let mut report = DocumentReport::new("a.json", "{\"ü\": 1, \"x\": 2}", 10);
        report.add("unknown-key", "/x", 10..13, "no such key".to_owned(), None);
        assert_eq!(report.diagnostics[0].column, 10);
        assert!(report.render().contains("[a.json:1:10]"), "{}", report.render());
    }
}
