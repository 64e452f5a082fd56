//! What people see without `--json`, and what programs see with it.

use serde_json::json;
use switchboard_tests::context::TestContext;

#[test]
fn a_run_ends_in_words_for_people_and_in_json_for_programs() {
    let context = TestContext::connected();
    let file = TestContext::file("manifests/automations/list-recordings.json");
    let arguments = ["run", file.to_str().unwrap(), "from=2026-10-01", "to=2026-10-31"];
    let people = context.run(&arguments);
    assert!(people.code == 0 && people.out.lines().any(|line| line.starts_with("complete  true")), "{}", people.out);
    assert!(serde_json::from_str::<serde_json::Value>(&people.out).is_err(), "no JSON: {}", people.out);
    let program = context.json(&[&arguments[..], &["--json"]].concat());
    assert_eq!(program["complete"], true);
}

#[test]
fn a_list_is_a_table_and_says_how_much_it_leaves_out() {
    let context = TestContext::connected();
    let listed = context.json(&["call", "zoom.meetings.list", "--json"]);
    let meetings = listed["meetings"].as_array().unwrap();
    let people = context.run(&["call", "zoom.meetings.list"]).out;
    let heading = people.lines().position(|line| line.contains("ID") && line.contains("TOPIC")).unwrap();
    for (row, meeting) in people.lines().skip(heading + 1).zip(meetings) {
        let topic: String = meeting["topic"].as_str().unwrap().chars().take(20).collect();
        assert!(row.contains(meeting["id"].as_str().unwrap()) && row.contains(&topic), "{row} {meeting}");
    }
    assert!(people.contains("more fields: --json shows all"), "{people}");
}

#[test]
fn a_run_that_is_not_there_is_not_found_and_nothing_was_refused_by_the_service() {
    let context = TestContext::new();
    let done = context.run(&["runs", "show", "nope", "--json"]);
    assert_eq!((done.code, &TestContext::error(&done)["code"]), (2, &json!("not-found")), "{}", done.err);
    let none = context.run(&["runs", "list"]);
    assert!(
        none.code == 0 && none.out.is_empty() && none.err.contains("nothing has run yet"),
        "{}{}",
        none.out,
        none.err
    );
}

#[test]
fn wrong_usage_names_what_is_missing_and_no_flag_that_is_set_already() {
    let context = TestContext::new();
    let people = context.run(&["call"]);
    assert_eq!(people.code, 2);
    assert!(people.err.contains("<ACTIVITY>") && !people.err.contains("--home"), "{}", people.err);
    let program = context.run(&["call", "--json"]);
    assert!(TestContext::error(&program)["message"].as_str().unwrap().ends_with("<ACTIVITY>"), "{}", program.err);
}

#[test]
fn the_flags_of_every_command_stand_apart_from_its_own() {
    let context = TestContext::new();
    for arguments in [&["--help"][..], &["connection", "disconnect", "--help"], &["call", "--help"]] {
        let help = context.run(arguments).out;
        let (own, global) = help.split_once("Global options:").unwrap_or_else(|| panic!("{help}"));
        for flag in ["--json", "--trace", "--quiet", "--no-input", "--home", "--connector"] {
            assert!(global.contains(flag) && !own.contains(&format!("{flag} ")), "{arguments:?} {flag}: {help}");
        }
    }
}
