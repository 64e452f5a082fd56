//! What every registration must fulfil before Zoom sees it. Shared by meetings and webinars.

use crate::bindings::contract::Problem;
use crate::bindings::registrants::{RegistrantRef, Registration};
use crate::input::at_most;
use crate::problem::{Trouble, invalid};
use crate::service::Outcome;

/// Most people of one request.
pub const BATCH: usize = 30;

/// Zoom's words for the size of an organization, as it takes them.
const EMPLOYEES: [&str; 8] =
    ["1-20", "21-50", "51-100", "101-500", "500-1,000", "1,001-5,000", "5,001-10,000", "More than 10,000"];
/// Zoom's words for when somebody wants to buy.
const TIME_FRAMES: [&str; 5] = ["Within a month", "1-3 months", "4-6 months", "More than 6 months", "No timeframe"];
/// Zoom's words for a part in buying.
const ROLES: [&str; 4] = ["Decision Maker", "Evaluator/Recommender", "Influencer", "Not involved"];
/// Zoom's spelling of languages, some of them like no standard.
const LANGUAGES: [&str; 14] = [
    "en-US", "de-DE", "es-ES", "fr-FR", "jp-JP", "pt-PT", "ru-RU", "zh-CN", "zh-TW", "ko-KO", "it-IT", "vi-VN",
    "pl-PL", "Tr-TR",
];

/// Check a person, whose fields are at `at`.
pub fn person(at: &str, person: &Registration) -> Outcome<()> {
    email(&format!("{at}/email"), &person.email)?;
    name(&format!("{at}/first_name"), &person.first_name)?;
    at_most(&format!("{at}/last_name"), person.last_name.as_deref(), 64)?;
    if person.country.as_deref().is_some_and(|c| c.len() != 2 || !c.bytes().all(|b| b.is_ascii_alphabetic())) {
        let place = format!("{at}/country");
        return Err(invalid(&place, "this is not a country code", "write two letters, for example `DE`"));
    }
    one_of(&format!("{at}/employees"), person.employees.as_deref(), &EMPLOYEES)?;
    one_of(&format!("{at}/purchasing_time_frame"), person.purchasing_time_frame.as_deref(), &TIME_FRAMES)?;
    one_of(&format!("{at}/purchase_role"), person.purchase_role.as_deref(), &ROLES)?;
    for (n, answer) in person.answers.iter().flatten().enumerate() {
        if answer.title.trim().is_empty() {
            let place = format!("{at}/answers/{n}/title");
            return Err(invalid(&place, "the question is missing", "give the question that this answers"));
        }
        at_most(&format!("{at}/answers/{n}/value"), Some(&answer.value), 128)?;
    }
    Ok(())
}

/// Check the language of an e-mail.
pub fn language(language: Option<&str>) -> Outcome<()> {
    one_of("/language", language, &LANGUAGES)
}

/// Something before and after one `@`, at most 128 characters.
pub fn email(at: &str, email: &str) -> Outcome<()> {
    at_most(at, Some(email), 128)?;
    let fits = email.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.')
    });
    if !fits || email.chars().any(|c| c.is_whitespace() || c.is_control()) || email.matches('@').count() != 1 {
        return Err(invalid(at, "this is not an e-mail address", "write it as `name@example.com`"));
    }
    Ok(())
}

/// A first name.
pub fn name(at: &str, name: &str) -> Outcome<()> {
    if name.trim().is_empty() {
        return Err(invalid(at, "the first name is empty", "give a first name"));
    }
    at_most(at, Some(name), 64)
}

/// One to thirty.
pub fn batch(at: &str, count: usize) -> Outcome<()> {
    if (1..=BATCH).contains(&count) {
        return Ok(());
    }
    Err(invalid(at, format!("{count} are not 1 to {BATCH}"), format!("call it once for each {BATCH}")))
}

/// Registrants named for a decision.
pub fn named(registrants: &[RegistrantRef]) -> Outcome<()> {
    batch("/registrants", registrants.len())?;
    for (n, one) in registrants.iter().enumerate() {
        let empty = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
        if empty(&one.id) && empty(&one.email) {
            let place = format!("/registrants/{n}");
            return Err(invalid(&place, "nobody is named", "give the registrant's `id` or `email`"));
        }
        if let Some(address) = &one.email {
            email(&format!("/registrants/{n}/email"), address)?;
        }
    }
    Ok(())
}

/// Zoom refuses what it is asked about registrants of a meeting without registration as it refuses any wrong value.
pub fn in_registration(trouble: Trouble) -> Problem {
    let unnamed =
        matches!(&trouble, Trouble::Refused(refusal) if refusal.code == Some(300) && refusal.fields.is_empty());
    let problem = Problem::from(trouble);
    if !unnamed {
        return problem;
    }
    let fix = "check the ids, and that registration is on: `settings.approval` is `automatic` or `manual`";
    Problem { fix: Some(fix.to_owned()), ..problem }
}

/// Ids of occurrences for Zoom: digits with commas between; nothing for an absent or empty list.
pub fn occurrences(ids: Option<&[String]>) -> Outcome<Option<String>> {
    for (n, id) in ids.into_iter().flatten().enumerate() {
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            let place = format!("/occurrence_ids/{n}");
            return Err(invalid(
                &place,
                "this is not an occurrence's id",
                "take an `id` of the meeting's `occurrences`",
            ));
        }
    }
    Ok(ids.filter(|ids| !ids.is_empty()).map(|ids| ids.join(",")))
}

fn one_of(at: &str, text: Option<&str>, known: &[&str]) -> Outcome<()> {
    match text {
        Some(text) if !known.contains(&text) => {
            Err(invalid(at, "Zoom does not know this value", format!("use one of `{}`", known.join("`, `"))))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_words() {
        for good in ["a@b.org", "mary.o'neil+x@sub.example.co"] {
            assert!(email("/email", good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "@b.org",
            "a@b",
            "a@.org",
            "a@b.",
            "a b@c.org",
            "a@b@c.org",
            &format!("{}@b.org", "a".repeat(128)),
        ] {
            assert_eq!(email("/email", bad).unwrap_err().pointer.as_deref(), Some("/email"), "{bad}");
        }
    }

    #[test]
    fn occurrence_ids_are_joined() {
        let ids = ["1".to_owned(), "2".to_owned()];
        assert_eq!(occurrences(Some(&ids)).unwrap().as_deref(), Some("1,2"));
        assert_eq!(occurrences(Some(&[])).unwrap(), None);
        assert!(occurrences(Some(&["1,2".to_owned()])).is_err());
    }
}
