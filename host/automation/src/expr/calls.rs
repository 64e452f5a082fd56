//! The filters, tests and functions that an expression names: which do not exist, and which have too few or too many arguments.

use std::ops::Range;

use minijinja::ErrorKind;

use super::signature::{FILTERS, TESTS, signature};
use super::{ENGINE, ExprError, template};

/// Characters of a name in a message.
const BRIEF: usize = 60;

/// Words of the language that may stand before a `(`.
const KEYWORDS: &[&str] = &["and", "else", "if", "in", "is", "not", "or"];

/// How something is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// After `|`.
    Filter,
    /// After `is`.
    Test,
    /// Before `(`.
    Function,
}

/// A mistake in a call.
#[derive(Debug, PartialEq)]
pub struct CallMistake {
    /// The stable name of the mistake.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// How it is written right.
    pub fix: String,
    /// Bytes of the expression.
    pub range: Range<usize>,
}

impl CallMistake {
    /// The same as the error of an expression that begins at `start`.
    pub(super) fn at(self, start: usize) -> ExprError {
        let range = self.range.start + start..self.range.end + start;
        ExprError { message: self.message, fix: Some(self.fix), range }
    }
}

#[derive(Debug)]
struct Call {
    kind: CallKind,
    name: Range<usize>,
    /// Where its arguments end, or its name where it has none.
    end: usize,
    /// Arguments without a name; `None` where a list of unknown length stands for some.
    arguments: Option<usize>,
    /// Brackets around it.
    depth: usize,
}

/// What is wrong with the calls of an expression, in its order.
pub fn mistakes(source: &str) -> Vec<CallMistake> {
    calls(source).iter().filter_map(|call| mistake(call, source)).collect()
}

/// The filter whose work is exactly this part of an expression.
pub fn filter_at(source: &str, range: &Range<usize>) -> Option<&'static str> {
    let calls = calls(source);
    let filters = calls.iter().filter(|call| call.kind == CallKind::Filter && range.contains(&call.name.start));
    let at_end = filters.filter(|call| source.get(call.end..range.end).is_some_and(|rest| rest.trim().is_empty()));
    let call = at_end.min_by_key(|call| call.depth)?;
    signature(source.get(call.name.clone())?).map(|signature| signature.name)
}

fn mistake(call: &Call, source: &str) -> Option<CallMistake> {
    let name = source.get(call.name.clone())?;
    let range = call.name.clone();
    let shown = crate::text::brief(name, BRIEF);
    let unknown = |code, what: &str, known: &mut dyn Iterator<Item = &str>| {
        let known: Vec<&str> = known.collect();
        let fix = switchboard_suggest::suggest(name, known.iter().copied());
        let fix = fix.unwrap_or_else(|| format!("{what}s are {}", known.join(", ")));
        Some(CallMistake { code, message: format!("unknown {what} `{shown}`"), fix, range: range.clone() })
    };
    match call.kind {
        CallKind::Filter if !exists(name, ErrorKind::UnknownFilter) => {
            unknown("unknown-filter", "filter", &mut FILTERS.iter().map(|filter| filter.name))
        }
        CallKind::Test if !exists(name, ErrorKind::UnknownTest) => {
            unknown("unknown-test", "test", &mut TESTS.iter().map(|test| test.name))
        }
        CallKind::Function if !ENGINE.globals().any(|(global, _)| global == name) => {
            unknown("unknown-function", "function", &mut ENGINE.globals().map(|(global, _)| global))
        }
        CallKind::Filter => {
            let given = call.arguments?;
            let signature = signature(name).filter(|signature| !signature.count.contains(&given))?;
            let (least, most) = (signature.count.start(), signature.count.end());
            let takes = match (least, most) {
                (_, 0) => "no argument without a name".to_owned(),
                (1, 1) => "one argument".to_owned(),
                (least, &usize::MAX) => format!("at least {least}"),
                (least, most) if least == most => format!("{least} arguments"),
                (0, most) => format!("at most {most}"),
                (least, most) => format!("{least} to {most} arguments"),
            };
            let message = format!("filter `{name}` takes {takes}, not {given}");
            Some(CallMistake { code: "arguments", message, fix: written(signature.form), range })
        }
        CallKind::Test | CallKind::Function => None,
    }
}

/// How a filter is written, as a remedy.
pub fn written(form: &str) -> String {
    format!("write it as `{form}`")
}

/// Whether a test has this name, which may be a sign such as `==`.
pub(super) fn is_test(name: &str) -> bool {
    exists(name, ErrorKind::UnknownTest)
}

fn exists(name: &str, unknown: ErrorKind) -> bool {
    let mut state = ENGINE.empty_state();
    let error = match unknown {
        ErrorKind::UnknownTest => state.perform_test(name, &[]).err(),
        _ => state.apply_filter(name, &[]).err(),
    };
    error.is_none_or(|error| error.kind() != unknown)
}

/// Every call. The expression was parsed before, so that a word before a bracket is one.
fn calls(source: &str) -> Vec<Call> {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    let (mut at, mut depth) = (0, 0_usize);
    // The word, or the sign, before the place that is looked at.
    let mut before = 0..0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        match byte {
            b'\'' | b'"' => at = template::quoted(bytes, at) + 1,
            _ if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            _ if is_word(byte) => {
                at += bytes.iter().skip(at).take_while(|byte| is_word(**byte)).count();
                let kind = kind(source, &before, start..at, bytes);
                if let Some(kind) = kind {
                    let (end, arguments) = arguments(bytes, at);
                    found.push(Call { kind, name: start..at, end, arguments, depth });
                }
            }
            _ => {
                match byte {
                    b'(' | b'[' | b'{' => depth += 1,
                    b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                at += 1;
            }
        }
        let is_not = source.get(before.clone()) == Some("is") && source.get(start..at) == Some("not");
        if !is_not {
            // The name of a field is no word of the language: `a.is`.
            let is_field = source.get(before.clone()) == Some(".") && is_word(byte);
            before = if is_field { at..at } else { start..at };
        }
    }
    found
}

fn kind(source: &str, before: &Range<usize>, name: Range<usize>, bytes: &[u8]) -> Option<CallKind> {
    let word = source.get(name.clone())?;
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    match source.get(before.clone())? {
        "|" => Some(CallKind::Filter),
        "is" if word != "not" => Some(CallKind::Test),
        "." => None,
        _ if KEYWORDS.contains(&word) => None,
        _ => (next(bytes, name.end) == Some(b'(')).then_some(CallKind::Function),
    }
}

/// Where the arguments after a name end, and how many have no name of their own.
fn arguments(bytes: &[u8], after: usize) -> (usize, Option<usize>) {
    if next(bytes, after) != Some(b'(') {
        return (after, Some(0));
    }
    let mut at = after + bytes.iter().skip(after).take_while(|byte| byte.is_ascii_whitespace()).count() + 1;
    let (mut depth, mut count, mut filled, mut named) = (0_usize, 0, false, false);
    let mut spread = false;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\'' | b'"' => {
                at = template::quoted(bytes, at);
                filled = true;
            }
            b'(' | b'[' | b'{' => {
                depth += 1;
                filled = true;
            }
            b')' if depth == 0 => break,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                count += usize::from(filled && !named);
                (filled, named) = (false, false);
            }
            // `==`, `!=`, `<=` and `>=` compare; a sole `=` names the argument.
            b'=' if depth == 0 => match (bytes.get(at.wrapping_sub(1)), bytes.get(at + 1)) {
                (_, Some(b'=')) => at += 1,
                (Some(b'!' | b'<' | b'>'), _) => {}
                _ => named = true,
            },
            b'*' if depth == 0 && !filled => {
                spread = true;
                filled = true;
            }
            _ => filled |= !byte.is_ascii_whitespace(),
        }
        at += 1;
    }
    let count = count + usize::from(filled && !named);
    (at + 1, if spread { None } else { Some(count) })
}

fn next(bytes: &[u8], from: usize) -> Option<u8> {
    bytes.iter().skip(from).copied().find(|byte| !byte.is_ascii_whitespace())
}

/// Letters of other scripts count: their bytes are above ASCII.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &[(&str, &str, &str)]) {
        let found = mistakes(source);
        let found: Vec<_> =
            found.iter().map(|one| (&source[one.range.clone()], one.message.as_str(), one.fix.as_str())).collect();
        assert_eq!(found, expected, "{source}");
    }

    #[test]
    fn an_unknown_name_is_named_with_the_near_one() {
        check("a | frist", &[("frist", "unknown filter `frist`", "did you mean `first`?")]);
        check("a is definde", &[("definde", "unknown test `definde`", "did you mean `defined`?")]);
        check("a is not  nune", &[("nune", "unknown test `nune`", "did you mean `none`?")]);
        check("rnage(3)", &[("rnage", "unknown function `rnage`", "did you mean `range`?")]);
        check("[a|uper, 'x|lowr']", &[("uper", "unknown filter `uper`", "did you mean `upper`?")]);
        check("now()", &[("now", "unknown function `now`", "functions are dict, range")]);
    }

    #[test]
    fn right_calls_are_no_mistakes() {
        for source in [
            "a | first | default('x, y', true)",
            "a | map(attribute='id') | join(', ')",
            "(a or b) and not (c) and a.method(1) and range(3)",
            "a is defined and b is not none and c is divisibleby 3 and d is in [1]",
            "a | replace('(', \")\") | date('%H:%M', zone)",
            "a | selectattr('x', 'eq', 1 == 1) | sort(attribute='x', reverse=b >= c)",
            "'ä' | upper | sum(attribute='x') | d | count",
            "{'is': a | plus('P1D')}['is']",
            "a.is and b.is is defined",
            "a | replace(*b)",
        ] {
            check(source, &[]);
        }
    }

    #[test]
    fn too_few_and_too_many_arguments_show_how_it_is_written() {
        let replace = "write it as `replace(from, to)`";
        check("a | replace('x')", &[("replace", "filter `replace` takes 2 arguments, not 1", replace)]);
        check("a | replace", &[("replace", "filter `replace` takes 2 arguments, not 0", replace)]);
        check(
            "a | upper(1)",
            &[("upper", "filter `upper` takes no argument without a name, not 1", "write it as `upper`")],
        );
        let date = "write it as `date('%Y-%m-%d', 'UTC')`";
        check("a | date([1, 2], 3, 4,)", &[("date", "filter `date` takes at most 2, not 3", date)]);
    }

    #[test]
    fn an_error_names_the_outermost_filter_that_ends_there() {
        for (source, part, expected) in [
            ("a | date", "a | date", Some("date")),
            ("a | date(b | upper) ", "a | date(b | upper)", Some("date")),
            ("a | first + 1", "a | first + 1", None),
            ("a | first | date | upper", "a | first | date", Some("date")),
        ] {
            assert_eq!(filter_at(source, &(0..part.len())), expected, "{source}");
        }
    }

    #[test]
    fn every_filter_and_test_exists() {
        for filter in FILTERS {
            assert!(exists(filter.name, ErrorKind::UnknownFilter), "{}", filter.name);
            assert!(filter.form.starts_with(filter.name), "{}", filter.form);
        }
        for test in TESTS {
            assert!(exists(test.name, ErrorKind::UnknownTest), "{}", test.name);
        }
    }
}
