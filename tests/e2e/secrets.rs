//! No secret of a journey is left anywhere a person, a log or a disk could show it. Every context searches what it leaves when
//! it ends; here is a journey past all places where a secret might show, and the proof that the search finds one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use switchboard_tests::context::TestContext;

#[test]
fn s_01_s_05_no_secret_is_left_in_output_trace_errors_or_files() {
    let context = TestContext::connected();
    let file = TestContext::file("manifests/automations/first-light.json");
    for arguments in [
        &["call", "zoom.users.me", "--json", "--trace"][..],
        &["call", "zoom.recordings.list", "from=2026-01-01", "--json", "--trace"],
        &["run", file.to_str().unwrap(), "--json", "--trace"],
        &["call", "zoom.meetings.get", "meeting=99999999999", "--json", "--trace"],
        &["connection", "show", "work", "--json"],
        &["connection", "export", "--json"],
        &["doctor", "--json", "--trace"],
        &["runs", "list", "--json"],
        &["key", "rotate", "--json"],
        &["connection", "disconnect", "work", "--yes", "--json"],
    ] {
        context.run(arguments);
    }
    let names: Vec<String> = context.secrets().into_iter().map(|(name, _)| name).collect();
    assert!(
        names.iter().filter(|name| *name == "a token or code").count() >= 4,
        "two tokens, a code, a proof: {names:?}"
    );
    let begun = Instant::now();
    assert_eq!(context.leaks(), Vec::<String>::new());
    assert!(begun.elapsed() < Duration::from_millis(500), "quick enough for every test: {:?}", begun.elapsed());
}

#[test]
fn what_the_database_seals_and_its_keys_are_known_to_the_search() {
    let context = TestContext::connected();
    let names: Vec<String> = context.secrets().into_iter().map(|(name, _)| name).collect();
    for name in
        ["the key", "the data key of token", "the sealed access", "the sealed refresh", "the sealed client_secret"]
    {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
}

#[test]
fn a_pasted_token_works_and_is_not_shown() {
    let context = TestContext::new();
    let token = context.emulator.issue_token("ada@emulator.test").unwrap();
    let (api, oauth) = (context.emulator.api_base(), context.emulator.oauth_base());
    let done = context.run_with(
        &["connect", "lab", "--token", "-", "--api-base", &api, "--oauth-base", &oauth, "--json"],
        &format!("{token}\n"),
    );
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(context.json(&["call", "zoom.users.me", "--json"])["email"], "ada@emulator.test");
    let exported = context.json(&["connection", "export", "--json"]);
    assert_eq!(exported["connections"][0]["label"], "lab");
}

/// How a context ends that has this in it.
fn ends(leave: impl FnOnce(&TestContext, &[u8])) -> Result<(), String> {
    let context = TestContext::connected();
    let secrets = context.secrets();
    let (_, access) = secrets.iter().find(|(name, _)| name == "the sealed access").unwrap();
    leave(&context, access);
    catch_unwind(AssertUnwindSafe(|| drop(context)))
        .map_err(|panic| panic.downcast_ref::<String>().cloned().unwrap_or_default())
}

#[test]
fn a_world_with_a_secret_left_in_it_does_not_end_well() {
    assert_eq!(ends(|_, _| ()), Ok(()));
    let in_a_file = ends(|context, token| {
        let folder = context.home.path().join("downloads/deep");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("notes.part"), [b"half of it: ", &token[60..140]].concat()).unwrap();
    });
    assert!(in_a_file.as_ref().is_err_and(|said| said.contains("notes.part shows")), "{in_a_file:?}");
    let in_the_database = ends(|context, token| {
        let store = switchboard_store::Store::open(context.home.path()).unwrap();
        store.put_meta("attempt.last", std::str::from_utf8(token).unwrap()).unwrap();
    });
    assert!(in_the_database.as_ref().is_err_and(|said| said.contains("switchboard.db")), "{in_the_database:?}");
    let said = ends(|context, token| {
        let text = json!({ "argument": std::str::from_utf8(token).unwrap() }).to_string();
        let done = context.run(&["call", "zoom.users.me", &format!("x={}", &text[20..90])]);
        assert_ne!(done.code, 0);
    });
    assert!(said.as_ref().is_err_and(|said| said.contains("arguments or the environment")), "{said:?}");
    let exposed = ends(|context, _| {
        use std::os::unix::fs::PermissionsExt;
        let key = context.home.path().join("key");
        std::fs::set_permissions(key, std::fs::Permissions::from_mode(0o644)).unwrap();
    });
    assert!(exposed.as_ref().is_err_and(|said| said.contains("key can be read by others")), "{exposed:?}");
}

#[test]
fn the_environment_of_a_process_that_a_command_starts_is_searched() {
    let found = ends(|context, token| {
        let script = format!("export INNER={}; sleep 0.5; :", std::str::from_utf8(token).unwrap());
        let file = context.secret_file(&script);
        let mut shell = Command::new("sh");
        let mut started = context.start(shell.arg(&file).stdin(Stdio::null()));
        assert!(started.wait().unwrap().success());
    });
    assert!(found.as_ref().is_err_and(|said| said.contains("environment of a process")), "{found:?}");
}

#[test]
fn a_test_that_fails_is_told_as_it_failed() {
    let failed = catch_unwind(|| {
        let context = TestContext::connected();
        let token = context.emulator.issued_tokens().pop().unwrap();
        std::fs::write(context.home.path().join("left"), token).unwrap();
        panic!("the first failure");
    });
    assert_eq!(failed.unwrap_err().downcast_ref::<&str>(), Some(&"the first failure"));
}

#[test]
fn no_memory_goes_into_a_core_dump() {
    let context = TestContext::new();
    let mut command = context.command(&["connect", "lab", "--token", "-"]);
    let mut waiting = context.start(command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()));
    let file = format!("/proc/{}/coredump_filter", waiting.id());
    let until = Instant::now() + Duration::from_secs(20);
    let mut filter = String::new();
    while filter.trim() != "00000000" && Instant::now() < until {
        filter = std::fs::read_to_string(&file).unwrap_or_default();
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(waiting.stdin.take());
    waiting.wait().unwrap();
    assert_eq!(filter.trim(), "00000000");
}
