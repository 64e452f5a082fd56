//! Remedies of the manifest, chosen for a failure and shown to people.

use serde_json::{Value, json};
use switchboard_connections::{ConnectionsError, State};
use switchboard_manifest::remedy::Sign;
use switchboard_manifest::scopes::Style;
use switchboard_manifest::{Guide, Manifest, Remedy};
use switchboard_runtime::CallError;
use switchboard_store::ConnectionRow;

use crate::error::CliError;
use crate::given::Given;

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
    /// The command that failed.
    pub given: Option<Given>,
    /// How the connection of this label is made, where there is one.
    pub connected: Option<String>,
    /// Flags that lead a further command to the same service, with a blank before each.
    pub at: String,
    /// The kind of scopes that the app seems to have, where another was asked for.
    pub app_style: Option<Style>,
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
        let style = self.app_style.unwrap_or(Style::Classic);
        let label = self.label.as_deref().unwrap_or("LABEL");
        let client = self.client_id.as_deref().unwrap_or("ID");
        let given = self.given.clone().unwrap_or_else(|| Given::own_app(label, client));
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
            ("again", &self.again()),
            ("again_all", &self.again_for_all(&given)),
            ("replace", &self.replacing()),
            ("asked", style.other().as_str()),
            ("other_style", &given.at("--style", style.as_str()).told()),
            ("by_browser", &given.without(&["--account-id", "--method"]).told()),
            ("at", &if self.at.is_empty() { given.addresses() } else { self.at.clone() }),
        ])
    }

    /// The command that signs in once more.
    pub fn again(&self) -> String {
        let label = self.label.as_deref().unwrap_or("LABEL");
        match (&self.connected, &self.given) {
            (Some(method), _) if method == "token" => {
                format!("switchboard connection reconnect {label} --token - < token.txt")
            }
            (None, Some(given)) => given.told(),
            (Some(_), Some(given)) if given.reconnects() => given.told(),
            (Some(_), _) => format!("switchboard connection reconnect {label}"),
            (None, None) => format!("switchboard connect {label}{}", self.at),
        }
    }

    /// The same for all that the app has.
    fn again_for_all(&self, given: &Given) -> String {
        match &self.connected {
            Some(_) => format!("switchboard connection reconnect {} --all", self.label.as_deref().unwrap_or("LABEL")),
            None => given.without(&["--for", "--for-automation", "--scopes"]).told(),
        }
    }

    /// The same, though a connection ends by it.
    fn replacing(&self) -> String {
        match &self.given {
            Some(given) if self.connected.is_none() || given.reconnects() => given.with(&["--replace"]).told(),
            _ => format!("{} --replace", self.again()),
        }
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
        Err(ConnectionsError::NotActive { state, reason, .. }) => {
            sign.problem = answer_lost(reason).or_else(|| Some(state.clone()));
            sign.state = Some(state.clone());
            sign.code = number(reason);
        }
        Err(error) => sign.problem = Some(error.code().to_owned()),
        // No token was to be had: the words are those of the token service.
        Ok(CliError::Call(CallError::Problem(problem))) if problem.code == NO_TOKEN => {
            sign.problem = Some("unavailable".into());
            sign.code = number(&problem.message);
            sign.token = refusal(&problem.message);
        }
        Ok(CliError::Call(CallError::Problem(problem))) if State::from_name(&problem.code).is_some() => {
            let lost = problem.message.split(": ").find_map(answer_lost);
            sign.problem = lost.or_else(|| Some(problem.code.clone()));
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
    let sign = Sign { other_style: facts.app_style.map(|_| true), ..sign_of(&error, method) };
    match manifest.remedy(&sign) {
        Some(remedy) => {
            let scopes = if facts.scopes.is_empty() { scopes_of(&error) } else { facts.scopes.clone() };
            let facts = Facts { scopes, ..facts.clone() };
            CliError::Explained { error: Box::new(error), remedy: Box::new(facts.fill(remedy)) }
        }
        None => error,
    }
}

/// The failure of a connection in use, with what is to be done where somebody has to mend more than the connection.
pub fn advised(error: CliError, manifest: &Manifest, row: &ConnectionRow) -> CliError {
    let error = named_at(error, &row.api_base);
    let (refused, ended) = match &error {
        CliError::Call(CallError::Problem(problem)) => {
            (problem.code == NO_TOKEN, State::from_name(&problem.code).is_some())
        }
        CliError::Connections(error) => (false, matches!(error.root(), ConnectionsError::NotActive { .. })),
        _ => (false, false),
    };
    let code = sign_of(&error, None).code;
    let known = code.and_then(|code| manifest.remedy(&Sign { code: Some(code), ..Sign::default() }));
    let mended_elsewhere = refused || ended && known.is_some_and(|remedy| remedy.message);
    if !mended_elsewhere {
        return error;
    }
    let email = row.identity.as_ref().and_then(|identity| identity.get("email")?.as_str()).map(str::to_owned);
    let facts = Facts {
        label: Some(row.label.clone()),
        email,
        client_id: row.client_id.clone(),
        connected: Some(row.method.clone()),
        ..Facts::default()
    };
    explain(error, manifest, Some(&row.method), &facts)
}

/// A failure to reach a service of this machine, with what it most often is: an emulator that has ended.
pub fn named_at(error: CliError, api_base: &str) -> CliError {
    let CliError::Call(CallError::Problem(mut problem)) = error else { return error };
    if let Some(fix) = absent(&problem.code, api_base).filter(|_| problem.not_sent) {
        problem.fix = Some(fix);
    }
    CliError::Call(CallError::Problem(problem))
}

/// What to do where nothing answers at an address of this machine.
pub fn absent(code: &str, api_base: &str) -> Option<String> {
    let url = url::Url::parse(api_base).ok()?;
    let port = url.port().filter(|_| code == "unreachable" && url.scheme() == "http")?;
    let host = url.host_str()?;
    Some(format!(
        "nothing answers at {host}:{port}. Where that was an emulator, start it: `switchboard emulator start --port {port}`, or for a new demo account `switchboard try --port {port}`"
    ))
}

/// The scopes that a refusal names.
pub fn scopes_of(error: &CliError) -> Vec<String> {
    let told = error.as_json();
    let named = told.pointer("/details/scopes").and_then(Value::as_array).into_iter().flatten();
    named.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What a connection's state says beyond its name, in words of ours: the answer that held its new token was lost.
pub fn answer_lost(reason: &str) -> Option<String> {
    reason.starts_with("the answer to an earlier refresh was lost").then(|| "answer-lost".to_owned())
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
    let mut lines = vec![format!("Who can fix it: {}.", remedy.who)];
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
        "Hello,\n\nI want to use my Zoom account with Switchboard, and I am blocked. {}: {}\n",
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

/// A guide for people, its places filled.
pub fn guide(guide: &Guide) -> Vec<String> {
    let mut lines = vec![guide.title.clone()];
    lines.extend(numbered(&guide.steps));
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
