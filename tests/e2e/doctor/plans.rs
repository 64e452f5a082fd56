//! A plan that is too low, and rights, are found at connecting and by the doctor, and a refused call leads there.

use serde_json::{Value, json};
use switchboard_tests::context::{TestContext, landing};

const ADA: &str = "ada@emulator.test";
const GRACE: &str = "grace@emulator.test";

fn plan(context: &TestContext, plan: &str) {
    assert_eq!(context.ask("POST", "/_emulator/settings", &json!({"plan": plan})).0, 200);
}

fn wrong(context: &TestContext, label: &str) -> Vec<Value> {
    context.findings(&[label]).into_iter().filter(|one| one["ok"] == false).collect()
}

fn admin(context: &TestContext, label: &str, user: &str, more: &[&str]) -> Value {
    let more = [&["--admin"], more].concat();
    let done = context.connect_app(label, context.emulator.admin_app(), &more, |page| landing(page, user, "allow"));
    serde_json::from_str(&done.out).unwrap_or_else(|_| panic!("{}{}", done.out, done.err))
}

#[test]
fn a_plan_that_is_too_low_is_found_whoever_connects_and_however() {
    for chosen in [&["--for", "zoom.groups.*", "--for", "zoom.roles.*"][..], &[]] {
        let context = TestContext::new();
        plan(&context, "free");
        let done = admin(&context, "boss", ADA, chosen);
        assert_eq!(done["remedies"][0]["id"], "plan-too-low", "{done}");
        assert_eq!(wrong(&context, "boss")[0]["remedy"]["id"], "plan-too-low");
        plan(&context, "pro");
        assert_eq!(wrong(&context, "boss"), Vec::<Value>::new(), "the plan is enough");
    }
    let context = TestContext::new();
    plan(&context, "free");
    context.connect_server_to_server("nightly");
    assert_eq!(wrong(&context, "nightly")[0]["remedy"]["id"], "plan-too-low");
    plan(&context, "pro");
    assert_eq!(wrong(&context, "nightly"), Vec::<Value>::new());
}

#[test]
fn a_missing_right_is_not_taken_for_a_low_plan() {
    let context = TestContext::new();
    context.approval(&json!({"roles": {GRACE: "1"}, "rights": {"1": ["User:Read", "User:Edit", "Role:Read"]}}));
    let done = admin(&context, "josys", GRACE, &["--for", "zoom.users.*", "--for", "zoom.groups.list"]);
    assert_eq!(done["remedies"][0]["id"], "role-rights-missing", "{done}");
    plan(&context, "free");
    let done = admin(&context, "other", ADA, &["--for", "zoom.users.*", "--for", "zoom.groups.list"]);
    assert_eq!(done["remedies"][0]["id"], "plan-too-low", "{done}");
}

#[test]
fn rights_are_looked_at_whatever_was_chosen_and_only_with_the_scope_for_it() {
    let context = TestContext::new();
    context.approval(&json!({"roles": {GRACE: "1"}, "rights": {"1": ["User:Read", "Role:Read"]}}));
    let all = admin(&context, "all", GRACE, &[]);
    assert!(all["warnings"].to_string().contains("lacks the right `Edit on Users`"), "{all}");
    assert_eq!(all["remedies"][0]["id"], "role-rights-missing", "{all}");
    let context = TestContext::new();
    let roles = admin(&context, "roles", ADA, &["--for", "zoom.roles.list"]);
    assert!(!roles["warnings"].to_string().contains("could not be read"), "{roles}");
    let found = context.findings(&["roles"]);
    assert!(!format!("{found:?}").contains("could not be read"), "{found:?}");
}

#[test]
fn a_refusal_for_role_or_plan_leads_to_the_doctor_who_knows_which() {
    let context = TestContext::new();
    admin(&context, "boss", ADA, &["--for", "zoom.groups.*", "--for", "zoom.users.*"]);
    plan(&context, "free");
    let done = context.run(&["call", "zoom.groups.list", "-c", "boss", "--json"]);
    let error = TestContext::error(&done);
    let fix = error["fix"].as_str().unwrap();
    assert_eq!(error["code"], "forbidden", "{error}");
    assert!(fix.contains("Group:Read") && fix.contains("plan") && fix.contains("`switchboard doctor boss`"), "{fix}");
    assert_eq!(wrong(&context, "boss")[0]["remedy"]["id"], "plan-too-low");
    let shown = context.run(&["activity", "show", "zoom.groups.list"]).out;
    assert!(shown.contains("right   Group:Read") && shown.contains("plan    pro"), "{shown}");
}
