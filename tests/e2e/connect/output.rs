//! Connecting through the real binary: what a person is told on the way, and what is there afterwards.

use serde_json::{Value, json};
use switchboard_tests::world::World;

#[test]
fn seed_uipath_05_the_redirect_address_is_printed_and_a_mismatch_names_it() {
    let world = World::new();
    world.approval(&json!({"redirect_uris": ["https://example.com/else"]}));
    let done = world.connect_with("work", "ada@emulator.test", "allow", &["--json"]);
    let error = World::error(&done);
    assert_eq!((done.code, &error["remedy"]["id"]), (4, &json!("redirect-mismatch")), "{error}");
    let steps = error["remedy"]["steps"].to_string();
    assert!(steps.contains("http://127.0.0.1:7910/oauth/callback"), "{steps}");
    assert!(done.err.contains("redirect address of your app, exactly:  http://127.0.0.1:7910/oauth/callback"));
    let found = world.run(&["doctor", "--json"]);
    assert!(found.code == 1 && found.out.contains("redirect-mismatch"), "the doctor sees it by itself: {}", found.out);
}

#[test]
fn seed_anyclip_16_declining_leaves_everything_as_it_was() {
    let world = World::connected();
    let done = world.connect_with("more", "grace@emulator.test", "deny", &["--json"]);
    assert_eq!((done.code, &World::error(&done)["code"]), (4, &json!("denied")), "{}", done.err);
    assert_eq!(world.labels(), ["work"]);
    world.json(&["connection", "test", "work", "--json"]);
}

#[test]
fn seed_next_10_only_the_expected_user_is_let_in_and_the_advice_is_to_log_out_first() {
    let world = World::new();
    let done =
        world.connect_with("work", "grace@emulator.test", "allow", &["--expect-email", "ada@emulator.test", "--json"]);
    let told = World::error(&done);
    assert_eq!((&told["code"], &told["remedy"]["id"]), (&json!("wrong-account"), &json!("wrong-account")), "{told}");
    assert!(
        told["remedy"]["steps"][0].as_str().unwrap().starts_with("Log out of Zoom in your web browser first"),
        "{told}"
    );
    assert!(
        told["message"].as_str().unwrap().contains("grace@emulator.test signed in, but ada@emulator.test was expected")
    );
    assert!(world.labels().is_empty());
    let done = world.connect_with("work", "ada@emulator.test", "allow", &["--expect-email", "Ada@Emulator.test"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let again = world.sign_in(&["connection", "reconnect", "work", "--json"], "grace@emulator.test", "allow");
    assert_eq!(World::error(&again)["code"], "wrong-account", "{}", again.err);
    world.json(&["connection", "test", "work", "--json"]);
}

#[test]
fn seed_uipath_25_the_connection_is_listed_with_all_that_is_known_of_it_and_usable_at_once() {
    let world = World::connected();
    let row = world.json(&["connection", "list", "--json"])[0].clone();
    assert_eq!(
        (&row["label"], &row["method"], &row["state"]),
        (&json!("work"), &json!("byo"), &json!("active")),
        "{row}"
    );
    assert!(row["identity"]["account_id"].is_string() && !row["scopes"].as_array().unwrap().is_empty(), "{row}");
    world.list_recordings();
    world.list_recordings();
    let file = World::file("manifests/automations/list-recordings.json");
    let refused = world.run(&["run", file.to_str().unwrap(), "--json"]);
    assert_eq!(refused.code, 3, "a run that cannot begin is no use of the connection: {}", refused.err);
    let shown = world.json(&["connection", "show", "work", "--json"]);
    let used = &shown["used_by"][0];
    assert_eq!((&used["automation"], &used["runs"]), (&json!("list-recordings"), &json!(2)), "{shown}");
    assert!(shown["last_used_at"].is_string() && shown["state"] == "active");
}

#[test]
fn seed_anyclip_17_success_is_said_once_a_call_as_that_user_has_shown_whose_the_connection_is() {
    let world = World::new();
    let down = json!({"kind": "status", "status": 403, "path": "/users/me", "count": 0});
    world.ask("POST", "/_emulator/faults", &down);
    let failed = world.connect_with("work", "ada@emulator.test", "allow", &[]);
    assert!(failed.code != 0 && !failed.out.contains("is connected"), "{}{}", failed.out, failed.err);
    assert!(world.labels().is_empty(), "a grant that opens nothing is no connection");
    world.ask("DELETE", "/_emulator/faults", &Value::Null);

    let before = world.requests().len();
    let done = world.connect_with("work", "ada@emulator.test", "allow", &["--scopes", "user:read:user"]);
    let log = world.requests();
    let asked: Vec<&str> = log.iter().skip(before).map(|one| one["path"].as_str().unwrap()).collect();
    assert!(asked.ends_with(&["/oauth/token", "/v2/users/me"]), "{asked:?}");
    let shown = world.json(&["connection", "show", "work", "--json"]);
    let account = shown["identity"]["account_id"].as_str().unwrap();
    assert!(done.out.contains("work is connected as ada@emulator.test"), "{}", done.out);
    let next = "try: switchboard call zoom.users.me --connection work";
    for part in [&format!("account: {account}"), "granted: user:read:user", next] {
        assert!(done.err.contains(part), "{part}: {}", done.err);
    }
}

#[test]
fn a_busy_port_names_the_program_that_holds_it() {
    let world = World::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let done = world.run(&["connect", "work", "--client-id", "c", "--redirect-port", &port, "--no-open", "--json"]);
    let words = World::error(&done)["message"].to_string();
    assert!(words.contains(&format!("(process {})", std::process::id())) && words.contains(&port), "{words}");
}

#[test]
fn a_code_on_another_machine_connects() {
    use std::io::{BufRead, BufReader, Read};
    let world = World::new();
    let (client, secret) = world.emulator.app();
    let own = world.own_app("far", &client, &secret);
    let mut command = world.command(&own.with(&["--device"]));
    let piped = std::process::Stdio::piped;
    let mut child = world.start(command.stdin(std::process::Stdio::null()).stdout(piped()).stderr(piped()));
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
    switchboard_tests::world::http("GET", page.port().unwrap(), &path, "");
    said.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    let done = world.heard(std::process::Output { stderr: rest.into_bytes(), ..output });
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(world.json(&["call", "zoom.users.me", "-c", "far", "--json"])["email"], "grace@emulator.test");
}

#[test]
fn a_person_tells_what_the_page_shows_and_the_wait_is_over() {
    let world = World::new();
    world.approval(&json!({"required": true}));
    let (client, secret) = world.emulator.app();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let own = world.own_app("work", &client, &secret);
    let done = world.run_with(&own.with(&["--no-open", "--redirect-port", &port]), "something else\np\n");
    assert_eq!(done.code, 4, "{}", done.err);
    for part in
        ["still waiting", "In the My Admin Dashboard section, click Permissions", "Who can fix it: an owner or admin"]
    {
        assert!(done.err.contains(part), "{part}: {}", done.err);
    }
}
