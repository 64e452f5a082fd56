//! An administrator's rights: what a role lacks is named, mended at Zoom, and the same connection goes on.

use serde_json::{Value, json};
use switchboard_tests::browser::Browser;
use switchboard_tests::connection::{remedy, steps};
use switchboard_tests::context::{CommandOutput, TestContext, landing};
use url::Url;

const GRACE: &str = "grace@emulator.test";
/// A role of the seed that may read users and groups, and change neither.
const HELP_DESK: &str = "RHelpDeskRoleOfTheSeed1";

fn role(context: &TestContext, role: &str) {
    context.approval(&json!({"roles": {GRACE: role}}));
}

fn rights(context: &TestContext, list: &[&str]) {
    context.approval(&json!({"rights": {HELP_DESK: list}}));
}

/// Grace connected as an administrator; then her role is another one.
fn demoted(to: &str) -> TestContext {
    let context = TestContext::new();
    role(&context, "1");
    let done = context.connect_admin("josys", GRACE);
    assert_eq!(done["remedies"], json!([]), "an admin with every right passes: {done}");
    role(&context, to);
    context
}

/// What the doctor finds wrong with the connection.
fn wrong(context: &TestContext) -> Vec<Value> {
    context.findings(&["josys"]).into_iter().filter(|one| one["ok"] == false).collect()
}

/// The rights that are said to be missing.
fn missing(context: &TestContext) -> Vec<String> {
    let found = wrong(context);
    let text = found.first().map_or("", |one| one["text"].as_str().unwrap());
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn call(context: &TestContext, arguments: &[&str]) -> CommandOutput {
    context.run(&[&["call"][..], arguments, &["-c", "josys", "--json"]].concat())
}

#[test]
fn seed_josys_24_a_plain_member_is_told_that_an_admin_is_needed_right_after_the_sign_in() {
    let context = TestContext::new();
    let chosen = ["--admin", "--for", "zoom.users.*"];
    let done = context.connect_app("josys", context.emulator.admin_app(), &chosen, |address| {
        Browser::default().sign_in(address, GRACE).text()
    });
    assert_eq!((done.code, remedy(&done).as_str()), (4, "admin-only-app"), "{}", done.err);
    assert!(TestContext::error(&done)["remedy"]["title"].as_str().unwrap().contains("administrator"), "{}", done.err);
    assert!(context.labels().is_empty());
    // One who became a member later.
    let context = demoted("2");
    let found = wrong(&context).remove(0);
    assert_eq!(found["remedy"]["id"], "needs-admin", "{found}");
    assert!(found["remedy"]["cause"].as_str().unwrap().contains("an admin, or a role with the listed rights"));
}

#[test]
fn seed_josys_27_the_check_lists_exactly_what_is_still_missing() {
    let context = demoted(HELP_DESK);
    let all = ["View on Users", "Edit on Users", "View on Groups", "Edit on Groups"];
    let names = ["User:Read", "User:Edit", "Group:Read", "Group:Edit"];
    for granted in 1..names.len() {
        rights(&context, &[&["Role:Read"][..], &names[..granted]].concat());
        assert_eq!(missing(&context), all[granted..], "with {:?}", &names[..granted]);
        assert_eq!(wrong(&context)[0]["remedy"]["id"], "role-rights-missing");
    }
    rights(&context, &[&["Role:Read"][..], &names].concat());
    assert!(wrong(&context).is_empty(), "the same connection passes");
}

#[test]
fn seed_josys_27_the_message_asks_for_the_rights_found_missing_and_for_no_other() {
    let context = demoted(HELP_DESK);
    rights(&context, &["Role:Read", "User:Read", "Group:Read", "Group:Edit"]);
    let message = context.run(&["doctor", "josys", "--message"]).out;
    assert!(message.contains("grant Edit on Users.") && message.contains(GRACE), "{message}");
    for other in ["View", "Group", "User advanced settings", "switchboard doctor"] {
        assert!(!message.contains(other), "{other}: {message}");
    }
    let people = context.run(&["doctor", "josys"]).out;
    assert!(people.contains("Run the check again: switchboard doctor josys"), "here it is said: {people}");
}

#[test]
fn seed_josys_28_who_cannot_grant_is_told_that_the_owner_does_it_on_the_same_screen() {
    let context = demoted(HELP_DESK);
    let lacks = wrong(&context).remove(0);
    let first = &steps(&lacks["remedy"])[0];
    assert!(
        first.contains("If you lack these rights, the account's owner can grant them on the same screen"),
        "{first}"
    );
    let message = context.run(&["doctor", "josys", "--message"]).out;
    let said = "If you lack these rights, the account's owner can grant them on the same screen";
    assert_eq!(message.matches(said).count(), 1, "{message}");
    let guide = context.run(&["connect", "--guide", "admin-role"]).out;
    assert!(
        guide.contains("If you lack these rights, the account's owner can grant them on the same screen"),
        "{guide}"
    );
}

#[test]
fn seed_josys_30_without_view_listing_fails_and_without_edit_actions_fail_each_by_its_name() {
    let context = demoted(HELP_DESK);
    let edit = ["zoom.users.update", "user=alan@emulator.test", "job_title=Reader"];
    let forbidden =
        |done: &CommandOutput| (done.code, TestContext::error(done)["code"].clone()) == (5, json!("forbidden"));
    rights(&context, &["Group:Read", "Group:Edit", "Role:Read"]);
    let listed = call(&context, &["zoom.users.list"]);
    assert!(forbidden(&listed), "{}", listed.err);
    assert_eq!(missing(&context), ["View on Users", "Edit on Users"]);
    rights(&context, &["User:Read", "Group:Read", "Group:Edit"]);
    assert_eq!(call(&context, &["zoom.users.list"]).code, 0, "View lists");
    let edited = call(&context, &edit);
    assert!(forbidden(&edited), "{}", edited.err);
    assert_eq!(missing(&context), ["Edit on Users"]);
    rights(&context, &["User:Read", "User:Edit", "Group:Read", "Group:Edit"]);
    assert_eq!(call(&context, &edit).code, 0, "Edit acts");
    assert!(wrong(&context).is_empty());
}

#[test]
fn seed_josys_32_without_a_right_on_groups_the_list_is_there_and_groups_are_not_permitted() {
    let context = TestContext::new();
    role(&context, "1");
    let chosen = ["--admin", "--for", "zoom.users.*", "--for", "zoom.groups.list", "--for", "zoom.roles.list"];
    let done =
        context.connect_app("josys", context.emulator.admin_app(), &chosen, |page| landing(page, GRACE, "allow"));
    assert_eq!(done.code, 0, "{}", done.err);
    role(&context, HELP_DESK);
    rights(&context, &["User:Read", "User:Edit", "Role:Read"]);
    let named = call(&context, &["zoom.users.list", "with_names:=true"]);
    let named: Value = serde_json::from_str(&named.out).unwrap_or_else(|_| panic!("{}", named.err));
    assert!(named["not_permitted"].as_array().unwrap().contains(&json!("groups")), "{}", named["not_permitted"]);
    let users = named["users"].as_array().unwrap();
    let grouped = users.iter().filter(|user| user["groups"].as_array().is_some_and(|groups| !groups.is_empty()));
    assert!(users.len() > 3 && grouped.count() > 0, "groups are unnamed, not absent: {named}");
    assert_eq!(missing(&context), ["View on Groups", "Edit on Groups"]);
}

#[test]
fn seed_josys_36_the_flow_asks_for_account_scopes_alone_and_ends_with_the_check() {
    let context = TestContext::new();
    role(&context, "1");
    let mut asked = String::new();
    let chosen = ["--admin", "--for", "zoom.users.*", "--for", "zoom.groups.list"];
    let done = context.connect_app("josys", context.emulator.admin_app(), &chosen, |page| {
        asked = Url::parse(page).unwrap().query_pairs().find(|(name, _)| name == "scope").unwrap().1.into_owned();
        let landed = landing(page, GRACE, "allow");
        // Meanwhile her role loses what the check looks for.
        role(&context, HELP_DESK);
        landed
    });
    assert!(asked.split(' ').count() > 5 && asked.split(' ').all(|scope| scope.ends_with(":admin")), "{asked}");
    let out: Value = serde_json::from_str(&done.out).unwrap_or_else(|_| panic!("{}", done.err));
    assert_eq!(out["remedies"][0]["id"], "role-rights-missing", "{out}");
    let steps = out["remedies"][0]["steps"].to_string();
    assert!(steps.contains("grant Edit on Users, Edit on Groups."), "{steps}");
    let warnings = out["warnings"].to_string();
    assert!(warnings.contains("Edit on Users") && warnings.contains("Edit on Groups"), "{warnings}");
    assert!(!warnings.contains("View on Users"), "{warnings}");
}

#[test]
fn seed_josys_37_each_page_that_stops_a_person_ends_in_its_own_words() {
    let context = TestContext::new();
    context.approval(&json!({"required": true}));
    let (demo, admin) = (context.emulator.app(), context.emulator.admin_app());
    let member = context.connect_app("a", admin, &["--admin", "--for", "zoom.users.*"], |address| {
        Browser::default().sign_in(address, GRACE).text()
    });
    let mut browser = Browser::default();
    let blocked = context.connect_app("b", demo.clone(), &[], |address| {
        let page = browser.sign_in(address, GRACE);
        let (query, csrf) = (page.hidden("query"), page.hidden("csrf"));
        let form = [("query", query.as_str()), ("csrf", &csrf), ("client_id", "switchboard-demo")];
        let asked = browser.post(address, "/oauth/request", &form);
        assert!(asked.body.contains("with your administrator"), "{}", asked.body);
        page.text()
    });
    let pending = context.connect_app("b", demo, &[], |address| browser.open(address).text());
    context.approval(&json!({"required": false}));
    let declined = context.connect_with("b", GRACE, "deny", &["--json"]);
    assert!(context.labels().is_empty());
    let lacks = wrong(&demoted(HELP_DESK)).remove(0)["remedy"].clone();
    let remedies = [&member, &blocked, &pending, &declined].map(|done| TestContext::error(done)["remedy"].clone());
    let expected = ["admin-only-app", "needs-pre-approval", "approval-pending", "declined", "role-rights-missing"];
    let causes: std::collections::BTreeSet<String> =
        remedies.iter().chain([&lacks]).map(|remedy| remedy["cause"].as_str().unwrap().to_owned()).collect();
    let ids: Vec<&str> = remedies.iter().chain([&lacks]).map(|remedy| remedy["id"].as_str().unwrap()).collect();
    assert_eq!(ids, expected);
    assert_eq!(causes.len(), expected.len(), "each has its own words: {causes:?}");
}

#[test]
fn seed_josys_38_given_the_role_the_very_sign_in_that_was_stopped_succeeds() {
    let context = TestContext::new();
    let chosen = ["--admin", "--for", "zoom.users.*", "--for", "zoom.groups.list"];
    // What the message tells an owner to do.
    let stopped = context.connect_app("josys", context.emulator.admin_app(), &chosen, |address| {
        Browser::default().sign_in(address, GRACE).text()
    });
    let message = context.run(&["doctor", "--message"]).out;
    for told in [TestContext::error(&stopped)["remedy"].to_string(), message] {
        assert!(told.contains("User Management, Users, Edit at the user, choose the role, and save"), "{told}");
    }
    // One sign-in, at which the browser stands before the closed door while an owner opens it.
    let done = context.connect_app("josys", context.emulator.admin_app(), &chosen, |address| {
        let mut browser = Browser::default();
        let page = browser.sign_in(address, GRACE);
        assert!(page.body.contains("An account admin is required"), "{}", page.body);
        role(&context, "1");
        let page = browser.open(address);
        browser.allow(address, &page)
    });
    let out: Value = serde_json::from_str(&done.out).unwrap_or_else(|_| panic!("{}", done.err));
    assert_eq!((&out["identity"]["email"], &out["remedies"]), (&json!(GRACE), &json!([])), "{out}");
    // A role that lacks rights later: mended at Zoom, the connection goes on without another sign-in.
    role(&context, HELP_DESK);
    assert!(!missing(&context).is_empty());
    let before = context.json(&["connection", "show", "josys", "--json"])["created_at"].clone();
    role(&context, "1");
    assert!(wrong(&context).is_empty());
    assert_eq!(context.json(&["connection", "show", "josys", "--json"])["created_at"], before);
}
