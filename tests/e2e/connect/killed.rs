//! The command killed with -9 in the middle of a sign-in.

use std::io::{BufRead, BufReader, Write};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard_store::Store;
use switchboard_tests::context::{TestContext, landing};

use crate::connect::browser::bearer;

/// Waits until a grant is written down.
fn unkept(store: &Store) {
    let give_up = Instant::now() + Duration::from_secs(20);
    loop {
        if !store.revocations().unwrap().is_empty() {
            return;
        }
        assert!(Instant::now() < give_up, "no grant was written down");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn usable(context: &TestContext) -> usize {
    context.emulator.issued_tokens().iter().filter(|token| bearer(context, token) == 200).count()
}

/// Ada signs in to `label`, and the command is killed while it is asked who she is.
fn killed(context: &TestContext, label: &str) -> Store {
    let slow = json!({"kind": "latency", "millis": 60_000, "path": "/users/me"});
    assert!(context.ask("POST", "/_emulator/faults", &slow).0 < 300);
    let (client, secret) = context.emulator.app();
    let own = context.own_app(label, &client, &secret);
    let mut child = context.piped(&own.with(&["--paste"]));
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let page = said.find_map(|line| Some(line.split_once("open and approve:")?.1.trim().to_owned())).unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", landing(&page, "ada@emulator.test", "allow")).unwrap();
    let store = Store::open(context.home.path()).unwrap();
    unkept(&store);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(context.ask("DELETE", "/_emulator/faults", &json!({})).0 < 300);
    store
}

#[test]
fn g29_a_sign_in_that_is_killed_before_it_is_kept_leaves_no_grant_behind() {
    let context = TestContext::new();
    let store = killed(&context, "work");
    assert_eq!(usable(&context), 1, "the service knows its token");
    let later = context.run(&["connection", "list"]);
    let said = "an earlier sign-in was interrupted. The service revoked the grant of this sign-in";
    assert!(later.err.contains(said), "{}", later.err);
    assert_eq!(usable(&context), 0);
    assert_eq!(context.json(&["connection", "list", "--json"]), Value::Array(vec![]));
    assert!(store.revocations().unwrap().is_empty());
    // And the same person can begin anew.
    context.connect("work", "ada@emulator.test");
    assert_eq!(usable(&context), 1);
}

#[test]
fn a_sign_in_that_is_killed_ends_no_connection_of_the_same_user() {
    let context = TestContext::connected();
    killed(&context, "again");
    let me = context.run(&["call", "zoom.users.me", "--json"]);
    assert_eq!(me.code, 0, "{}", me.err);
    assert!(
        me.err.contains("an earlier sign-in was interrupted") && me.err.contains("`work` stays usable"),
        "{}",
        me.err
    );
    assert_eq!(usable(&context), 1);
    assert_eq!(context.json(&["connection", "list", "--json"]).as_array().unwrap().len(), 1);
}
