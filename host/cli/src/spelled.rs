//! Words as a shell takes them.

use std::path::Path;

/// A path as one word of a command that is shown to be copied.
pub fn path(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+,:@%=".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_whatever_is_in_it() {
        for (text, word) in [
            ("/tmp/message.txt", "/tmp/message.txt"),
            ("my message", "'my message'"),
            ("ada's", r"'ada'\''s'"),
            ("$(rm)", "'$(rm)'"),
            ("~/a", "'~/a'"),
            ("", "''"),
        ] {
            assert_eq!(path(Path::new(text)), word);
        }
    }
}
