//! The end of the use of connections, in a process that goes on.

use std::time::Duration;

use switchboard_connections::{Connections, ConnectionsError};
use switchboard_egress::{Connection, Credential};

use crate::messages::Told as _;
use crate::refresh::{access, connected};
use crate::refused::sign_in;
use crate::support::{Next, TokenServer, home, open};

async fn renew(connections: &Connections) -> Result<String, String> {
    let live = connections.open_connection(Some("work")).told();
    let rejected = Credential::new("canary-access-1".into());
    live.renew(&rejected, None).await.map(|token| token.fingerprint()).map_err(|error| error.message)
}

#[tokio::test]
async fn drained_connections_request_no_token_and_others_go_on() {
    let (tenant, other_tenant) = (TokenServer::start(3_600).await, TokenServer::start(3_600).await);
    let (folder, other_folder) = (home(), home());
    let drained = connected(folder.path(), &tenant).await;
    let others = connected(other_folder.path(), &other_tenant).await;
    drained.drain().await;
    let refused = renew(&drained.clone()).await.refused();
    assert!(refused.contains("stopping"), "{refused}");
    let refused = sign_in(&tenant, &drained).await.refused();
    assert!(matches!(refused, ConnectionsError::ProgramEnds), "{refused}");
    assert!(tenant.posts().is_empty());
    assert_eq!(renew(&others).await, Ok(access(2)));
    sign_in(&other_tenant, &others).await.told();
    // The same folder, opened again in the same process.
    assert_eq!(renew(&open(folder.path())).await, Ok(access(2)));
}

#[tokio::test]
async fn drain_waits_for_the_answer_with_a_token() {
    let (server, folder) = (TokenServer::start(3_600).await, home());
    let connections = connected(folder.path(), &server).await;
    server.then(Next::SlowAnswer(2_000));
    let asking = connections.clone();
    let caller = tokio::spawn(async move { renew(&asking).await });
    while server.posts().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    caller.abort();
    connections.drain().await;
    let token = open(folder.path()).open_connection(Some("work")).told().credential(None).await.told();
    assert_eq!(token.fingerprint(), access(2));
}
