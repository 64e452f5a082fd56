//! The seven steps of who must turn pre-approval off or make exemptions, and which notices people get of it.

use serde_json::{Value, json};
use switchboard_tests::connection::{remedy, steps};
use switchboard_tests::context::{TestContext, landing};

const GRACE: &str = "grace@emulator.test";

/// The remedy of a person who was just stopped.
fn stopped() -> (TestContext, Value) {
    let context = TestContext::new();
    context.approval(&json!({"required": true}));
    let done = context.connect_with("work", GRACE, "allow", &["--json"]);
    let remedy = TestContext::error(&done)["remedy"].clone();
    assert_eq!(remedy["id"], "needs-pre-approval", "{}", done.err);
    (context, remedy)
}

/// Which step, counted from one, says all of this; it is said in no other.
#[track_caller]
fn is_step(remedy: &Value, number: usize, parts: &[&str]) {
    let steps = steps(remedy);
    assert_eq!(steps.len(), 7, "{steps:?}");
    let found: Vec<usize> =
        (1..).zip(&steps).filter(|(_, step)| parts.iter().all(|part| step.contains(part))).map(|(n, _)| n).collect();
    assert_eq!(found, [number], "{parts:?}: {steps:?}");
}

#[test]
fn seed_uipath_09_the_app_is_searched_for_or_opened_by_its_address() {
    let (context, remedy) = stopped();
    let one = steps(&remedy["instead"][0]);
    assert!(one[0].contains("Sign in to https://marketplace.zoom.us/"), "{one:?}");
    assert!(one[1].contains("Search for the app") && one[1].contains("switchboard-demo"), "{one:?}");
    assert!(one[1].contains("https://marketplace.zoom.us/apps/ID"), "who has the id needs no search: {one:?}");
    assert!(one[2].contains("Who can install") && one[3].contains("Allow specific users or user groups"), "{one:?}");
    let guide = context.run(&["connect", "--guide", "pre-approval"]).out;
    assert!(guide.contains("https://marketplace.zoom.us/apps/ID") && guide.contains("Who can install"), "{guide}");
}

#[test]
fn seed_uipath_28_the_needed_role_is_named_before_any_step() {
    let (context, remedy) = stopped();
    is_step(&remedy, 1, &["Sign in to https://marketplace.zoom.us/", "account owner or admin"]);
    let people = context.connect_with("work", GRACE, "allow", &[]).err;
    let at = |text: &str| people.find(text).unwrap_or_else(|| panic!("{text}: {people}"));
    assert!(at("Who can fix it: an owner or admin") < at("  1. Sign in"), "{people}");
}

#[test]
fn seed_uipath_29_manage_at_the_top_right_is_the_second_step() {
    let (context, remedy) = stopped();
    is_step(&remedy, 2, &["top-right corner", "click Manage"]);
    let message = context.run(&["doctor", "--message"]).out;
    assert!(message.contains("  2. In the top-right corner of the Marketplace, click Manage."), "{message}");
}

#[test]
fn seed_uipath_30_permissions_in_the_admin_dashboard_is_the_third_step() {
    let (context, remedy) = stopped();
    is_step(&remedy, 3, &["My Admin Dashboard section", "click Permissions"]);
    let message = context.run(&["doctor", "--message"]).out;
    assert!(message.contains("  3. In the My Admin Dashboard section, click Permissions."), "{message}");
}

#[test]
fn seed_uipath_31_the_toggle_is_the_fourth_step_by_its_full_name() {
    let (_, remedy) = stopped();
    let name = "Require publicly listed apps on the Zoom App Marketplace to be pre-approved for your users";
    is_step(&remedy, 4, &[name, "switching it off"]);
}

#[test]
fn seed_uipath_32_turn_on_is_the_fifth_step_and_nothing_changes_before_it() {
    let (context, remedy) = stopped();
    is_step(&remedy, 5, &["click Turn On", "the old setting holds until then"]);
    context.approval(&json!({"ask": false}));
    let still = context.connect_with("work", GRACE, "allow", &["--json"]);
    assert_eq!(self::remedy(&still), "needs-pre-approval", "{}", still.err);
    context.approval(&json!({"confirm": true}));
    context.connect("work", GRACE);
}

/// Whether grace connects through the emulator's app of the classic kind.
fn by_classic_app(context: &TestContext) -> bool {
    let app = ("switchboard-classic".to_owned(), "classic-secret-not-a-secret".to_owned());
    let done = context.connect_app("other", app, &["--style", "classic"], |page| landing(page, GRACE, "allow"));
    assert!(done.code == 0 || self::remedy(&done) == "needs-pre-approval", "{}", done.err);
    done.code == 0
}

#[test]
fn seed_uipath_33_the_exemption_of_zooms_own_apps_is_the_sixth_step_and_helps_those_alone() {
    let (context, remedy) = stopped();
    is_step(&remedy, 6, &["Optional", "created by Zoom", "not with this one"]);
    context.approval(&json!({"apps": {"switchboard-classic": {"origin": "zoom"}}}));
    assert!(!by_classic_app(&context));
    context.approval(&json!({"allow_zoom_apps": true}));
    assert_eq!(self::remedy(&context.connect_with("work", GRACE, "allow", &["--json"])), "needs-pre-approval");
    assert!(by_classic_app(&context));
}

#[test]
fn seed_uipath_34_the_exemption_of_the_accounts_own_apps_is_the_seventh_step() {
    let (_, remedy) = stopped();
    is_step(&remedy, 7, &["Optional", "created by users in your account", "an app that you make yourselves"]);
}

#[test]
fn seed_uipath_16_people_whom_an_app_is_approved_for_are_told_and_the_guide_says_so() {
    let (context, remedy) = stopped();
    assert!(remedy["then"].as_str().unwrap().contains("e-mails the people for whom an app is pre-approved"));
    let guide = context.run(&["connect", "--guide", "pre-approval"]).out;
    assert!(guide.contains("Zoom e-mails people when the app is approved for them"), "{guide}");
    let listed = json!({"client_id": "switchboard-demo", "users": [GRACE, "alan@emulator.test"]});
    let state = context.approval(&json!({"pre_approve": listed}));
    assert_eq!(notices(&state, "app_pre_approved").len(), 2, "{state}");
}

fn notices<'a>(state: &'a Value, kind: &str) -> Vec<&'a Value> {
    state["notices"].as_array().unwrap().iter().filter(|notice| notice["kind"] == kind).collect()
}

#[test]
fn seed_uipath_35_clients_of_5_9_6_tell_that_pre_approval_was_switched_off() {
    let (context, remedy) = stopped();
    for words in [remedy["then"].as_str().unwrap(), &context.run(&["connect", "--guide", "pre-approval"]).out] {
        assert!(words.contains("users see the app from client 5.9.6"), "{words}");
    }
    context.approval(&json!({"clients": {GRACE: "5.9.6", "alan@emulator.test": "5.9.5"}}));
    let before = context.approval(&json!({}));
    let state = context.approval(&json!({"required": false}));
    let of = |email: &str| {
        let users = context.ask("GET", "/_emulator/state", &Value::Null).1["users"].clone();
        let id = users.as_array().unwrap().iter().find(|user| user["email"] == email).unwrap()["id"].clone();
        notices(&state, "approval_off").iter().filter(|notice| notice["user"] == id && notice["by"] == "client").count()
    };
    assert_eq!((of(GRACE), of("alan@emulator.test")), (1, 0), "{state}");
    assert!(notices(&before, "approval_off").is_empty());
}

#[test]
fn seed_uipath_36_every_user_gets_an_e_mail_when_pre_approval_is_switched_on() {
    let (context, remedy) = stopped();
    for words in [remedy["then"].as_str().unwrap(), &context.run(&["connect", "--guide", "pre-approval"]).out] {
        assert!(words.contains("Zoom e-mails all users"), "{words}");
    }
    let state = context.approval(&json!({}));
    let mails = notices(&state, "approval_on");
    let told: std::collections::BTreeSet<String> = mails.iter().map(|notice| notice["user"].to_string()).collect();
    let users = context.ask("GET", "/_emulator/state", &Value::Null).1["users"].as_array().unwrap().len();
    assert!(mails.iter().all(|notice| notice["by"] == "email"), "{state}");
    assert_eq!((mails.len(), told.len()), (users, users), "one each: {state}");
}
