//! Advice about scopes in the kind of the app alone, and messages that whoever gets them can act on.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use switchboard_tests::context::{TestContext, landing};

const ADA: &str = "ada@emulator.test";
const ELSEWHERE: &str = "zoom.recordings.list-account";

fn manifest() -> Value {
    serde_json::from_str(&std::fs::read_to_string(TestContext::file("manifests/zoom.resolved.json")).unwrap()).unwrap()
}

/// The scopes of a kind that Zoom knows.
fn of_kind(kind: &str) -> BTreeSet<String> {
    let known = manifest()["auth"]["scopes"][kind].clone();
    known.as_array().unwrap().iter().map(|scope| scope.as_str().unwrap().to_owned()).collect()
}

fn through_classic(context: &TestContext, more: &[&str]) -> switchboard_tests::context::CommandOutput {
    let app = ("switchboard-classic".to_owned(), "classic-secret-not-a-secret".to_owned());
    context.connect_app("old", app, &[&["--style", "classic"], more].concat(), |page| landing(page, ADA, "allow"))
}

#[test]
fn seed_uipath_42_the_doctor_advises_scopes_of_the_apps_own_kind_and_names_what_needs_the_other() {
    let context = TestContext::new();
    assert_eq!(through_classic(&context, &[]).code, 0);
    let found = context.findings(&["old"]);
    let lacks = found.iter().find(|one| one["remedy"]["id"] == "scope-missing").unwrap_or_else(|| panic!("{found:?}"));
    let steps = lacks["remedy"]["steps"].as_array().unwrap();
    let add = steps.iter().find_map(|step| step.as_str().unwrap().strip_prefix("Add: ")).unwrap();
    let advised: Vec<&str> = add.split("   ").next().unwrap().split(' ').collect();
    let classic = of_kind("classic");
    assert!(advised.len() > 5 && advised.iter().all(|scope| classic.contains(*scope)), "{advised:?}");
    assert!(!lacks["text"].as_str().unwrap().contains(ELSEWHERE), "{lacks}");
    // What such an app can never do is named, and the command for one that can prints what that one needs.
    let other = found.iter().find(|one| one["text"].as_str().unwrap().contains("an app with granular scopes"));
    let other = other.unwrap_or_else(|| panic!("{found:?}"));
    assert!(other["text"].as_str().unwrap().contains(ELSEWHERE), "{other}");
    let command = other["fix"].as_str().unwrap().split_once("switchboard ").unwrap().1;
    let printed = context.run(&command.split(' ').collect::<Vec<_>>());
    assert_eq!(printed.code, 0, "{}", printed.err);
    assert!(printed.out.contains("cloud_recording:read:list_account_recordings:admin"), "{}", printed.out);
    assert!(!printed.out.contains("  ! ") && !printed.out.contains("user:read:admin "), "{}", printed.out);
}

#[test]
fn seed_uipath_42_what_no_scope_of_the_chosen_kind_opens_is_said_where_its_scopes_are_listed() {
    let context = TestContext::new();
    let list = |more: &[&str]| context.run(&[&["connect", "--app-manifest", "--for", ELSEWHERE], more].concat()).out;
    let said = |out: &str| out.lines().find(|line| line.starts_with("  ! ")).map(str::to_owned).unwrap_or_default();
    let classic = list(&["--style", "classic"]);
    assert!(said(&classic).contains(ELSEWHERE) && said(&classic).contains("granular"), "{classic}");
    assert!(!classic.contains("user:read:user"), "of one kind alone: {classic}");
    let person = list(&["--style", "granular"]);
    assert!(said(&person).contains(ELSEWHERE) && said(&person).contains("--admin"), "{person}");
    assert_eq!(said(&list(&["--style", "granular", "--admin"])), "");
    let told = context.json(&["connect", "--app-manifest", "--style", "classic", "--for", ELSEWHERE, "--json"]);
    let out = |kind: &str, level: &str| told["left_out"][kind][level].clone();
    for level in ["user", "account"] {
        let one = &out("classic", level)[0];
        assert_eq!((&one["activity"], &one["other_style"]), (&json!(ELSEWHERE), &json!(true)), "{told}");
    }
    assert_eq!((&out("granular", "user")[0]["other_style"], out("granular", "account")), (&json!(false), json!([])));
    // And before the consent.
    let done = through_classic(&context, &["--for", ELSEWHERE]);
    let before = done.err.split("open and approve").next().unwrap();
    assert!(before.contains(&format!("need an app with granular scopes: {ELSEWHERE}")), "{before}");
}

#[test]
fn an_app_that_nobody_signs_in_to_is_registered_without_a_redirect_address() {
    let context = TestContext::new();
    for (method, wanted) in [("s2s", false), ("byo", true)] {
        let list = ["connect", "--app-manifest", "--method", method, "--for", "zoom.users.me"];
        let people = context.run(&list).out;
        assert_eq!((people.contains("/oauth/callback"), people.contains("Redirect")), (wanted, wanted), "{people}");
        let told = context.json(&[&list[..], &["--json"]].concat());
        let known = (told["redirect_url"].is_string(), told["allow_list"].as_array().unwrap().len());
        assert_eq!((known, &told["strict_mode"]), ((wanted, usize::from(wanted)), &json!(wanted)), "{told}");
    }
}

#[test]
fn no_message_to_somebody_else_has_a_command_of_this_program_in_it() {
    let context = TestContext::new();
    let remedies = manifest()["remedies"].as_array().unwrap().clone();
    let sent: Vec<&str> =
        remedies.iter().filter(|one| one["message"] == true).map(|one| one["id"].as_str().unwrap()).collect();
    assert!(sent.len() > 10, "{sent:?}");
    for id in sent {
        let done = context.run(&["doctor", "--seen", id, "--message"]);
        assert_eq!(done.code, 0, "{id}: {}", done.err);
        for part in ["switchboard ", "--", "`", "{", "LABEL", "the app the app", "of this connection"] {
            assert!(!done.out.contains(part), "{id}: {part}: {}", done.out);
        }
        assert!(done.out.contains("  1. "), "{id} says what to do: {}", done.out);
    }
}
