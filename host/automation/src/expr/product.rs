//! `*` multiplies numbers only.
//!
//! The engine also repeats texts and lists. A short expression could then make a list of lists that takes all time and memory, and the
//! engine's fuel does not count that. Each operand of `*` gets `** 1`, which leaves a number as it is and fails for everything else.

use std::ops::Range;

use super::template;

const GUARD: &str = " ** 1 ";

/// The source with a guard behind each operand of `*`, and where the guards are.
pub(super) struct Guarded {
    pub(super) source: String,
    /// Places in the source as it was written, in order.
    guards: Vec<usize>,
}

impl Guarded {
    /// A range of the guarded source, in the source as it was written.
    pub(super) fn origin(&self, range: Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let mut shift = 0;
            for guard in &self.guards {
                if guard + shift >= at {
                    break;
                }
                shift = (shift + GUARD.len()).min(at - guard);
            }
            at - shift
        };
        place(range.start)..place(range.end)
    }
}

/// Guards every product.
pub(super) fn guard(source: &str) -> Guarded {
    let bytes = source.as_bytes();
    let mut guards = Vec::new();
    let mut at = 0;
    let mut before = b'(';
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\'' | b'"' => at = template::quoted(bytes, at),
            b'*' if bytes.get(at + 1) == Some(&b'*') => at += 1,
            // After a bracket or a comma it hands over the items of a list.
            b'*' if !matches!(before, b'(' | b',') => {
                guards.push(at);
                guards.push(operand_end(bytes, at + 1));
            }
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
        at += 1;
    }
    guards.sort_unstable();
    guards.dedup();
    let mut guarded = String::with_capacity(source.len() + guards.len() * GUARD.len());
    let mut done = 0;
    for guard in &guards {
        guarded.push_str(source.get(done..*guard).unwrap_or_default());
        guarded.push_str(GUARD);
        done = *guard;
    }
    guarded.push_str(source.get(done..).unwrap_or_default());
    Guarded { source: guarded, guards }
}

/// Where the operand that begins here ends: a value with its fields, calls and filters.
fn operand_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while bytes.get(at).is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'-') {
        at += 1;
    }
    let mut end = at;
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b'\'' | b'"' => template::quoted(bytes, at) + 1,
            b'(' | b'[' | b'{' => group_end(bytes, at),
            b'.' => skip_blanks(bytes, at + 1),
            b'|' => skip_blanks(bytes, at + 1),
            _ if is_word(byte) => word_end(bytes, at),
            _ => break,
        };
        end = at;
        at = skip_blanks(bytes, at);
        // A word behind a value is an operator, such as `and`, `if` and `is`.
        if at > end && bytes.get(at).is_some_and(|byte| is_word(*byte)) && !continues(bytes, end) {
            break;
        }
    }
    end.min(bytes.len())
}

/// Whether the part before `end` waits for a name: it ends with `.` or `|`.
fn continues(bytes: &[u8], end: usize) -> bool {
    let part = bytes.get(..end).unwrap_or_default().trim_ascii_end();
    part.ends_with(b".") || part.ends_with(b"|")
}

fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

fn word_end(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| is_word(*byte)) {
        at += 1;
    }
    at
}

/// Behind the bracket that closes the one at `at`.
fn group_end(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\'' | b'"' => at = template::quoted(bytes, at),
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_operands_are_guarded() {
        for (source, guarded) in [
            ("a * b", "a  ** 1 * b ** 1 "),
            ("a*b|length + 1", "a ** 1 *b|length ** 1  + 1"),
            ("2 * steps.x[0].y | round(1) > 3", "2  ** 1 * steps.x[0].y | round(1) ** 1  > 3"),
            ("a * -b if c else d", "a  ** 1 * -b ** 1  if c else d"),
            ("a * b * c", "a  ** 1 * b  ** 1 * c ** 1 "),
            ("a ** b", "a ** b"),
            ("f(*list, a)", "f(*list, a)"),
            ("'2 * 3'", "'2 * 3'"),
            ("a * 'x)' ", "a  ** 1 * 'x)' ** 1  "),
        ] {
            let once = guard(source).source;
            // Two guards of one operand are as good as one.
            let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").replace("** 1 ** 1", "** 1");
            assert_eq!(plain(&once), plain(guarded), "{source}");
        }
    }

    #[test]
    fn places_lead_back_to_the_source() {
        let source = "a * bcd + e";
        let guarded = guard(source);
        let at = guarded.source.find("bcd").unwrap();
        assert_eq!(&source[guarded.origin(at..at + 3)], "bcd");
        let at = guarded.source.rfind('e').unwrap();
        assert_eq!(&source[guarded.origin(at..at + 1)], "e");
        assert_eq!(guarded.origin(0..guarded.source.len()), 0..source.len());
    }
}
