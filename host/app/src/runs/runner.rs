//! How automations see the connector: a catalogue to check against, and a runner for their steps.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use switchboard_automation::{ActivityCall, ActivityInfo, ActivityRunner, Catalog, Family, RetryHint, StepError};
use switchboard_connections::LiveConnection;
use switchboard_manifest::{Idempotency, Manifest};
use switchboard_runtime::{CallError, CallOptions, Connector, Retry};

use super::connections::UNNAMED;
use crate::with_common_code;

/// The connector's activities as the checker wants them.
pub struct ManifestCatalog<'a>(pub &'a Manifest);

impl Catalog for ManifestCatalog<'_> {
    fn activity(&self, id: &str) -> Option<ActivityInfo<'_>> {
        self.0.activity(id).map(|activity| ActivityInfo {
            input_schema: &activity.input,
            output_schema: &activity.output,
            effect: activity.effect,
            idempotency: activity.idempotency,
        })
    }

    fn names(&self) -> Vec<String> {
        self.0.ids().collect()
    }

    fn problems(&self) -> Vec<String> {
        let codes = crate::error_catalog::search(self.0, "").map(|codes| codes.problems).unwrap_or_default();
        codes.into_iter().map(|problem| problem.code).collect()
    }
}

/// An account that steps run on, and how they are called there.
pub struct Account {
    pub connection: Arc<LiveConnection>,
    pub options: CallOptions,
}

/// Runs steps in the sandbox, each on the account of its connection's name.
pub struct SandboxRunner {
    pub connector: Connector,
    pub accounts: BTreeMap<String, Account>,
}

#[async_trait]
impl ActivityRunner for SandboxRunner {
    fn repeatable(&self, activity: &str) -> bool {
        let known = self.connector.activity(activity);
        known.is_some_and(|known| matches!(known.idempotency, Idempotency::Read | Idempotency::Idempotent))
    }

    async fn run(&self, call: &ActivityCall) -> Result<Value, StepError> {
        let name = call.connection.as_deref().unwrap_or(UNNAMED);
        // A document that declares none has the one account.
        let account = self.accounts.get(name).or_else(|| self.accounts.get(UNNAMED));
        let Some(Account { connection, options }) = account else {
            return Err(StepError::problem("connection", format!("no connection was given for `{name}`")));
        };
        let mut options = options.clone();
        options.attempt = call.attempt;
        options.idempotency_key.clone_from(&call.idempotency_key);
        if let Some(ms) = call.timeout_ms {
            options = options.with_timeout(Duration::from_millis(ms));
        }
        let connection = Arc::clone(connection);
        self.connector.call(&call.activity, call.input.clone(), connection, &options).await.map_err(step_error)
    }
}

fn step_error(error: CallError) -> StepError {
    let error = with_common_code(error);
    let (code, fix) = (error.code().to_owned(), error.fix().map(str::to_owned));
    let message = error.to_string();
    let (family, retry, not_sent, pointer, details) = match error {
        CallError::Problem(problem) => {
            (Family::Problem, hint(problem.retry), problem.not_sent, problem.pointer, problem.details)
        }
        CallError::Refused(_) => (Family::Refused, RetryHint::Never, true, None, None),
        CallError::Broken(broken) => (Family::Broken, RetryHint::Never, broken.not_sent, None, None),
    };
    StepError { code, message, fix, family, retry, not_sent, pointer, details }
}

fn hint(retry: Retry) -> RetryHint {
    match retry {
        Retry::Never => RetryHint::Never,
        Retry::After(ms) => RetryHint::After(ms),
        Retry::AfterUserAction => RetryHint::AfterUserAction,
    }
}
