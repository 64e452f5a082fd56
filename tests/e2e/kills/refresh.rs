//! A call that replaces its token.

use serde_json::{Value, json};
use switchboard_tests::context::TestContext;

use super::{Killer, kills};

/// The life of an access token and a little more, seconds.
const LIFE_S: u64 = 3_700;
const ME: [&str; 3] = ["call", "zoom.users.me", "--json"];

fn end_tokens(context: &TestContext) {
    assert!(context.ask("POST", "/_emulator/clock", &json!({"advance_s": LIFE_S})).0 < 300);
}

fn refreshes(context: &TestContext) -> usize {
    context.requests().iter().filter(|request| request["path"] == "/oauth/token").count()
}

#[test]
fn killed_refresh_leaves_clear_state() {
    let context = TestContext::connected();
    let mut killer = Killer::new(&context, || {
        end_tokens(&context);
        context.json(&ME);
    });
    let mut ended = 0;
    for kill in 0..kills() {
        context.ask("DELETE", "/_emulator/requests", &Value::Null);
        end_tokens(&context);
        killer.start_and_kill(&ME);
        let next = killer.next(&ME);
        assert!(refreshes(&context) <= 2, "kill {kill}: a token was replaced more than once by each command");
        let rows = context.json(&["connection", "list", "--json"]);
        if next.code == 0 {
            assert_eq!(rows[0]["state"], "active", "kill {kill}: {rows}");
        } else {
            // The service had replaced the token, and the killed command took the new one with it.
            assert_eq!(next.code, 4, "kill {kill}: {}", next.err);
            assert_ne!(rows[0]["state"], "active", "kill {kill}: {rows} {}", next.err);
            assert!(next.err.contains("reconnect"), "kill {kill}: {}", next.err);
            let back = context.sign_in(&["connection", "reconnect", "work", "--json"], "ada@emulator.test", "allow");
            assert_eq!(back.code, 0, "kill {kill}: {}", back.err);
            ended += 1;
        }
        assert_eq!(context.json(&ME)["email"], "ada@emulator.test", "kill {kill}");
        assert!(killer.left_behind().is_empty(), "kill {kill}: {:?}", killer.left_behind());
    }
    assert!(ended < kills(), "no refresh survived");
}
