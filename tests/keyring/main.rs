//! The command's key in a real Secret Service: GNOME's keyring on a message bus of the test's own. `make keyring` builds the
//! command for it and names it in `SWITCHBOARD_BINARY`.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod session;

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use session::Session;
use switchboard_tests::world::{Done, World};

/// A keyring that cannot be opened is an answer within this time, not a command that hangs.
const SOON: Duration = Duration::from_secs(10);

fn run(world: &World, session: &Session, arguments: &[&str]) -> Done {
    let begun = Instant::now();
    let mut command = world.command(arguments);
    let done = world.finish(session.join(&mut command).stdin(Stdio::null()));
    assert!(begun.elapsed() < SOON, "{arguments:?} took {:?}: {}", begun.elapsed(), done.err);
    done
}

fn json(world: &World, session: &Session, arguments: &[&str]) -> Value {
    let done = run(world, session, arguments);
    assert_eq!(done.code, 0, "{arguments:?}: {}{}", done.out, done.err);
    serde_json::from_str(&done.out).unwrap()
}

/// Connected as ada for the whole account: no browser is needed.
fn connect(world: &World, session: &Session) {
    let (account, client, secret) = world.emulator.server_to_server();
    let own = world.own_app("work", &client, &secret);
    json(world, session, &own.with(&["--account-id", &account, "--json"]));
}

fn call(world: &World, session: &Session) -> Done {
    run(world, session, &["call", "zoom.users.list", "--json"])
}

/// The one key that is kept, and known to the search from now on.
fn key(world: &World, session: &Session) -> String {
    let kept = session.kept();
    assert_eq!(kept.len(), 1, "the key alone: {:?}", kept.iter().map(|(name, _)| name).collect::<Vec<_>>());
    let folder = world.home.path().canonicalize().unwrap();
    assert_eq!(kept[0].0, format!("key of {}", folder.display()));
    world.home.opens_with("the key in the keyring", &kept[0].1);
    kept[0].1.clone()
}

fn fingerprint(world: &World, session: &Session) -> String {
    let shown = json(world, session, &["key", "show", "--json"]);
    assert!(shown["source"].as_str().unwrap().contains("keyring"), "{shown}");
    shown["fingerprint"].as_str().unwrap().to_owned()
}

fn no_key_file(world: &World) {
    for name in ["key", "key.next"] {
        assert!(!world.home.path().join(name).exists(), "{name}");
    }
}

#[test]
#[ignore = "make keyring"]
fn g28_the_key_is_kept_in_the_keyring_and_every_process_reads_it_there() {
    let world = World::new();
    let mut session = Session::unlocked(&world);
    connect(&world, &session);
    let first = key(&world, &session);
    assert_eq!(first.len(), 44, "32 bytes in base64");
    assert_eq!(call(&world, &session).code, 0);
    no_key_file(&world);
    // The next log-in: another keyring process over the same file, opened with the password.
    session.end_service();
    session.start();
    assert_eq!(call(&world, &session).code, 0);
    assert_eq!(key(&world, &session), first);
    no_key_file(&world);
}

#[test]
#[ignore = "make keyring"]
fn a_key_in_a_keyring_that_is_locked_or_gone_is_missed_and_said_and_none_is_made_over_it() {
    let world = World::new();
    let mut session = Session::unlocked(&world);
    connect(&world, &session);
    let (kept, print) = (key(&world, &session), fingerprint(&world, &session));
    let refused = |session: &Session, what: &str| {
        let done = call(&world, session);
        let error = World::error(&done);
        assert!(done.code != 0 && error["code"] == "key-missing", "{what}: {error}");
        let words = format!("{error}");
        assert!(words.contains(&print) && words.contains("keyring"), "{what}: which key, and where it may be: {words}");
        no_key_file(&world);
        let doctor = run(&world, session, &["doctor", "work", "--json"]);
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
    assert_eq!(call(&world, &session).code, 0, "nothing was lost");
    assert_eq!(key(&world, &session), kept);
}

#[test]
#[ignore = "make keyring"]
fn a_new_folder_beside_a_keyring_that_is_locked_or_absent_has_its_key_in_a_file() {
    for locked in [true, false] {
        let world = World::new();
        let mut session = Session::unlocked(&world);
        if locked {
            session.lock()
        } else {
            session.end_service()
        }
        connect(&world, &session);
        assert!(world.home.path().join("key").exists(), "locked: {locked}");
        assert_eq!(call(&world, &session).code, 0);
        // The keyring comes back; the folder keeps to its file.
        session.end_service();
        session.start();
        assert_eq!(call(&world, &session).code, 0);
        assert_eq!(session.kept(), []);
    }
}

#[test]
#[ignore = "make keyring"]
fn s_07_the_key_in_the_keyring_is_changed_and_killed_with_9_at_any_point_every_secret_opens() {
    let world = World::new();
    let session = Session::unlocked(&world);
    connect(&world, &session);
    let (old, print) = (key(&world, &session), fingerprint(&world, &session));
    json(&world, &session, &["key", "rotate", "--json"]);
    let new = key(&world, &session);
    assert!(new != old && fingerprint(&world, &session) != print);
    assert_eq!(call(&world, &session).code, 0);
    let mut prints = std::collections::BTreeSet::new();
    for round in 0..16u64 {
        let mut command = world.command(&["key", "rotate", "--quiet"]);
        session.join(&mut command).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = world.start(&mut command);
        std::thread::sleep(Duration::from_millis(6 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        session.kept().iter().for_each(|(_, key)| world.home.opens_with("a key in the keyring", key));
        prints.insert(fingerprint(&world, &session));
        assert_eq!(call(&world, &session).code, 0, "round {round}");
    }
    assert!(prints.len() > 1, "some changes were completed");
    json(&world, &session, &["key", "rotate", "--json"]);
    key(&world, &session);
    no_key_file(&world);
}
