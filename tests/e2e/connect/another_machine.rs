//! Where a sign-in listens, which addresses it takes, and who may be asked.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use switchboard_tests::context::{CommandOutput, TestContext};
use url::Url;

use crate::connect::link::Waiting;

/// The page at an address, within five seconds.
fn page(address: &str) -> String {
    let url = Url::parse(address).unwrap();
    let host = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let mut stream = TcpStream::connect(host.as_str()).unwrap_or_else(|error| panic!("{host}: {error}"));
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    write!(stream, "GET {} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n", url.path()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_link_leads_to_where_it_listens() {
    for bind in ["127.0.0.2:0", "[::1]:0", "127.0.0.1:0"] {
        let context = TestContext::new();
        let waiting = Waiting::connect(&context, "library", &["--bind", bind]);
        let answer = page(&waiting.link);
        waiting.killed(&context);
        assert!(answer.starts_with("HTTP/1.1 200"), "{bind}: {answer}");
    }
}

#[test]
fn blank_lines_do_not_shut_the_link() {
    let context = TestContext::new();
    let waiting = Waiting::connect(&context, "library", &[]);
    let idle: Vec<TcpStream> = (0..64)
        .map(|_| {
            let mut stream = TcpStream::connect(("127.0.0.1", waiting.port)).unwrap();
            stream.write_all(b"\r\n\r\n").unwrap();
            stream
        })
        .collect();
    let began = Instant::now();
    let answer = page(&waiting.link);
    waiting.killed(&context);
    assert!(answer.starts_with("HTTP/1.1 200"), "{} idle connections: {answer}", idle.len());
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

fn usage(done: &CommandOutput) -> Value {
    assert_eq!(done.code, 2, "{}", done.err);
    TestContext::error(done)
}

#[test]
fn a_base_with_more_than_a_path_is_refused() {
    let context = TestContext::new();
    let at = context.addresses();
    for more in ["?tenant=1", "#top"] {
        let base = format!("{}{more}", context.emulator.oauth_base());
        let done = context.run(&[
            "connect",
            "work",
            "--client-id",
            "id",
            &at[0],
            &at[1],
            "--oauth-base",
            &base,
            "--no-open",
            "--json",
        ]);
        assert!(usage(&done)["message"].as_str().unwrap().contains("the base"), "{}", done.err);
    }
}

#[test]
fn a_password_in_an_address_is_never_printed() {
    let context = TestContext::new();
    let address = "https://ada:hunter2-in-an-address@host.example/";
    let wrong = "https://ada:hunter2-in-an-address@host.example:99999/";
    for address in [address, wrong] {
        let link = context.run(&["connect", "work", "--client-id", "id", "--link", "--public-url", address, "--json"]);
        usage(&link);
        let base = context.run(&["connect", "work", "--client-id", "id", "--oauth-base", address, "--json"]);
        usage(&base);
        for done in [link, base] {
            assert!(!done.err.contains("hunter2"), "{}", done.err);
        }
    }
    for file in ["switchboard.db", "switchboard.db-wal"] {
        let kept = fs::read(context.home.path().join(file)).unwrap_or_default();
        assert!(!kept.windows(7).any(|part| part == b"hunter2"), "{file}");
    }
}

#[test]
fn no_input_refuses_browser_sign_in() {
    let context = TestContext::connected();
    let began = Instant::now();
    let done = context.run(&["connection", "reconnect", "work", "--no-input", "--json"]);
    let error = usage(&done);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    let fix = error["fix"].as_str().unwrap();
    assert!(fix.contains("switchboard connection reconnect work") && !fix.contains("--no-input"), "{error}");
}

#[test]
fn a_key_file_that_is_no_file_is_refused_at_once() {
    let context = TestContext::connected();
    let (fifo, folder) = (context.home.path().join("fifo"), context.home.path().join("folder"));
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    fs::set_permissions(&fifo, fs::Permissions::from_mode(0o600)).unwrap();
    fs::create_dir(&folder).unwrap();
    for (path, kind) in [(&fifo, "a pipe"), (&folder, "a folder")] {
        let mut command = context.command(&["call", "zoom.users.me", "--json"]);
        let done = context.finish(command.env("SWITCHBOARD_KEY_FILE", path).stdin(Stdio::null()));
        let error = TestContext::error(&done);
        assert_eq!(error["code"], "key-file", "{error}");
        assert!(error["message"].as_str().unwrap().contains(kind), "{error}");
        let secret = path.to_str().unwrap();
        let done = context.run(&["connect", "more", "--client-id", "id", "--client-secret-file", secret, "--json"]);
        assert!(usage(&done)["message"].as_str().unwrap().contains(kind), "{}", done.err);
    }
    fs::remove_file(fifo).unwrap();
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_secret() {
    let context = TestContext::new();
    let (account, client, secret) = context.emulator.server_to_server();
    let done = context.server_to_server("marked", &account, &client, &format!("\u{feff}{secret}\r\n"));
    assert_eq!(done.code, 0, "{}", done.err);
    let token = context.emulator.issue_token("ada@emulator.test").unwrap();
    let at = context.addresses();
    let connect = [&["connect", "lab", "--token", "-", "--json"][..], &at.each_ref().map(String::as_str)].concat();
    let done = context.run_with(&connect, &format!("\u{feff}{token}\r\n"));
    assert_eq!(done.code, 0, "{}", done.err);
    let utf16 = context.home.path().join("utf16");
    fs::write(&utf16, secret.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()).unwrap();
    let named = utf16.to_str().unwrap();
    let done = context.run(&["connect", "more", "--client-id", "id", "--client-secret-file", named, "--json"]);
    assert!(usage(&done)["message"].as_str().unwrap().contains("UTF-16"), "{}", done.err);
    fs::remove_file(utf16).unwrap();
}
