//! Proxies and certificates of a company: as set, or refused, never passed over in silence.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Command;

use switchboard_tests::context::{CommandOutput, TestContext};

const OTHERS: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "SWITCHBOARD_PROXY", "SWITCHBOARD_CA_FILE"];

/// A call to the internet with these variables.
fn call(context: &TestContext, variables: &[(&str, &str)]) -> CommandOutput {
    let token = context.secret_file("a-token-of-nobody-at-all");
    let connect = ["connect", "lab", "--token", "-", "--api-base", "https://api.example.com/v2", "--json"];
    let mut command = context.command(&connect);
    for name in OTHERS {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied()).stdin(std::fs::File::open(token).unwrap());
    context.finish(&mut command)
}

#[test]
fn a_proxy_that_is_set_gets_the_request() {
    let context = TestContext::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut line = String::new();
        BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
        stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").unwrap();
        line
    });
    let done = call(&context, &[("SWITCHBOARD_PROXY", &proxy)]);
    assert_ne!(done.code, 0, "{}", done.err);
    assert_eq!(asked.join().unwrap().trim(), "CONNECT api.example.com:443 HTTP/1.1");
}

#[test]
fn a_proxy_of_other_programs_is_refused_by_name() {
    let context = TestContext::new();
    let done = call(&context, &[("HTTPS_PROXY", "http://127.0.0.1:9")]);
    assert!(done.err.contains("HTTPS_PROXY is set") && done.err.contains("SWITCHBOARD_PROXY"), "{}", done.err);
}

#[test]
fn a_proxy_that_is_no_address_is_wrong_usage() {
    let context = TestContext::new();
    let done = call(&context, &[("SWITCHBOARD_PROXY", "proxy.example:3128")]);
    assert_eq!(done.code, 2, "{}", done.err);
}

#[test]
fn a_certificate_file_without_certificates_is_wrong_usage() {
    let context = TestContext::new();
    let done = call(&context, &[("SWITCHBOARD_CA_FILE", "/dev/null")]);
    assert_eq!(done.code, 2, "{}", done.err);
}

#[test]
fn the_doctor_tells_of_the_proxy() {
    let context = TestContext::connected();
    let doctor = |variable: &str, value: &str| {
        let mut command: Command = context.command(&["doctor", "--json"]);
        for name in OTHERS {
            command.env_remove(name);
        }
        context.finish(command.env(variable, value)).out
    };
    assert!(doctor("SWITCHBOARD_PROXY", "http://127.0.0.1:9").contains("through the proxy 127.0.0.1:9"));
    assert!(doctor("HTTPS_PROXY", "http://127.0.0.1:9").contains("HTTPS_PROXY is set"));
}
