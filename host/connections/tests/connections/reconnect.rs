//! Signing in anew in a web page of a platform: the same user, the same kind, the same app.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use switchboard_connections::{AdmissionRules, Connections, Identify, IdentifyError, Method, SessionRequest};
use switchboard_egress::Connection;

use crate::messages::Told as _;
use crate::refused::{ada, admit, sign_in};
use crate::session::{answer, sessions_by};
use crate::support::{TokenServer, home, open, own_app};

struct Ada;

#[async_trait]
impl Identify for Ada {
    async fn identify(&self, _: Arc<dyn Connection>) -> Result<Value, IdentifyError> {
        Ok(ada())
    }
}

async fn connected(server: &TokenServer, connections: &Connections) -> String {
    let grant = sign_in(server, connections).await.told();
    admit(connections, server, "work", grant, &AdmissionRules::default()).await.told().connection.id
}

fn again() -> SessionRequest {
    SessionRequest { label: "work".into(), again: true, ..SessionRequest::default() }
}

#[tokio::test]
async fn a_connection_that_gets_another_name_while_its_user_signs_in_anew_gets_the_grant() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let id = connected(&server, &connections).await;
    let sessions = sessions_by(&server, &connections, Arc::new(Ada));
    let session = sessions.begin(again()).told();
    connections.rename("work", "library").told();
    let row = sessions.complete(&session.id, &answer(&session.authorize_url)).await.told().connection;
    assert_eq!(row.id, id);
}

#[tokio::test]
async fn who_alone_is_to_be_let_in_counts_for_a_connection_that_is_signed_in_anew_too() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    connected(&server, &connections).await;
    let sessions = sessions_by(&server, &connections, Arc::new(Ada));
    let rules =
        AdmissionRules { expect_email: Some("grace@example.com".into()), replace: false, ..AdmissionRules::default() };
    let session = sessions.begin(SessionRequest { rules, ..again() }).told();
    assert!(session.page.contains("Sign in as <strong>grace@example.com</strong>"));
    let answered = sessions.complete(&session.id, &answer(&session.authorize_url)).await;
    assert_eq!(
        answered.refused().code(),
        "wrong-account",
        "`AdmissionRules::expect_email`: the only address that is let in"
    );
}

#[tokio::test]
async fn a_page_that_was_closed_does_not_keep_its_user_from_asking_for_another_link() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    connected(&server, &connections).await;
    let sessions = sessions_by(&server, &connections, Arc::new(Ada));
    let first = sessions.begin(again()).told();
    let second = sessions.begin(again()).told();
    assert!(sessions.session(&first.id).is_none(), "the newer one takes its place");
    let beside = sessions.begin_beside(again(), &second.id).told();
    assert!(sessions.session(&second.id).is_some() && sessions.end(&beside.id) && !sessions.end(&beside.id));
}

#[tokio::test]
async fn a_session_that_is_looked_at_later_says_how_long_it_lives_from_then() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let sessions = sessions_by(&server, &connections, Arc::new(Ada));
    let session = sessions.begin(SessionRequest { label: "work".into(), ..SessionRequest::default() }).told();
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let later = sessions.session(&session.id).unwrap();
    assert!(later.life < session.life, "`life` is until when, from now: {:?} after 1.2 s", later.life);
}

#[tokio::test]
async fn a_link_again_is_not_given_for_a_connection_of_another_app_or_kind() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let secret = own_app().client_secret.unwrap();
    let grant = connections.server_to_server(&server.service(), "account-1", "s2s-app", secret).await.told();
    connections.save("work", Method::ServerToServer, &server.service(), grant, Some(ada())).told();
    let sessions = sessions_by(&server, &connections, Arc::new(Ada));
    assert_eq!(sessions.begin(again()).refused().code(), "another-way");
}

#[tokio::test]
async fn a_person_without_a_known_id_is_not_let_into_somebodys_connection() {
    struct Nobody;
    #[async_trait]
    impl Identify for Nobody {
        async fn identify(&self, _: Arc<dyn Connection>) -> Result<Value, IdentifyError> {
            Ok(json!({"email": "grace@example.com"}))
        }
    }
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let sessions = sessions_by(&server, &connections, Arc::new(Nobody));
    let session = sessions.begin(SessionRequest { label: "work".into(), ..SessionRequest::default() }).told();
    let answered = sessions.complete(&session.id, &answer(&session.authorize_url)).await.refused();
    assert_eq!(answered.code(), "unidentified");
    assert!(connections.list().told().is_empty() && server.revoked().len() == 2, "its grant is given back");
    // As one that was made before, of nobody knows whom.
    let grant = sign_in(&server, &connections).await.told();
    let identity = json!({"email": "grace@example.com"});
    connections.save("work", Method::Byo, &server.service(), grant, Some(identity)).told();
    let sessions = sessions_by(&server, &connections, Arc::new(Ada));
    assert_eq!(sessions.begin(again()).refused().code(), "another-way", "anybody would be let in to it");
}

/// A link that is opened again and again: by one who reloads it, by several, after a refusal.
#[tokio::test]
async fn sign_ins_beside_each_other_do_not_end_each_other_and_keep_the_name_from_others() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    connected(&server, &connections).await;
    let sessions = sessions_by(&server, &connections, Arc::new(Ada));
    for session_request in [again(), SessionRequest { label: "new".into(), ..SessionRequest::default() }] {
        let first = sessions.begin(session_request.clone()).told();
        let beside = || sessions.begin_beside(session_request.clone(), &first.id).told();
        let (second, third) = (beside(), beside());
        let open = || [&first, &second, &third].map(|one| sessions.session(&one.id).is_some());
        assert_eq!(open(), [true; 3], "{session_request:?}");
        // The first and the last one are over: the one between still counts, and is no other's.
        assert!(sessions.end(&third.id) && sessions.end(&first.id));
        let fourth = beside();
        assert!(sessions.session(&second.id).is_some() && sessions.session(&fourth.id).is_some());
        let other = sessions.begin(session_request.clone());
        match session_request.again {
            true => {
                assert!(other.is_ok() && !sessions.end(&second.id), "a newer link takes the place of the whole one")
            }
            false => assert_eq!(other.refused().code(), "label-taken"),
        }
    }
}
