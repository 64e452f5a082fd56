//! What people meet when they connect: real pages, real refusals, and what the command says then.

use serde_json::{Value, json};
use switchboard_emulator::Options;
use switchboard_tests::browser::Browser;
use switchboard_tests::connection::remedy;
use switchboard_tests::context::TestContext;

#[test]
fn seed_uipath_06_an_unknown_and_a_deactivated_user_are_told_about_their_account() {
    let context = TestContext::new();
    context.approval(&json!({"users": {"grace@emulator.test": "inactive"}}));
    for user in ["grace@emulator.test", "nobody@emulator.test"] {
        let done = context.connect_app("work", context.emulator.app(), &[], |address| {
            Browser::default().sign_in(address, user).text()
        });
        assert_eq!((done.code, remedy(&done).as_str()), (4, "user-deactivated"), "{user}: {}", done.err);
        let cause = TestContext::error(&done)["remedy"]["cause"].as_str().unwrap().to_owned();
        assert!(cause.contains("account at Zoom, not Switchboard"), "{cause}");
    }
    assert!(context.labels().is_empty(), "nothing half-made");
    let doctor = context.run(&["doctor", "--json"]);
    assert!(doctor.code == 1 && doctor.out.contains("user-deactivated"), "the doctor knows: {}", doctor.out);
    context.approval(&json!({"users": {"grace@emulator.test": "active"}}));
    context.connect("work", "grace@emulator.test");
}

#[test]
fn seed_josys_21_lists_actions_and_limits_of_one_account_never_touch_the_other() {
    let (here, there) = (TestContext::new(), TestContext::new());
    here.connect("first", "ada@emulator.test");
    let (client, secret) = there.emulator.app();
    let own = here.own_app_at(&there, "second", &client, &secret);
    assert_eq!(here.sign_in(&own.with(&[]), "ada@emulator.test", "allow").code, 0);
    there.emulator.issued_tokens().iter().for_each(|token| here.add_secret("a token of the other account", token));
    let topic = "topic=Only in the second";
    let at = ["start_time=2036-12-01T10:00:00", "timezone=Europe/Berlin", "duration:=45", "-c", "second", "--json"];
    here.json(&[&["call", "zoom.meetings.create", topic][..], &at].concat());
    let topics =
        |label: &str| here.json(&["call", "zoom.meetings.list", "-c", label, "--json"])["meetings"].to_string();
    assert!(topics("second").contains("Only in the second") && !topics("first").contains("Only in the second"));
    // The day's budget of the first is used up: the second goes on.
    here.ask("POST", "/_emulator/faults", &json!({"kind": "status", "status": 429, "variant": "daily", "count": 0}));
    let limited = here.run(&["call", "zoom.users.me", "-c", "first", "--json"]);
    assert_eq!((limited.code, &TestContext::error(&limited)["code"]), (6, &json!("rate-limited")), "{}", limited.err);
    here.json(&["call", "zoom.users.me", "-c", "second", "--json"]);
    // And its grant ends alone.
    assert_eq!(here.run(&["connection", "disconnect", "first", "--yes"]).code, 0);
    here.json(&["call", "zoom.users.me", "-c", "second", "--json"]);
}

#[test]
fn seed_ensemble_16_an_account_token_is_used_and_the_next_is_fetched_before_it_ends() {
    // The next one is fetched when a fifth of its life is left: here in the last 0.8 seconds of four.
    let context = TestContext::with(Options { access_ttl_s: 4, ..Options::default() });
    let (account, client, secret) = context.emulator.server_to_server();
    context.json(&context.own_app("nightly", &client, &secret).with(&["--account-id", &account, "--json"]));
    let log = || context.ask("GET", "/_emulator/requests", &Value::Null).1["requests"].as_array().unwrap().clone();
    let tokens = || log().iter().filter(|one| one.to_string().contains("/oauth/token")).count();
    let list = || context.json(&["call", "zoom.users.list", "-c", "nightly", "limit:=1", "--json"]);
    list();
    assert_eq!(tokens(), 1, "the token of the connecting is used");
    std::thread::sleep(std::time::Duration::from_millis(3_300));
    list();
    assert_eq!(tokens(), 2, "the next one was fetched first");
    list();
    assert_eq!(tokens(), 2, "and is used in its turn");
    assert!(!log().iter().any(|one| one["status"] == 401), "nothing was refused meanwhile");
    let export = context.run(&["connection", "export"]).out;
    assert!(export.contains("nightly") && !export.contains(&secret), "{export}");
}

#[test]
fn seed_uipath_24_a_wrong_client_id_and_a_wrong_secret_are_told_apart_in_the_browser() {
    let context = TestContext::new();
    let (client, secret) = context.emulator.app();
    let wrong_id =
        context.connect_app("own", ("nobody".into(), secret), &[], |address| Browser::default().open(address).text());
    let wrong_secret = context.connect_app("own", (client, "not-the-secret-of-it".into()), &[], |page| {
        switchboard_tests::context::landing(page, "ada@emulator.test", "allow")
    });
    assert_eq!((remedy(&wrong_id).as_str(), remedy(&wrong_secret).as_str()), ("client-unknown", "credentials-wrong"));
    assert!(context.labels().is_empty());
    assert!(!switchboard_store::Store::open(context.home.path()).unwrap().has_secrets().unwrap());
}
