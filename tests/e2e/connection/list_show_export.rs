//! What is told of connections: the list with what is still being taken back, what depends on each, and the export.

use std::process::Stdio;

use serde_json::{Value, json};
use switchboard_tests::world::{World, http};

fn run_twice(world: &World, label: &str) {
    let file = World::file("manifests/automations/list-recordings.json");
    for _ in 0..2 {
        let file = file.to_str().unwrap();
        world.json(&["run", file, "from=2026-10-01", "to=2026-10-31", "-c", label, "--json"]);
    }
}

fn fault(world: &World, fault: &Value) {
    let port = url::Url::parse(&world.emulator.api_base()).unwrap().port().unwrap();
    let (status, _, body) = http("POST", port, "/_emulator/faults", &fault.to_string());
    assert!(status < 300, "{status} {body}");
}

#[test]
fn seed_josys_22_an_export_has_every_label_and_no_secret() {
    let world = World::connected();
    world.connect("grace", "grace@emulator.test");
    world.json(&["connection", "plan", "grace", "business", "--json"]);
    run_twice(&world, "work");
    let all = world.json(&["connection", "export"]);
    let labels: Vec<&str> =
        all["connections"].as_array().unwrap().iter().map(|one| one["label"].as_str().unwrap()).collect();
    assert_eq!((&all["version"], labels), (&json!(1), vec!["work", "grace"]), "{all}");
    let one = world.json(&["connection", "export", "grace", "--json"]);
    let grace = &one["connections"][0];
    assert_eq!(
        (&grace["label"], &grace["plan"], &grace["method"]),
        (&json!("grace"), &json!("business"), &json!("byo"))
    );
    assert_eq!((&grace["client_id"], &grace["used_by"]), (&json!("switchboard-demo"), &json!([])), "{one}");
    assert_eq!(all["connections"][0]["used_by"], json!(["list-recordings"]));
    assert!(!grace["scopes"].as_array().unwrap().is_empty() && grace["identity"]["email"] == "grace@emulator.test");
    let none = world.run(&["connection", "export", "nobody", "--json"]);
    assert_eq!(none.code, 2, "{}", none.err);
    assert!(none.out.is_empty() && none.err.contains("not-found"), "{}{}", none.out, none.err);
}

/// The connections that the trace in these words names, one for each request of a call.
fn traced(said: &str) -> Vec<String> {
    let lines = said.lines().filter(|line| line.contains(" http://127.0.0.1:"));
    let requests = lines.filter(|line| line.contains(" GET ") || line.contains(" POST "));
    requests
        .filter(|line| !line.starts_with("(sign-in)"))
        .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn seed_josys_22_every_request_of_a_trace_names_its_connection() {
    let world = World::connected();
    world.connect("grace", "grace@emulator.test");
    let third = world.connect_with("alan.night", "alan@emulator.test", "allow", &["--trace", "--json"]);
    assert_eq!(third.code, 0, "{}", third.err);
    let named = traced(&third.err);
    assert!(!named.is_empty() && named.iter().all(|label| label == "alan.night"), "{}", third.err);
    let file = World::file("manifests/automations/list-recordings.json").display().to_string();
    let mut labels = ["work", "grace", "alan.night"];
    let trace_of = |label: &str, with: &str| {
        for arguments in [
            &["call", "zoom.users.me", "-c", with][..],
            &["run", &file, "from=2026-10-01", "to=2026-10-31", "-c", with],
            &["connection", "test", with],
        ] {
            for json in [&[][..], &["--json"]] {
                let done = world.run(&[arguments, &["--trace"], json].concat());
                let named = traced(&done.err);
                assert_eq!(done.code, 0, "{arguments:?}: {}", done.err);
                assert!(!named.is_empty() && named.iter().all(|name| name == label), "{label}: {}", done.err);
            }
        }
    };
    labels.iter().for_each(|label| trace_of(label, label));
    // By its id it has its label all the same; and the new one from then on, without connecting again.
    let store = switchboard_store::Store::open(world.home.path()).unwrap();
    let id = store.connection("grace").unwrap().unwrap().id;
    trace_of("grace", &id);
    assert_eq!(world.run(&["connection", "rename", "grace", "grace@nights"]).code, 0);
    labels[1] = "grace@nights";
    trace_of("grace@nights", "grace@nights");
    let all = world.run(&["doctor", "--trace"]);
    let named: std::collections::BTreeSet<String> = traced(&all.err).into_iter().collect();
    assert!(named.len() > 1 && named.iter().all(|name| labels.contains(&name.as_str())), "{}", all.err);
}

#[test]
fn a_grant_that_is_still_to_be_taken_back_is_listed_until_it_is() {
    let world = World::connected();
    fault(&world, &json!({"kind": "status", "status": 503, "path": "/oauth/revoke", "count": 0}));
    let done = world.run(&["connection", "disconnect", "work", "--yes", "--json"]);
    let out: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&out["disconnected"], &out["revoked"]), (&json!(true), &json!(false)), "{out}");
    assert!(out["note"].as_str().unwrap().contains("connection list"), "{out}");
    let rows = world.json(&["connection", "list", "--json"]);
    assert_eq!((&rows[0]["label"], &rows[0]["state"]), (&json!("work"), &json!("revoking")), "{rows}");
    assert!(rows[0]["reason"].as_str().unwrap().contains("503") && rows[0]["next_attempt_at"].is_string(), "{rows}");
    let people = world.run(&["connection", "list"]);
    assert!(people.out.contains("revoking") && people.err.contains("may still hold"), "{}{}", people.out, people.err);
    let shown = world.json(&["connection", "show", "work", "--json"]);
    assert_eq!((&shown["state"], &shown["attempts"]), (&json!("revoking"), &json!(1)), "{shown}");
    // The label is free meanwhile, and what is pending stays beside the new one.
    let call = world.run(&["call", "zoom.users.me", "-c", "work", "--json"]);
    assert!(call.code != 0 && call.err.contains("not-found"), "{}", call.err);
    world.connect("work", "grace@emulator.test");
    let shown = world.json(&["connection", "show", "work", "--json"]);
    assert_eq!((&shown["state"], &shown["pending_revocations"][0]["state"]), (&json!("active"), &json!("revoking")));
}

#[test]
fn seed_anyclip_46_disconnecting_names_what_depends_on_it_before_it_asks() {
    let world = World::connected();
    run_twice(&world, "work");
    let refused = world.run(&["connection", "disconnect", "work", "--json"]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    let words = "list-recordings used it 2 times, last at 20";
    assert!(refused.err.contains(words), "{}", refused.err);
    assert_eq!(world.json(&["connection", "list", "--json"])[0]["state"], "active", "nothing was done");
    // At a terminal the question comes last.
    let asked = at_a_terminal(&world, "connection disconnect work", "no\n");
    let (depends, question) = (asked.find(words), asked.find("Type its label to continue"));
    assert!(depends.is_some() && depends < question, "{asked}");
    assert!(asked.contains("nothing was done"), "{asked}");
    let out = world.json(&["connection", "disconnect", "work", "--yes", "--json"]);
    assert_eq!((&out["used_by"][0]["automation"], &out["used_by"][0]["runs"]), (&json!("list-recordings"), &json!(2)));
}

/// A command with a terminal to type at, made by `script`: everything that it shows.
fn at_a_terminal(world: &World, line: &str, typed: &str) -> String {
    use std::io::Write;
    let line = format!("{} {line}", World::binary().display());
    let command = world.command(&[]);
    let mut script = std::process::Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).current_dir(world.home.path());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => script.env(name, value),
            None => script.env_remove(name),
        };
    }
    let mut child = world.start(script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()));
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    world.heard(child.wait_with_output().unwrap()).out
}

#[test]
fn replacing_says_what_depends_on_the_first_before_anybody_signs_in() {
    let world = World::connected();
    run_twice(&world, "work");
    let done = world.connect_with("again", "ada@emulator.test", "allow", &["--replace"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let depends = done.err.find("`work` ends (list-recordings used it 2 times, last at 20");
    assert!(depends.is_some() && depends < done.err.find("open and approve"), "{}", done.err);
}

#[test]
fn a_connection_that_was_chosen_is_used_where_none_is_named() {
    let world = World::connected();
    world.connect("grace", "grace@emulator.test");
    let me = ["call", "zoom.users.me", "--json"];
    let unsure = World::error(&world.run(&me));
    assert_eq!(unsure["code"], "ambiguous", "{unsure}");
    assert!(unsure["fix"].as_str().unwrap().contains("switchboard connection default LABEL"), "{unsure}");
    let chosen = world.json(&["connection", "default", "grace", "--json"]);
    assert_eq!(chosen["default"], "grace", "{chosen}");
    assert_eq!(world.json(&me)["email"], "grace@emulator.test");
    assert_eq!(world.json(&["call", "zoom.users.me", "-c", "work", "--json"])["email"], "ada@emulator.test");
    // The name may change, and it is told.
    world.json(&["connection", "rename", "grace", "hopper", "--json"]);
    assert!(world.run(&["connection", "list"]).out.contains("hopper (default)"));
    assert!(world.run(&["connection", "default"]).out.contains("default connection: hopper"));
    let unknown = World::error(&world.run(&["connection", "default", "hoper", "--json"]));
    assert_eq!(unknown["code"], "not-found", "{unknown}");
    assert_eq!(world.json(&me)["email"], "grace@emulator.test", "a name that is not there changes nothing");
    assert_eq!(world.json(&["connection", "default", "--none", "--json"])["default"], json!(null));
    assert_eq!(World::error(&world.run(&me))["code"], "ambiguous");
}

#[test]
fn the_default_follows_its_user_to_a_new_connection_and_its_end_is_told() {
    let world = World::connected();
    world.connect("grace", "grace@emulator.test");
    world.json(&["connection", "default", "work", "--json"]);
    assert_eq!(world.connect_with("again", "ada@emulator.test", "allow", &["--replace"]).code, 0);
    assert_eq!(world.json(&["connection", "default", "--json"])["default"], "again");
    assert_eq!(world.json(&["call", "zoom.users.me", "--json"])["email"], "ada@emulator.test");
    let ended = world.run(&["connection", "disconnect", "again", "--yes"]);
    assert!(ended.err.contains("switchboard connection default LABEL chooses another"), "{}", ended.err);
    assert_eq!(world.json(&["connection", "disconnect", "grace", "--yes", "--json"])["was_default"], false);
}
