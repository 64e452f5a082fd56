//! The files of the data folder, where something else stands in the place of one.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use switchboard_tests::context::{CommandOutput, TestContext};

/// A busy machine included. A command that opens a pipe waits for ever.
const SOON: Duration = Duration::from_secs(20);

const COMMANDS: [&[&str]; 4] =
    [&["call", "zoom.users.me"], &["key", "show"], &["connection", "list"], &["runs", "list"]];

/// Runs a command, which ends soon.
#[track_caller]
fn run(context: &TestContext, arguments: &[&str]) -> CommandOutput {
    let mut command = context.command(arguments);
    let mut child = context.start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()));
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > SOON {
            child.kill().unwrap();
            panic!("{arguments:?} waits");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    context.read_output(child.wait_with_output().unwrap())
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn device(path: &Path) {
    symlink("/dev/zero", path).unwrap();
}

fn directory(path: &Path) {
    std::fs::create_dir(path).unwrap();
}

/// What the commands say while `put` has put something else into the place of a file.
#[track_caller]
fn with_other(context: &TestContext, file: &Path, put: fn(&Path)) -> String {
    let aside = file.with_extension("aside");
    let was_there = file.exists();
    if was_there {
        std::fs::rename(file, &aside).unwrap();
    }
    put(file);
    let said = COMMANDS.map(|arguments| run(context, arguments).err).concat();
    assert!(!said.contains("panicked"), "{}: {said}", file.display());
    let is_folder = file.symlink_metadata().unwrap().is_dir();
    if is_folder {
        std::fs::remove_dir(file).unwrap()
    } else {
        std::fs::remove_file(file).unwrap()
    }
    if was_there {
        std::fs::rename(&aside, file).unwrap();
    }
    said
}

/// Issue 11: what is no file is refused by its name, and not waited for.
#[test]
fn what_is_no_file_is_refused_by_name() {
    let context = TestContext::connected();
    let home = context.home.path();
    for name in ["switchboard.db", "switchboard.db-wal", "switchboard.db-shm", "locks/vault", "key"] {
        for (put, kind) in [(pipe as fn(&Path), "a pipe"), (device, "a device"), (directory, "a folder")] {
            let said = with_other(&context, &home.join(name), put);
            assert!(said.contains(name) && said.contains(&format!("is {kind}")), "{name}, {kind}: {said}");
        }
    }
    assert_eq!(context.run(&["call", "zoom.users.me"]).code, 0);
}

/// Locks that few commands take.
#[test]
fn no_command_waits_for_a_pipe_in_the_place_of_a_lock() {
    let context = TestContext::connected();
    let locks: Vec<PathBuf> =
        context.home.path().join("locks").read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!locks.is_empty());
    for lock in locks {
        with_other(&context, &lock, pipe);
    }
    assert_eq!(context.run(&["call", "zoom.users.me"]).code, 0);
}
