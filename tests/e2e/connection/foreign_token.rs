//! A token service that answers a refresh with a token of another user: whatever calls over the connection notices it before
//! it acts. Issue 12, point 15.

use std::sync::Arc;

use serde_json::{Value, json};
use switchboard_connections::{Connections, KeySource, Vault};
use switchboard_egress::Egress;
use switchboard_runtime::{CallOptions, Runtime, RuntimeConfig};
use switchboard_store::Store;
use switchboard_tests::world::World;

use crate::connector::load_file::bundle;

/// A connection of ada whose next refresh brings a token of grace.
fn mixed_up() -> World {
    let world = World::connected();
    world.ask("POST", "/_emulator/clock", &json!({"advance_s": 7_200}));
    let foreign = world.emulator.issue_token("grace@emulator.test").unwrap();
    let body = json!({"access_token": foreign, "token_type": "bearer", "expires_in": 3_600}).to_string();
    let fault = json!({"kind": "text", "status": 200, "body": body, "count": 1, "path": "/oauth/token"});
    assert_eq!(world.ask("POST", "/_emulator/faults", &fault).0, 200);
    world
}

/// What the API was asked since the refresh.
fn asked(world: &World) -> Vec<String> {
    let requests = world.requests();
    let path = |request: &Value| request["path"].as_str().unwrap_or_default().to_owned();
    let refresh = requests.iter().rposition(|request| path(request).contains("/oauth/token")).unwrap();
    requests[refresh + 1..].iter().map(path).filter(|path| path.contains("/v2/")).collect()
}

fn ended(world: &World) {
    assert_eq!(asked(world), ["/v2/users/me"], "only whose the token is");
    let row = world.json(&["connection", "show", "work", "--json"]);
    assert_eq!(row["state"], "needs-reconnect");
    assert!(row.to_string().contains("a token of another user, grace@emulator.test"), "{row}");
}

#[test]
fn a_call_does_not_act_with_a_foreign_token() {
    let world = mixed_up();
    let done = world.run(&["call", "zoom.meetings.list", "--json"]);
    assert_ne!(done.code, 0, "{}", done.out);
    ended(&world);
}

#[test]
fn the_doctor_does_not_act_with_a_foreign_token() {
    let world = mixed_up();
    let done = world.run(&["doctor", "--json"]);
    assert_ne!(done.code, 0, "{}", done.out);
    ended(&world);
}

#[test]
fn a_test_of_a_connection_does_not_act_with_a_foreign_token() {
    let world = mixed_up();
    let done = world.run(&["connection", "test", "work", "--json"]);
    assert_ne!(done.code, 0, "{}", done.out);
    ended(&world);
}

#[test]
fn an_embedder_does_not_act_with_a_foreign_token() {
    let world = mixed_up();
    let threads = tokio::runtime::Runtime::new().unwrap();
    threads.block_on(async {
        let egress = Egress::new().unwrap();
        let store = Store::open(world.home.path()).unwrap();
        let vault = Vault::open(&store, KeySource::find(world.home.path())).unwrap();
        let accounts = Connections::open(store, vault, egress.clone());
        let zoom = Runtime::new(RuntimeConfig::default(), egress).unwrap().load_bundle(bundle()).unwrap();
        let live = Arc::new(accounts.open_connection(Some("work")).unwrap());
        // The system's clock is not that of the emulator: the service refuses the token, which is then replaced.
        let error = zoom.call("zoom.meetings.list", json!({}), live, &CallOptions::default()).await.unwrap_err();
        assert!(error.to_string().contains("another user"), "{error}");
    });
    ended(&world);
}

#[test]
fn an_answer_with_a_blank_user_id_does_not_connect() {
    let world = World::new();
    for id in ["", " "] {
        world.ask("POST", "/_emulator/patches", &json!({"key": "ada@emulator.test", "set": {"id": id}}));
        let done = world.connect_with("work", "ada@emulator.test", "allow", &["--json"]);
        assert_ne!(done.code, 0, "{}", done.out);
        assert_eq!(World::error(&done)["code"], "unexpected-answer", "{}", done.err);
    }
    assert_eq!(world.labels(), Vec::<String>::new());
    let (_, state) = world.ask("GET", "/_emulator/state", &Value::Null);
    assert!(state["grants"].as_array().unwrap().iter().all(|grant| grant["live"] == false), "{state}");
}
