//! Sentences of a manifest with places for values.

use std::borrow::Cow;

/// Longest name of a place, bytes.
const NAME: usize = 64;
/// Longest value, bytes: all scopes of a service together have some thousand.
const VALUE: usize = 16 << 10;
/// Longest result, bytes. A person reads no more.
const RESULT: usize = 64 << 10;

/// A text in which each `{name}` is replaced by the value of that name. A name without a value stays as it is, and so does what looks
/// like a place inside a value: a text grows by the values that it names, each once. Long values and results are cut.
pub fn fill<'v>(text: &str, value: impl Fn(&str) -> Option<Cow<'v, str>>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match place(after).and_then(|(name, behind)| Some((value(name)?, behind))) {
            Some((value, behind)) => {
                filled.push_str(&cut(&value, VALUE));
                rest = behind;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
        if filled.len() > RESULT {
            break;
        }
    }
    filled.push_str(rest);
    cut(&filled, RESULT).into_owned()
}

/// The name of a place and what is behind it, where the text goes on with one.
fn place(after: &str) -> Option<(&str, &str)> {
    let (at, _) = after.bytes().take(NAME + 1).enumerate().find(|(_, byte)| matches!(byte, b'{' | b'}'))?;
    let (name, behind) = after.split_at_checked(at)?;
    Some((name, behind.strip_prefix('}')?))
}

/// The first so many bytes, with a mark where more was there.
fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let end = text.floor_char_boundary(most);
    Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<'v>(values: &'v [(&str, &str)]) -> impl Fn(&str) -> Option<Cow<'v, str>> {
        |name| values.iter().find(|(known, _)| *known == name).map(|(_, value)| Cow::Borrowed(*value))
    }

    #[test]
    fn places_with_a_value_are_filled() {
        let values = [("id", "123"), ("topic", "{id} and {topic}"), ("", "empty")];
        for (text, filled) in [
            ("Delete {id}?", "Delete 123?"),
            ("{id}{id}", "123123"),
            ("{topic}", "{id} and {topic}"),
            ("{other} {id", "{other} {id"),
            ("{{id}} }{", "{123} }{"),
            ("{}", "empty"),
            ("é{id}é", "é123é"),
        ] {
            assert_eq!(fill(text, of(&values)), filled, "{text}");
        }
    }

    #[test]
    fn values_that_name_each_other_do_not_grow() {
        let names: Vec<String> = (0..40).map(|number| format!("f{number}")).collect();
        let values: Vec<String> = (1..=40).map(|number| format!("{{f{number}}}{{f{number}}}")).collect();
        let value = |name: &str| {
            let at = names.iter().position(|known| known == name)?;
            values.get(at).map(|value| Cow::Borrowed(value.as_str()))
        };
        assert_eq!(fill("{f0}", value), "{f1}{f1}");
    }

    #[test]
    fn long_results_are_cut() {
        let long = "é".repeat(VALUE);
        let values = [("a", long.as_str())];
        assert!(fill("{a}", of(&values)).len() <= VALUE + "…".len());
        let filled = fill(&"{a}".repeat(100_000), of(&values));
        assert!(filled.len() <= RESULT + "…".len() && filled.ends_with('…'));
        assert!(fill(&"{".repeat(1 << 20), of(&values)).len() <= RESULT + "…".len());
    }
}
