//! Connecting through the real binary: what a person is told on the way, and what is there afterwards.

use serde_json::{Value, json};
use switchboard_tests::context::TestContext;

#[test]
fn seed_uipath_05_the_redirect_address_is_printed_and_a_mismatch_names_it() {
    let context = TestContext::new();
    context.approval(&json!({"redirect_uris": ["https://example.com/else"]}));
    let done = context.connect_with("work", "ada@emulator.test", "allow", &["--json"]);
    let error = TestContext::error(&done);
    assert_eq!((done.code, &error["remedy"]["id"]), (4, &json!("redirect-mismatch")), "{error}");
    let steps = error["remedy"]["steps"].to_string();
    assert!(steps.contains("http://127.0.0.1:7910/oauth/callback"), "{steps}");
    assert!(done.err.contains("redirect address of your app, exactly:  http://127.0.0.1:7910/oauth/callback"));
    let found = context.run(&["doctor", "--json"]);
    assert!(found.code == 1 && found.out.contains("redirect-mismatch"), "the doctor sees it by itself: {}", found.out);
}

#[test]
fn seed_anyclip_16_declining_leaves_everything_as_it_was() {
    let context = TestContext::connected();
    let done = context.connect_with("more", "grace@emulator.test", "deny", &["--json"]);
    assert_eq!((done.code, &TestContext::error(&done)["code"]), (4, &json!("denied")), "{}", done.err);
    assert_eq!(context.labels(), ["work"]);
    context.json(&["connection", "test", "work", "--json"]);
}

#[test]
fn seed_next_10_only_the_expected_user_is_let_in_and_the_advice_is_to_log_out_first() {
    let context = TestContext::new();
    let done = context.connect_with(
        "work",
        "grace@emulator.test",
        "allow",
        &["--expect-email", "ada@emulator.test", "--json"],
    );
    let told = TestContext::error(&done);
    assert_eq!((&told["code"], &told["remedy"]["id"]), (&json!("wrong-account"), &json!("wrong-account")), "{told}");
    assert!(
        told["remedy"]["steps"][0].as_str().unwrap().starts_with("Log out of Zoom in your web browser first"),
        "{told}"
    );
    assert!(
        told["message"].as_str().unwrap().contains("grace@emulator.test signed in, but ada@emulator.test was expected")
    );
    assert!(context.labels().is_empty());
    let done = context.connect_with("work", "ada@emulator.test", "allow", &["--expect-email", "Ada@Emulator.test"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let again = context.sign_in(&["connection", "reconnect", "work", "--json"], "grace@emulator.test", "allow");
    assert_eq!(TestContext::error(&again)["code"], "wrong-account", "{}", again.err);
    context.json(&["connection", "test", "work", "--json"]);
}

#[test]
fn seed_uipath_25_the_connection_is_listed_with_all_that_is_known_of_it_and_usable_at_once() {
    let context = TestContext::connected();
    let row = context.json(&["connection", "list", "--json"])[0].clone();
    assert_eq!(
        (&row["label"], &row["method"], &row["state"]),
        (&json!("work"), &json!("byo"), &json!("active")),
        "{row}"
    );
    assert!(row["identity"]["account_id"].is_string() && !row["scopes"].as_array().unwrap().is_empty(), "{row}");
    context.list_recordings();
    context.list_recordings();
    let file = TestContext::file("manifests/automations/list-recordings.json");
    let refused = context.run(&["run", file.to_str().unwrap(), "--json"]);
    assert_eq!(refused.code, 3, "a run that cannot begin is no use of the connection: {}", refused.err);
    let shown = context.json(&["connection", "show", "work", "--json"]);
    let used = &shown["used_by"][0];
    assert_eq!((&used["automation"], &used["runs"]), (&json!("list-recordings"), &json!(2)), "{shown}");
    assert!(shown["last_used_at"].is_string() && shown["state"] == "active");
}

#[test]
fn seed_anyclip_17_success_is_said_once_a_call_as_that_user_has_shown_whose_the_connection_is() {
    let context = TestContext::new();
    let down = json!({"kind": "status", "status": 403, "path": "/users/me", "count": 0});
    context.ask("POST", "/_emulator/faults", &down);
    let failed = context.connect_with("work", "ada@emulator.test", "allow", &[]);
    assert!(failed.code != 0 && !failed.out.contains("is connected"), "{}{}", failed.out, failed.err);
    assert!(context.labels().is_empty(), "a grant that opens nothing is no connection");
    context.ask("DELETE", "/_emulator/faults", &Value::Null);

    let before = context.requests().len();
    let done = context.connect_with("work", "ada@emulator.test", "allow", &["--scopes", "user:read:user"]);
    let log = context.requests();
    let asked: Vec<&str> = log.iter().skip(before).map(|one| one["path"].as_str().unwrap()).collect();
    assert!(asked.ends_with(&["/oauth/token", "/v2/users/me"]), "{asked:?}");
    let shown = context.json(&["connection", "show", "work", "--json"]);
    let account = shown["identity"]["account_id"].as_str().unwrap();
    assert!(done.out.contains("work is connected as ada@emulator.test"), "{}", done.out);
    let next = "try: switchboard call zoom.users.me --connection work";
    for part in [&format!("account: {account}"), "granted: user:read:user", next] {
        assert!(done.err.contains(part), "{part}: {}", done.err);
    }
}

#[test]
fn a_busy_port_names_the_program_that_holds_it() {
    let context = TestContext::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let done = context.run(&["connect", "work", "--client-id", "c", "--redirect-port", &port, "--no-open", "--json"]);
    let words = TestContext::error(&done)["message"].to_string();
    assert!(words.contains(&format!("(process {})", std::process::id())) && words.contains(&port), "{words}");
}

#[test]
fn a_code_on_another_machine_connects() {
    use std::io::{BufRead, BufReader, Read};
    let context = TestContext::new();
    let (client, secret) = context.emulator.app();
    let own = context.own_app("far", &client, &secret);
    let mut command = context.command(&own.with(&["--device"]));
    let piped = std::process::Stdio::piped;
    let mut child = context.start(command.stdin(std::process::Stdio::null()).stdout(piped()).stderr(piped()));
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut rest = String::new();
    let page = loop {
        let mut line = String::new();
        assert_ne!(said.read_line(&mut line).unwrap(), 0, "it ended");
        rest.push_str(&line);
        if let Some((_, page)) = line.split_once("or open at once:") {
            break url::Url::parse(page.trim()).unwrap();
        }
    };
    let path = format!("{}?_user=grace%40emulator.test&_decision=allow", page.path());
    switchboard_tests::context::http("GET", page.port().unwrap(), &path, "");
    said.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    let done = context.read_output(std::process::Output { stderr: rest.into_bytes(), ..output });
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(context.json(&["call", "zoom.users.me", "-c", "far", "--json"])["email"], "grace@emulator.test");
}

#[test]
fn a_person_tells_what_the_page_shows_and_the_wait_is_over() {
    let context = TestContext::new();
    context.approval(&json!({"required": true}));
    let (client, secret) = context.emulator.app();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let own = context.own_app("work", &client, &secret);
    let done = context.run_with(&own.with(&["--no-open", "--redirect-port", &port]), "something else\np\n");
    assert_eq!(done.code, 4, "{}", done.err);
    for part in
        ["still waiting", "In the My Admin Dashboard section, click Permissions", "Who can fix it: an owner or admin"]
    {
        assert!(done.err.contains(part), "{part}: {}", done.err);
    }
}
