//! All that the command prints: data on standard output, everything else on standard error. No other file prints.

mod fields;
mod printable;
pub mod progress;
mod stream;

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};
use serde::Serialize;

use switchboard_app::AppError;

pub use fields::fields;
pub use printable::printable;
pub use stream::is_watched;
pub use switchboard_app::time::text as time;

use stream::{DATA, NOTES};

/// Print a value as indented JSON.
pub fn json(value: &impl Serialize) -> Result<(), AppError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| AppError::failed("output", error.to_string()))?;
    DATA.all(&printable::json(&text))
}

/// Print a value as one line of JSON on standard error.
pub fn json_note(value: &serde_json::Value) {
    // Who closed it wants no words.
    let _ = NOTES.all(&printable::json(&value.to_string()));
}

/// Print one line.
pub fn line(text: &str) -> Result<(), AppError> {
    DATA.text(&printable(text))
}

/// Print several lines, composed by us of parts that are printable.
pub fn lines(text: &str) -> Result<(), AppError> {
    DATA.text(&each_printable(text))
}

/// Print a program of ours for a shell.
pub fn script(text: &str) -> Result<(), AppError> {
    DATA.all(text)
}

/// Print the help or the version that clap has composed, with its styles where the terminal shows them.
pub fn help(text: &clap::builder::StyledStr) -> Result<(), AppError> {
    let text = if console::colors_enabled() { text.ansi().to_string() } else { text.to_string() };
    DATA.all(text.trim_end())
}

/// Print a heading below an empty line.
pub fn heading(text: &str) -> Result<(), AppError> {
    line("")?;
    line(text)
}

/// Print one line on standard error.
pub fn note(text: &str) {
    let _ = NOTES.text(&printable(text));
}

/// Print several lines on standard error, composed by us of parts that are printable.
pub fn notes(text: &str) {
    let _ = NOTES.text(&each_printable(text));
}

fn each_printable(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// Print rows under headings: in a terminal as wide as that is, elsewhere as wide as they are.
pub fn table(headings: &[&str], rows: Vec<Vec<String>>) -> Result<(), AppError> {
    lines(&table_within(headings, &rows, stream::width()))
}

fn table_within(headings: &[&str], rows: &[Vec<String>], width: Option<usize>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(headings.iter().map(|heading| printable(heading)));
    match width {
        Some(width) => {
            let width = u16::try_from(width).unwrap_or(u16::MAX).max(NARROWEST);
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width)
        }
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell)));
    }
    // An id is copied: it stays in one line where that leaves half of the terminal to the other columns.
    let longest = rows.iter().filter_map(|row| row.first()).map(|id| id.chars().count()).max().unwrap_or(0);
    if let Some(ids) = table.column_mut(0).filter(|_| width.is_some_and(|width| longest * 2 <= width)) {
        ids.set_constraint(ColumnConstraint::ContentWidth);
    }
    table.to_string()
}

/// Columns below which a table is no longer readable.
const NARROWEST: u16 = 40;

/// `1.4 MB` for people.
pub fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 1000.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1000.0;
    }
    format!("{value:.1} TB")
}

/// Characters of a line of words, where no terminal says how wide it is.
const WIDTH: usize = 120;

/// Words in their order, behind a heading, over as many lines as they need.
pub fn words(heading: &str, words: &[String]) -> Vec<String> {
    words_within(heading, words, stream::width().unwrap_or(WIDTH))
}

fn words_within(heading: &str, words: &[String], width: usize) -> Vec<String> {
    let indent = " ".repeat(heading.chars().count());
    let mut lines = Vec::new();
    let (mut line, mut is_empty) = (heading.to_owned(), true);
    for word in words.iter().map(|word| printable(word)) {
        if !is_empty && line.chars().count() + word.chars().count() > width {
            lines.push(line.trim_end().to_owned());
            line.clone_from(&indent);
        }
        line.push_str(&word);
        line.push(' ');
        is_empty = false;
    }
    lines.push(line.trim_end().to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_not_wrapped() {
        let id = "zoom.registrants.cancel-or-approve-many";
        let row = vec![id.to_owned(), "read".to_owned(), "a long text ".repeat(20)];
        let table = table_within(&["ACTIVITY", "EFFECT", "WHAT IT DOES"], &[row], Some(80));
        assert!(table.contains(id), "{table}");
        assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    }

    #[test]
    fn words_stay_under_their_heading_in_their_order() {
        let all: Vec<String> = (0..40).map(|n| format!("scope:read:number_{n:02}")).rev().collect();
        let lines = words_within("scopes  ", &all, 80);
        assert!(lines.len() > 1 && lines.iter().all(|line| line.chars().count() <= 80), "{lines:?}");
        assert!(lines[0].starts_with("scopes  scope:read:number_39 "), "{lines:?}");
        assert!(lines[1..].iter().all(|line| line.starts_with("        s")), "{lines:?}");
        assert_eq!(lines.join(" ").split_whitespace().skip(1).count(), 40);
    }
}
