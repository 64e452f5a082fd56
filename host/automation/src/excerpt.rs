//! The part of a document that is drawn around a mistake. A document can be one line of a megabyte: neither can it be drawn, nor
//! should it be copied for each mistake.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::report::Diagnostic;

/// Bytes before the mark, and behind its beginning, that are drawn. A window of 100 characters shows the place in between.
const MARGIN: usize = 120;
/// Bytes of a mark.
const MARK: usize = 100;

/// A window on a document's text.
#[derive(Debug)]
pub struct Excerpt {
    file: String,
    text: String,
    /// Of the text, from the beginning of the document.
    offset: usize,
    /// Of the text's first line, from zero.
    line: usize,
    /// Of the mistake, from zero.
    place: (usize, usize),
}

impl Excerpt {
    /// The lines around a mistake, cut where they are long.
    pub fn of(source: &str, file: &str, mistake: &Diagnostic) -> Excerpt {
        let mark = Excerpt::mark(source, mistake);
        let range = boundary(source, mark.start.saturating_sub(MARGIN))..boundary(source, mark.end + MARGIN);
        // Whole lines where they fit, at most one before and one behind.
        let before = source.get(range.start..mark.start).unwrap_or_default();
        let start = match (before.rmatch_indices('\n').nth(1), before.rfind('\n')) {
            (Some((at, _)), _) => range.start + at + 1,
            (None, Some(_)) if range.start == 0 => 0,
            (None, Some(at)) => range.start + at + 1,
            (None, None) => range.start,
        };
        let behind = source.get(mark.end..range.end).unwrap_or_default();
        let end = match (behind.match_indices('\n').nth(1), behind.find('\n')) {
            (Some((at, _)), _) => mark.end + at + 1,
            (None, Some(_)) if range.end == source.len() => range.end,
            (None, Some(at)) => mark.end + at + 1,
            (None, None) => range.end,
        };
        let text = source.get(start..end).unwrap_or_default().to_owned();
        let lines = source.get(start..mark.start).unwrap_or_default().matches('\n').count();
        let place = (mistake.line.saturating_sub(1), mistake.column.saturating_sub(1));
        Excerpt { file: file.to_owned(), text, offset: start, line: place.0.saturating_sub(lines), place }
    }

    /// The part of a mistake that is marked: its beginning, on one line.
    pub fn mark(source: &str, mistake: &Diagnostic) -> Range<usize> {
        let end = boundary(source, mistake.offset + mistake.len.min(MARK));
        let text = source.get(mistake.offset..end).unwrap_or_default();
        mistake.offset..mistake.offset + text.find('\n').unwrap_or(text.len())
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        behind: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let covers = self.offset <= span.offset() && span.offset() + span.len() <= self.offset + self.text.len();
        if !covers {
            return Err(MietteError::OutOfBounds);
        }
        // Without lines around it, only the place of the span is asked for.
        let whole = before + behind > 0;
        let (line, column) = if whole { (self.line, 0) } else { self.place };
        let lines = self.text.lines().count();
        Ok(Box::new(MietteSpanContents::new_named(
            self.file.clone(),
            self.text.as_bytes(),
            (self.offset, self.text.len()).into(),
            line,
            column,
            lines,
        )))
    }
}

/// The nearest boundary of characters at or before an offset.
fn boundary(source: &str, offset: usize) -> usize {
    let mut at = offset.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}
