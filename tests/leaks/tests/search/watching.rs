//! Processes are looked at until they end, however long that is, with all that they start.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use switchboard_leaks::{Search, Watch, shown_by};

fn start(watch: &Watch, script: &str) -> Child {
    let mut command = Command::new("sh");
    let child = command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    watch.follow(child.id(), shown_by(&command));
    child
}

fn found(watch: &Watch, secret: &str) -> Vec<String> {
    let mut search = Search::new(&[("the canary".to_owned(), secret.into())]);
    search.processes(watch);
    search.found()
}

/// Once or more often: in a process, and in what it started.
#[track_caller]
fn seen(watch: &Watch, secret: &str) {
    let found = found(watch, secret);
    let told = |line: &String| line == "the arguments or the environment of a process shows the canary";
    assert!(!found.is_empty() && found.iter().all(told), "{found:?}");
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// What is put together here is in no argument before: it must be seen in the process itself.
const LATE: &str = "TOKEN=$(printf %s%s canary-of-a- late-child)";
const SECRET: &str = "canary-of-a-late-child";

#[test]
fn what_a_process_starts_late_is_seen() {
    let watch = Watch::default();
    let mut child = start(&watch, &format!("read line; export {LATE}; sleep 0.3; :"));
    // Long enough for the pauses between two looks to have become as long as they become.
    std::thread::sleep(Duration::from_millis(800));
    assert_eq!(found(&watch, SECRET), Vec::<String>::new());
    drop(child.stdin.take());
    child.wait().unwrap();
    seen(&watch, SECRET);
}

#[test]
fn who_outlives_its_parent_is_looked_at_until_it_ends() {
    let watch = Watch::default();
    let script = format!("(sleep 0.5; export {LATE}; exec sleep 0.5) & sleep 0.2");
    let mut child = start(&watch, &script);
    child.wait().unwrap();
    assert!(watch.following() >= 1, "the child of a process that has ended");
    until("it is seen", || !found(&watch, SECRET).is_empty());
    until("all have ended", || watch.following() == 0);
}

#[test]
fn the_children_of_every_thread_are_seen() {
    let watch = Watch::default();
    // This process itself, whose other thread starts one.
    let begin = std::thread::spawn(|| {
        let mut command = Command::new("sh");
        let mut child = command.args(["-c", &format!("export {LATE}; exec sleep 30")]).spawn().unwrap();
        std::thread::sleep(Duration::from_secs(1));
        child.kill().unwrap();
        child.wait().unwrap();
    });
    watch.follow(std::process::id(), Vec::new());
    begin.join().unwrap();
    seen(&watch, SECRET);
}

#[test]
fn a_key_is_for_the_command_itself_and_nobody_it_starts() {
    let key = "a-key-given-to-a-command";
    let watch = Watch::default();
    let mut command = Command::new("sleep");
    let mut child = command.arg("0.2").env("SWITCHBOARD_KEY", key).spawn().unwrap();
    watch.follow(child.id(), shown_by(&command));
    child.wait().unwrap();
    assert_eq!(found(&watch, key), Vec::<String>::new());
    let watch = Watch::default();
    let mut command = Command::new("sh");
    let mut child = command.args(["-c", "sleep 0.3; :"]).env("SWITCHBOARD_KEY", key).spawn().unwrap();
    watch.follow(child.id(), shown_by(&command));
    child.wait().unwrap();
    seen(&watch, key);
}

#[test]
fn one_that_has_ended_showed_what_it_was_started_with() {
    let watch = Watch::default();
    let mut command = Command::new("true");
    let mut child = command.arg("--x=canary-of-an-argument").env("TOKEN", "canary-of-a-variable").spawn().unwrap();
    child.wait().unwrap();
    watch.follow(child.id(), shown_by(&command));
    assert_eq!(watch.following(), 0);
    for secret in ["canary-of-an-argument", "canary-of-a-variable"] {
        seen(&watch, secret);
    }
}
