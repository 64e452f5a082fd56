//! Remedies of the manifest, chosen for a failure.

use switchboard_connections::{ConnectionsError, State};
use switchboard_manifest::remedy::Sign;
use switchboard_manifest::scopes::Style;
use switchboard_manifest::{Manifest, Remedy};
use switchboard_runtime::CallError;
use switchboard_store::ConnectionRow;

use crate::next_step::SignInAgain;
use crate::{AppError, Message, NextStep, OriginalRequest, message};

/// A remedy, and what its places stand for here. A surface fills them in.
#[derive(Clone, Debug)]
pub struct Guidance {
    /// The remedy, its places not filled in.
    pub remedy: Remedy,
    /// What the places stand for.
    pub facts: Facts,
}

/// What the places in a remedy stand for.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Name of the connection.
    pub label: Option<String>,
    /// The user's address.
    pub email: Option<String>,
    /// The address of the user that was expected.
    pub expected: Option<String>,
    /// The app.
    pub client_id: Option<String>,
    /// The call-back address of the app.
    pub redirect: Option<String>,
    /// The scopes that are missing.
    pub scopes: Vec<String>,
    /// Of the user's role, the missing rights.
    pub rights: Vec<String>,
    /// The request that failed.
    pub original: Option<OriginalRequest>,
    /// How the connection of this label is made, where there is one.
    pub connected: Option<String>,
    /// What leads a further request to the same service, in the words of the surface.
    pub at: String,
    /// The kind of scopes that the app seems to have, where another was asked for.
    pub app_style: Option<Style>,
}

impl Facts {
    /// The sign-in once more.
    pub fn again(&self) -> NextStep {
        NextStep::SignInAgain(Box::new(SignInAgain {
            label: self.label.clone(),
            method: self.connected.clone(),
            original: self.original.clone(),
            at: self.at.clone(),
        }))
    }
}

/// What can be read off a failure.
pub fn sign_of(error: &AppError, method: Option<&str>) -> Sign {
    let mut sign = Sign { method: method.map(str::to_owned), ..Sign::default() };
    let error = match error {
        AppError::Connections(error) => Err(error.root()),
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
        Ok(AppError::Call(CallError::Problem(problem), _)) if problem.code == NO_TOKEN => {
            sign.problem = Some("unavailable".into());
            sign.code = number(&problem.message);
            sign.token = refusal(&problem.message);
        }
        Ok(AppError::Call(CallError::Problem(problem), _)) if State::from_name(&problem.code).is_some() => {
            let lost = problem.message.split(": ").find_map(answer_lost);
            sign.problem = lost.or_else(|| Some(problem.code.clone()));
            sign.state = Some(problem.code.clone());
            sign.code = number(&problem.message);
        }
        Ok(AppError::Call(CallError::Problem(problem), _)) => {
            sign.problem = Some(problem.code.clone());
            let details = problem.details.as_ref();
            let code = details.and_then(|details| details.get("code").or_else(|| details.get("zoom_code")));
            sign.code =
                code.and_then(|code| code.as_str().map(str::to_owned).or_else(|| code.as_i64().map(|n| n.to_string())));
        }
        Ok(AppError::Failed { code, .. }) => sign.problem = Some(code.clone()),
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
pub fn explain(error: AppError, manifest: &Manifest, method: Option<&str>, facts: &Facts) -> AppError {
    let sign = Sign { other_style: facts.app_style.map(|_| true), ..sign_of(&error, method) };
    match manifest.remedy(&sign) {
        Some(remedy) => {
            let scopes = if facts.scopes.is_empty() { error.scopes() } else { facts.scopes.clone() };
            let facts = Facts { scopes, ..facts.clone() };
            AppError::Explained(Box::new(error), Box::new(Guidance { remedy: remedy.clone(), facts }))
        }
        None => error,
    }
}

/// The failure of a connection in use, with what is to be done where somebody has to mend more than the connection.
pub fn advised(error: AppError, manifest: &Manifest, row: &ConnectionRow) -> AppError {
    let error = named_at(error, &row.api_base);
    let (refused, ended) = match &error {
        AppError::Call(CallError::Problem(problem), _) => {
            (problem.code == NO_TOKEN, State::from_name(&problem.code).is_some())
        }
        AppError::Connections(error) => (false, matches!(error.root(), ConnectionsError::NotActive { .. })),
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
pub fn named_at(error: AppError, api_base: &str) -> AppError {
    let fix = error.problem().filter(|problem| problem.not_sent).and_then(|problem| absent(&problem.code, api_base));
    match fix {
        Some(fix) => error.with_fix(fix),
        None => error,
    }
}

/// What to do where nothing answers at an address of this machine.
pub fn absent(code: &str, api_base: &str) -> Option<Message> {
    let url = url::Url::parse(api_base).ok()?;
    let port = url.port().filter(|_| code == "unreachable" && url.scheme() == "http")?;
    let host = url.host_str()?;
    Some(message![
        format!("nothing answers at {host}:{port}. Where that was an emulator, start it: "),
        NextStep::StartEmulator(port),
        ", or for a new demo account ",
        NextStep::TryEmulator(port),
    ])
}

/// What a connection's state says beyond its name, in words of ours: the answer that held its new token was lost.
pub fn answer_lost(reason: &str) -> Option<String> {
    reason.starts_with("the answer to an earlier refresh was lost").then(|| "answer-lost".to_owned())
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
