//! The key of the secrets, changed by the real command and killed while it does.

use std::process::Stdio;
use std::time::Duration;

use switchboard_tests::world::World;

#[test]
fn s_07_g28_killed_with_9_at_any_point_of_a_key_change_every_secret_opens() {
    let world = World::connected();
    let mut prints = std::collections::BTreeSet::new();
    for round in 0..24u64 {
        let mut command = world.command(&["key", "rotate", "--quiet"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(4 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        prints.insert(world.json(&["key", "show", "--json"])["fingerprint"].to_string());
        assert_eq!(world.json(&["call", "zoom.users.me", "--json"])["email"], "ada@emulator.test", "round {round}");
    }
    assert!(prints.len() > 1, "some changes were completed");
}

#[test]
fn s_08_another_key_refuses_to_start_and_says_which() {
    let world = World::connected();
    let expected = world.json(&["key", "show", "--json"])["fingerprint"].as_str().unwrap().to_owned();
    let mut command = world.command(&["call", "zoom.users.me", "--json"]);
    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let output = command.env("SWITCHBOARD_KEY", other).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("key-wrong") && said.contains(&expected) && said.contains("SWITCHBOARD_KEY"), "{said}");
    assert!(!said.contains(other), "{said}");
    assert_eq!(world.run(&["call", "zoom.users.me", "--json"]).code, 0, "nothing was overwritten");
}
