//! Names to choose from, for messages.

use switchboard_suggest::suggest;

use crate::text::brief;

/// Characters of a name in a message.
pub const NAME: usize = 100;
/// Names that are listed; more than that nobody reads.
const LISTED: usize = 20;

/// A suggestion, else what there is to choose from.
pub fn choose<'a>(name: &str, what: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    suggest(name, &known).or_else(|| match known.as_slice() {
        [] => None,
        _ => Some(format!("{what}: {}", quote(&known))),
    })
}

/// Names for people.
pub fn quote(names: &[&str]) -> String {
    let listed =
        names.iter().take(LISTED).map(|name| format!("`{}`", brief(name, NAME))).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}
