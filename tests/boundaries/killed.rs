//! The command killed with -9 in the middle of a sign-in.

use std::io::{BufRead, BufReader, Write};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard_store::{PendingRevocation, Store};
use switchboard_tests::world::{World, landing};

use crate::person::bearer;

/// What no connection keeps yet, once something is there.
fn unkept(store: &Store) -> PendingRevocation {
    let give_up = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(one) = store.revocations().unwrap().pop() {
            return one;
        }
        assert!(Instant::now() < give_up, "no grant was written down");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn usable(world: &World) -> usize {
    world.emulator.issued_tokens().iter().filter(|token| bearer(world, token) == 200).count()
}

#[test]
fn g29_a_sign_in_that_is_killed_before_it_is_kept_leaves_no_grant_behind() {
    let world = World::new();
    // It is asked who signed in, and the answer does not come.
    let slow = json!({"kind": "latency", "millis": 60_000, "path": "/users/me"});
    assert!(world.ask("POST", "/_emulator/faults", &slow).0 < 300);
    let (client, secret) = world.emulator.app();
    let own = world.own_app("work", &client, &secret);
    let mut child = world.piped(&own.with(&["--paste"]));
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let page = said.find_map(|line| Some(line.split_once("open and approve:")?.1.trim().to_owned())).unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", landing(&page, "ada@emulator.test", "allow")).unwrap();
    let store = Store::open(world.home.path()).unwrap();
    let waiting = unkept(&store);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(world.ask("DELETE", "/_emulator/faults", &json!({})).0 < 300);

    assert_eq!(world.json(&["connection", "list", "--json"]), json!([]), "it may still be finished");
    assert_eq!(usable(&world), 1, "and the service knows its token");
    // Ten minutes later.
    store.note_revocation(&waiting.id, "", 0).unwrap();
    let later = world.run(&["connection", "list"]);
    assert!(later.err.contains("took back the grant of an unfinished sign-in"), "{}", later.err);
    assert_eq!(usable(&world), 0);
    assert_eq!(world.json(&["connection", "list", "--json"]), Value::Array(vec![]));
    // And the same person can begin anew.
    world.connect("work", "ada@emulator.test");
    assert_eq!(usable(&world), 1);
}
