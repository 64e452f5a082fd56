//! An activity that an account does one at a time.

use serde_json::{Value, json};
use switchboard_tests::context::TestContext;

use super::{Killer, kills};

/// Users of an address at the service.
fn users(context: &TestContext, email: &str) -> usize {
    let (_, state) = context.ask("GET", "/_emulator/state", &Value::Null);
    state["users"].as_array().unwrap().iter().filter(|user| user["email"] == email).count()
}

#[test]
fn activity_done_one_at_a_time_goes_on_after_a_kill() {
    let context = TestContext::new();
    context.connect_admin("admin", "ada@emulator.test");
    // Each write takes some time, so that kills meet it.
    let slow = json!({"kind": "latency", "millis": 30, "path": "/users", "count": 0});
    assert!(context.ask("POST", "/_emulator/faults", &slow).0 < 300);
    let create = |email: &str| {
        [
            "call".to_owned(),
            "zoom.users.create".to_owned(),
            format!("email={email}"),
            "first_name=New".to_owned(),
            "--json".to_owned(),
        ]
    };
    let whole = create("whole@emulator.test");
    let mut killer = Killer::new(&context, || {
        context.json(&whole.each_ref().map(String::as_str));
    });
    for kill in 0..kills() {
        let (killed, after) = (format!("killed{kill}@emulator.test"), format!("after{kill}@emulator.test"));
        killer.start_and_kill(&create(&killed).each_ref().map(String::as_str));
        let next = killer.next(&create(&after).each_ref().map(String::as_str));
        assert_eq!(next.code, 0, "kill {kill}: {}", next.err);
        assert_eq!(users(&context, &after), 1, "kill {kill}");
        assert!(users(&context, &killed) <= 1, "kill {kill}: done twice");
        assert!(killer.left_behind().is_empty(), "kill {kill}: {:?}", killer.left_behind());
    }
}
