//! What is wrong when an account cannot be connected or used, and the steps that mend it: data of the manifest.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::Manifest;
use crate::fill::fill;

/// One thing that can be wrong.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Remedy {
    /// Stable, in kebab-case.
    pub id: String,
    /// Code of the sign-in that ends with it, where that is another one than the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    pub title: String,
    pub cause: String,
    /// Who can mend it.
    pub who: String,
    /// In this order. `{…}` is filled in by [`Remedy::filled`].
    pub steps: Vec<String>,
    /// What whoever connects does here after that, with commands of this program: no part of a message to somebody else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub here: Vec<String>,
    /// Other ways to the same end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<Alternative>,
    /// What happens afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<String>,
    /// Addresses of more to read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// The letter that names it while a sign-in waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Parts of what the service's page says, in lower case, for pages that a browser shows and we never see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<String>,
    /// What it is recognised by; any one is enough.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Sign>,
    /// Whether a message to an administrator helps.
    #[serde(default)]
    pub message: bool,
}

/// Another way to the same end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Alternative {
    pub title: String,
    pub steps: Vec<String>,
}

/// What was noticed, or what a remedy is recognised by: every field that is given must be the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// A stable code of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The service's own number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The `error` of the token service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The state of a connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// How the connection is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// It happened while the service was asked who this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<bool>,
    /// A right of the user's role is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<bool>,
    /// The user has no administrator's role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<bool>,
    /// The account's plan does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<bool>,
    /// The app gave no scope of the style that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_style: Option<bool>,
}

impl Sign {
    /// Whether everything this asks for was noticed.
    fn shows(&self, seen: &Sign) -> bool {
        fn fits<T: PartialEq>(wanted: &Option<T>, seen: &Option<T>) -> bool {
            wanted.is_none() || wanted == seen
        }
        fits(&self.problem, &seen.problem)
            && fits(&self.code, &seen.code)
            && fits(&self.token, &seen.token)
            && fits(&self.state, &seen.state)
            && fits(&self.method, &seen.method)
            && fits(&self.identity, &seen.identity)
            && fits(&self.right, &seen.right)
            && fits(&self.member, &seen.member)
            && fits(&self.plan, &seen.plan)
            && fits(&self.other_style, &seen.other_style)
    }
}

/// A guide for people.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Guide {
    /// `oauth`, `byo`, `s2s` …
    pub id: String,
    pub title: String,
    pub steps: Vec<String>,
    #[serde(default)]
    pub notes: Vec<String>,
}

/// What an app is registered with, besides scopes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AppFacts {
    /// Events it may subscribe to.
    #[serde(default)]
    pub events: Vec<String>,
    /// The service's page about scopes.
    #[serde(default)]
    pub scope_help: String,
}

/// How the rights of the connected user's role are found out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleCheck {
    /// Name of the activity that lists them.
    pub activity: String,
    pub input: serde_json::Value,
    /// The field of its output.
    pub list: String,
    pub rights: Vec<Right>,
    /// The role that has every right: whoever has it and is refused has too low a plan.
    #[serde(default)]
    pub owner: String,
    /// Rights the service does not list: a person has to look.
    #[serde(default)]
    pub unseen: Vec<String>,
    /// The sentence for a user who has none of the rights.
    #[serde(default)]
    pub member: String,
    /// The sentence for an account whose plan is too low.
    #[serde(default)]
    pub plan_low: String,
    /// The service's number of a refusal that is for the role or for the plan, and does not say which.
    #[serde(default)]
    pub ambiguous_code: Option<i64>,
    /// Activities that a right opens on some plans alone.
    #[serde(default)]
    pub plan: Vec<PlanCheck>,
}

/// An activity that is refused for one of two reasons: whoever has the right and is refused has too low a plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlanCheck {
    /// Its name.
    pub activity: String,
    pub input: serde_json::Value,
    /// The service's name of the right.
    pub right: String,
}

/// How it is found out whether the connected user is still one that may sign in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserCheck {
    /// Name of the activity that tells.
    pub activity: String,
    pub input: serde_json::Value,
    /// The field of its output.
    pub field: String,
    /// Which problem each value is; any other value is none.
    pub problems: std::collections::BTreeMap<String, String>,
}

/// One right, for people, and the service's names of it: one of them is enough.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Right {
    pub name: String,
    pub any: Vec<String>,
}

impl Remedy {
    /// The same with `{name}` replaced by values; a name without a value is left out in words.
    pub fn filled(&self, values: &[(&str, &str)]) -> Remedy {
        let fill = |text: &String| fill(text, |name| value_of(values, name));
        let mut remedy = self.clone();
        remedy.cause = fill(&remedy.cause);
        remedy.steps = remedy.steps.iter().map(fill).collect();
        remedy.here = remedy.here.iter().map(fill).collect();
        remedy.then = remedy.then.as_ref().map(fill);
        remedy.links = remedy.links.iter().map(fill).collect();
        for other in &mut remedy.instead {
            other.steps = other.steps.iter().map(fill).collect();
        }
        remedy
    }
}

impl Guide {
    /// The same with `{name}` replaced by values.
    pub fn filled(&self, values: &[(&str, &str)]) -> Guide {
        let mut guide = self.clone();
        for text in guide.steps.iter_mut().chain(&mut guide.notes) {
            *text = fill(text, |name| value_of(values, name));
        }
        guide
    }
}

fn value_of<'v>(values: &[(&str, &'v str)], name: &str) -> Option<Cow<'v, str>> {
    values.iter().find(|(known, _)| *known == name).map(|(_, value)| Cow::Borrowed(*value))
}

impl Manifest {
    /// What mends what was noticed. A sign that asks for more is preferred.
    pub fn remedy(&self, seen: &Sign) -> Option<&Remedy> {
        let codes = |sign: &Sign| {
            (sign.code.is_some(), sign.other_style.is_some(), sign.method.is_some(), sign.identity.is_some())
        };
        let all = self.remedies.iter().flat_map(|remedy| remedy.when.iter().map(move |sign| (sign, remedy)));
        let mut found: Option<(&Sign, &Remedy)> = None;
        for (sign, remedy) in all.filter(|(sign, _)| **sign != Sign::default() && sign.shows(seen)) {
            if found.is_none_or(|(best, _)| codes(sign) > codes(best)) {
                found = Some((sign, remedy));
            }
        }
        found.map(|(_, remedy)| remedy)
    }

    /// The remedy of an id.
    pub fn remedy_of(&self, id: &str) -> Option<&Remedy> {
        self.remedies.iter().find(|remedy| remedy.id == id)
    }

    /// What mends what a person saw: the letter or id of a remedy, or what the service's page says. Of a page that several
    /// remedies know something of, the service's own number decides, else the longest words.
    pub fn remedy_seen(&self, words: &str) -> Option<&Remedy> {
        let words = words.trim().to_lowercase();
        if words.is_empty() {
            return None;
        }
        let named = |remedy: &&Remedy| remedy.id == words || remedy.key.as_deref() == Some(&words);
        let numbers = numbers(&words);
        let numbered = |remedy: &&Remedy| {
            remedy.when.iter().any(|sign| sign.code.as_ref().is_some_and(|code| numbers.contains(code)))
        };
        let said = |remedy: &Remedy| {
            let parts = remedy.pages.iter().map(|part| part.to_lowercase());
            parts.filter(|part| words.contains(part.as_str())).map(|part| part.len()).max()
        };
        let longest = || self.remedies.iter().rev().filter(|remedy| said(remedy).is_some()).max_by_key(|one| said(one));
        self.remedies.iter().find(named).or_else(|| self.remedies.iter().find(numbered)).or_else(longest)
    }
}

/// The numbers in a text, without what groups their digits: `(4,717)` is 4717.
fn numbers(words: &str) -> Vec<String> {
    let parts = words.split(|letter: char| !(letter.is_ascii_digit() || matches!(letter, ',' | '.')));
    parts.map(|part| part.replace([',', '.'], "")).filter(|digits| !digits.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn manifest() -> Manifest {
        let remedy = |id: &str, when: serde_json::Value| json!({"id": id, "title": "", "cause": "", "who": "", "steps": ["of {app}"], "when": when, "pages": [format!("page {id}")]});
        serde_json::from_value(json!({
            "manifest": "1", "connector": "demo", "version": "0", "title": "Demo", "hosts": {}, "activities": [],
            "auth": {"profiles": {}, "authorize_path": "", "token_path": "", "revoke_path": ""},
            "remedies": [
                remedy("wrong", json!([{"token": "invalid_client"}])),
                remedy("off", json!([{"code": "9001"}])),
                remedy("account", json!([{"token": "invalid_request", "method": "m"}])),
            ],
        }))
        .unwrap()
    }

    #[test]
    fn the_services_own_number_says_more_than_the_standards_word() {
        let found = |sign: Sign| manifest().remedy(&sign).map(|remedy| remedy.id.clone());
        let token = |token: &str| Sign { token: Some(token.into()), ..Sign::default() };
        assert_eq!(found(token("invalid_client")).as_deref(), Some("wrong"));
        assert_eq!(found(Sign { code: Some("9001".into()), ..token("invalid_client") }).as_deref(), Some("off"));
        assert_eq!(found(token("invalid_request")), None, "only with its method");
        assert_eq!(found(Sign { method: Some("m".into()), ..token("invalid_request") }).as_deref(), Some("account"));
        assert_eq!(found(Sign::default()), None);
    }

    #[test]
    fn words_of_a_page_find_the_remedy_and_its_places_are_filled() {
        let manifest = manifest();
        let remedy = manifest.remedy_seen("It said: PAGE OFF (9,001)").unwrap();
        assert_eq!(remedy.id, "off");
        assert_eq!(remedy.filled(&[("app", "Demo")]).steps, ["of Demo"]);
        assert!(manifest.remedy_seen("  ").is_none());
    }

    #[test]
    fn of_several_remedies_the_number_decides_and_then_the_longest_words() {
        let mut manifest = manifest();
        for (remedy, pages) in
            manifest.remedies.iter_mut().zip([&["cannot go on"][..], &["is off"], &["cannot go on today"]])
        {
            remedy.pages = pages.iter().map(|part| (*part).to_owned()).collect();
        }
        for (words, id) in [
            ("You cannot go on.", Some("wrong")),
            ("You cannot go on today.", Some("account")),
            ("You cannot go on today: it is off", Some("account")),
            ("You cannot go on today. Error code: (9,001).", Some("off")),
            ("9.001", Some("off")),
            ("19001", None),
            ("90010, 900", None),
        ] {
            assert_eq!(manifest.remedy_seen(words).map(|remedy| remedy.id.as_str()), id, "{words}");
        }
    }
}
