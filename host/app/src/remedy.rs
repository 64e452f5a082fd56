//! Remedies of the manifest, chosen for a failure.

use switchboard_connections::{Connection, ConnectionsError, Method, State, StateReason, TokenRefusal};
use switchboard_manifest::remedy::Sign;
use switchboard_manifest::scopes::Style;
use switchboard_manifest::{Manifest, Remedy};
use switchboard_runtime::{CallError, Problem};

use crate::next_step::SignInAgain;
use crate::{AppError, Cloud, Message, NextStep, OriginalRequest, message};

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
    pub connected: Option<Method>,
    /// The cloud of the service, where it is known.
    pub cloud: Cloud,
    /// The kind of scopes that the app seems to have, where another was asked for.
    pub app_style: Option<Style>,
}

impl Facts {
    /// The sign-in once more.
    pub fn again(&self) -> NextStep {
        NextStep::SignInAgain(Box::new(SignInAgain {
            label: self.label.clone(),
            method: self.connected.map(|method| method.to_string()),
            original: self.original.clone(),
            cloud: self.cloud.clone(),
        }))
    }
}

/// All rights that the manifest knows, for guidance before any was found missing.
pub(crate) fn rights_of(manifest: &Manifest) -> Vec<String> {
    let check = manifest.role_check.iter();
    check.flat_map(|check| check.rights.iter().map(|right| &right.name).chain(&check.unseen)).cloned().collect()
}

/// A message that a person can send to an administrator who does not have this program. The places of the remedy are filled
/// in. `service` is the title of the service.
pub fn message_to_administrator(remedy: &Remedy, facts: &Facts, service: &str) -> String {
    let mut text = format!(
        "Hello,\n\nI want to use my {service} account with Switchboard, and I am blocked. {}: {}\n",
        remedy.title, remedy.cause
    );
    let client = facts.client_id.iter().map(|client| format!("The app's client id is {client}."));
    let user = facts.email.iter().map(|email| format!("My {service} user is {email}."));
    let known: Vec<String> = client.chain(user).collect();
    if !known.is_empty() {
        text.push_str(&format!("{}\n", known.join(" ")));
    }
    text.push_str(&format!("\nPlease do this, or pass it on to {}:\n", remedy.who));
    numbered(&remedy.steps).iter().for_each(|line| text.push_str(&format!("{line}\n")));
    for other in &remedy.instead {
        text.push_str(&format!("\nOr: {}\n", other.title));
        numbered(&other.steps).iter().for_each(|line| text.push_str(&format!("{line}\n")));
    }
    text.push_str("\nThank you.");
    text
}

/// The steps as the lines of a numbered list.
pub fn numbered(steps: &[String]) -> Vec<String> {
    steps.iter().zip(1..).map(|(step, number)| format!("  {number}. {step}")).collect()
}

/// What can be read off a failure.
pub fn sign_of(error: &AppError, manifest: &Manifest, method: Option<&str>) -> Sign {
    let mut sign = Sign { method: method.map(str::to_owned), ..Sign::default() };
    let error = match error {
        AppError::WithLeftovers(error, _) => return sign_of(error, manifest, method),
        AppError::Connections(error) => Err(error.root()),
        other => Ok(other),
    };
    match error {
        Err(ConnectionsError::Rejected { refusal }) => {
            sign.problem = Some("rejected".into());
            sign.token = Some(refusal.name());
            sign.code = refusal.number();
        }
        Err(ConnectionsError::NotActive { state, reason, .. }) => {
            sign = Sign { method: sign.method, ..sign_of_state(*state, reason.as_ref()) };
        }
        Err(error) => sign.problem = Some(error.code().to_owned()),
        // No token was to be had: the token service may have said why.
        Ok(AppError::Call(CallError::Problem(problem), _)) if problem.code == NO_TOKEN => {
            sign.problem = Some("unavailable".into());
            if let Some(ConnectionsError::Rejected { refusal }) = cause_of(problem) {
                sign.code = refusal.number();
                sign.token.clone_from(&refusal.error);
            }
        }
        Ok(AppError::Call(CallError::Problem(problem), _)) if State::from_name(&problem.code).is_some() => {
            let state = match cause_of(problem) {
                Some(ConnectionsError::NotActive { state, reason, .. }) => sign_of_state(*state, reason.as_ref()),
                _ => Sign { problem: Some(problem.code.clone()), state: Some(problem.code.clone()), ..Sign::default() },
            };
            sign = Sign { method: sign.method, ..state };
        }
        Ok(AppError::Call(CallError::Problem(problem), _)) => {
            sign.problem = Some(problem.code.clone());
            let details = problem.details.as_ref();
            let code = details.and_then(|details| details.get("code").or_else(|| details.get(&manifest.refusal_field)));
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

/// The failure of the connection that a call failed with.
pub(crate) fn cause_of(problem: &Problem) -> Option<&ConnectionsError> {
    problem.cause.as_ref()?.downcast_ref()
}

/// What can be read off the state of a connection.
pub fn sign_of_state(state: State, reason: Option<&StateReason>) -> Sign {
    let problem = match reason {
        Some(StateReason::AnswerLost(_)) => "answer-lost",
        _ => state.as_str(),
    };
    Sign {
        problem: Some(problem.to_owned()),
        state: Some(state.to_string()),
        code: reason.and_then(StateReason::refusal).and_then(TokenRefusal::number),
        ..Sign::default()
    }
}

/// The failure with the remedy that fits it, when there is one.
pub fn explain(error: AppError, manifest: &Manifest, method: Option<&str>, facts: &Facts) -> AppError {
    let sign = Sign { other_style: facts.app_style.map(|_| true), ..sign_of(&error, manifest, method) };
    match manifest.remedy(&sign) {
        Some(remedy) => {
            let scopes = if facts.scopes.is_empty() { error.scopes() } else { facts.scopes.clone() };
            let rights = if facts.rights.is_empty() { rights_of(manifest) } else { facts.rights.clone() };
            let facts = Facts { scopes, rights, ..facts.clone() };
            AppError::Guided(Box::new(error), Box::new(Guidance { remedy: remedy.clone(), facts }))
        }
        None => error,
    }
}

/// The failure of a connection in use, with what is to be done where somebody has to mend more than the connection.
pub fn add_guidance(error: AppError, manifest: &Manifest, connection: &Connection) -> AppError {
    let error = add_emulator_advice(error, &connection.api_base);
    let (refused, ended) = match &error {
        AppError::Call(CallError::Problem(problem), _) => {
            (problem.code == NO_TOKEN, State::from_name(&problem.code).is_some())
        }
        AppError::Connections(error) => (false, matches!(error.root(), ConnectionsError::NotActive { .. })),
        _ => (false, false),
    };
    let code = sign_of(&error, manifest, None).code;
    let known = code.and_then(|code| manifest.remedy(&Sign { code: Some(code), ..Sign::default() }));
    let mended_elsewhere = refused || ended && known.is_some_and(|remedy| remedy.message);
    if !mended_elsewhere {
        return error;
    }
    let facts = Facts {
        label: Some(connection.label.clone()),
        email: connection.email().map(str::to_owned),
        client_id: connection.client_id.clone(),
        connected: Some(connection.method),
        ..Facts::default()
    };
    explain(error, manifest, Some(connection.method.as_str()), &facts)
}

/// A failure to reach a service of this machine, with what it most often is: an emulator that has ended.
pub fn add_emulator_advice(error: AppError, api_base: &str) -> AppError {
    let fix =
        error.problem().filter(|problem| problem.not_sent).and_then(|problem| emulator_advice(&problem.code, api_base));
    match fix {
        Some(fix) => error.with_fix(fix),
        None => error,
    }
}

/// What to do where nothing answers at an address of this machine.
pub fn emulator_advice(code: &str, api_base: &str) -> Option<Message> {
    let url = url::Url::parse(api_base).ok()?;
    let port = url.port().filter(|_| code == "unreachable" && url.scheme() == "http")?;
    let host = url.host_str()?;
    Some(message![
        format!("nothing answers at {host}:{port}. If it was an emulator, start it: "),
        NextStep::StartEmulator(port),
        ", or for a new demo account ",
        NextStep::TryEmulator(port),
    ])
}
