//! A person without any rights connects their own account, sees what it covers, and ends it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use switchboard_tests::browser::Browser;
use switchboard_tests::context::{CommandOutput, TestContext, http, landing};
use url::Url;

/// The command that waits for a browser, with the browser's part given to `browse`: it gets the address that was opened.
fn in_the_browser(
    context: &TestContext,
    label: &str,
    browse: impl FnOnce(&Url) -> String,
) -> (CommandOutput, Url, String) {
    let (client, secret) = context.emulator.app();
    waits(context, &context.own_app(label, &client, &secret).with(&[]), browse)
}

/// The same with these arguments.
fn waits(
    context: &TestContext,
    arguments: &[&str],
    browse: impl FnOnce(&Url) -> String,
) -> (CommandOutput, Url, String) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let mut command = context.command(&[arguments, &["--redirect-port", &port]].concat());
    // The browser of this person writes down how it was called, and what it was given.
    let script = context.home.path().join("browser");
    std::fs::write(&script, "#!/bin/sh\necho \"$@\" > opened\nenv > environment\nsleep 0.3\n").unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let piped = Stdio::piped;
    let command = command.env("BROWSER", &script).stdin(piped()).stdout(piped()).stderr(piped());
    let mut child = context.start(command);
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("waiting five minutes") {
        assert_ne!(lines.read_line(&mut said).unwrap(), 0, "{said}");
    }
    let opened = (0..200).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        std::fs::read_to_string(context.home.path().join("environment")).ok().filter(|text| !text.is_empty())?;
        std::fs::read_to_string(context.home.path().join("opened")).ok()
    });
    let opened = opened.unwrap_or_else(|| panic!("no browser was opened: {said}"));
    let opened = Url::parse(opened.trim()).unwrap();
    let landed = Url::parse(&browse(&opened)).unwrap();
    let (status, _, page) =
        http("GET", landed.port().unwrap(), &format!("{}?{}", landed.path(), landed.query().unwrap()), "");
    assert_eq!(status, 200, "{page}");
    lines.read_to_string(&mut said).unwrap();
    let output = child.wait_with_output().unwrap();
    let done = context.read_output(Output { stderr: said.into_bytes(), ..output });
    (done, opened, format!("{landed}\n{page}"))
}

fn query(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn alan(page: &Url) -> String {
    landing(page.as_str(), "alan@emulator.test", "allow")
}

#[test]
fn seed_next_01_a_person_without_rights_begins_and_ends_a_connection_of_their_own() {
    let context = TestContext::new();
    let (done, ..) = in_the_browser(&context, "mine", alan);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    let row = &context.json(&["connection", "list", "--json"])[0];
    assert_eq!(row["identity"]["role"], "Member", "no administrator was needed: {row}");
    let me = context.json(&["call", "zoom.users.me", "--json"]);
    assert_eq!((&me["email"], &me["id"]), (&json!("alan@emulator.test"), &row["identity"]["user_id"]));
    let others = context.run(&["call", "zoom.users.list", "--json"]);
    assert_eq!(TestContext::error(&others)["code"], "scope-missing", "theirs alone: {}", others.err);
}

#[test]
fn seed_next_03_the_password_is_typed_at_zoom_and_only_a_code_comes_back() {
    let context = TestContext::new();
    // Mistyped, and long enough to be searched for in all that is left when this context ends.
    let password = "a long password that was typed in a browser";
    context.add_secret("a password", password);
    let (done, _, back) = in_the_browser(&context, "mine", |page| {
        let mut browser = Browser::default();
        let wrong = browser.sign_in_with(page.as_str(), "alan@emulator.test", password);
        assert!(wrong.body.contains("Incorrect email or password"), "{}", wrong.body);
        let consent = browser.sign_in(page.as_str(), "alan@emulator.test");
        browser.allow(page.as_str(), &consent)
    });
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    let (address, page) = back.split_once('\n').unwrap();
    let names: Vec<String> = Url::parse(address).unwrap().query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["code", "state"], "{address}");
    assert!(!page.contains("<input") && !page.contains("<form"), "our page asks for nothing: {page}");
    let help = context.run(&["connect", "--help"]).out;
    assert!(!help.contains("--password"), "there is no place to hand one over: {help}");
}

#[test]
fn seed_next_04_after_authorize_the_person_is_back_and_the_connection_is_listed_as_connected() {
    let context = TestContext::new();
    let (done, _, back) = in_the_browser(&context, "mine", alan);
    let (address, page) = back.split_once('\n').unwrap();
    assert!(address.starts_with("http://127.0.0.1:") && page.contains("You can close this window"), "{address} {page}");
    assert!(done.out.contains("mine is connected as alan@emulator.test"), "{}", done.out);
    let row = &context.json(&["connection", "list", "--json"])[0];
    assert_eq!(
        (&row["label"], &row["state"], &row["identity"]["email"]),
        (&json!("mine"), &json!("active"), &json!("alan@emulator.test"))
    );
}

#[test]
fn seed_anyclip_09_connect_opens_zooms_page_with_our_app_our_address_and_a_state_nobody_guesses() {
    let context = TestContext::new();
    let (_, opened, back) = in_the_browser(&context, "mine", alan);
    assert!(opened.as_str().starts_with(&format!("{}/authorize?", context.emulator.oauth_base())), "{opened}");
    assert_eq!(query(&opened, "client_id"), "switchboard-demo");
    let redirect = query(&opened, "redirect_uri");
    assert!(redirect.starts_with("http://127.0.0.1:") && back.starts_with(&redirect), "{redirect} {back}");
    assert_eq!(query(&opened, "response_type"), "code");
    assert!(query(&opened, "state").len() >= 32, "{opened}");
    // A second sign-in has another state.
    let (_, again, _) =
        in_the_browser(&context, "second", |page| landing(page.as_str(), "grace@emulator.test", "allow"));
    assert_ne!(query(&opened, "state"), query(&again, "state"));
}

#[test]
fn seed_uipath_23_one_command_with_nothing_but_a_name_starts_the_connect_step() {
    let context = TestContext::new();
    let at = context.addresses();
    let packaged = [&["connect", "mine", "--profile", "emulator"][..], &at.each_ref().map(String::as_str)].concat();
    let (done, opened, _) = waits(&context, &packaged, alan);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert!(opened.path().ends_with("/authorize"), "the browser stands at Zoom's page: {opened}");
    assert_eq!(context.json(&["connection", "list", "--json"])[0]["method"], "browser");
}

#[test]
fn seed_uipath_05_the_redirect_address_is_printed_once_while_the_sign_in_waits() {
    let context = TestContext::new();
    let (done, opened, _) = in_the_browser(&context, "mine", alan);
    let redirect = query(&opened, "redirect_uri");
    assert_eq!(done.err.matches(&redirect).count(), 1, "{redirect}: {}", done.err);
}

#[test]
fn the_browser_gets_no_key_in_its_environment() {
    let context = TestContext::new();
    let (done, ..) = in_the_browser(&context, "mine", |page| landing(page.as_str(), "alan@emulator.test", "allow"));
    assert_eq!(done.code, 0, "{}", done.err);
    let given = std::fs::read_to_string(context.home.path().join("environment")).unwrap();
    assert!(given.contains("BROWSER=") && !given.contains("SWITCHBOARD_"), "{given}");
}

#[test]
fn seed_next_02_the_help_names_the_way_in_a_narrow_terminal() {
    let context = TestContext::new();
    let help = context.run(&["--help"]);
    let line = help.out.lines().find(|line| line.trim_start().starts_with("connect ")).unwrap();
    assert!(line.len() <= 40 && line.contains("Connect a Zoom account"), "{line}");
    let way = context.run(&["connect", "--help"]);
    assert!(
        way.out.contains("Ways to connect:") && way.out.contains("switchboard connect NAME --method browser"),
        "{}",
        way.out
    );
    let none = context.run(&["call", "zoom.users.me", "--json"]);
    assert!(TestContext::error(&none)["fix"].as_str().unwrap().contains("switchboard connect"), "{}", none.err);
}

#[test]
fn seed_next_06_the_grant_covers_who_the_person_is() {
    let context = TestContext::connected();
    let me = context.json(&["call", "zoom.users.me", "--json"]);
    for field in ["id", "email", "account_id", "display_name"] {
        assert!(me[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {me}");
    }
    let row = context.json(&["connection", "show", "work", "--json"]);
    assert_eq!((&row["identity"]["user_id"], &row["identity"]["account_id"]), (&me["id"], &me["account_id"]));
}

#[test]
fn seed_next_07_recordings_are_seen_with_what_they_are_before_any_is_imported() {
    let context = TestContext::connected();
    let me = context.json(&["call", "zoom.users.me", "--json"]);
    let found = context.json(&["call", "zoom.recordings.list", "from=2026-01-01", "to=2026-11-23", "--json"]);
    let recordings = found["recordings"].as_array().unwrap();
    assert!(recordings.len() > 1, "{found}");
    for one in recordings {
        assert!(one["topic"].is_string() && one["start_time"].is_string() && one["duration"].is_number(), "{one}");
        assert!(one["total_size"].is_number() || one["size"].is_number(), "{one}");
        assert_eq!(one["host_id"], me["id"], "{one}");
        for file in one["files"].as_array().unwrap() {
            assert!(file["kind"].is_string() || file["file_type"].is_string(), "{file}");
        }
    }
    assert!(!context.home.path().join("downloads").exists(), "nothing was imported to see that");
    let log = context.requests();
    assert!(log.iter().all(|one| !one["path"].as_str().unwrap().contains("download")), "and no file was asked for");
}

#[test]
fn seed_next_21_disconnecting_takes_the_grant_back_at_zoom_and_erases_it_here() {
    let context = TestContext::connected();
    let tokens = context.emulator.issued_tokens();
    let me = |token: &str| bearer(&context, token);
    let good = tokens.iter().filter(|token| me(token) == 200).count();
    assert_eq!(good, 1, "the access token works before");
    assert_eq!(context.run(&["connection", "disconnect", "work", "--yes"]).code, 0);
    assert!(tokens.iter().all(|token| me(token) == 401), "none of them works after");
    assert_eq!(context.json(&["connection", "list", "--json"]), json!([]));
    let requests = |context: &TestContext| {
        context.ask("GET", "/_emulator/requests", &Value::Null).1["requests"].as_array().unwrap().len()
    };
    let before = requests(&context);
    let after = context.run(&["call", "zoom.users.me", "--json"]);
    assert_eq!((after.code, &TestContext::error(&after)["code"]), (4, &json!("not-connected")));
    assert_eq!(requests(&context), before, "nothing is sent any more");
    let store = switchboard_store::Store::open(context.home.path()).unwrap();
    assert!(!store.has_secrets().unwrap());
}

/// The status of `GET /v2/users/me` with this token.
pub fn bearer(context: &TestContext, token: &str) -> u16 {
    use std::io::Write;
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", context.port())).unwrap();
    write!(
        stream,
        "GET /v2/users/me HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}
