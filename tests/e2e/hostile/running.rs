//! Some attacks by `switchboard run`.

use serde_json::json;

use switchboard_tests::world::World;

use super::component::Attack;
use super::interruption::automation;
use super::program::{run, save, world};

#[test]
fn an_endless_step_ends_at_the_processor_limit() {
    let world = world();
    let (document, file) =
        (automation(&world, &json!({})), save(&world, "loop", &Attack::read("endless-loop").component()));
    let seen = run(&world, &["run", &document, "--connector", &file, "--connection", "work"]);
    assert_eq!(seen.code(), "guest.cpu", "{}", seen.done.err);
}

#[test]
fn an_endless_step_ends_at_its_timeout() {
    let world = world();
    let document = automation(&world, &json!({"timeout": "PT1S"}));
    for name in ["endless-loop", "post-return-loop", "log-loop", "memory-copy-loop"] {
        let file = save(&world, name, &Attack::read(name).component());
        let seen = run(&world, &["run", &document, "--connector", &file, "--connection", "work", "--quiet"]);
        assert_eq!(seen.code(), "timeout", "{name}: {}", seen.done.err);
    }
}

#[test]
fn a_change_that_a_step_sent_is_unknown() {
    let world = world();
    let document = automation(&world, &json!({}));
    for name in ["loop-after-write", "trap-after-write"] {
        let attack = Attack::read(name);
        let file = save(&world, name, &attack.component());
        let seen = run(&world, &["run", &document, "--connector", &file, "--connection", "work", "--json"]);
        let error = World::error(&seen.done);
        assert_eq!((&error["code"], &error["outcome_unknown"]), (&attack.expect.into(), &true.into()), "{error}");
        assert!(error["fix"].as_str().unwrap().starts_with("check in the service"), "{error}");
    }
}

#[test]
fn what_a_step_returns_is_limited() {
    let world = world();
    let document = automation(&world, &json!({}));
    for name in ["output-bomb", "duplicate-keys", "endless-memory", "trap", "many-headers"] {
        let attack = Attack::read(name);
        let file = save(&world, name, &attack.component());
        let seen = run(&world, &["run", &document, "--connector", &file, "--connection", "work"]);
        assert_eq!(seen.code(), attack.expect, "{name}: {}", seen.done.err);
    }
}
