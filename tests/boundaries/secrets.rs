//! No secret of a journey is left anywhere a person, a log or a disk could show it.

use std::path::Path;

use base64::Engine;
use switchboard_tests::world::World;

/// Every spelling a secret may hide in.
fn spellings(secret: &str) -> Vec<Vec<u8>> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let utf16: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let standard = base64::engine::general_purpose::STANDARD_NO_PAD.encode(secret);
    let url: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    vec![secret.into(), hex.into(), utf16, standard.into(), url.into()]
}

fn scan(what: &str, bytes: &[u8], secrets: &[String]) {
    for secret in secrets {
        for spelling in spellings(secret) {
            let found = bytes.windows(spelling.len()).any(|window| window == spelling);
            assert!(!found, "{what} shows a secret that begins with {}", &secret[..6]);
        }
    }
}

fn scan_folder(folder: &Path, secrets: &[String]) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            scan_folder(&path, secrets);
        } else if !path.ends_with("app-secret") {
            scan(&path.display().to_string(), &std::fs::read(&path).unwrap(), secrets);
        }
    }
}

#[test]
fn no_secret_is_left_in_output_trace_errors_or_files() {
    let world = World::connected();
    let mut said = Vec::new();
    let file = World::file("manifests/automations/first-light.json");
    for arguments in [
        &["call", "zoom.users.me", "--json", "--trace"][..],
        &["call", "zoom.recordings.list", "from=2026-01-01", "--json", "--trace"],
        &["run", file.to_str().unwrap(), "--json", "--trace"],
        &["call", "zoom.meetings.get", "id=99999999999", "--json", "--trace"],
        &["connection", "show", "work", "--json"],
        &["doctor", "--json", "--trace"],
        &["runs", "list", "--json"],
    ] {
        let done = world.run(arguments);
        said.push((arguments.join(" "), done.out + &done.err));
    }
    // Every token the emulator ever gave out, and the app's secret.
    let mut secrets = world.emulator.issued_tokens();
    assert!(secrets.len() >= 2, "an access and a refresh token at least");
    secrets.push(world.emulator.app().1);
    for (what, text) in &said {
        scan(what, text.as_bytes(), &secrets);
    }
    scan_folder(world.home.path(), &secrets);
}

#[test]
fn a_pasted_token_works_and_is_not_shown() {
    let world = World::new();
    let token = world.emulator.issue_token("ada@emulator.test").unwrap();
    let (api, oauth) = (world.emulator.api_base(), world.emulator.oauth_base());
    let done = world.run_with(
        &["connect", "lab", "--token", "-", "--api-base", &api, "--oauth-base", &oauth, "--json"],
        &format!("{token}\n"),
    );
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(world.json(&["call", "zoom.users.me", "--json"])["email"], "ada@emulator.test");
    scan("connect", (done.out + &done.err).as_bytes(), std::slice::from_ref(&token));
    scan_folder(world.home.path(), &[token]);
}

#[test]
fn the_scanner_finds_what_it_looks_for() {
    let secret = "a-canary-of-forty-characters-0123456789".to_owned();
    for spelling in spellings(&secret) {
        let caught = std::panic::catch_unwind(|| {
            scan("x", &[b"..", spelling.as_slice(), b".."].concat(), std::slice::from_ref(&secret))
        });
        assert!(caught.is_err());
    }
}
