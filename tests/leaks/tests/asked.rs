//! Whoever gave out secrets and cannot be asked for them fails every search of the process: this has a process to itself.

use std::panic::{AssertUnwindSafe, catch_unwind};

use switchboard_leaks::{Home, ask};

#[test]
fn who_tells_is_asked_once_more_at_its_end_and_who_cannot_tell_is_a_failure() {
    let home = Home::new();
    let asked = ask(|| Ok(vec![("what a server gave out".to_owned(), b"given-out-at-the-end".to_vec())]));
    drop(asked);
    std::fs::write(home.path().join("notes"), "given-out-at-the-end").unwrap();
    assert_eq!(home.leaks(), ["notes shows what a server gave out"]);
    std::fs::remove_file(home.path().join("notes")).unwrap();
    assert_eq!(home.leaks(), Vec::<String>::new());
    let asked = ask(|| Err("the tokens of a server cannot be asked for".to_owned()));
    assert_eq!(home.leaks(), ["the tokens of a server cannot be asked for"]);
    drop(asked);
    assert_eq!(home.leaks(), ["the tokens of a server cannot be asked for"]);
    let ended = catch_unwind(AssertUnwindSafe(|| drop(home)));
    assert!(
        ended.is_err_and(|said| said.downcast_ref::<String>().is_some_and(|said| said.contains("cannot be asked for")))
    );
}
