//! Apps that need an administrator's approval: how that is recognised, and that each way to mend it lets people in.

use serde_json::{Value, json};
use switchboard_tests::browser::Browser;
use switchboard_tests::connection::remedy;
use switchboard_tests::context::TestContext;

const APP: &str = "switchboard-demo";
const GRACE: &str = "grace@emulator.test";
const ALAN: &str = "alan@emulator.test";
const EDSGER: &str = "edsger@emulator.test";

/// An account that requires approval.
fn strict() -> TestContext {
    let context = TestContext::new();
    context.approval(&json!({"required": true}));
    context
}

fn approve(context: &TestContext, users: &[&str], groups: &[&str]) {
    context.approval(&json!({"pre_approve": {"client_id": APP, "users": users, "groups": groups}}));
}

/// What becomes of `user` who connects: `connects`, or the id of the remedy. No connection is left of it.
fn tries(context: &TestContext, user: &str) -> String {
    let done = context.connect_with("tried", user, "allow", &["--json"]);
    if done.code == 0 {
        assert_eq!(context.run(&["connection", "disconnect", "tried", "--yes"]).code, 0);
        return "connects".to_owned();
    }
    assert!(context.labels().is_empty(), "no half-made connection");
    remedy(&done)
}

#[test]
fn seed_uipath_08_the_doctor_says_that_it_is_pre_approval_and_who_mends_it() {
    let context = strict();
    assert_eq!(tries(&context, GRACE), "needs-pre-approval");
    let attempt = |context: &TestContext| context.findings(&[]).into_iter().find(|one| one["about"] == "last attempt");
    let found = attempt(&context).unwrap();
    assert_eq!(
        (&found["ok"], &found["remedy"]["id"], &found["remedy"]["who"]),
        (&json!(false), &json!("needs-pre-approval"), &json!("an owner or admin of the Zoom account")),
        "{found}"
    );
    let message = context.run(&["doctor", "--message"]).out;
    assert!(message.contains(APP) && message.contains("pass it on to an owner or admin"), "{message}");
    approve(&context, &[GRACE], &[]);
    context.connect("work", GRACE);
    assert!(attempt(&context).is_none(), "the attempt is over");
}

#[test]
fn seed_uipath_11_switched_on_without_a_choice_every_user_of_the_account_connects() {
    let context = strict();
    assert_eq!([tries(&context, GRACE), tries(&context, ALAN)], ["needs-pre-approval"; 2]);
    context.approval(&json!({"pre_approve": {"client_id": APP}}));
    assert_eq!([tries(&context, GRACE), tries(&context, ALAN)], ["connects"; 2]);
}

#[test]
fn seed_uipath_12_users_outside_of_the_list_stay_blocked() {
    let context = strict();
    approve(&context, &[GRACE], &[]);
    assert_eq!([tries(&context, GRACE), tries(&context, ALAN)], ["connects", "approve-for-all-off"]);
}

#[test]
fn seed_uipath_13_users_are_added_one_after_the_other_by_address_and_an_unknown_one_is_refused() {
    let context = strict();
    context.connect_server_to_server("admin");
    let id = |user: &str| {
        let user = format!("user={user}");
        context.json(&["call", "zoom.users.get", &user, "-c", "admin", "--json"])["id"].as_str().unwrap().to_owned()
    };
    let add = |user: &str| {
        let users = format!("users:=[\"{user}\"]");
        let call = ["call", "zoom.apps.preapproval-set", "app=switchboard-demo", "change=add_users", &users];
        context.run(&[&call[..], &["-c", "admin", "--yes", "--json"]].concat())
    };
    let tries = |user: &str| {
        let done = context.connect_with("tried", user, "allow", &["--json"]);
        if done.code != 0 {
            return remedy(&done);
        }
        assert_eq!(context.run(&["connection", "disconnect", "tried", "--yes"]).code, 0);
        "connects".to_owned()
    };
    for (added, others) in [(GRACE, "approve-for-all-off"), (ALAN, "connects")] {
        let done = add(&id(added));
        assert_eq!(done.code, 0, "{}", done.err);
        assert_eq!([tries(added), tries(ALAN)], ["connects", others], "{added} was added");
    }
    assert_eq!(tries(GRACE), "connects", "who was there before stays");
    let unknown = add("nobody@emulator.test");
    assert_ne!(unknown.code, 0, "{}", unknown.out);
    assert_eq!(tries(ALAN), "connects");
}

#[test]
fn seed_uipath_14_members_of_each_approved_group_connect_later_ones_too() {
    let context = strict();
    context.approval(&json!({"groups": {"Sales": [GRACE], "Labs": []}}));
    approve(&context, &[], &["Sales", "Labs"]);
    assert_eq!([tries(&context, GRACE), tries(&context, ALAN)], ["connects", "approve-for-all-off"]);
    context.approval(&json!({"groups": {"Labs": [ALAN]}}));
    assert_eq!([tries(&context, GRACE), tries(&context, ALAN)], ["connects"; 2]);
}

#[test]
fn seed_uipath_15_users_and_groups_give_access_to_exactly_their_union() {
    let context = strict();
    context.approval(&json!({"users": {EDSGER: "active"}, "roles": {EDSGER: "2"}, "groups": {"Sales": [GRACE]}}));
    approve(&context, &[ALAN], &["Sales"]);
    let all = [GRACE, ALAN, EDSGER].map(|user| tries(&context, user));
    assert_eq!(all, ["connects", "connects", "approve-for-all-off"]);
}

#[test]
fn seed_uipath_27_the_page_that_asks_for_pre_approval_is_an_error_of_its_own_with_the_remedy() {
    let context = strict();
    let done = context.connect_with("work", GRACE, "allow", &["--json"]);
    let told = TestContext::error(&done);
    assert_eq!(
        (done.code, &told["code"], &told["remedy"]["id"]),
        (4, &json!("needs-approval"), &json!("needs-pre-approval")),
        "{told}"
    );
    let people = context.connect_with("work", GRACE, "allow", &[]).err;
    for part in ["error[needs-approval]", "Who can fix it: an owner or admin", "  7. Optional: "] {
        assert!(people.contains(part), "{part}: {people}");
    }
    // Told from whatever else stops a person on the same page.
    let declined = context.connect_with("work", "ada@emulator.test", "deny", &["--json"]);
    assert_eq!(TestContext::error(&declined)["code"], "denied", "{}", declined.err);
}

#[test]
fn seed_uipath_31_the_accounts_toggle_lets_a_plain_user_in_and_blocks_again() {
    let context = strict();
    assert_eq!(tries(&context, GRACE), "needs-pre-approval");
    context.approval(&json!({"required": false}));
    assert_eq!(tries(&context, GRACE), "connects");
    context.approval(&json!({"required": true}));
    assert_eq!(tries(&context, GRACE), "needs-pre-approval");
}

#[test]
fn seed_uipath_34_an_own_app_of_the_account_connects_when_those_are_exempt() {
    let context = strict();
    let own = |label: &str| {
        let app = ("switchboard-classic".to_owned(), "classic-secret-not-a-secret".to_owned());
        context.connect_app(label, app, &["--style", "classic"], |page| {
            switchboard_tests::context::landing(page, GRACE, "allow")
        })
    };
    assert_eq!(remedy(&own("own")), "needs-pre-approval");
    context.approval(&json!({"allow_account_apps": true}));
    assert_eq!(tries(&context, GRACE), "needs-pre-approval", "an app of somebody else's still needs it");
    let done = own("own");
    assert_eq!(done.code, 0, "{}", done.err);
    context.json(&["connection", "test", "own", "--json"]);
}

#[test]
fn seed_anyclip_12_a_user_who_may_not_install_meets_no_button_and_the_wait_ends_with_the_steps() {
    let context = strict();
    let done = context.connect_app("work", context.emulator.app(), &[], |address| {
        let page = Browser::default().sign_in(address, GRACE);
        assert!(page.status == 400 && !page.body.contains("Allow<"), "nothing to click: {}", page.body);
        page.text()
    });
    let told = TestContext::error(&done);
    assert_eq!((done.code, &told["code"]), (4, &json!("needs-approval")), "{told}");
    assert!(told["message"].as_str().unwrap().contains("needs an administrator's pre-approval"), "{told}");
    let one = &told["remedy"]["instead"][0];
    assert!(one["title"] == "Pre-approve this one app" && one["steps"].as_array().unwrap().len() == 4, "{told}");
    assert!(context.labels().is_empty(), "no half-made connection");
    assert!(!switchboard_store::Store::open(context.home.path()).unwrap().has_secrets().unwrap());
}

#[test]
fn seed_anyclip_13_an_admin_pre_approves_the_app_and_the_user_connects() {
    let context = strict();
    assert_eq!(tries(&context, GRACE), "needs-pre-approval");
    let guide = context.run(&["connect", "--guide", "pre-approval"]).out;
    let activity = guide.split_whitespace().find(|word| word.starts_with("zoom.apps.")).unwrap();
    // As the guide says, by the admin's own connection.
    context.connect_server_to_server("admin");
    let set = ["call", activity, "-c", "admin", "--yes", "--json"];
    context.json(&[&set[..], &["app=switchboard-demo", "change=all_users"]].concat());
    assert_eq!(context.connect_with("work", GRACE, "allow", &[]).code, 0);
    context.json(&["connection", "test", "work", "--json"]);
}

#[test]
fn seed_anyclip_14_approval_of_one_user_leaves_the_other_with_the_same_message() {
    let context = strict();
    approve(&context, &[GRACE], &[]);
    assert_eq!(tries(&context, GRACE), "connects");
    let other = context.connect_with("other", ALAN, "allow", &["--json"]);
    let told = TestContext::error(&other);
    assert_eq!((other.code, &told["code"]), (4, &json!("needs-approval")), "{told}");
    assert!(told["remedy"]["steps"].to_string().contains("Add users"), "{told}");
    assert!(context.labels().is_empty());
}

#[test]
fn seed_josys_39_approve_for_all_users_being_off_is_told_apart_and_mended_by_its_switch() {
    let context = strict();
    assert_eq!(tries(&context, ALAN), "needs-pre-approval", "no approval at all is another thing");
    approve(&context, &[GRACE], &[]);
    let done = context.connect_with("work", ALAN, "allow", &["--json"]);
    assert_eq!(remedy(&done), "approve-for-all-off", "{}", done.err);
    let steps = TestContext::error(&done)["remedy"]["steps"].to_string();
    assert!(steps.contains("Enable Approve for all users"), "the switch by its name: {steps}");
    let seen: Value = context.findings(&["--seen", "a"]).remove(0);
    assert_eq!(seen["remedy"]["id"], "approve-for-all-off", "whoever waits types its letter: {seen}");
    context.approval(&json!({"apps": {APP: {"all_users": true}}}));
    context.connect("work", ALAN);
}
