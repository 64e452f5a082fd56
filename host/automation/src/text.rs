//! Text in messages.

/// The beginning of a text, with `…` when something is left out.
pub fn brief(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
