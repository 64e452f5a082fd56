//! What a mistyped name may have meant, as the beginning of a remedy.

/// `did you mean …? `, or nothing when no name is close.
pub fn suggest(wrong: &str, known: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    switchboard_suggest::suggest(wrong, known).map_or_else(String::new, |question| format!("{question} "))
}

/// The same of a name that was found to be the nearest.
pub fn meant(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!("did you mean `{near}`? "))
}
