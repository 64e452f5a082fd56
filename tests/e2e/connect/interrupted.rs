//! A sign-in whose process is killed after the code was sent and before the answer came: the next command and the doctor say
//! so, until a later sign-in settles it. Issue 11, kill campaign.

use std::io::{BufRead, BufReader, Write};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard_tests::world::{World, landing};

/// Kills `connect` while the answer of the token service is on its way.
fn interrupted() -> World {
    let world = World::new();
    let fault = json!({"kind": "latency", "millis": 20_000, "count": 1, "path": "/oauth/token"});
    assert_eq!(world.ask("POST", "/_emulator/faults", &fault).0, 200);
    let (client, secret) = world.emulator.app();
    let own = world.own_app("work", &client, &secret);
    let mut child = world.piped(&own.with(&["--paste", "--json"]));
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let page = loop {
        let mut line = String::new();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "no address");
        if let Some((_, page)) = line.split_once("open and approve:") {
            break page.trim().to_owned();
        }
    };
    writeln!(child.stdin.take().unwrap(), "{}", landing(&page, "ada@emulator.test", "allow")).unwrap();
    let give_up = Instant::now() + Duration::from_secs(30);
    let sent = |world: &World| world.requests().iter().any(|request| request["path"] == "/oauth/token");
    while !sent(&world) && Instant::now() < give_up {
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    world
}

fn named(world: &World) -> Option<Value> {
    let interrupted = |finding: &Value| finding["text"].as_str().is_some_and(|text| text.contains("was interrupted"));
    world.findings(&[]).into_iter().find(interrupted)
}

#[test]
fn the_next_command_says_that_a_sign_in_was_interrupted() {
    let world = interrupted();
    let done = world.run(&["connection", "list"]);
    assert!(done.err.contains("a sign-in was interrupted"), "{}", done.err);
    let again = world.run(&["connection", "list"]);
    assert!(!again.err.contains("interrupted"), "it is said once: {}", again.err);
}

#[test]
fn the_doctor_names_an_interrupted_sign_in_until_a_later_one() {
    let world = interrupted();
    let finding = named(&world).expect("a finding");
    assert!(finding.to_string().contains("remove the app"), "{finding}");
    world.connect("work", "ada@emulator.test");
    assert_eq!(named(&world), None);
}
