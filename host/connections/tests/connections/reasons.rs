//! Why a connection cannot be used, as facts.

use switchboard_connections::{ConnectionStep, ConnectionsError, State, StateReason};
use switchboard_egress::{Connection, Credential, CredentialError};

use crate::messages::Told as _;
use crate::refresh::connected;
use crate::support::{Next, TokenServer, home};

/// How a refresh fails that the service answers with this.
async fn refusal(answer: &'static str) -> CredentialError {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = connected(folder.path(), &server).await;
    server.then(Next::Status(400, answer));
    let live = connections.open_connection(Some("work")).told();
    live.renew(&Credential::new("canary-access-1".into()), None).await.refused()
}

fn cause(error: &CredentialError) -> &ConnectionsError {
    error.cause.as_ref().unwrap().downcast_ref().unwrap()
}

#[tokio::test]
async fn ended_connection_has_the_refusal_in_its_reason() {
    let error = refusal(r#"{"error":"invalid_grant","reason":"Invalid Token! (4,799)"}"#).await;
    let ConnectionsError::NotActive { state, reason: Some(StateReason::TokenRefused(refusal)), .. } = cause(&error)
    else {
        panic!("{error:?}");
    };
    assert_eq!(*state, State::NeedsReconnect);
    assert_eq!(refusal.error.as_deref(), Some("invalid_grant"));
    assert_eq!(refusal.number().as_deref(), Some("4799"));
    assert_eq!(cause(&error).next_step(), Some(ConnectionStep::Reconnect));
}

#[tokio::test]
async fn refused_app_is_a_fact_of_the_failed_refresh() {
    let error = refusal(r#"{"error":"invalid_client","reason":"The app has been disabled (4,717)"}"#).await;
    assert_eq!(error.code, "unavailable");
    let ConnectionsError::Rejected { refusal } = cause(&error) else {
        panic!("{error:?}");
    };
    assert_eq!(refusal.error.as_deref(), Some("invalid_client"));
    assert_eq!(refusal.number().as_deref(), Some("4717"));
}
