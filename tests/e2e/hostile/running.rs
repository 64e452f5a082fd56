//! Some attacks by `switchboard run`.

use serde_json::json;

use switchboard_tests::context::TestContext;

use super::component::Attack;
use super::interruption::automation;
use super::program::{context, run, save};

#[test]
fn an_endless_step_ends_at_the_processor_limit() {
    let context = context();
    let (document, file) =
        (automation(&context, &json!({})), save(&context, "loop", &Attack::read("endless-loop").component()));
    let seen = run(&context, &["run", &document, "--connector", &file, "--connection", "work"]);
    assert_eq!(seen.code(), "guest.cpu", "{}", seen.done.err);
}

#[test]
fn an_endless_step_ends_at_its_timeout() {
    let context = context();
    let document = automation(&context, &json!({"timeout": "PT1S"}));
    for name in ["endless-loop", "post-return-loop", "log-loop", "memory-copy-loop"] {
        let file = save(&context, name, &Attack::read(name).component());
        let seen = run(&context, &["run", &document, "--connector", &file, "--connection", "work", "--quiet"]);
        assert_eq!(seen.code(), "timeout", "{name}: {}", seen.done.err);
    }
}

#[test]
fn a_change_that_a_step_sent_is_unknown() {
    let context = context();
    let document = automation(&context, &json!({}));
    for name in ["loop-after-write", "trap-after-write"] {
        let attack = Attack::read(name);
        let file = save(&context, name, &attack.component());
        let seen = run(&context, &["run", &document, "--connector", &file, "--connection", "work", "--json"]);
        let error = TestContext::error(&seen.done);
        assert_eq!((&error["code"], &error["outcome_unknown"]), (&attack.expect.into(), &true.into()), "{error}");
        assert!(error["fix"].as_str().unwrap().starts_with("check in the service"), "{error}");
    }
}

#[test]
fn what_a_step_returns_is_limited() {
    let context = context();
    let document = automation(&context, &json!({}));
    for name in ["output-bomb", "duplicate-keys", "endless-memory", "trap", "many-headers"] {
        let attack = Attack::read(name);
        let file = save(&context, name, &attack.component());
        let seen = run(&context, &["run", &document, "--connector", &file, "--connection", "work"]);
        assert_eq!(seen.code(), attack.expect, "{name}: {}", seen.done.err);
    }
}
