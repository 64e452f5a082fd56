//! Remedies of the manifest, chosen for a failure and shown to people.

use serde_json::{Value, json};
use switchboard_connections::{ConnectionsError, State};
use switchboard_runtime::CallError;
use switchboard_runtime::manifest::{Guide, Manifest, Remedy};
use switchboard_runtime::remedy::Sign;

use crate::error::CliError;

/// What the places in a remedy stand for.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub label: Option<String>,
    pub email: Option<String>,
    pub expected: Option<String>,
    pub client_id: Option<String>,
    pub redirect: Option<String>,
    pub scopes: Vec<String>,
    /// Of the user's role, the missing ones.
    pub rights: Vec<String>,
}

/// The rights that managing users needs, for guidance before any was found missing.
const RIGHTS: &str = "View and Edit on Users, on User advanced settings, and on Groups";

impl Facts {
    /// The remedy with its places filled in.
    pub fn fill(&self, remedy: &Remedy) -> Remedy {
        let or = |value: &Option<String>, other: &str| value.clone().unwrap_or_else(|| other.to_owned());
        let list = |all: &[String], with: &str, none: &str| match all {
            [] => none.to_owned(),
            all => all.join(with),
        };
        let app = self.client_id.as_ref().map_or_else(|| "the app".to_owned(), |client| format!("the app {client}"));
        remedy.filled(&[
            ("label", &or(&self.label, "LABEL")),
            ("email", &or(&self.email, "this user")),
            ("expected", &or(&self.expected, "the user you want to connect")),
            ("client_id", &or(&self.client_id, "ID")),
            ("app", &app),
            ("redirect", &or(&self.redirect, "http://127.0.0.1:7910/oauth/callback")),
            ("scopes", &list(&self.scopes, " ", "the missing scopes")),
            ("rights", &list(&self.rights, ", ", RIGHTS)),
        ])
    }
}

/// What can be read off a failure.
pub fn sign_of(error: &CliError, method: Option<&str>) -> Sign {
    let mut sign = Sign { method: method.map(str::to_owned), ..Sign::default() };
    let error = match error {
        CliError::Connections(error) => Err(error.root()),
        other => Ok(other),
    };
    match error {
        Err(ConnectionsError::Rejected { error, reason }) => {
            sign.problem = Some("rejected".into());
            sign.token = Some(error.clone());
            sign.code = number(reason);
        }
        Err(ConnectionsError::NotActive { state, .. }) => {
            sign.problem = Some(state.clone());
            sign.state = Some(state.clone());
        }
        Err(error) => sign.problem = Some(error.code().to_owned()),
        // No token was to be had: the words are those of the token service.
        Ok(CliError::Call(CallError::Problem(problem))) if problem.code == NO_TOKEN => {
            sign.problem = Some("unavailable".into());
            sign.code = number(&problem.message);
            sign.token = refusal(&problem.message);
        }
        Ok(CliError::Call(CallError::Problem(problem))) if State::from_name(&problem.code).is_some() => {
            sign.problem = Some(problem.code.clone());
            sign.state = Some(problem.code.clone());
            sign.code = number(&problem.message);
        }
        Ok(CliError::Call(CallError::Problem(problem))) => {
            sign.problem = Some(problem.code.clone());
            let details = problem.details.as_ref();
            let code = details.and_then(|details| details.get("code").or_else(|| details.get("zoom_code")));
            sign.code =
                code.and_then(|code| code.as_str().map(str::to_owned).or_else(|| code.as_i64().map(|n| n.to_string())));
        }
        Ok(CliError::Failed { code, .. }) => sign.problem = Some(code.clone()),
        Ok(_) => {}
    }
    sign
}

/// The code of a call for which the token service gave no token.
const NO_TOKEN: &str = "credential.unavailable";

/// The service's number in its words, the last one in brackets: `(4,717)`.
pub fn number(words: &str) -> Option<String> {
    let inside = |part: &str| Some(part.split_once(')')?.0.replace([',', '.'], ""));
    let digits = |inside: &String| !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit());
    words.rsplit('(').filter_map(inside).find(digits)
}

/// The word of the OAuth standard in the words of a refusal: `invalid_client`.
fn refusal(words: &str) -> Option<String> {
    let all = words.split(|letter: char| !(letter.is_ascii_lowercase() || letter == '_'));
    all.map(|word| word.trim_matches('_')).find(|word| word.contains('_')).map(str::to_owned)
}

/// The failure with the remedy that fits it, when there is one.
pub fn explain(error: CliError, manifest: &Manifest, method: Option<&str>, facts: &Facts) -> CliError {
    match manifest.remedy(&sign_of(&error, method)) {
        Some(remedy) => CliError::Explained { error: Box::new(error), remedy: Box::new(facts.fill(remedy)) },
        None => error,
    }
}

/// Everything a person has to do.
pub fn lines(remedy: &Remedy) -> Vec<String> {
    let first = format!("{}: {}", remedy.title, remedy.cause);
    [first].into_iter().chain(below(remedy)).collect()
}

/// The same below a line that has the title already.
pub fn untitled(remedy: &Remedy) -> Vec<String> {
    [remedy.cause.clone()].into_iter().chain(below(remedy)).collect()
}

fn below(remedy: &Remedy) -> Vec<String> {
    let mut lines = vec![format!("Who can mend it: {}.", remedy.who)];
    lines.extend(numbered(&remedy.steps));
    for other in &remedy.instead {
        lines.push(format!("Or: {}", other.title));
        lines.extend(numbered(&other.steps));
    }
    lines.extend(remedy.then.iter().cloned());
    if !remedy.here.is_empty() {
        lines.push("Then, here:".to_owned());
        lines.extend(remedy.here.iter().map(|step| format!("  - {step}")));
    }
    lines.extend(remedy.links.iter().map(|link| format!("More: {link}")));
    lines
}

/// The same for programs.
pub fn value(remedy: &Remedy) -> Value {
    json!({ "id": remedy.id, "title": remedy.title, "cause": remedy.cause, "who": remedy.who, "steps": remedy.steps,
        "here": remedy.here, "instead": remedy.instead, "then": remedy.then, "links": remedy.links })
}

/// A message a person can send to whoever can mend it, who does not have this program.
pub fn message(remedy: &Remedy, facts: &Facts) -> String {
    let mut text = format!(
        "Hello,\n\nI want to use my Zoom account with Switchboard, and I cannot go on. {}: {}\n",
        remedy.title, remedy.cause
    );
    let client = facts.client_id.iter().map(|client| format!("The app's client id is {client}."));
    let user = facts.email.iter().map(|email| format!("My Zoom user is {email}."));
    let known: Vec<String> = client.chain(user).collect();
    if !known.is_empty() {
        text.push_str(&format!("{}\n", known.join(" ")));
    }
    text.push_str(&format!("\nPlease do this, or pass it on to {}:\n", remedy.who));
    for line in numbered(&remedy.steps) {
        text.push_str(&line);
        text.push('\n');
    }
    for other in &remedy.instead {
        text.push_str(&format!("\nOr: {}\n", other.title));
        for line in numbered(&other.steps) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text.push_str("\nThank you.");
    text
}

/// A guide for people.
pub fn guide(guide: &Guide, redirect: &str) -> Vec<String> {
    let steps: Vec<String> = guide
        .steps
        .iter()
        .map(|step| step.replace("{redirect}", redirect).replace("{app}", "you want to use"))
        .collect();
    let mut lines = vec![guide.title.clone()];
    lines.extend(numbered(&steps));
    lines.extend(guide.notes.iter().map(|note| format!("Note: {note}")));
    lines
}

fn numbered(steps: &[String]) -> Vec<String> {
    steps.iter().zip(1..).map(|(step, n)| format!("  {n}. {step}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_number_is_read_from_the_end_of_its_words() {
        for (words, found) in [
            ("The app has been disabled (4,717)", Some("4717")),
            ("Invalid redirect (see help) (4.700)", Some("4700")),
            ("Invalid client_id or client_secret", None),
            ("of user (ada)", None),
            ("()", None),
            ("refused: invalid_client (The app has been disabled (4,717)); check the app (and more)", Some("4717")),
        ] {
            assert_eq!(number(words).as_deref(), found, "{words}");
        }
    }

    #[test]
    fn a_refused_token_is_recognised_by_the_error_of_the_token_service() {
        let refused = "the service refused the app: invalid_client (no such_word); check its id";
        assert_eq!(refusal(refused).as_deref(), Some("invalid_client"));
        assert_eq!(refusal("no word of any standard"), None);
    }
}
