//! Words of a command that a person may copy into a shell.

/// One word, in single quotes where a shell would change it.
pub fn quote(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "/._-+,:@%=".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_one_word() {
        for (text, word) in [
            ("/tmp/message.txt", "/tmp/message.txt"),
            ("my message", "'my message'"),
            ("ada's", r"'ada'\''s'"),
            ("$(rm)", "'$(rm)'"),
            ("~/a", "'~/a'"),
            ("zoom.users.*", "'zoom.users.*'"),
            ("", "''"),
        ] {
            assert_eq!(quote(text), word);
        }
    }
}
