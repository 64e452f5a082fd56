//! A link's page may face the internet: what strangers and slow visitors can do there, and what the command says of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use switchboard_tests::browser::Browser;
use switchboard_tests::context::{TestContext, landing};

use crate::connect::link::{Waiting, leads_to};

const GRACE: &str = "grace@emulator.test";

/// Asks as any program may: the whole answer, or nothing within five seconds.
fn ask(waiting: &Waiting, head: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", waiting.port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let _ = write!(stream, "{head}\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\n\r\n", waiting.port);
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

fn path(waiting: &Waiting) -> String {
    url::Url::parse(&waiting.link).unwrap().path().to_owned()
}

#[test]
fn two_links_that_are_open_in_one_browser_both_connect() {
    let context = TestContext::new();
    let (one, two) = (Waiting::connect(&context, "one", &[]), Waiting::connect(&context, "two", &[]));
    let mut browser = Browser::default();
    let first = leads_to(&browser.open(&one.link));
    browser.open(&two.link);
    let page = browser.open(&landing(&first, GRACE, "allow"));
    let (said, status) = (page.text(), page.status);
    two.killed(&context);
    match status {
        200 => drop(one.ends(&context)),
        _ => drop(one.killed(&context)),
    }
    assert_eq!(status, 200, "{said}");
}

#[test]
fn who_has_no_link_cannot_fill_the_terminal() {
    let context = TestContext::new();
    let waiting = Waiting::connect(&context, "library", &[]);
    for number in 0..200 {
        ask(&waiting, &format!("GET /oauth/callback?code=x&state={number} HTTP/1.1"));
    }
    let done = waiting.killed(&context);
    let lines = done.err.lines().filter(|line| line.starts_with("! ")).count();
    assert!(lines < 20, "{lines} lines for 200 requests of a stranger: {}", done.err.lines().last().unwrap());
}

#[test]
fn only_a_get_opens_the_link_or_ends_the_sign_in() {
    let context = TestContext::new();
    let waiting = Waiting::connect(&context, "library", &[]);
    let mut browser = Browser::default();
    let page = browser.open(&waiting.link);
    let back = landing(&leads_to(&page), GRACE, "allow");
    let cookie = page.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap().to_owned();
    let query = back.split_once('?').unwrap().1;
    let answer = ask(&waiting, &format!("HEAD /oauth/callback?{query} HTTP/1.1\r\ncookie: {cookie}"));
    waiting.killed(&context);
    assert!(answer.starts_with("HTTP/1.1 405"), "{}", answer.lines().next().unwrap_or_default());
    assert!(context.labels().is_empty(), "a HEAD has connected it");
}

#[test]
fn a_request_whose_head_never_ends_is_cut_off() {
    let context = TestContext::new();
    let waiting = Waiting::connect(&context, "library", &[]);
    let mut slow = TcpStream::connect(("127.0.0.1", waiting.port)).unwrap();
    slow.write_all(b"GET /connect/x HTTP/1.1\r\nhost: x\r\n").unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let cut_off = slow.read(&mut [0; 1024]);
    waiting.killed(&context);
    assert!(cut_off.is_ok(), "still open after 20 s: {cut_off:?}");
}

#[test]
fn connections_that_say_nothing_do_not_keep_the_person_out() {
    let context = TestContext::new();
    let waiting = Waiting::connect(&context, "library", &[]);
    // As any program meets its limit in the end.
    let pid = waiting.child.id().to_string();
    assert!(Command::new("prlimit").args(["--pid", &pid, "--nofile=60"]).status().unwrap().success());
    let idle: Vec<TcpStream> = (0..60).filter_map(|_| TcpStream::connect(("127.0.0.1", waiting.port)).ok()).collect();
    let (path, began) = (path(&waiting), Instant::now());
    let mut answer = String::new();
    while answer.is_empty() && began.elapsed() < Duration::from_secs(40) {
        answer = ask(&waiting, &format!("GET {path} HTTP/1.1"));
    }
    waiting.killed(&context);
    assert!(answer.contains("200 OK"), "no page within 40 s while {} connections are idle", idle.len());
}

#[test]
fn a_command_that_is_to_be_quiet_still_gives_the_link() {
    let context = TestContext::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let (client, secret) = context.emulator.app();
    let named = context.own_app("library", &client, &secret);
    let mut child = context.piped(&named.with(&["--link", "--redirect-port", &port, "--quiet"]));
    let mut told = String::new();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    stderr.read_line(&mut told).unwrap();
    child.kill().unwrap();
    context.read_output(child.wait_with_output().unwrap());
    assert!(told.contains("/connect/"), "it waits for an hour at a link that nobody is told: {told:?}");
}

#[test]
fn the_doctor_knows_of_a_sign_in_by_link_that_was_refused() {
    let context = TestContext::new();
    let mut waiting = Waiting::connect(&context, "library", &[]);
    let mut browser = Browser::default();
    let page = leads_to(&browser.open(&waiting.link));
    browser.open(&landing(&page, GRACE, "deny"));
    waiting.wait_for("the link still works");
    waiting.killed(&context);
    let found = context.findings(&[]);
    let told = |one: &Value| one["text"].as_str().is_some_and(|text| text.contains("`library` was not connected"));
    assert!(found.iter().any(told), "{found:?}");
}
