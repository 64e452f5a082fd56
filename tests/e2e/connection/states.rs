//! A connection that has ended: one name and one remedy, whoever finds it out and how often, and the remedy works.

use serde_json::{Value, json};
use switchboard_tests::context::{CommandOutput, TestContext};

const FIXES: [(&str, &str); 2] = [
    ("work", "switchboard connection reconnect work"),
    ("lab", "switchboard connection reconnect lab --token - < token.txt"),
];

/// Ada by browser and alan by a pasted token.
fn connected() -> TestContext {
    let context = TestContext::connected();
    let (at, token) = (context.addresses(), context.emulator.issue_token("alan@emulator.test").unwrap());
    let connect = [&["connect", "lab", "--token", "-"][..], &at.each_ref().map(String::as_str)].concat();
    assert_eq!(context.run_with(&connect, &token).code, 0);
    context
}

/// The same, months later.
fn ended() -> TestContext {
    let context = connected();
    assert!(context.ask("POST", "/_emulator/clock", &json!({"advance_s": 100 * 86_400})).0 < 300);
    context
}

#[track_caller]
fn told(done: &CommandOutput, fix: &str, when: &str) -> Value {
    let error = TestContext::error(done);
    assert_eq!((done.code, &error["code"]), (4, &json!("needs-reconnect")), "{when}: {error}");
    assert!(error["fix"].as_str().unwrap_or_default().contains(fix), "{when}: {error}");
    error
}

#[test]
fn the_first_failure_of_an_ended_connection_is_told_as_every_later_one() {
    for (label, fix) in FIXES {
        let context = ended();
        let call = ["call", "zoom.users.me", "-c", label, "--json"];
        let (first, next) = (told(&context.run(&call), fix, "first"), told(&context.run(&call), fix, "next"));
        assert_eq!(first, next, "word for word");
        let tested = told(&context.run(&["connection", "test", label, "--json"]), fix, "test");
        assert_eq!((&tested["message"], &tested["fix"]), (&first["message"], &first["fix"]));

        let context = ended();
        let people = |done: CommandOutput| (done.code, done.err);
        let call = ["call", "zoom.users.me", "-c", label];
        let (first, next) = (people(context.run(&call)), people(context.run(&call)));
        assert!(first.1.starts_with("error[needs-reconnect]: ") && first.1.contains(fix), "{}", first.1);
        assert_eq!(first, next);
    }
}

#[test]
fn a_list_of_connections_says_what_to_do_about_those_that_have_ended() {
    let context = ended();
    for (label, _) in FIXES {
        assert_eq!(context.run(&["call", "zoom.users.me", "-c", label]).code, 4);
    }
    context.connect("new", "grace@emulator.test");
    let people = context.run(&["connection", "list"]).err;
    let rows = context.json(&["connection", "list", "--json"]);
    for (label, fix) in FIXES {
        let line = format!("! {label} is needs-reconnect: ");
        assert!(people.lines().any(|said| said.starts_with(&line) && said.ends_with(fix)), "{people}");
        let row = rows.as_array().unwrap().iter().find(|row| row["label"] == label).unwrap();
        assert!(row["next_step"].as_str().unwrap().ends_with(fix), "{row}");
        assert!(context.run(&["connection", "show", label]).out.contains(fix));
    }
    assert!(!people.contains("! new") && rows[2]["next_step"].is_null(), "{people}{rows}");
}

#[test]
fn an_automation_that_meets_an_ended_connection_names_it_alike() {
    for (label, fix) in FIXES {
        let context = ended();
        let file = TestContext::file("manifests/automations/list-recordings.json");
        let run = ["run", file.to_str().unwrap(), "from=2026-11-01", "to=2026-11-23", "-c", label, "--json"];
        told(&context.run(&run), fix, "in a run");
        let kept = context.json(&["runs", "list", "--json"])[0]["id"].as_str().unwrap().to_owned();
        assert_eq!(context.json(&["runs", "show", &kept, "--json"])["error"]["code"], "needs-reconnect");
        let shown = context.run(&["runs", "show", &kept]).out;
        assert!(shown.contains("error[needs-reconnect]") && shown.contains(fix), "{shown}");
        told(&context.run(&run), fix, "before a run");
    }
}

#[test]
fn a_new_token_goes_in_by_the_very_command_that_is_printed() {
    let context = ended();
    // By the very question, and by what is kept.
    for _ in 0..2 {
        let found = context.findings(&["lab"]);
        let ended = found.iter().find(|one| one["about"] == "lab" && one["ok"] == false).unwrap();
        assert_eq!(ended["remedy"]["id"], "token-ended", "{ended}");
        assert!(ended["remedy"]["steps"].to_string().contains(FIXES[1].1), "{ended}");
    }
    let error = TestContext::error(&context.run(&["call", "zoom.users.me", "-c", "lab", "--json"]));
    let command = error["fix"].as_str().unwrap().split_once(": ").unwrap().1.to_owned();
    let token = context.emulator.issue_token("alan@emulator.test").unwrap();
    context.home.write_secret("token.txt", &token);
    let folder = TestContext::binary().parent().unwrap().display().to_string();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
    // In the folder and the environment of every other command.
    let as_ever = context.command(&[]);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &command]).current_dir(context.home.path()).env("PATH", path);
    shell.envs(as_ever.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let done = context.finish(&mut shell);
    assert_eq!(done.code, 0, "{command}: {}", done.err);
    context.json(&["call", "zoom.users.me", "-c", "lab", "--json"]);
}

#[test]
fn a_token_is_given_to_those_alone_that_were_made_with_one() {
    let context = connected();
    let given = context.run_with(&["connection", "reconnect", "work", "--token", "-", "--json"], "abc");
    assert_eq!(given.code, 2, "{}", given.err);
    assert!(TestContext::error(&given)["fix"].as_str().unwrap().contains("switchboard connection reconnect work"));
    let shown = context.run(&["connection", "reconnect", "lab", "--token", "abc.def", "--json"]);
    assert!(shown.code == 2 && shown.err.contains("not taken from the arguments"), "{}", shown.err);
}
