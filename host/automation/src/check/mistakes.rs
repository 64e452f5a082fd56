//! Writing mistakes down at their places.

use std::ops::Range;

pub use crate::choice::{choose, quote};
use crate::expr::ExprError;
use crate::limits::Limit;
use crate::report::DocumentReport;
use crate::span::{Spans, inside};

/// The report under construction and the places to point at.
pub struct Mistakes<'a> {
    pub report: DocumentReport,
    pub spans: Spans<'a>,
    pub source: &'a str,
}

impl Mistakes<'_> {
    /// Whether further mistakes are only counted.
    pub fn is_full(&self) -> bool {
        self.report.is_full()
    }

    /// How many more mistakes are shown; one at least, so that a value with mistakes is never taken for a good one.
    pub fn room(&self) -> usize {
        self.report.room().max(1)
    }

    /// Mistakes whose words are not needed.
    pub fn count(&mut self, mistakes: usize) {
        self.report.more += mistakes;
    }

    /// A mistake in a value.
    pub fn value(&mut self, code: &str, pointer: &str, message: String, fix: Option<String>) {
        if self.is_full() {
            return self.count(1);
        }
        let range = first_line(self.source, self.spans.value(pointer));
        self.report.add(code, pointer, range, message, fix);
    }

    /// A mistake in a member as such: point at its key.
    pub fn key(&mut self, code: &str, pointer: &str, message: String, fix: Option<String>) {
        if self.is_full() {
            return self.count(1);
        }
        let range = self.spans.key(pointer);
        self.report.add(code, pointer, range, message, fix);
    }

    /// More under a key than a limit allows.
    pub fn exceed(&mut self, pointer: &str, message: String, limit: &Limit) {
        if self.is_full() {
            return self.count(1);
        }
        let range = self.spans.key(pointer);
        self.report.exceed(pointer, range, message, limit);
    }

    /// A mistake in a part of a string.
    pub fn part(&mut self, code: &str, pointer: &str, part: &Range<usize>, message: String, fix: Option<String>) {
        if self.is_full() {
            return self.count(1);
        }
        let range = inside(self.source, &self.spans.value(pointer), part);
        self.report.add(code, pointer, range, message, fix);
    }

    /// A string that is not a good expression.
    pub fn expression(&mut self, pointer: &str, error: ExprError) {
        let fix =
            error.fix.unwrap_or_else(|| "write one expression between the marks, such as ${{ inputs.topic }}".into());
        self.part("expression", pointer, &error.range, error.message, Some(fix));
    }
}

/// Values can be long; the place is where they begin.
fn first_line(source: &str, range: Range<usize>) -> Range<usize> {
    let text = source.get(range.clone()).unwrap_or_default();
    range.start..range.start + text.find('\n').unwrap_or(text.len())
}
