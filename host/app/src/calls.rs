//! Calls of single activities.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use switchboard_manifest::{Activity, Effect, Idempotency, Manifest, fill};
use switchboard_runtime::{CallError, Problem};

use crate::activities::{check_fields, policy_advice, role_rights, unknown};
use crate::remedy::add_guidance;
use crate::ui::{ActivityConfirmation, Confirmation};
use crate::{App, AppError, Downloads, NextStep, identity, message};

/// One call.
#[derive(Clone, Debug, Default)]
pub struct CallRequest {
    /// Id of the activity, for example `zoom.meetings.create`.
    pub activity: String,
    /// Its input, an object.
    pub input: Value,
    /// Label or id of the connection. None for the default one, or the only one.
    pub connection: Option<String>,
    /// Give the request in place of sending it.
    pub dry_run: bool,
    /// Limit for the whole call. None for the one of the runtime.
    pub timeout: Option<Duration>,
    /// Where downloads go.
    pub downloads: Downloads,
    /// Activities that run although they are off by policy.
    pub allow: Vec<String>,
    /// Whether the person has confirmed a destructive activity already.
    pub confirmed: bool,
}

/// Calls one activity and gives its output; of a dry run, the request.
pub async fn call(app: &App, request: CallRequest) -> Result<Value, AppError> {
    let connector = app.connector().await?;
    let id = &request.activity;
    let Some(activity) = connector.activity(id) else {
        return Err(unknown(connector.manifest(), id));
    };
    check_fields(id, &activity, &request.input)?;
    if !request.dry_run && !request.confirmed {
        confirm(app, id, &activity, &request.input, Preview::DryRun).await?;
    }
    let connections = app.connections().await?;
    let advise = |error: AppError| match connections.choose(request.connection.as_deref()) {
        Ok(row) => add_guidance(error, connector.manifest(), &row),
        Err(_) => error,
    };
    let connection = identity::live(app, &connector, &connections, request.connection.as_deref());
    let connection = connection.map_err(|error| advise(error.into()))?;
    let label = connection.label().to_owned();
    let mut options = app.download_options(&label, &request.downloads)?;
    if let Some(timeout) = request.timeout {
        options = options.with_timeout(timeout);
    }
    options.dry_run = request.dry_run;
    options.allow = app.allowed(&request.allow)?;
    let is_read = activity.effect_of(&request.input) == Effect::Read;
    let output = connector.call(id, request.input, Arc::new(connection), &options).await;
    output.map_err(|error| {
        if !is_read && is_unknown(&error, &activity) {
            AppError::Uncertain(error)
        } else {
            advise(with_rights(error, connector.manifest(), id, &activity, &label))
        }
    })
}

/// Whether the activity writes and nobody knows whether it did: the request was sent, and no answer says what became of it.
fn is_unknown(error: &CallError, activity: &Activity) -> bool {
    if matches!(activity.idempotency, Idempotency::Read | Idempotency::Idempotent) {
        return false;
    }
    match error {
        CallError::Problem(problem) => !problem.not_sent && UNANSWERED.contains(&problem.code.as_str()),
        CallError::Broken(broken) => !broken.not_sent,
        CallError::Refused(_) => false,
    }
}

/// Codes of requests that were sent, and whose outcome no answer tells.
const UNANSWERED: [&str; 6] =
    ["timeout", "unreachable", "unavailable", "unexpected-answer", "response.too-large", "response.encoding"];

/// A refusal that may be for the role or the plan, which the service does not tell apart: the doctor does.
fn with_rights(error: CallError, manifest: &Manifest, id: &str, activity: &Activity, label: &str) -> AppError {
    let ambiguous = manifest.role_check.as_ref().and_then(|check| check.ambiguous_code);
    let code_of = |problem: &Problem| problem.details.as_ref()?.get(&manifest.refusal_field)?.as_i64();
    let is_forbidden = ambiguous.is_some()
        && matches!(&error, CallError::Problem(problem) if problem.code == "forbidden" && code_of(problem) == ambiguous);
    let rights = role_rights(activity).join(", ");
    let mut needs = Vec::new();
    if !rights.is_empty() {
        needs.push(format!("the role right {rights}"));
    }
    if let Some(plan) = &activity.plan {
        needs.push(format!("the plan: {plan}"));
    }
    let is_off = matches!(&error, CallError::Refused(refused) if refused.code == "refused.policy");
    let error = AppError::from(error);
    if is_off {
        return error.with_fix(policy_advice(id));
    }
    if !is_forbidden || needs.is_empty() {
        return error;
    }
    let doctor = NextStep::Diagnose(Some(label.to_owned()));
    error.with_fix(message![format!("{id} needs {}; ", needs.join(", and ")), doctor, " lists what is missing"])
}

/// How a person can look at a request first, without sending it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preview {
    /// A dry run shows it.
    DryRun,
    /// Not at all.
    None,
}

/// A destructive activity needs a yes.
pub async fn confirm(
    app: &App,
    id: &str,
    activity: &Activity,
    input: &Value,
    preview: Preview,
) -> Result<(), AppError> {
    if activity.effect_of(input) != Effect::Destructive {
        return Ok(());
    }
    let sentence = activity.confirm.as_deref().unwrap_or("This cannot be undone.");
    let sentence = fill(sentence, |name| input.get(name).map(text_of));
    let question = Confirmation::Activity(ActivityConfirmation {
        activity: id.to_owned(),
        sentence,
        is_own_connector: app.has_own_connector(),
        has_dry_run: preview == Preview::DryRun,
    });
    if app.ui().confirm(&question).await? {
        Ok(())
    } else {
        Err(AppError::failed("not-confirmed", "not confirmed; nothing was done"))
    }
}

/// A field of the input as a person reads it.
fn text_of(value: &Value) -> Cow<'_, str> {
    value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed)
}
