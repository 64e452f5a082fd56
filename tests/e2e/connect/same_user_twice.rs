//! One Zoom user, one app, one connection: what a second sign-in is told, and what becomes of the first.

use serde_json::{Value, json};
use switchboard_tests::context::{CommandOutput, TestContext, landing};

const ADA: &str = "ada@emulator.test";

/// Ada connected as `work`, with an automation that used it.
fn in_use() -> TestContext {
    let context = TestContext::connected();
    context.list_recordings();
    context
}

fn again(context: &TestContext, more: &[&str]) -> CommandOutput {
    context.connect_with("again", ADA, "allow", &[&["--json"], more].concat())
}

#[test]
fn seed_next_24_a_second_connection_of_a_zoom_user_is_stopped_and_told_who_holds_the_first() {
    let context = in_use();
    let done = again(&context, &[]);
    let told = TestContext::error(&done);
    assert_eq!((done.code, &told["code"]), (4, &json!("same-account")), "{told}");
    let words = told["message"].as_str().unwrap();
    assert!(words.contains("`work`") && words.contains("used by list-recordings"), "{words}");
    assert_eq!(context.labels(), ["work"], "nothing new is stored");
    context.json(&["connection", "test", "work", "--json"]);
    let attempt = context.findings(&[]).into_iter().find(|one| one["about"] == "last attempt").unwrap();
    assert_eq!(attempt["remedy"]["id"], "same-account", "the doctor knows why: {attempt}");
    // Where the user is expected, it is stopped before a browser is opened, so before there is a token.
    let traded = || context.requests().iter().filter(|one| one["path"] == "/oauth/token").count();
    let before = traded();
    let early = again(&context, &["--expect-email", ADA]);
    assert_eq!(TestContext::error(&early)["code"], "same-account", "{}", early.err);
    assert!(!early.err.contains("open and approve") && traded() == before, "{}", early.err);
}

#[test]
fn seed_next_25_when_forced_the_first_is_said_to_be_taken_over() {
    let context = in_use();
    let done = again(&context, &["--replace"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let first = context.json(&["connection", "show", "work", "--json"]);
    assert!(first["state"] == "replaced" && first["reason"].as_str().unwrap().contains("`again`"), "{first}");
    let before = context.requests().len();
    let refused = context.run(&["call", "zoom.users.me", "--connection", "work", "--json"]);
    assert_eq!((refused.code, &TestContext::error(&refused)["code"]), (4, &json!("replaced")), "{}", refused.err);
    assert_eq!(context.requests().len(), before, "and nothing is sent for it");
    context.json(&["connection", "test", "again", "--json"]);
}

#[test]
fn seed_next_26_disconnected_and_connected_again_it_serves_as_before() {
    let context = TestContext::connected();
    let before = context.list_recordings();
    assert_eq!(again(&context, &["--replace"]).code, 0);
    let file = TestContext::file("manifests/automations/list-recordings.json");
    let run = ["run", file.to_str().unwrap(), "from=2026-01-01", "to=2026-11-23", "-c", "work", "--json"];
    assert_ne!(context.run(&run).code, 0, "broken by the other");
    // The two steps.
    assert_eq!(context.run(&["connection", "disconnect", "work", "--yes", "--json"]).code, 0);
    assert_eq!(context.connect_with("work", ADA, "allow", &["--replace"]).code, 0);
    context.json(&["connection", "test", "work", "--json"]);
    // What was set up by its name needs no change, and it is the other that is replaced now.
    let listed = context.json(&run);
    assert!(before["count"] == 74 && listed == before, "{before} {listed}");
    assert_eq!(context.json(&["connection", "show", "again", "--json"])["state"], "replaced");
}

#[test]
fn seed_uipath_18_replacing_is_announced_asked_for_and_shown_afterwards() {
    let context = in_use();
    // Announced, and not done without being told to.
    let done = again(&context, &[]);
    assert!(done.err.contains(&format!("{ADA} is connected through this app already, as `work`")), "{}", done.err);
    let told = TestContext::error(&done)["remedy"].clone();
    assert!(told["cause"].as_str().unwrap().contains("ZOOM-325298"), "{told}");
    assert!(told["steps"].to_string().contains(" --replace"), "{told}");
    assert_eq!(context.json(&["connection", "show", "work", "--json"])["state"], "active");
    // Told to: what ends is said before anybody signs in, and once more afterwards.
    let done = again(&context, &["--replace"]);
    let warning = format!("if you sign in as {ADA}, `work` ends (list-recordings used it once");
    let before = done.err.find(&warning).unwrap_or_else(|| panic!("{}", done.err));
    assert!(before < done.err.find("open and approve").unwrap(), "{}", done.err);
    let out: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(out["replaced"], json!(["work"]), "{out}");
    assert!(out["warnings"].to_string().contains("used by list-recordings"), "{out}");
    assert_eq!(context.json(&["connection", "show", "work", "--json"])["state"], "replaced");
}

#[test]
fn seed_uipath_18_a_connection_that_was_replaced_on_another_machine_learns_it_from_zoom() {
    // With the number of the cause it is sure; where Zoom says no more than that the token is invalid, it is guessed.
    let sure = r#"{"reason":"Invalid Token!","error":"invalid_grant","code":4741}"#;
    for (answer, state, advice) in
        [(Some(sure), "replaced", "ZOOM-325298"), (None, "needs-reconnect", "connected elsewhere with the same app")]
    {
        let (here, there) = (TestContext::connected(), TestContext::new());
        let (client, secret) = here.emulator.app();
        let own = there.own_app_at(&here, "other", &client, &secret);
        let done = there.sign_in(&own.with(&[]), ADA, "allow");
        assert_eq!(done.code, 0, "{}", done.err);
        here.emulator.issued_tokens().iter().for_each(|token| there.add_secret("a token of here", token));
        if let Some(body) = answer {
            let fault = json!({"kind": "text", "status": 400, "body": body, "path": "/oauth/token", "count": 0});
            assert!(here.ask("POST", "/_emulator/faults", &fault).0 < 300);
        }
        let refused = here.run(&["call", "zoom.users.me", "--json"]);
        assert_eq!((refused.code, &TestContext::error(&refused)["code"]), (4, &json!(state)), "{}", refused.err);
        let shown = here.json(&["connection", "show", "work", "--json"]);
        assert_eq!(shown["state"], state, "{shown}");
        let told = here.findings(&["work"]).into_iter().find(|one| one["ok"] == false).unwrap()["remedy"].to_string();
        assert!(told.contains(advice) && told.contains("connection reconnect work"), "{told}");
    }
}

#[test]
fn seed_uipath_19_the_message_leads_to_our_page_which_names_the_ways_out() {
    let context = TestContext::connected();
    let links = TestContext::error(&again(&context, &[]))["remedy"]["links"].clone();
    let links: Vec<&str> = links.as_array().unwrap().iter().map(|link| link.as_str().unwrap()).collect();
    let command = links.iter().find_map(|link| link.strip_prefix("switchboard ")).expect("a command that prints it");
    let printed = context.run(&command.split(' ').collect::<Vec<_>>()).out;
    let page = std::fs::read_to_string(TestContext::file("docs/guides/zoom/one-grant.md")).unwrap();
    for way in ["ZOOM-325298", "Share one connection", "separate apps", "Server-to-Server"] {
        assert!(printed.contains(way) && page.contains(way), "{way}: {printed}{page}");
    }
    let people = context.connect_with("again", ADA, "allow", &[]).err;
    assert!(people.contains("More: switchboard connect --guide one-grant"), "{people}");
    // Two of the ways, gone: neither disturbs the first.
    let app = ("switchboard-classic".to_owned(), "classic-secret-not-a-secret".to_owned());
    let own = context.connect_app("own", app, &["--style", "classic"], |page| landing(page, ADA, "allow"));
    assert_eq!(own.code, 0, "{}", own.err);
    context.connect_server_to_server("nightly");
    context.json(&["connection", "test", "work", "--json"]);
}

#[test]
fn seed_uipath_20_automations_that_run_at_once_on_one_connection_renew_it_once_and_none_fails() {
    let context = TestContext::connected();
    // Every access token is over at Zoom, and nobody here knows it yet.
    assert!(context.ask("POST", "/_emulator/clock", &json!({"advance_s": 7_200})).0 < 300);
    let renewals = || context.requests().iter().filter(|one| one["path"] == "/oauth/token").count();
    let before = renewals();
    let file = TestContext::file("manifests/automations/list-recordings.json");
    let run = ["run", file.to_str().unwrap(), "from=2026-11-01", "to=2026-11-23", "--json"];
    let runs: Vec<_> = (0..10).map(|_| context.piped(&run)).collect();
    for run in runs {
        let done = context.read_output(run.wait_with_output().unwrap());
        assert_eq!(done.code, 0, "{}", done.err);
        assert_eq!(serde_json::from_str::<Value>(&done.out).unwrap()["complete"], true, "{}", done.out);
    }
    assert_eq!(renewals(), before + 1, "one for all ten");
    let used = context.json(&["connection", "show", "work", "--json"]);
    assert_eq!((&used["state"], &used["used_by"][0]["runs"]), (&json!("active"), &json!(10)), "{used}");
}
