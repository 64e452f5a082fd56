//! The connector as the one who identifies the user of a connection.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use switchboard_egress::{Connection, Identify, IdentifyCause, IdentifyError, Trace};

use crate::call::CallOptions;
use crate::connector::Connector;
use crate::error::{CallError, Retry};

/// Time of one check. Less than the 30 s after which a connection gives up, so that the service's own words arrive.
const DEADLINE: Duration = Duration::from_secs(25);

/// How a problem's code names a token that the service refused.
const TOKEN_REFUSED: [&str; 2] = ["credential.token-refused", "expired"];

struct OwnerCheck {
    connector: Connector,
    trace: Arc<dyn Trace>,
}

impl Connector {
    /// What identifies the user of a connection through this connector. `trace` sees its requests.
    pub fn owner_check(&self, trace: Arc<dyn Trace>) -> Arc<dyn Identify> {
        Arc::new(OwnerCheck { connector: self.clone(), trace })
    }
}

#[async_trait]
impl Identify for OwnerCheck {
    async fn identify(&self, connection: Arc<dyn Connection>) -> Result<Value, IdentifyError> {
        let options = CallOptions { deadline: DEADLINE, trace: Arc::clone(&self.trace), ..CallOptions::default() };
        let slots = &self.connector.shared.slots.owner_checks;
        let _slot = self.connector.slot(slots, DEADLINE).await.map_err(|error| failed(error, true))?;
        let identity = self.connector.identify_in_slot(connection, &options).await;
        let identity = identity.map_err(|error| failed(error, false))?;
        serde_json::to_value(identity).map_err(|error| IdentifyError::unavailable(error.to_string()))
    }
}

/// `local`: whatever failed, it was not the service.
fn failed(error: CallError, local: bool) -> IdentifyError {
    let (code, message, fix) = (error.code().to_owned(), error.to_string(), error.fix().map(str::to_owned));
    let (retryable, cause) = match &error {
        CallError::Problem(problem) if TOKEN_REFUSED.contains(&problem.code.as_str()) => (false, IdentifyCause::Token),
        CallError::Problem(problem) => (matches!(problem.retry, Retry::After(_)), IdentifyCause::Service),
        CallError::Refused(_) => (false, IdentifyCause::Caller),
        CallError::Broken(broken) => (broken.code == "guest.deadline", IdentifyCause::Caller),
    };
    let cause = if local { IdentifyCause::Caller } else { cause };
    IdentifyError { code, message, fix, retryable, cause }
}
