//! What a mistyped name may have meant.

/// How alike two names have to be, from 0 to 1, for one to be meant by the other.
const ALIKE: f64 = 0.82;

/// `did you mean …? `, or nothing when no name is close.
pub fn suggest(wrong: &str, known: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    nearest(wrong, known).map_or_else(String::new, |near| format!("did you mean `{near}`? "))
}

/// The name most like a wrong one, when one is close.
pub fn nearest(wrong: &str, known: impl IntoIterator<Item = impl AsRef<str>>) -> Option<String> {
    let alike = |name: &str| strsim::jaro_winkler(&wrong.to_lowercase(), &name.to_lowercase());
    let rated = known.into_iter().map(|name| (alike(name.as_ref()), name.as_ref().to_owned()));
    rated.filter(|(like, _)| *like > ALIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["work", "nightly", "topic", "start_time", "r-0k3j9d8f7a1b"];
        for (wrong, meant) in [
            ("wrok", Some("work")),
            ("Nightly", Some("nightly")),
            ("topik", Some("topic")),
            ("start-time", Some("start_time")),
            ("r-0k3j9d8f7a1d", Some("r-0k3j9d8f7a1b")),
            ("payroll", None),
            ("", None),
        ] {
            assert_eq!(nearest(wrong, known).as_deref(), meant, "{wrong}");
        }
    }
}
