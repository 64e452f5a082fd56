//! Addresses that a person gives, as they may be shown.

/// An address, also one that cannot be read, without its user and password.
pub fn without_user(text: &str) -> String {
    let start = text.find("://").map_or(0, |at| at + "://".len());
    let (scheme, rest) = text.split_at(start);
    match rest.rfind('@') {
        Some(at) => format!("{scheme}...@{}", rest.get(at + 1..).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_password_are_left_out() {
        for (text, shown) in [
            ("https://ada:hunter2@host/path", "https://...@host/path"),
            ("https://ada:p@ss@host:99999", "https://...@host:99999"),
            ("ada:hunter2@host", "...@host"),
            ("https://host/path", "https://host/path"),
        ] {
            assert_eq!(without_user(text), shown);
        }
    }
}
