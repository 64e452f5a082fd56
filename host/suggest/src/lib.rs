//! What a mistyped name may have meant: one rule for labels, ids, fields and whatever else a person types.

/// How alike two names have to be, from 0 to 1, for one to be meant by the other.
const ALIKE: f64 = 0.82;

/// Longest text that is compared, bytes. Nobody mistypes a longer one, and comparing takes time in the square of it.
const LONGEST: usize = 128;

/// The known name most like a wrong one, when one is close; the first of those that are equally close. Capital letters make
/// no difference.
pub fn nearest<N: AsRef<str>>(wrong: &str, known: impl IntoIterator<Item = N>) -> Option<N> {
    if wrong.len() > LONGEST {
        return None;
    }
    let wrong = wrong.to_lowercase();
    let known = known.into_iter().filter(|name| name.as_ref().len() <= LONGEST);
    let rated = known.map(|name| (strsim::jaro_winkler(&wrong, &name.as_ref().to_lowercase()), name));
    let close = rated.filter(|(like, _)| *like > ALIKE);
    close.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, name)| name)
}

/// `did you mean …?`, when one is close.
pub fn suggest(wrong: &str, known: impl IntoIterator<Item = impl AsRef<str>>) -> Option<String> {
    nearest(wrong, known).map(|near| format!("did you mean `{}`?", near.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["work", "nightly", "topic", "start_time", "r-0k3j9d8f7a1b", "meetings.create", "meetings.delete"];
        for (wrong, meant) in [
            ("wrok", Some("work")),
            ("Nightly", Some("nightly")),
            ("NIGHTLY", Some("nightly")),
            ("topik", Some("topic")),
            ("start-time", Some("start_time")),
            ("starttime", Some("start_time")),
            ("r-0k3j9d8f7a1d", Some("r-0k3j9d8f7a1b")),
            ("meeting.create", Some("meetings.create")),
            ("meetings.dlete", Some("meetings.delete")),
            ("payroll", None),
            ("users.list", None),
            ("w", None),
            ("", None),
        ] {
            assert_eq!(nearest(wrong, known), meant, "{wrong}");
        }
        assert_eq!(nearest("work", [""; 0]), None);
    }

    #[test]
    fn of_those_that_are_equally_close_it_is_the_first() {
        assert_eq!(nearest("worc", ["word", "work", "worm"]), Some("word"));
        assert_eq!(nearest("worc", ["worm", "work", "word"]), Some("worm"));
        assert_eq!(nearest("work", ["Work", "work"]), Some("Work"));
        assert_eq!(nearest("worc", ["worm", "worcs", "word"]), Some("worcs"));
    }

    #[test]
    fn long_texts_are_not_compared() {
        let long = "a".repeat(1 << 20);
        assert_eq!(nearest(&long, ["b".repeat(1 << 20)]), None);
        assert_eq!(nearest("work", [long.as_str(), "works"]), Some("works"));
    }

    #[test]
    fn it_is_said_as_a_question() {
        assert_eq!(suggest("wrok", ["work"]).as_deref(), Some("did you mean `work`?"));
        assert_eq!(suggest("payroll", ["work"]), None);
    }
}
