//! Problem codes that a document names.

use std::collections::BTreeSet;

use serde_json::Value;

use super::mistakes::{Mistakes, choose};

/// Reports codes of `retry.on` that nothing gives. `known` is empty when the codes are not known.
pub fn check(retry: Option<&Value>, at: &str, known: &BTreeSet<String>, mistakes: &mut Mistakes<'_>) {
    let codes = retry.and_then(|retry| retry.get("on")).and_then(Value::as_array).into_iter().flatten();
    for (index, code) in codes.enumerate() {
        let Some(code) = code.as_str().filter(|code| !known.is_empty() && !known.contains(*code)) else { continue };
        let shown = crate::text::brief(code, 100);
        let fix = choose(code, "problem codes are", known.iter().map(String::as_str));
        mistakes.value(
            "unknown-code",
            &format!("{at}/retry/on/{index}"),
            format!("there is no problem code `{shown}`"),
            fix,
        );
    }
}
