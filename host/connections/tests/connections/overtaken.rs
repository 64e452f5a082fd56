//! A grant that is kept while the former one is under way: being refreshed, taken back or removed by the account.

use std::sync::{Arc, Mutex};

use switchboard_connections::{
    AdmissionRules, Connections, KeySource, Method, Options, Owner, Revocation, Stage, Vault, Watch,
};
use switchboard_egress::{Connection, Egress};
use switchboard_store::{StateReasonRow, Store, StoreError};

use crate::messages::Told;
use crate::refused::{ada, admit, sign_in};
use crate::support::{Next, TokenServer, home, open};

/// What another process does at a moment of a refresh.
struct Once(Stage, Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl Watch for Once {
    fn rotation(&self, _: &str, stage: Stage) {
        if stage == self.0
            && let Some(work) = self.1.lock().unwrap().take()
        {
            work();
        }
    }
}

#[tokio::test]
async fn a_refresh_that_is_answered_after_a_new_sign_in_goes_on_with_the_new_grant() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let plain = open(folder.path());
    let grant = sign_in(&server, &plain).await.told();
    admit(&plain, &server, "first", grant, &AdmissionRules::default()).await.told();
    let again = sign_in(&server, &plain).await.told();
    let (other, service) = (open(folder.path()), server.service());
    let work = Box::new(move || {
        other.reconnect("first", Method::Byo, &service, again, Some(ada())).told();
    });
    let store = Store::open(folder.path()).unwrap();
    let vault = Vault::open(&store, KeySource::File(folder.path().join("key"))).unwrap();
    let watch = Arc::new(Once(Stage::Sending, Mutex::new(Some(work))));
    let options = Options { watch: Some(watch), ..Options::default() };
    let connections = Connections::open_with(store, vault, Egress::new().unwrap(), options);
    let live = connections.open_connection(Some("first")).told();
    let old = live.credential(None).await.told();
    let good = r#"{"access_token":"canary-access-9","token_type":"bearer","refresh_token":"canary-refresh-9","expires_in":3600}"#;
    server.then(Next::Whole(200, "application/json", good.into()));
    live.renew(&old, None).await.told();
    assert_eq!(server.call(&live).await, Ok(()), "the token of the new grant");
}

#[tokio::test]
async fn a_refresh_that_lost_its_lease_does_not_give_back_the_token_that_was_refused() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let plain = open(folder.path());
    let grant = sign_in(&server, &plain).await.told();
    let row = admit(&plain, &server, "first", grant, &AdmissionRules::default()).await.told().connection;
    let store = Store::open(folder.path()).unwrap();
    let vault = Vault::open(&store, KeySource::File(folder.path().join("key"))).unwrap();
    // While the service is asked, another process takes the lease over, and is not done yet.
    let (other, much_later) = (store.clone(), 4_000_000_000_000);
    let work = Box::new(move || {
        other.take_lease(&format!("token/{}", row.id), &"other", 60_000, much_later).unwrap().unwrap();
    });
    let watch = Arc::new(Once(Stage::Sending, Mutex::new(Some(work))));
    let options = Options { watch: Some(watch), ..Options::default() };
    let connections = Connections::open_with(store, vault, Egress::new().unwrap(), options);
    let live = connections.open_connection(Some("first")).told();
    let refused = live.credential(None).await.told();
    let error = live.renew(&refused, None).await.refused();
    assert!(error.retryable && error.message.contains("another process"), "{error:?}");
}

#[tokio::test]
async fn a_refresh_that_has_read_the_former_token_ends_no_new_grant() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let grant = sign_in(&server, &connections).await.told();
    let row = admit(&connections, &server, "first", grant, &AdmissionRules::default()).await.told().connection;
    let store = Store::open(folder.path()).unwrap();
    let held = store.hold(&format!("token/{}", row.id), "x", 60_000, 1_000).unwrap().unwrap();
    let read = store.secret(&row.id, "token").unwrap().unwrap().generation;
    let again = sign_in(&server, &connections).await.told();
    connections
        .readmit("first", Method::Byo, &server.service(), again, Owner::of(ada()), &AdmissionRules::default())
        .await
        .told();
    assert!(!store.open_rotation(held.fence(), &row.id, ("token", read), "former", 1_000).unwrap());
    let over = ("disconnected", &StateReasonRow::about("other", "x"));
    assert!(!store.move_connection_under(held.fence(), "former", &row.id, &["active"], over, true).unwrap());
    assert_eq!(connections.show("first").told().state.as_str(), "active");
}

#[tokio::test]
async fn a_late_refresh_is_not_kept_over_a_grant_that_came_after_a_removal() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let grant = sign_in(&server, &connections).await.told();
    let row = admit(&connections, &server, "first", grant, &AdmissionRules::default()).await.told().connection;
    let live = connections.open_connection(Some("first")).told();
    assert_eq!(server.call(&live).await, Ok(()));
    let store = Store::open(folder.path()).unwrap();
    let held = store.hold(&format!("token/{}", row.id), "x", 60_000, 1_000).unwrap().unwrap();
    let before = store.secret(&row.id, "token").unwrap().unwrap().generation;
    store.move_connection(&row.id, &["active"], "disconnected", None, true).unwrap();
    let other = open(folder.path());
    let again = sign_in(&server, &other).await.told();
    other
        .readmit("first", Method::Byo, &server.service(), again, Owner::of(ada()), &AdmissionRules::default())
        .await
        .told();
    let late = store.put_secret_under(held.fence(), &row.id, "token", b"late", before + 1);
    assert!(matches!(late, Err(StoreError::LeaseLost { .. })), "{late:?}");
    drop(held);
    // The first process has the former token in mind.
    let posts = server.posts().len();
    assert_eq!(server.call(&live).await, Ok(()));
    assert_eq!(server.posts().len(), posts, "the new token is good: no refresh");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_20_a_connection_that_is_ended_while_it_is_signed_in_anew_leaves_no_grant_behind() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    for round in 0..12u64 {
        let grant = sign_in(&server, &connections).await.told();
        admit(&connections, &server, "work", grant, &AdmissionRules::default()).await.told();
        let again = sign_in(&server, &connections).await.told();
        let newest = format!("token=canary-access-{}", server.seen.lock().unwrap().generation);
        let (other, service) = (open(folder.path()), server.service());
        let keep = tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_micros(round * 400)).await;
            other
                .readmit("work", Method::Byo, &service, again, Owner::of(ada()), &AdmissionRules::default())
                .await
                .is_ok()
        });
        connections.disconnect("work").await.told();
        keep.await.unwrap();
        assert!(connections.show("work").is_err(), "round {round}: it was ended");
        assert!(server.revoked().contains(&newest), "round {round}: {:?}", server.revoked());
    }
}

/// Not every service knows a refresh token by itself (RFC 7009, section 2.2.1).
#[tokio::test]
async fn o_20_a_service_that_takes_back_by_the_access_token_alone_is_believed() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let grant = sign_in(&server, &connections).await.told();
    admit(&connections, &server, "work", grant, &AdmissionRules::default()).await.told();
    server.seen.lock().unwrap().unsupported = Some("canary-refresh-");
    let done = connections.disconnect("work").await.told();
    assert_eq!(done.revocation, Revocation::Done);
    assert_eq!(server.revoked(), ["token=canary-access-1"]);

    // One that takes none back is not believed to have.
    let grant = sign_in(&server, &connections).await.told();
    admit(&connections, &server, "work", grant, &AdmissionRules::default()).await.told();
    server.seen.lock().unwrap().unsupported = Some("canary-");
    let done = connections.disconnect("work").await.told();
    assert!(matches!(done.revocation, Revocation::Failed(_)), "{done:?}");
    assert_eq!(connections.pending_revocations().told().len(), 1);
}

#[tokio::test]
async fn a_new_name_takes_nothing_back_of_a_grant_that_came_meanwhile() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let grant = sign_in(&server, &connections).await.told();
    let row = admit(&connections, &server, "work", grant, &AdmissionRules::default()).await.told().connection;
    let store = Store::open(folder.path()).unwrap();
    store.set_connection_state(&row.id, "needs-reconnect", None).unwrap();
    let again = sign_in(&server, &connections).await.told();
    connections
        .readmit("work", Method::Byo, &server.service(), again, Owner::of(ada()), &AdmissionRules::default())
        .await
        .told();
    // Another process has read the row before, and names it only now; and the other way round.
    store.rename_connection(&row.id, "school").unwrap();
    assert_eq!(connections.show("school").told().state.as_str(), "active");
    let mut read = store.connection(&row.id).unwrap().unwrap();
    read.label = "work".to_owned();
    store.put_connection(&read).unwrap();
    assert_eq!(connections.show(&row.id).told().label, "school");
}

#[tokio::test]
async fn a_disconnect_that_found_nothing_erases_no_grant_that_came_meanwhile() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = open(folder.path());
    let grant = sign_in(&server, &connections).await.told();
    let row = admit(&connections, &server, "work", grant, &AdmissionRules::default()).await.told().connection;
    let store = Store::open(folder.path()).unwrap();
    store.move_connection(&row.id, &["active"], "disconnected", None, true).unwrap();
    let again = sign_in(&server, &connections).await.told();
    connections
        .readmit("work", Method::Byo, &server.service(), again, Owner::of(ada()), &AdmissionRules::default())
        .await
        .told();
    assert!(!store.delete_connection_of(&row.id, ("token", None)).unwrap(), "what it read is no more");
    assert_eq!(connections.show("work").told().state.as_str(), "active");
}
