//! The size of a JSON text, counted before anything is made of it. The text need not be valid.

/// What a text holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// Values, lists and objects included.
    pub values: u64,
    /// Where lists and objects are first nested deeper than the bound.
    pub too_deep: Option<usize>,
    /// Where the JSON Pointer of a value is first longer than the bound.
    pub too_long: Option<usize>,
}

impl Measure {
    /// Counts the values of a text; `nesting` and `pointer` are the bounds.
    pub fn of(text: &str, nesting: usize, pointer: usize) -> Measure {
        let bytes = text.as_bytes();
        let mut measure = Measure::default();
        // Bytes that each open list or object adds to the pointer of its children, and their sum.
        let (mut open, mut length) = (Vec::<usize>::new(), 0_usize);
        let (mut at, mut text_length, mut in_scalar) = (0, 0, false);
        while let Some(&byte) = bytes.get(at) {
            let start = at;
            let plain = !b"{}[],:\" \t\r\n".contains(&byte);
            if matches!(byte, b'{' | b'[' | b'"') || plain && !in_scalar {
                measure.values += 1;
                if length > pointer {
                    measure.too_long.get_or_insert(start);
                }
            }
            in_scalar = plain;
            match byte {
                b'"' => {
                    at = closing_quote(bytes, at);
                    text_length = at - start;
                }
                b'{' | b'[' => {
                    let index = if byte == b'[' { INDEX } else { 0 };
                    open.push(index);
                    length += index;
                    if open.len() > nesting {
                        measure.too_deep.get_or_insert(start);
                    }
                }
                b'}' | b']' => length -= open.pop().unwrap_or_default(),
                b':' => {
                    // The text before it was a key, no value.
                    measure.values = measure.values.saturating_sub(1);
                    if let Some(last) = open.last_mut() {
                        length = length - *last + text_length;
                        *last = text_length;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        measure
    }
}

/// Bytes of a list's index in a pointer.
const INDEX: usize = 7;

/// The closing quote of the literal that begins at `at`, or the end.
fn closing_quote(bytes: &[u8], at: usize) -> usize {
    let mut next = at + 1;
    while let Some(&byte) = bytes.get(next) {
        match byte {
            b'"' => return next,
            b'\\' => next += 2,
            _ => next += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted() {
        for (text, values) in [
            ("1", 1),
            ("{}", 1),
            (r#"{"a": 1, "b:c": [true, null, "x,y"], "d": {"e\"": -1.5e3}}"#, 8),
            ("[1,2,[3]]", 5),
            ("", 0),
            ("[", 1),
            (r#"{"a"#, 2),
            ("]]]]:::,,,", 0),
        ] {
            assert_eq!(Measure::of(text, 9, 99).values, values, "{text}");
        }
    }

    #[test]
    fn nesting_has_a_place() {
        assert_eq!(Measure::of("[[1],[2]]", 2, 99).too_deep, None);
        assert_eq!(Measure::of("[[1],[[2]]]", 2, 99).too_deep, Some(6));
        assert_eq!(Measure::of(&"[".repeat(1 << 20), 64, 1 << 30).too_deep, Some(64));
    }

    #[test]
    fn long_names_have_a_place() {
        let text = r#"{"aaaaaaaaaaaaaaaaaaaa": {"bbbbbbbbbbbbbbbbbbbb": [1]}}"#;
        assert_eq!(Measure::of(text, 9, 60).too_long, None);
        assert_eq!(Measure::of(text, 9, 40).too_long, text.find('['));
        assert_eq!(Measure::of(r#"{"aaaaaaaaaaaaaaaaaaaa": 1, "b": 2}"#, 9, 9).too_long, Some(25));
    }
}
