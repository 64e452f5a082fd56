use std::collections::HashSet;

use serde_json::json;

use super::*;
use crate::types::{Origin, of_schema};

fn scope() -> TypeScope {
    let inputs = json!({
        "type": "object",
        "required": ["topic"],
        "properties": {
            "topic": {"type": "string"},
            "note": {"type": "string"},
            "days": {"type": "integer", "default": 3},
            "mode": {"enum": ["fast", "slow"], "default": "fast"},
        },
    });
    let output = json!({
        "type": "object",
        "required": ["users", "count"],
        "properties": {
            "users": {"type": "array", "items": {
                "type": "object",
                "required": ["id", "status"],
                "properties": {
                    "id": {"type": "string"},
                    "status": {"enum": ["active", "inactive"]},
                    "email": {"type": ["string", "null"]},
                    "logins": {"type": "integer"},
                },
            }},
            "count": {"type": "integer"},
        },
    });
    let mut scope = TypeScope::new(of_schema(&inputs, Origin::Inputs), HashSet::from(["later".to_owned()]));
    let output = of_schema(&output, Origin::Output);
    scope.step("list", output.clone(), &[]);
    scope.step("maybe", output, &conditions("inputs.days > 2"));
    scope
}

#[track_caller]
fn check(source: &str, shown: &str) {
    let (found, findings) = infer(source, &scope(), Place::Value);
    assert_eq!(findings, [], "{source}");
    assert_eq!(found.show(), shown, "{source}");
}

#[track_caller]
fn wrong(source: &str, part: &str, message: &str) {
    let (_, findings) = infer(source, &scope(), Place::Value);
    let [finding] = findings.as_slice() else { panic!("{source}: {findings:?}") };
    assert_eq!(source.get(finding.range.clone()), Some(part), "{source}");
    assert!(finding.message.contains(message), "{source}: {}", finding.message);
}

#[test]
fn types_flow_through_filters() {
    check("steps.list.users | first", "{email, id, logins, status}");
    check("steps.list.users | map(attribute='id') | list", "a list of text");
    check("(steps.list.users | groupby('status') | first).list", "a list of {email, id, logins, status}");
    check("steps.list.users | groupby('status') | map(attribute='grouper')", "a list of one of `active`, `inactive`");
    check("steps.list.users | sort(attribute='id') | last", "{email, id, logins, status}");
    check("steps.list.users | sum(attribute='logins')", "a whole number");
    check("steps.list.users | map('length') | sum", "a whole number");
    check("steps.list.users | batch(2) | first | first", "{email, id, logins, status}");
    check("[[1], [2]] | flatten | max", "a whole number");
    check("inputs.topic | split(',') | map('int') | list", "a list of whole number");
    check("{'a': 1, 'b': 'x'} | items | length", "a whole number");
}

#[test]
fn types_flow_through_operators() {
    check("inputs.days + 1", "a whole number");
    check("inputs.days / 2", "a number");
    check("inputs.topic ~ 1", "text");
    check("inputs.topic[:3]", "text");
    check("inputs.topic if inputs.days > 2 else none", "text or none");
    check("steps.list.users + steps.list.users", "a list of {email, id, logins, status}");
    check("{'n': inputs.days}.n", "a whole number");
    check("inputs.days > 2 and inputs.topic is lower", "true or false");
    check("range(3)", "a list of whole number");
}

#[test]
fn conditions_narrow_what_may_be_missing() {
    check("inputs.note if inputs.note is defined else 'x'", "text");
    check("inputs.note is undefined or inputs.note == 'x'", "true or false");
    check("(steps.maybe or {'count': 0}).count", "a whole number");
    check("steps.maybe.count if steps.maybe else 0", "a whole number");
    check("steps.maybe.count if inputs.days > 2 else 0", "a whole number");
    wrong("steps.maybe.count", "steps.maybe.count", "when the step is skipped");
    wrong("inputs.note == 'x'", "inputs.note", "may be missing");
    wrong("inputs.note if inputs.topic else 'x'", "inputs.note if inputs.topic else 'x'", "may be missing");
}

#[test]
fn the_place_of_a_mistake_is_the_part_that_is_wrong() {
    wrong("1 + (steps.list.users | first).emial", "steps.list.users | first).emial", "has no `emial`");
    wrong("steps.list.users | map(attribute='mail')", "'mail'", "an item has no `mail`");
    wrong("steps.list.users.id", "id", "it has no `id`");
    wrong("inputs.mode == 'quick'", "'quick'", "is never `quick`");
    wrong("inputs.topic - 1", "inputs.topic", "takes numbers");
    wrong("steps.later.x", "steps.later", "no result here");
}

/// A chain as long as the bounds allow, on the stack of a thread of a server.
#[test]
fn long_chains_take_little_stack() {
    let work = || {
        for source in [
            "inputs".to_owned() + &".a".repeat(199),
            "not ".repeat(150) + "inputs.topic",
            "(".repeat(31) + "inputs.topic" + &")".repeat(31),
            "inputs.topic".to_owned() + &" | upper".repeat(190),
            "1 if inputs.topic else ".repeat(90) + "2",
            "1".to_owned() + &" and 1".repeat(150),
        ] {
            infer(&source, &scope(), Place::Value);
            facts(&source, true);
        }
    };
    std::thread::Builder::new().stack_size(512 << 10).spawn(work).unwrap().join().unwrap();
}
