//! How this repository is built, and what `make test` does where a program of the system is missing (`tests/install.sh`).

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use switchboard_tests::context::TestContext;
use tempfile::TempDir;

const EXECUTABLE: u32 = 0o755;

/// Every manager of packages in this system; each writes how it was called into `calls`.
fn system(managers: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let calls = folder.path().join("calls");
    for manager in managers {
        program(folder.path(), manager, &format!("echo \"{manager} $*\" >> '{}'", calls.display()));
    }
    folder
}

fn program(folder: &Path, name: &str, script: &str) {
    let file = folder.join(name);
    fs::write(&file, format!("#!/bin/bash\n{script}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(EXECUTABLE)).unwrap();
}

fn install(system: &TempDir, what: &str) -> Output {
    let mut command = Command::new("/bin/bash");
    command.arg(TestContext::file("tests/install.sh")).arg(what).env("PATH", system.path());
    command.output().unwrap()
}

fn calls(system: &TempDir) -> String {
    fs::read_to_string(system.path().join("calls")).unwrap_or_default()
}

#[test]
fn missing_node_is_installed_by_the_package_manager() {
    for (manager, expected) in [
        ("apt-get", "apt-get update -qq\napt-get install -y -qq --no-install-recommends nodejs npm\n"),
        ("dnf", "dnf install -y -q nodejs npm\n"),
        ("apk", "apk add --quiet nodejs npm\n"),
    ] {
        let system = system(&[manager]);
        // Where the tests are not root.
        program(system.path(), "sudo", "[ \"$1\" = -n ] && shift; [ \"$1\" = true ] || exec \"$@\"");
        let output = install(&system, "node");
        assert!(output.status.success(), "{manager}: {output:?}");
        assert_eq!(calls(&system), expected);
    }
}

#[test]
fn unknown_system_is_given_the_one_command() {
    let system = system(&[]);
    let output = install(&system, "python-venv");
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        message,
        "setup: install Python's venv: the sign-in tests start an OAuth server from PyPI. On Debian: apt-get install python3-venv\n"
    );
}

#[test]
fn failed_installation_names_the_command() {
    let system = system(&[]);
    program(system.path(), "apt-get", "[ \"$1\" = update ]");
    program(system.path(), "sudo", "[ \"$1\" = -n ] && shift; [ \"$1\" = true ] || exec \"$@\"");
    let output = install(&system, "node");
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.ends_with("Run: apt-get install -y -qq --no-install-recommends nodejs npm\n"), "{message}");
}

/// Other people's crates are optimised in the usual build, ours are not.
#[test]
fn each_of_our_crates_has_its_own_build_settings() {
    let root = fs::read_to_string(TestContext::file("Cargo.toml")).unwrap();
    let mut crates = vec!["connector".to_owned(), "tests".to_owned(), "tests/leaks".to_owned()];
    let folders = fs::read_dir(TestContext::file("host")).unwrap().map(|entry| entry.unwrap());
    let names = folders.filter(|entry| entry.path().join("Cargo.toml").is_file());
    crates.extend(names.map(|entry| format!("host/{}", entry.file_name().to_string_lossy())));
    for folder in crates {
        let manifest = fs::read_to_string(TestContext::file(&format!("{folder}/Cargo.toml"))).unwrap();
        let name = manifest.lines().find_map(|line| line.strip_prefix("name = ")).unwrap().trim_matches('"');
        assert!(root.contains(&format!("\n[profile.dev.package.{name}]\nopt-level = ")), "{name} in Cargo.toml");
    }
}
