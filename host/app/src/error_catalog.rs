//! Every code of a failure, with its cause and what to do about it.

use serde::{Deserialize, Serialize};
use switchboard_manifest::{ErrorEntry, Manifest, RefusalEntry, Remedy};
use switchboard_suggest::suggest;

use crate::{AppError, Message, NextStep, message};

/// The host's own codes; the connector's are in its manifest.
const HOST_ERRORS: &str = include_str!("../../../manifests/host/errors.json");

#[derive(Deserialize)]
struct HostErrors {
    problems: Vec<ProblemCode>,
}

/// A code of ours.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ProblemCode {
    /// Stable code.
    pub code: String,
    /// What failed.
    pub cause: String,
    /// What to do about it.
    #[serde(default)]
    pub fix: Option<String>,
    /// Whether trying again has a chance.
    #[serde(default)]
    pub retry: String,
    /// Whether the steps depend on the app and the connection, so that only a diagnosis knows them.
    #[serde(skip)]
    pub is_diagnosed: bool,
}

impl ProblemCode {
    /// What to do about it, as a message.
    pub fn message(&self) -> Option<Message> {
        match self.is_diagnosed {
            true => Some(message![NextStep::Diagnose(None), " prints the steps for your app and your connection."]),
            false => self.fix.as_deref().map(Message::template),
        }
    }
}

/// The codes that were searched for.
#[derive(Debug)]
pub struct ErrorCodes<'a> {
    /// Codes of ours.
    pub problems: Vec<ProblemCode>,
    /// Codes of the service, with the code of ours that each leads to.
    pub refusals: Vec<&'a RefusalEntry>,
}

/// The codes that match a text: a code or a part of one, or a number of the service. An empty text matches all.
pub fn search<'a>(manifest: &'a Manifest, text: &str) -> Result<ErrorCodes<'a>, AppError> {
    let text = text.to_lowercase();
    let mut problems: Vec<ProblemCode> = manifest.errors.iter().map(of_connector).collect();
    // The connector knows more about a code that both have.
    for problem in host_errors()?.into_iter().chain(manifest.remedies.iter().map(of_remedy)) {
        if problems.iter().all(|listed| listed.code != problem.code) {
            problems.push(problem);
        }
    }
    let codes: Vec<String> = problems.iter().map(|problem| problem.code.clone()).collect();
    let mut refusals: Vec<&RefusalEntry> = manifest.refusals.iter().collect();
    if !text.is_empty() {
        problems.retain(|problem| problem.code.contains(&text));
        refusals.retain(|refusal| refusal.code.to_string() == text || refusal.problem.contains(&text));
    }
    if problems.is_empty() && refusals.is_empty() {
        let near = suggest(&text, codes).map_or_else(String::new, |near| format!("{near} "));
        let fix = message![near, NextStep::ListErrors, " shows all codes"];
        return Err(AppError::usage(format!("unknown code `{text}`"), fix));
    }
    Ok(ErrorCodes { problems, refusals })
}

/// What the list says to do about a code of the host, where nothing better is known.
pub fn fix_of_code(code: &str) -> Option<Message> {
    host_errors().ok()?.into_iter().find(|problem| problem.code == code)?.message()
}

fn host_errors() -> Result<Vec<ProblemCode>, AppError> {
    let errors: HostErrors =
        serde_json::from_str(HOST_ERRORS).map_err(|error| AppError::failed("broken", error.to_string()))?;
    Ok(errors.problems)
}

fn of_connector(entry: &ErrorEntry) -> ProblemCode {
    ProblemCode {
        code: entry.code.clone(),
        cause: entry.cause.clone(),
        fix: entry.fix.clone(),
        retry: entry.retry.clone(),
        is_diagnosed: false,
    }
}

/// A sign-in that the service's page ended has the name of what mends it.
fn of_remedy(remedy: &Remedy) -> ProblemCode {
    ProblemCode {
        code: remedy.id.clone(),
        cause: format!("{}.", remedy.title),
        fix: None,
        retry: "after-user-action".to_owned(),
        is_diagnosed: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_a_fix_is_a_step() {
        for problem in host_errors().unwrap() {
            let message = problem.message().unwrap_or_default();
            let text = message.spell(|_| String::new());
            for words in [&text, &problem.cause] {
                let mut places = words.split('{').skip(1);
                assert!(!places.any(|rest| rest.starts_with(char::is_alphabetic)), "{}: {words}", problem.code);
            }
        }
    }
}
