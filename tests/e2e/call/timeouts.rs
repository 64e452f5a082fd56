//! A service that takes requests and answers none.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use switchboard_egress::Pacing;
use switchboard_runtime::{
    CallError, CallOptions, Connection, Connector, Credential, CredentialError, Egress, Facts, FixedToken, Identify,
    Policy, Retry, Runtime, RuntimeConfig,
};

use crate::connector::load_file::bundle;

fn zoom() -> Connector {
    Runtime::new(RuntimeConfig::default(), Egress::new().unwrap()).unwrap().load_bundle(bundle()).unwrap()
}

fn hurried() -> CallOptions {
    CallOptions { deadline: Duration::from_millis(400), ..CallOptions::default() }
}

/// What it is told as, whichever side was silent: nobody's bug, and to be tried again.
fn told(error: CallError, who: &str) {
    let CallError::Problem(problem) = &error else { panic!("{error:?}") };
    assert!(problem.message.contains(who) && problem.message.contains("did not answer in time"), "{problem:?}");
    assert!(matches!(problem.retry, Retry::After(_)), "{problem:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_never_answers_is_named_and_not_taken_for_a_bug() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v2", silent.local_addr().unwrap());
    let policy = || Policy::new(base.parse().unwrap(), Vec::new());
    let connection = || Arc::new(FixedToken::new(policy(), Credential::new("a-token".to_owned())));
    let zoom = zoom();
    told(zoom.call("zoom.users.me", json!({}), connection(), &hurried()).await.unwrap_err(), "127.0.0.1");
    told(zoom.identify(connection(), &hurried()).await.unwrap_err(), "127.0.0.1");
}

/// Its token is never renewed.
struct Waits(FixedToken);

#[async_trait]
impl Connection for Waits {
    fn policy(&self) -> &Policy {
        self.0.policy()
    }

    async fn credential(&self, _: Option<&Arc<dyn Identify>>) -> Result<Credential, CredentialError> {
        std::future::pending().await
    }

    async fn renew(&self, _: &Credential, _: Option<&Arc<dyn Identify>>) -> Result<Credential, CredentialError> {
        std::future::pending().await
    }

    fn facts(&self) -> Facts {
        self.0.facts()
    }

    fn id(&self) -> &str {
        self.0.id()
    }

    fn pacing(&self) -> &dyn Pacing {
        self.0.pacing()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_service_that_never_answers_is_named_too() {
    let policy = Policy::new("http://127.0.0.1:9/v2".parse().unwrap(), Vec::new());
    let connection = Arc::new(Waits(FixedToken::new(policy, Credential::new("a-token".to_owned()))));
    told(zoom().call("zoom.users.me", json!({}), connection, &hurried()).await.unwrap_err(), "the sign-in service");
}
