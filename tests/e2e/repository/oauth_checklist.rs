//! The OAuth checklist, where it concerns the command and the sources; and that no item of it lacks a test.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::json;
use switchboard_tests::context::TestContext;

use super::architecture::LIBRARIES;

const REDIRECT: &str = "http://127.0.0.1:7910/oauth/callback";

/// The Rust files of a folder, in alphabetical order.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        match path.file_name().and_then(|name| name.to_str()) {
            Some("node_modules" | "target") => {}
            _ if path.is_dir() => found.extend(sources(&path)),
            Some(name) if name.ends_with(".rs") => found.push(path),
            _ => {}
        }
    }
    found
}

/// Every line of what is shipped, with its place: no tests, no comments.
fn shipped() -> Vec<(String, String)> {
    let host = LIBRARIES.iter().chain(&["cli"]).map(|name| format!("host/{name}/src"));
    let mut lines = Vec::new();
    for folder in host.chain(["connector/src".to_owned()]) {
        for file in sources(&TestContext::file(&folder)) {
            let text = std::fs::read_to_string(&file).unwrap();
            let product = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            let numbered = product.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
            lines
                .extend(numbered.map(|(number, line)| (format!("{}:{}", file.display(), number + 1), line.to_owned())));
        }
    }
    assert!(lines.len() > 10_000, "the sources were found");
    lines
}

#[test]
fn o_04_whoever_registers_an_app_is_told_the_whole_address_and_strict_mode() {
    let context = TestContext::new();
    let guide = context.run(&["connect", "--guide", "byo"]).out;
    let line = guide.lines().find(|line| line.contains("Strict Mode")).unwrap_or_else(|| panic!("{guide}"));
    assert!(line.contains(REDIRECT) && line.contains("exactly"), "{line}");
    let told = context.run(&["connect", "--app-manifest", "--for", "zoom.users.me"]).out;
    assert!(told.lines().any(|line| line.contains(REDIRECT) && line.contains("Strict Mode on")), "{told}");
    let told = context.json(&["connect", "--app-manifest", "--for", "zoom.users.me", "--json"]);
    assert_eq!((&told["strict_mode"], &told["allow_list"]), (&json!(true), &json!([REDIRECT])), "{told}");
    // And whoever registered another: by the command that failed, and by the doctor.
    context.approval(&json!({"redirect_uris": ["http://127.0.0.1:7910/oauth"]}));
    let failed = context.connect_with("work", "ada@emulator.test", "allow", &["--json"]);
    let doctor = context.run(&["doctor", "--json"]);
    for said in [failed.err, doctor.out] {
        assert!(
            said.contains("redirect-mismatch") && said.contains(REDIRECT) && said.contains("Strict Mode"),
            "{said}"
        );
    }
}

#[test]
fn o_11_no_part_of_the_program_can_show_a_page_itself() {
    let lock = std::fs::read_to_string(TestContext::file("Cargo.lock")).unwrap();
    let packages: BTreeSet<&str> =
        lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).collect();
    assert!(packages.contains("webbrowser"), "the system's browser is opened");
    let embedded =
        ["wry", "tao", "tauri", "web-view", "webview", "webkit", "cef", "servo", "gtk", "qt", "cacao", "blitz"];
    for package in packages {
        let found = embedded.iter().any(|name| package == *name || package.starts_with(&format!("{name}-")));
        let found = found || package.starts_with("webview2") || package.starts_with("webkit2gtk");
        assert!(!found, "{package} shows pages inside of the program");
    }
}

#[test]
fn o_12_no_implicit_or_password_grant() {
    let lines = shipped();
    let words =
        ["use_implicit_flow", "exchange_password", "ResourceOwnerPassword", "set_response_type", "response_type=token"];
    for (place, line) in &lines {
        for word in words {
            assert!(!line.contains(word), "{place}: {line}");
        }
    }
    // What is asked for a token, one and all: of the library, and in requests of our own.
    let mut asked = BTreeSet::new();
    for (_, line) in &lines {
        for part in line.split(".exchange_").skip(1) {
            asked.insert(part.split('(').next().unwrap().to_owned());
        }
        for part in line.split("(\"grant_type\",").skip(1) {
            asked.insert(part.split(')').next().unwrap().trim().trim_matches('"').to_owned());
        }
    }
    let known = ["DEVICE_GRANT", "account_credentials", "code", "refresh_token"].map(str::to_owned);
    assert_eq!(asked, BTreeSet::from(known));
}

#[test]
fn o_23_a_secret_comes_by_input_and_is_in_no_list_of_processes() {
    let context = TestContext::new();
    let secret = "canary-of-the-app-0123456789";
    let refused = context.run(&["connect", "work", "--client-id", "c", "--client-secret", secret, "--json"]);
    assert_eq!(refused.code, 2, "there is no such argument: {}", refused.err);
    let (api, oauth) = (context.emulator.api_base(), context.emulator.oauth_base());
    let mut command = context.command(&["connect", "work", "--client-id", "c", "--client-secret-file", "-", "--paste"]);
    command.args(["--api-base", &api, "--oauth-base", &oauth]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(format!("{secret}\n").as_bytes()).unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut before: Vec<String> = said.by_ref().take_while(|line| !line.contains("open and approve:")).collect();
    // It holds the secret now and waits for the address.
    let process = PathBuf::from(format!("/proc/{}", child.id()));
    for file in ["cmdline", "environ"] {
        let bytes = std::fs::read(process.join(file)).unwrap();
        assert!(bytes.len() > 20, "{file} was read");
        assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{file}");
    }
    assert!(std::fs::read(process.join("cmdline")).unwrap().windows(4).any(|part| part == b"work"));
    drop(input);
    before.extend(said);
    child.wait().unwrap();
    assert!(!before.join("\n").contains(secret), "{before:?}");
    // Of a connection that is kept nothing shows it again.
    context.connect("work", "ada@emulator.test");
    let app = context.emulator.app().1;
    for arguments in
        [&["connection", "show", "work", "--json"][..], &["connection", "list", "--json"], &["doctor", "--json"]]
    {
        let done = context.run(arguments);
        assert!(!(done.out + &done.err).contains(&app), "{arguments:?}");
    }
}

#[test]
fn o_27_there_is_no_switch_to_leave_certificates_unchecked() {
    for (place, line) in shipped() {
        for word in ["danger_accept", "dangerous()", "ServerCertVerifier", "tls_danger", "verify_mode"] {
            assert!(!line.contains(word), "{place}: {line}");
        }
    }
    let context = TestContext::new();
    for command in [&["connect", "--help"][..], &["call", "--help"], &["run", "--help"], &["--help"]] {
        let help = context.run(command).out.to_ascii_lowercase();
        assert!(help.len() > 200 && !help.contains("insecure") && !help.contains("no-verify"), "{command:?}: {help}");
    }
}

/// The ids in the name of a test: `o_20_o_21_…` has two.
fn ids(line: &str) -> Vec<u8> {
    let Some(name) = line.trim_start().trim_start_matches("async ").strip_prefix("fn ") else {
        return Vec::new();
    };
    let parts: Vec<&str> = name.split(['_', '(']).collect();
    let pairs = parts.windows(2).filter(|pair| pair[0] == "o" && pair[1].len() == 2);
    pairs.filter_map(|pair| pair[1].parse().ok()).collect()
}

#[test]
fn every_item_of_the_oauth_checklist_has_a_test() {
    assert_eq!(ids("    async fn o_20_o_21_both() {"), [20, 21]);
    assert_eq!(ids("fn o_07_x() {"), [7]);
    assert_eq!(ids("// o_08_x"), Vec::<u8>::new());
    let mut tested = BTreeSet::new();
    for folder in ["host", "tests"] {
        for file in sources(&TestContext::file(folder)) {
            let text = std::fs::read_to_string(&file).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            for pair in lines.windows(2) {
                // Only what the harness runs.
                if pair[0].trim_start().starts_with("#[test]") || pair[0].trim_start().starts_with("#[tokio::test") {
                    tested.extend(ids(pair[1]));
                }
            }
        }
    }
    let missing: Vec<u8> = (1..=28).filter(|item| !tested.contains(item)).collect();
    assert!(missing.is_empty(), "no test is named after {missing:?} (o_NN_…)");
}
