//! A connection that has ended: one name and one remedy, whoever finds it out and how often, and the remedy works.

use serde_json::{Value, json};
use switchboard_tests::world::{Done, World};

const FIXES: [(&str, &str); 2] = [
    ("work", "switchboard connection reconnect work"),
    ("lab", "switchboard connection reconnect lab --token - < token.txt"),
];

/// Ada by browser and alan by a pasted token.
fn connected() -> World {
    let world = World::connected();
    let (at, token) = (world.addresses(), world.emulator.issue_token("alan@emulator.test").unwrap());
    let connect = [&["connect", "lab", "--token", "-"][..], &at.each_ref().map(String::as_str)].concat();
    assert_eq!(world.run_with(&connect, &token).code, 0);
    world
}

/// The same, months later.
fn ended() -> World {
    let world = connected();
    assert!(world.ask("POST", "/_emulator/clock", &json!({"advance_s": 100 * 86_400})).0 < 300);
    world
}

#[track_caller]
fn told(done: &Done, fix: &str, when: &str) -> Value {
    let error = World::error(done);
    assert_eq!((done.code, &error["code"]), (4, &json!("needs-reconnect")), "{when}: {error}");
    assert!(error["fix"].as_str().unwrap_or_default().contains(fix), "{when}: {error}");
    error
}

#[test]
fn the_first_failure_of_an_ended_connection_is_told_as_every_later_one() {
    for (label, fix) in FIXES {
        let world = ended();
        let call = ["call", "zoom.users.me", "-c", label, "--json"];
        let (first, next) = (told(&world.run(&call), fix, "first"), told(&world.run(&call), fix, "next"));
        assert_eq!(first, next, "word for word");
        let tested = told(&world.run(&["connection", "test", label, "--json"]), fix, "test");
        assert_eq!((&tested["message"], &tested["fix"]), (&first["message"], &first["fix"]));

        let world = ended();
        let people = |done: Done| (done.code, done.err);
        let call = ["call", "zoom.users.me", "-c", label];
        let (first, next) = (people(world.run(&call)), people(world.run(&call)));
        assert!(first.1.starts_with("error[needs-reconnect]: ") && first.1.contains(fix), "{}", first.1);
        assert_eq!(first, next);
    }
}

#[test]
fn a_list_of_connections_says_what_to_do_about_those_that_have_ended() {
    let world = ended();
    for (label, _) in FIXES {
        assert_eq!(world.run(&["call", "zoom.users.me", "-c", label]).code, 4);
    }
    world.connect("new", "grace@emulator.test");
    let people = world.run(&["connection", "list"]).err;
    let rows = world.json(&["connection", "list", "--json"]);
    for (label, fix) in FIXES {
        let line = format!("! {label} is needs-reconnect: ");
        assert!(people.lines().any(|said| said.starts_with(&line) && said.ends_with(fix)), "{people}");
        let row = rows.as_array().unwrap().iter().find(|row| row["label"] == label).unwrap();
        assert!(row["next_step"].as_str().unwrap().ends_with(fix), "{row}");
        assert!(world.run(&["connection", "show", label]).out.contains(fix));
    }
    assert!(!people.contains("! new") && rows[2]["next_step"].is_null(), "{people}{rows}");
}

#[test]
fn an_automation_that_meets_an_ended_connection_names_it_alike() {
    for (label, fix) in FIXES {
        let world = ended();
        let file = World::file("manifests/automations/list-recordings.json");
        let run = ["run", file.to_str().unwrap(), "from=2026-11-01", "to=2026-11-23", "-c", label, "--json"];
        told(&world.run(&run), fix, "in a run");
        let kept = world.json(&["runs", "list", "--json"])[0]["id"].as_str().unwrap().to_owned();
        assert_eq!(world.json(&["runs", "show", &kept, "--json"])["error"]["code"], "needs-reconnect");
        let shown = world.run(&["runs", "show", &kept]).out;
        assert!(shown.contains("error[needs-reconnect]") && shown.contains(fix), "{shown}");
        told(&world.run(&run), fix, "before a run");
    }
}

#[test]
fn a_new_token_goes_in_by_the_very_command_that_is_printed() {
    let world = ended();
    // By the very question, and by what is kept.
    for _ in 0..2 {
        let found = world.findings(&["lab"]);
        let ended = found.iter().find(|one| one["about"] == "lab" && one["ok"] == false).unwrap();
        assert_eq!(ended["remedy"]["id"], "token-ended", "{ended}");
        assert!(ended["remedy"]["steps"].to_string().contains(FIXES[1].1), "{ended}");
    }
    let error = World::error(&world.run(&["call", "zoom.users.me", "-c", "lab", "--json"]));
    let command = error["fix"].as_str().unwrap().split_once(": ").unwrap().1.to_owned();
    let token = world.emulator.issue_token("alan@emulator.test").unwrap();
    world.home.hands_over("token.txt", &token);
    let folder = World::binary().parent().unwrap().display().to_string();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
    // In the folder and the environment of every other command.
    let as_ever = world.command(&[]);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &command]).current_dir(world.home.path()).env("PATH", path);
    shell.envs(as_ever.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let done = world.finish(&mut shell);
    assert_eq!(done.code, 0, "{command}: {}", done.err);
    world.json(&["call", "zoom.users.me", "-c", "lab", "--json"]);
}

#[test]
fn a_token_is_given_to_those_alone_that_were_made_with_one() {
    let world = connected();
    let given = world.run_with(&["connection", "reconnect", "work", "--token", "-", "--json"], "abc");
    assert_eq!(given.code, 2, "{}", given.err);
    assert!(World::error(&given)["fix"].as_str().unwrap().contains("switchboard connection reconnect work"));
    let shown = world.run(&["connection", "reconnect", "lab", "--token", "abc.def", "--json"]);
    assert!(shown.code == 2 && shown.err.contains("not taken from the arguments"), "{}", shown.err);
}
