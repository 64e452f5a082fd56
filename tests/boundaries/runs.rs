//! Earlier runs, and one whose process is gone.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard_tests::world::World;

fn states(world: &World) -> Vec<Value> {
    let runs = world.json(&["runs", "list", "--json"]);
    runs.as_array().unwrap().iter().map(|run| run["state"].clone()).collect()
}

/// Issue 11, 14
#[test]
fn a_killed_run_is_interrupted() {
    let world = World::connected();
    let slow = json!({"kind": "latency", "millis": 60_000, "count": 1});
    assert!(world.ask("POST", "/_emulator/faults", &slow).0 < 300);
    let file = World::file("manifests/automations/list-recordings.json").display().to_string();
    let mut command = world.command(&["run", &file, "from=2026-11-01", "to=2026-11-23"]);
    let mut child = world.start(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()));
    let give_up = Instant::now() + Duration::from_secs(20);
    while states(&world).is_empty() && Instant::now() < give_up {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(states(&world), ["running"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(states(&world), ["interrupted"]);
    let id = world.json(&["runs", "list", "--json"])[0]["id"].as_str().unwrap().to_owned();
    let shown = world.run(&["runs", "show", &id]);
    assert!(shown.out.contains("error[interrupted]"), "{}", shown.out);
    let locks = world.home.path().join("locks");
    let left = locks
        .read_dir()
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("run-"));
    assert_eq!(left.count(), 0);
}
