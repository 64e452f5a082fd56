//! Sign-ins that are refused after their code was exchanged: by then the service has ended the user's former grant.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use switchboard_connections::{
    Admission, AdmissionRules, Connections, ConnectionsError, Grant, Identify, IdentifyError, Method, Owner,
    SessionRequest,
};
use switchboard_egress::Connection;

use crate::messages::Told;
use crate::session::{answer, sessions_by};
use crate::support::{Next, TokenServer, home, open, own_app};

/// What goes on while it is asked who signed in.
type Meanwhile = dyn Fn(Connections) -> Result<(), String> + Send + Sync;

struct Ada {
    connections: Connections,
    meanwhile: Box<Meanwhile>,
    /// A call of the former connection, made meanwhile.
    call: bool,
    server: TokenServer,
}

#[async_trait]
impl Identify for Ada {
    async fn identify(&self, live: Arc<dyn Connection>) -> Result<Value, IdentifyError> {
        if live.id() != "new" {
            return self.server.call(&*live).await.map(|()| ada()).map_err(IdentifyError::unavailable);
        }
        if self.call {
            renew(&self.connections, "first").await.unwrap_err();
        }
        (self.meanwhile)(self.connections.clone()).map_err(IdentifyError::unavailable)?;
        Ok(ada())
    }
}

/// Lets a grant of ada's in.
pub async fn admit(
    connections: &Connections,
    server: &TokenServer,
    label: &str,
    grant: Grant,
    rules: &AdmissionRules,
) -> Result<Admission, ConnectionsError> {
    connections.admit(label, Method::Byo, &server.service(), grant, Owner::of(ada()), rules).await
}

pub fn ada() -> Value {
    json!({"user_id": "ada", "email": "ada@example.com"})
}

/// A new token, as a call gets one once the service refuses the old one.
async fn renew(connections: &Connections, label: &str) -> Result<(), String> {
    let live = connections.open_connection(Some(label)).map_err(|error| error.code().to_owned())?;
    let old = live.credential(None).await.map_err(|error| error.code)?;
    live.renew(&old, None).await.map(|_| ()).map_err(|error| error.code)
}

/// Ada connected as `first`, and what a second sign-in of hers is refused with.
async fn second(
    server: &TokenServer,
    connections: &Connections,
    session_request: SessionRequest,
    call: bool,
    meanwhile: impl Fn(Connections) -> Result<(), String> + Send + Sync + 'static,
) -> ConnectionsError {
    let sessions = |call, meanwhile| {
        let identify = Ada { connections: connections.clone(), call, meanwhile, server: server.clone() };
        sessions_by(server, connections, Arc::new(identify))
    };
    let before = sessions(false, Box::new(|_| Ok(())));
    let first = before.begin(SessionRequest { label: "first".into(), ..SessionRequest::default() }).told();
    before.complete(&first.id, &answer(&first.authorize_url)).await.told();
    let after = sessions(call, Box::new(meanwhile));
    let session = after.begin(SessionRequest { label: "second".into(), ..session_request }).told();
    after.complete(&session.id, &answer(&session.authorize_url)).await.refused()
}

fn expecting(email: &str, replace: bool) -> SessionRequest {
    SessionRequest {
        rules: AdmissionRules { expect_email: Some(email.into()), replace, ..AdmissionRules::default() },
        ..SessionRequest::default()
    }
}

/// The refusal has this code, `first` is the only connection, named in the message, and it is renewed as ever.
async fn goes_on(connections: &Connections, refused: &ConnectionsError, code: &str) {
    assert_eq!(refused.code(), code, "{refused}");
    assert!(refused.to_string().contains("`first` stays usable"), "{refused}");
    assert_eq!(connections.show("first").told().state.as_str(), "active");
    assert_eq!(renew(connections, "first").await, Ok(()), "{refused}");
}

#[tokio::test]
async fn the_wrong_account_leaves_that_accounts_own_connection_alive() {
    for replace in [false, true] {
        let (server, folder) = (TokenServer::start(3_600).await, home());
        let connections = open(folder.path());
        let refused = second(&server, &connections, expecting("grace@example.com", replace), false, |_| Ok(())).await;
        goes_on(&connections, &refused, "wrong-account").await;
        assert_eq!(connections.list().told().len(), 1);
    }
}

#[tokio::test]
async fn a_name_that_was_taken_during_the_sign_in_ends_nothing() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let service = server.service();
    let session_request = SessionRequest {
        rules: AdmissionRules { replace: true, ..AdmissionRules::default() },
        ..SessionRequest::default()
    };
    let refused = second(&server, &connections, session_request, false, move |connections| {
        let pasted = connections.pasted_token(&"canary-pasted".into()).told();
        connections.save("second", Method::Token, &service, pasted, None).told();
        Ok(())
    })
    .await;
    goes_on(&connections, &refused, "label-taken").await;
    assert_eq!(connections.show("second").told().method.as_str(), "token");
}

#[tokio::test]
async fn a_call_that_met_the_ended_grant_during_the_sign_in_ends_nothing() {
    for (session_request, code) in
        [(SessionRequest::default(), "same-account"), (expecting("grace@example.com", false), "wrong-account")]
    {
        let (server, folder) = (TokenServer::start(3_600).await, home());
        let connections = open(folder.path());
        let refused = second(&server, &connections, session_request, true, |connections| {
            assert_eq!(
                connections.show("first").told().state.as_str(),
                "needs-reconnect",
                "before it is known who signs in"
            );
            Ok(())
        })
        .await;
        assert_eq!(refused.code(), code, "{refused}");
        assert_eq!(connections.list().told().len(), 1);
        assert_eq!(renew(&connections, "first").await, Ok(()), "{refused}");
    }
}

#[tokio::test]
async fn a_sign_in_of_nobody_knows_whom_ends_at_once_what_is_over_and_names_it_to_no_visitor() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let refused =
        second(&server, &connections, SessionRequest::default(), false, |_| Err("the service is away".into())).await;
    assert_eq!(refused.code(), "unidentified");
    let words = refused.to_string();
    assert!(words.contains("may have ended") && !words.contains("first"), "{words}");
    assert_eq!(connections.show("first").told().state.as_str(), "needs-reconnect");
    assert!(words.contains("revoked the grant of this sign-in"), "{words}");
    assert_eq!(server.revoked(), ["token=canary-refresh-2", "token=canary-access-2"]);
}

/// Begins a sign-in, and what it ends with.
pub async fn sign_in(server: &TokenServer, connections: &Connections) -> Result<Grant, ConnectionsError> {
    let app = own_app();
    let loopback = switchboard_connections::Loopback { port: 7_910, listen: false };
    let pending = connections.begin(&server.service(), app, &[], loopback).await.told();
    let address = format!("{}?{}", pending.redirect_uri, answer(&pending.authorize_url));
    pending.paste(&address).await
}

/// Asks the service which user it is.
struct Caller(TokenServer);

#[async_trait]
impl Identify for Caller {
    async fn identify(&self, live: Arc<dyn Connection>) -> Result<Value, IdentifyError> {
        self.0.call(&*live).await.map(|()| ada()).map_err(IdentifyError::unavailable)
    }
}

async fn looked_after(server: &TokenServer, connections: &Connections, error: ConnectionsError) -> ConnectionsError {
    assert!(error.answer_lost(), "{error}");
    let left = connections.look_after(&server.service(), "app", &Caller(server.clone())).await;
    Err::<(), _>(error.having(left)).refused()
}

#[tokio::test]
async fn an_exchange_whose_answer_is_lost_says_at_once_what_it_has_ended() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let grant = sign_in(&server, &connections).await.told();
    admit(&connections, &server, "first", grant, &AdmissionRules::default()).await.told();
    server.then(Next::LoseAnswer);
    let lost = sign_in(&server, &connections).await.refused();
    let lost = looked_after(&server, &connections, lost).await;
    assert!(lost.code() == "unreachable" && lost.to_string().contains("`first` has ended"), "{lost}");
    assert_eq!(connections.show("first").told().state.as_str(), "needs-reconnect");

    // A code that was refused ended nothing.
    let grant = sign_in(&server, &connections).await.told();
    connections
        .readmit(
            "first",
            Method::Byo,
            &server.service(),
            grant,
            Owner::of(ada()),
            &AdmissionRules { replace: true, ..AdmissionRules::default() },
        )
        .await
        .told();
    let posts = server.posts().len();
    server.then(Next::Status(400, r#"{"error":"invalid_grant","reason":"Invalid authorization code"}"#));
    assert_eq!(sign_in(&server, &connections).await.refused().code(), "rejected");
    assert_eq!(server.posts().len(), posts + 1, "and nothing else is asked");
    assert_eq!(connections.show("first").told().state.as_str(), "active");
}

#[tokio::test]
async fn fewer_scopes_than_before_are_named() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let grant = sign_in(&server, &connections).await.told();
    let (service, owner) = (server.service(), Owner::of(ada()));
    connections.admit("first", Method::Byo, &service, grant, owner.clone(), &AdmissionRules::default()).await.told();
    let fewer = r#"{"access_token":"canary-access-9","token_type":"bearer","refresh_token":"canary-refresh-1","scope":"user:read"}"#;
    server.then(Next::Whole(200, "application/json", fewer.into()));
    let grant = sign_in(&server, &connections).await.told();
    let refused =
        connections.admit("again", Method::Byo, &service, grant, owner, &AdmissionRules::default()).await.refused();
    assert_eq!(refused.code(), "same-account");
    assert!(refused.to_string().contains("which lacks meeting:read"), "{refused}");
}

#[tokio::test]
async fn a_refused_sign_in_leaves_a_connection_its_own_addresses() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let grant = sign_in(&server, &connections).await.told();
    admit(&connections, &server, "first", grant, &AdmissionRules::default()).await.told();
    let mut elsewhere = server.service();
    elsewhere.api_base = "https://proxy.example/v2".parse().unwrap();
    let grant = sign_in(&server, &connections).await.told();
    let refused = connections
        .admit("second", Method::Byo, &elsewhere, grant, Owner::of(ada()), &AdmissionRules::default())
        .await
        .refused();
    assert_eq!(refused.code(), "same-account", "{refused}");
    assert_eq!(renew(&connections, "first").await, Ok(()), "{refused}");
    assert_eq!(connections.service("first").told().api_base, server.service().api_base);
    assert_eq!(connections.show("first").told().api_base, server.service().api_base.as_str());
}

#[tokio::test]
async fn a_lost_sign_in_costs_a_connection_that_holds_no_token() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let grant = sign_in(&server, &connections).await.told();
    admit(&connections, &server, "first", grant, &AdmissionRules::default()).await.told();
    let asked = server.posts().len();
    server.then(Next::Status(503, "{}"));
    let lost = sign_in(&server, &connections).await.refused();
    let lost = looked_after(&server, &connections, lost).await;
    assert!(lost.to_string().contains("may have ended"), "{lost}");
    assert_eq!(server.posts().len() - asked, 1, "the code alone");
    assert_eq!(connections.show("first").told().state.as_str(), "active");
}

#[tokio::test]
async fn a_service_that_gives_no_answer_is_not_asked_for_the_tokens_of_others() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    for (label, user) in [("first", "ada"), ("other", "grace"), ("third", "alan")] {
        let (grant, owner) = (sign_in(&server, &connections).await.told(), Owner::of(json!({"user_id": user})));
        connections.admit(label, Method::Byo, &server.service(), grant, owner, &AdmissionRules::default()).await.told();
    }
    let asked = server.posts().len();
    for _ in 0..20 {
        server.then(Next::Status(503, "{}"));
    }
    let lost = sign_in(&server, &connections).await.refused();
    let lost = looked_after(&server, &connections, lost).await;
    assert!(lost.to_string().contains("may have ended"), "{lost}");
    let (asked, alone) = (server.posts().len() - asked, connections.list().told());
    assert_eq!(asked, 2, "the code, and one token");
    assert!(alone.iter().all(|row| row.state.as_str() == "active"), "{lost}");
}
