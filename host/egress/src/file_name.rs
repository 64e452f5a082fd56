//! A safe name for a file that somebody else named.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Longest stem, bytes. Common file systems allow 255 for the whole name, encrypted ones 143.
const LONGEST_STEM: usize = 110;
/// Longest extension, bytes, without its dot. What is longer is a part of the stem.
const LONGEST_EXTENSION: usize = 12;
/// Characters that are read of a label. No rule needs more.
const LONGEST_LABEL: usize = 1_000;
/// Names of devices on Windows, whatever their extension.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin", "conout"];
/// Such names with a digit behind them.
const PORTS: [&str; 2] = ["com", "lpt"];

/// A name without a path, which every common file system takes and no shell takes for a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    stem: String,
    /// With its dot; empty without one.
    extension: String,
}

impl FileName {
    /// The nearest safe name to `label`. Spellings of one text that Unicode calls equal give one name.
    pub fn of(label: &str) -> FileName {
        let name: String = label.chars().take(LONGEST_LABEL).nfc().map(safe).collect();
        let name = name.trim_matches(edge);
        let (stem, extension) = match name.rsplit_once('.') {
            Some((stem, extension)) if is_extension(extension) => (stem, format!(".{extension}")),
            _ => (name, String::new()),
        };
        let stem = cut(stem, LONGEST_STEM).trim_matches(edge);
        let guard = if stem.starts_with('-') || is_device(stem) { "_" } else { "" };
        let stem = if stem.is_empty() { "download".to_owned() } else { format!("{guard}{stem}") };
        FileName { stem, extension }
    }

    /// The name itself for 1, for greater numbers with the number in it.
    pub(crate) fn numbered(&self, number: u32) -> String {
        match number {
            0 | 1 => format!("{}{}", self.stem, self.extension),
            _ => format!("{} ({number}){}", self.stem, self.extension),
        }
    }
}

/// Blanks and dots, which Windows drops at the end and others hide files by at the beginning.
fn edge(c: char) -> bool {
    c == '.' || c.is_whitespace()
}

/// Letters and digits of every script and some punctuation. No control characters, no marks of direction, no separators.
fn safe(c: char) -> char {
    if c.is_alphanumeric() || is_combining_mark(c) || " ._-()+".contains(c) { c } else { '_' }
}

fn is_extension(text: &str) -> bool {
    (1..=LONGEST_EXTENSION).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_device(stem: &str) -> bool {
    let first = stem.split('.').next().unwrap_or(stem).trim_end().to_lowercase();
    let first = first.trim_end_matches('_');
    let is_port = |port: &&str| -> bool {
        let mut rest = first.strip_prefix(*port).unwrap_or_default().chars();
        rest.next().is_some_and(|digit| digit.is_numeric()) && rest.next().is_none()
    };
    DEVICES.contains(&first) || PORTS.iter().any(is_port)
}

/// The longest beginning of at most so many bytes.
fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(label: &str) -> String {
        FileName::of(label).numbered(1)
    }

    #[test]
    fn names_never_leave_the_folder() {
        for (label, expected) in [
            ("../../etc/passwd", "_.._etc_passwd"),
            ("a/b\\c.mp4", "a_b_c.mp4"),
            ("", "download"),
            ("...", "download"),
            ("Weekly sync 2026-11-01.mp4", "Weekly sync 2026-11-01.mp4"),
            (".hidden", "hidden"),
            ("-rf.mp4", "_-rf.mp4"),
            ("sync. .mp4", "sync.mp4"),
            ("notes.", "notes"),
        ] {
            assert_eq!(name(label), expected, "{label}");
        }
    }

    #[test]
    fn devices_of_windows_get_another_name() {
        for label in ["CON", "nul.mp4", "Com1.tar.gz", "LPT9 .vtt", "COM\u{b9}.txt", "CONIN$", "aux"] {
            assert!(name(label).starts_with('_'), "{label}: {}", name(label));
        }
        for label in ["console.mp4", "com.mp4", "COM10.mp4", "null"] {
            assert_eq!(name(label), label);
        }
    }

    #[test]
    fn one_text_in_two_spellings_is_one_name() {
        assert_eq!(name("u\u{308}n.mp4"), name("\u{fc}n.mp4"));
        assert_eq!(name("\u{fc}n\u{ef}\u{202e}x\0.m4a"), "\u{fc}n\u{ef}_x_.m4a");
        assert_eq!(name("हिन्दी.mp4"), "हिन्दी.mp4");
    }

    #[test]
    fn lengths_are_bounded() {
        assert!(name(&"x".repeat(500)).len() <= LONGEST_STEM);
        assert!(name(&format!("a.{}", "x".repeat(300))).len() <= LONGEST_STEM);
        assert!(name(&"\u{1d11e}\u{e9}".repeat(90_000)).len() <= LONGEST_STEM);
        assert_eq!(FileName::of("a.mp4").numbered(2), "a (2).mp4");
    }
}
