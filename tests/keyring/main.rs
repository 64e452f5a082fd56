//! The command's key in a real Secret Service: GNOME's keyring on a message bus of the test's own. `make keyring` builds the
//! command for it and names it in `SWITCHBOARD_BINARY`.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod session;

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use session::Session;
use switchboard_tests::context::{CommandOutput, TestContext};

/// A keyring that cannot be opened is an answer within this time, not a command that hangs.
const SOON: Duration = Duration::from_secs(10);

fn run(context: &TestContext, session: &Session, arguments: &[&str]) -> CommandOutput {
    let begun = Instant::now();
    let mut command = context.command(arguments);
    let done = context.finish(session.join(&mut command).stdin(Stdio::null()));
    assert!(begun.elapsed() < SOON, "{arguments:?} took {:?}: {}", begun.elapsed(), done.err);
    done
}

fn json(context: &TestContext, session: &Session, arguments: &[&str]) -> Value {
    let done = run(context, session, arguments);
    assert_eq!(done.code, 0, "{arguments:?}: {}{}", done.out, done.err);
    serde_json::from_str(&done.out).unwrap()
}

/// Connected as ada for the whole account: no browser is needed.
fn connect(context: &TestContext, session: &Session) {
    let (account, client, secret) = context.emulator.server_to_server();
    let own = context.own_app("work", &client, &secret);
    json(context, session, &own.with(&["--account-id", &account, "--json"]));
}

fn call(context: &TestContext, session: &Session) -> CommandOutput {
    run(context, session, &["call", "zoom.users.list", "--json"])
}

/// The one key that is kept, and known to the search from now on.
fn key(context: &TestContext, session: &Session) -> String {
    let kept = session.kept();
    assert_eq!(kept.len(), 1, "the key alone: {:?}", kept.iter().map(|(name, _)| name).collect::<Vec<_>>());
    let folder = context.home.path().canonicalize().unwrap();
    assert_eq!(kept[0].0, format!("key of {}", folder.display()));
    context.home.opens_with("the key in the keyring", &kept[0].1);
    kept[0].1.clone()
}

fn fingerprint(context: &TestContext, session: &Session) -> String {
    let shown = json(context, session, &["key", "show", "--json"]);
    assert!(shown["source"].as_str().unwrap().contains("keyring"), "{shown}");
    shown["fingerprint"].as_str().unwrap().to_owned()
}

fn no_key_file(context: &TestContext) {
    for name in ["key", "key.next"] {
        assert!(!context.home.path().join(name).exists(), "{name}");
    }
}

#[test]
#[ignore = "make keyring"]
fn g28_the_key_is_kept_in_the_keyring_and_every_process_reads_it_there() {
    let context = TestContext::new();
    let mut session = Session::unlocked(&context);
    connect(&context, &session);
    let first = key(&context, &session);
    assert_eq!(first.len(), 44, "32 bytes in base64");
    assert_eq!(call(&context, &session).code, 0);
    no_key_file(&context);
    // The next log-in: another keyring process over the same file, opened with the password.
    session.end_service();
    session.start();
    assert_eq!(call(&context, &session).code, 0);
    assert_eq!(key(&context, &session), first);
    no_key_file(&context);
}

#[test]
#[ignore = "make keyring"]
fn a_key_in_a_keyring_that_is_locked_or_gone_is_missed_and_said_and_none_is_made_over_it() {
    let context = TestContext::new();
    let mut session = Session::unlocked(&context);
    connect(&context, &session);
    let (kept, print) = (key(&context, &session), fingerprint(&context, &session));
    let refused = |session: &Session, what: &str| {
        let done = call(&context, session);
        let error = TestContext::error(&done);
        assert!(done.code != 0 && error["code"] == "key-missing", "{what}: {error}");
        let words = format!("{error}");
        assert!(words.contains(&print) && words.contains("keyring"), "{what}: which key, and where it may be: {words}");
        no_key_file(&context);
        let doctor = run(&context, session, &["doctor", "work", "--json"]);
        let found: Value = serde_json::from_str(&doctor.out).unwrap();
        let bad = found.as_array().unwrap().iter().find(|one| one["ok"] == false).unwrap();
        assert!(doctor.code == 1 && bad["about"] == "key", "{what}: {found}");
        assert!(bad["fix"].as_str().unwrap().contains("the unlocked keyring"), "{what}: {bad}");
    };
    session.lock();
    refused(&session, "locked");
    session.end_service();
    refused(&session, "absent");
    session.start();
    assert_eq!(call(&context, &session).code, 0, "nothing was lost");
    assert_eq!(key(&context, &session), kept);
}

#[test]
#[ignore = "make keyring"]
fn a_new_folder_beside_a_keyring_that_is_locked_or_absent_has_its_key_in_a_file() {
    for locked in [true, false] {
        let context = TestContext::new();
        let mut session = Session::unlocked(&context);
        if locked {
            session.lock()
        } else {
            session.end_service()
        }
        connect(&context, &session);
        assert!(context.home.path().join("key").exists(), "locked: {locked}");
        assert_eq!(call(&context, &session).code, 0);
        // The keyring comes back; the folder keeps to its file.
        session.end_service();
        session.start();
        assert_eq!(call(&context, &session).code, 0);
        assert_eq!(session.kept(), []);
    }
}

#[test]
#[ignore = "make keyring"]
fn s_07_the_key_in_the_keyring_is_changed_and_killed_with_9_at_any_point_every_secret_opens() {
    let context = TestContext::new();
    let session = Session::unlocked(&context);
    connect(&context, &session);
    let (old, print) = (key(&context, &session), fingerprint(&context, &session));
    json(&context, &session, &["key", "rotate", "--json"]);
    let new = key(&context, &session);
    assert!(new != old && fingerprint(&context, &session) != print);
    assert_eq!(call(&context, &session).code, 0);
    let mut prints = std::collections::BTreeSet::new();
    for round in 0..16u64 {
        let mut command = context.command(&["key", "rotate", "--quiet"]);
        session.join(&mut command).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = context.start(&mut command);
        std::thread::sleep(Duration::from_millis(6 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        session.kept().iter().for_each(|(_, key)| context.home.opens_with("a key in the keyring", key));
        prints.insert(fingerprint(&context, &session));
        assert_eq!(call(&context, &session).code, 0, "round {round}");
    }
    assert!(prints.len() > 1, "some changes were completed");
    json(&context, &session, &["key", "rotate", "--json"]);
    key(&context, &session);
    no_key_file(&context);
}
