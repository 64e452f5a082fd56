//! E-mail addresses of people beside a meeting.

use crate::bindings::meeting_options::Settings;
use crate::problem::invalid;
use crate::service::Outcome;

/// Refuse what Zoom's form of an address does not allow.
pub fn checked(settings: &Settings) -> Outcome<()> {
    for (n, email) in settings.invitees.iter().flatten().enumerate() {
        check(&format!("/settings/invitees/{n}"), email)?;
    }
    for (n, interpreter) in settings.interpreters.iter().flatten().enumerate() {
        check(&format!("/settings/interpreters/{n}/email"), &interpreter.email)?;
        if interpreter.languages.len() != 2 {
            let at = format!("/settings/interpreters/{n}/languages");
            return Err(invalid(
                &at,
                "an interpreter has two languages",
                "name the two, for example English and French",
            ));
        }
    }
    Ok(())
}

fn check(at: &str, text: &str) -> Outcome<()> {
    let local = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
    };
    let label = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let fits = |(name, domain): (&str, &str)| name.split('.').all(local) && domain.split('.').all(label);
    if text.split_once('@').is_some_and(fits) {
        return Ok(());
    }
    Err(invalid(at, "this is not an e-mail address", "write it as `ada@example.com`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_what_looks_like_them() {
        for text in ["ada@example.com", "a.b+c@x-y.org", "ada@host"] {
            assert!(check("", text).is_ok(), "{text}");
        }
        for text in ["", "ada", "@x.org", "ada@", "a b@x.org", "a..b@x.org", "a@x..org", "a@-x.org", "a@x.org;b@x.org"]
        {
            assert!(check("", text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_place_of_the_wrong_address_is_named() {
        let settings = Settings { invitees: Some(vec!["a@x.org".to_owned(), "b".to_owned()]), ..Settings::default() };
        assert_eq!(checked(&settings).unwrap_err().pointer.as_deref(), Some("/settings/invitees/1"));
    }
}
