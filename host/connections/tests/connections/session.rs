//! Connecting in a web page of a platform.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use switchboard_connections::{
    AdmissionRules, ConnectSessions, Connections, Identify, IdentifyError, Method, SessionRequest,
};
use switchboard_egress::Connection;

use crate::messages::Told;
use crate::support::{TokenServer, home, open, own_app};

struct Always(&'static str);

#[async_trait]
impl Identify for Always {
    async fn identify(&self, _: Arc<dyn Connection>) -> Result<Value, IdentifyError> {
        Ok(json!({"user_id": self.0, "email": format!("{}@example.com", self.0)}))
    }
}

fn sessions(server: &TokenServer, connections: &Connections, who: &'static str) -> ConnectSessions {
    sessions_by(server, connections, Arc::new(Always(who)))
}

/// A platform's sign-ins, where `identify` says who signed in.
pub fn sessions_by(server: &TokenServer, connections: &Connections, identify: Arc<dyn Identify>) -> ConnectSessions {
    ConnectSessions::new(
        connections.clone(),
        server.service(),
        own_app(),
        "Library & Co",
        Method::Byo,
        "https://platform.example/connect".parse().unwrap(),
        "https://platform.example/oauth/callback".parse().unwrap(),
        identify,
    )
    .told()
}

fn session_request(label: &str) -> SessionRequest {
    SessionRequest { label: label.into(), purposes: vec!["List recordings".into()], ..SessionRequest::default() }
}

pub fn answer(page: &url::Url) -> String {
    let state = page.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    format!("code=canary-code-1&state={state}")
}

#[tokio::test]
async fn a_link_names_the_label_first_and_its_answer_makes_the_connection() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let sessions = sessions(&server, &connections, "ada");
    let session = sessions.begin(session_request("library")).told();
    assert!(session.link.as_str().starts_with("https://platform.example/connect/") && session.id.len() >= 43);
    assert!(
        session.page.contains("<h1>Connect library</h1>") && session.page.contains("Library &amp; Co"),
        "{}",
        session.page
    );
    let asked = session.authorize_url.query().unwrap();
    assert!(
        asked.contains("redirect_uri=https%3A%2F%2Fplatform.example%2Foauth%2Fcallback") && asked.contains("S256"),
        "{asked}"
    );
    let admitted = sessions.complete(&session.id, &answer(&session.authorize_url)).await.told();
    assert_eq!((admitted.connection.label.as_str(), admitted.connection.state.as_str()), ("library", "active"));
    let again = sessions.complete(&session.id, &answer(&session.authorize_url)).await.refused();
    assert_eq!(again.code(), "sign-in-ended", "one answer ends it");
}

#[tokio::test]
async fn o_01_an_answer_of_another_persons_session_connects_nothing_and_ends_nothing() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let sessions = sessions(&server, &connections, "ada");
    let (mine, theirs) =
        (sessions.begin(session_request("mine")).told(), sessions.begin(session_request("theirs")).told());
    assert_eq!(sessions.begin(session_request("mine")).refused().code(), "label-taken", "also among open links");
    let swapped = sessions.complete(&mine.id, &answer(&theirs.authorize_url)).await.refused();
    assert_eq!(swapped.code(), "state-mismatch");
    assert!(connections.list().told().is_empty());
    for forged in [
        "code=canary-code-1&state=forged",
        "code=canary-code-1",
        "error=access_denied",
        "error=access_denied&state=forged",
    ] {
        assert_eq!(sessions.complete(&mine.id, forged).await.refused().code(), "state-mismatch", "{forged}");
    }
    assert!(server.seen.lock().unwrap().posts.is_empty(), "no code was traded");
    // Both sign-ins go on, each once.
    assert!(sessions.session(&theirs.id).is_some());
    let own = answer(&mine.authorize_url);
    assert_eq!(sessions.complete(&mine.id, &own).await.told().connection.label, "mine");
    assert_eq!(sessions.complete(&mine.id, &own).await.refused().code(), "sign-in-ended");
}

#[tokio::test]
async fn the_same_user_again_leaves_the_first_connection_with_the_new_grant() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let sessions = sessions(&server, &connections, "ada");
    let first = sessions.begin(session_request("first")).told();
    let row = sessions.complete(&first.id, &answer(&first.authorize_url)).await.told().connection;
    connections.note_usage(&row.id, "weekly-sync", "r-1", 7).unwrap();
    let second = sessions.begin(session_request("second")).told();
    let refused = sessions.complete(&second.id, &answer(&second.authorize_url)).await.refused();
    assert!(refused.code() == "same-account" && refused.to_string().contains("weekly-sync"), "{refused}");
    assert_eq!(connections.list().told().len(), 1);
    assert_eq!(connections.show("first").told().state.as_str(), "active");
    let forced = SessionRequest {
        rules: AdmissionRules { replace: true, ..AdmissionRules::default() },
        ..session_request("second")
    };
    let second = sessions.begin(forced).told();
    let admitted = sessions.complete(&second.id, &answer(&second.authorize_url)).await.told();
    assert_eq!(admitted.replaced[0].usage[0].automation, "weekly-sync");
    assert_eq!(connections.show("first").told().state.as_str(), "replaced");
}

#[tokio::test]
async fn somebody_else_is_refused() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let sessions = sessions(&server, &connections, "grace");
    let rules =
        AdmissionRules { expect_email: Some("ada@example.com".into()), replace: false, ..AdmissionRules::default() };
    let session = sessions.begin(SessionRequest { rules, ..session_request("work") }).told();
    let refused = sessions.complete(&session.id, &answer(&session.authorize_url)).await.refused();
    assert_eq!(refused.code(), "wrong-account");
    assert!(connections.list().told().is_empty());
}
