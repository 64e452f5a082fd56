//! `key rotate`.

use std::collections::BTreeSet;

use switchboard_tests::context::TestContext;

use super::{Killer, kills};

#[test]
fn key_change_that_is_killed_leaves_every_secret_readable() {
    let context = TestContext::connected();
    let mut killer = Killer::new(&context, || {
        context.json(&["key", "rotate", "--json"]);
    });
    let mut prints = BTreeSet::new();
    for kill in 0..kills() {
        killer.start_and_kill(&["key", "rotate", "--json"]);
        let shown = killer.next(&["key", "show", "--json"]);
        assert_eq!(shown.code, 0, "kill {kill}: {}", shown.err);
        prints.insert(shown.out);
        let me = killer.next(&["call", "zoom.users.me", "--json"]);
        assert_eq!(me.code, 0, "kill {kill}: {}", me.err);
    }
    assert!(prints.len() > 1, "no change was completed");
    let left = killer.left_behind();
    assert!(!left.iter().any(|file| file.ends_with(".tmp")), "any command sweeps drafts of keys: {left:?}");
    // A key that was never used is taken by the next change.
    context.json(&["key", "rotate", "--json"]);
    assert!(killer.left_behind().is_empty(), "{:?}", killer.left_behind());
}
