//! Text that is not ours, made safe to print: nothing in it moves the cursor, hides, reverses the line or begins a new one.

use std::fmt::Write as _;

use switchboard_app::is_hidden;

/// Characters of one text. The longest that people read, an invitation, has some 3,000; a terminal scrolls past more.
const TEXT: usize = 16 << 10;

/// Makes a digit before it a key: `1`, a variation selector, and this.
const KEYCAP: char = '\u{20e3}';

/// The text in one line: what cannot be seen is spelled (`\u{1b}`, `\n`), and a text that is too long is cut, with the count of what is
/// missing.
pub fn printable(text: &str) -> String {
    let (text, missing) = cut(text);
    let mut line = spelled(text);
    line.push_str(&missing);
    line
}

/// The same text over as many lines as it has. Who prints them indents all but the first, so that none looks like a line of ours.
pub fn paragraph(text: &str) -> Vec<String> {
    let (text, missing) = cut(text);
    let mut lines: Vec<String> = text.lines().map(spelled).collect();
    match lines.last_mut() {
        Some(last) => last.push_str(&missing),
        None => lines.push(missing),
    }
    lines
}

/// The beginning of a text, and what to print of the rest.
fn cut(text: &str) -> (&str, String) {
    match text.char_indices().nth(TEXT).and_then(|(end, _)| text.split_at_checked(end)) {
        Some((head, rest)) => (head, format!("… ({} more characters; --json shows all)", rest.chars().count())),
        None => (text, String::new()),
    }
}

fn spelled(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut before = None;
    while let Some(character) = characters.next() {
        match character {
            '\t' => line.push(' '),
            selector if is_variation(selector) && (is_seen(before) || characters.peek() == Some(&KEYCAP)) => {
                line.push(selector);
            }
            joiner @ ('\u{200c}' | '\u{200d}') if joins(before, characters.peek().copied()) => line.push(joiner),
            hidden if is_hidden(hidden) => line.extend(hidden.escape_default()),
            shown => line.push(shown),
        }
        before = Some(character);
    }
    line
}

/// Persian, Indic scripts and emoji need joiners. Beside ASCII they only make two texts look the same.
fn joins(before: Option<char>, after: Option<char>) -> bool {
    // A variation selector belongs to the emoji before it.
    let is_joined = |character: Option<char>| is_seen(character) || character.is_some_and(is_variation);
    is_joined(before) && is_seen(after)
}

/// Whether it is a sign that a variation selector or a joiner may change.
fn is_seen(character: Option<char>) -> bool {
    character.is_some_and(|character| !character.is_ascii() && !is_hidden(character))
}

fn is_variation(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}')
}

/// JSON with the same data, in which what cannot be seen is escaped. Those below U+0020 are escaped in any JSON.
pub fn json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() && character != '\u{7f}' || !is_hidden(character) {
            escaped.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_spelled() {
        for (text, line) in [
            ("a\u{1b}[31mb\u{9b}2J", r"a\u{1b}[31mb\u{9b}2J"),
            ("\u{1b}]8;;http://x\u{7}y", r"\u{1b}]8;;http://x\u{7}y"),
            ("gpj.\u{202e}exe", r"gpj.\u{202e}exe"),
            ("ad\u{200b}min\u{feff}", r"ad\u{200b}min\u{feff}"),
            ("ad\u{200d}min", r"ad\u{200d}min"),
            ("a\r\nerror[ok]: done\u{2028}b\u{85}c", r"a\r\nerror[ok]: done\u{2028}b\u{85}c"),
            ("\u{e0041}\u{7f}", r"\u{e0041}\u{7f}"),
            ("a\u{2800}b\u{3164}c\u{f8ff}d\u{fffe}", r"a\u{2800}b\u{3164}c\u{f8ff}d\u{fffe}"),
            ("ok\u{fe0f}", r"ok\u{fe0f}"),
            ("❤\u{fe0f}\u{fe0e}", "❤\u{fe0f}\\u{fe0e}"),
            ("a\tb", "a b"),
        ] {
            assert_eq!(printable(text), line);
        }
    }

    #[test]
    fn text_of_every_script_stays_as_it_is() {
        for text in [
            "Ünïcode – 会議 “é”",
            "👩\u{200d}👩\u{200d}👧",
            "می\u{200c}خواهم",
            "❤\u{fe0f}",
            "1\u{fe0f}\u{20e3}",
            "🏳\u{fe0f}\u{200d}🌈",
            "שלום",
        ] {
            assert_eq!(printable(text), text);
        }
    }

    #[test]
    fn long_text_is_cut_and_counted() {
        let line = printable(&"é".repeat(TEXT + 5));
        assert!(line.ends_with("é… (5 more characters; --json shows all)"), "{}", &line[line.len() - 80..]);
        assert_eq!(printable(&"é".repeat(TEXT)).chars().count(), TEXT);
    }

    #[test]
    fn a_paragraph_keeps_its_lines() {
        assert_eq!(paragraph("a\r\nb\u{1b}\n\nc"), ["a", r"b\u{1b}", "", "c"]);
        assert_eq!(paragraph(""), [""]);
    }

    #[test]
    fn json_keeps_the_data_and_no_hidden_character() {
        let value = serde_json::json!({"a\u{202e}": ["\u{7f}\u{9b}\u{2028}\u{e0041}\u{200d}", "\n\u{1b}é"]});
        let text = json(&serde_json::to_string_pretty(&value).unwrap());
        assert!(text.chars().all(|c| c == '\n' || !is_hidden(c)), "{text}");
        assert!(text.contains("é"), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
