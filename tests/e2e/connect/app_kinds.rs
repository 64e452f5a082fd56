//! The three kinds of connection side by side, each with its own credentials.

use serde_json::{Value, json};
use switchboard_tests::browser::Browser;
use switchboard_tests::connection::remedy;
use switchboard_tests::context::{TestContext, landing};
use url::Url;

#[test]
fn seed_uipath_01_the_code_flow_ends_in_a_connection_and_the_password_goes_to_zoom_alone() {
    let context = TestContext::new();
    // Mistyped, and long enough to be searched for in all that is left when this context ends.
    let password = "a long password that nobody but Zoom may see";
    context.add_secret("a password", password);
    let mut asked = String::new();
    let packaged = ["--method", "browser", "--profile", "emulator", "--json"];
    let done = context.connect_at(&context, "work", &packaged, |address| {
        address.clone_into(&mut asked);
        let mut browser = Browser::default();
        let refused = browser.sign_in_with(address, "ada@emulator.test", password);
        assert!(refused.body.contains("Incorrect email or password"), "{}", refused.body);
        let page = browser.sign_in(address, "ada@emulator.test");
        browser.allow(address, &page)
    });
    assert_eq!(done.code, 0, "{}", done.err);
    let asked = Url::parse(&asked).unwrap();
    let value = |name: &str| asked.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    assert_eq!(value("code_challenge_method").as_deref(), Some("S256"));
    assert!(value("state").unwrap().len() >= 32 && value("code_challenge").unwrap().len() == 43, "{asked}");
    let rows = context.json(&["connection", "list", "--json"]);
    assert_eq!((&rows[0]["method"], &rows[0]["state"]), (&json!("browser"), &json!("active")), "{rows}");
    // The command itself asked for a token and who that is, nothing else: never the page that takes passwords.
    let log = context.requests();
    let signed_in = log.iter().filter(|one| one["path"] == "/oauth/signin").count();
    assert_eq!(signed_in, 2, "the two of the browser: {log:?}");
}

#[test]
fn seed_uipath_02_own_apps_are_kept_one_for_each_connection() {
    let context = TestContext::new();
    let ada = |page: &str| landing(page, "ada@emulator.test", "allow");
    let classic = ("switchboard-classic".to_owned(), "classic-secret-not-a-secret".to_owned());
    let swapped = (classic.0.clone(), context.emulator.app().1);
    for (label, app, style) in [("general", context.emulator.app(), "granular"), ("classic", classic, "classic")] {
        let done = context.connect_app(label, app, &["--style", style], ada);
        assert_eq!(done.code, 0, "{label}: {}", done.err);
    }
    let other = context.connect_app("other", swapped, &["--style", "classic"], ada);
    assert_eq!(remedy(&other), "credentials-wrong", "the secret of one app is nothing to another: {}", other.err);
    // Neither files nor flags any more. What renews a token is the store's, and each connection has its own.
    std::fs::remove_file(context.home.path().join("app-secret")).unwrap();
    let (status, _) = context.ask("POST", "/_emulator/clock", &json!({"advance_s": 7_200}));
    assert!(status < 300);
    let traded = || context.requests().iter().filter(|one| one["path"] == "/oauth/token").count();
    let before = traded();
    for (label, client) in [("general", "switchboard-demo"), ("classic", "switchboard-classic")] {
        let me = context.json(&["call", "zoom.users.me", "-c", label, "--json"]);
        assert_eq!(me["email"], "ada@emulator.test");
        assert_eq!(context.json(&["connection", "show", label, "--json"])["client_id"], client);
    }
    assert_eq!(traded(), before + 2, "each was renewed through its own app");
    context.approval(&json!({"apps": {"switchboard-classic": {"active": false}}}));
    context.ask("POST", "/_emulator/clock", &json!({"advance_s": 7_200}));
    assert_ne!(context.run(&["call", "zoom.users.me", "-c", "classic"]).code, 0);
    context.json(&["call", "zoom.users.me", "-c", "general", "--json"]);
}

#[test]
fn seed_uipath_03_the_kinds_are_offered_with_what_each_needs_and_fields_of_another_are_refused() {
    let context = TestContext::new();
    let none = context.run(&["connect", "x", "--json"]);
    for kind in [
        "this build has no app for the cloud `zoom`, one does for `emulator`",
        "byo needs client_id, client_secret",
        "server-to-server needs account_id, client_id, client_secret",
    ] {
        assert!(none.err.contains(kind), "{kind}: {}", none.err);
    }
    let help = context.run(&["connect", "--help"]).out;
    for way in ["--method browser ", "--client-id ID --client-secret-file FILE ", "--account-id A --client-id C "] {
        assert!(help.contains(way), "{way}: {help}");
    }
    let methods = context.json(&["connector", "list", "--json"])[0]["methods"].clone();
    let fields = |id: &str| methods.as_array().unwrap().iter().find(|one| one["id"] == id).unwrap()["fields"].clone();
    assert_eq!((fields("oauth"), fields("byo")), (Value::Null, json!(["client_id", "client_secret"])));

    let (file, at) = (context.secret_file("a-secret-of-an-app"), context.addresses());
    for (method, flag, value) in [
        ("browser", "--client-id", "c"),
        ("browser", "--client-secret-file", file.as_str()),
        ("browser", "--account-id", "a"),
        ("byo", "--account-id", "a"),
        ("byo", "--token", "-"),
        ("s2s", "--paste", ""),
        ("s2s", "--device", ""),
        ("s2s", "--replace", ""),
        ("token", "--client-id", "c"),
        ("token", "--account-id", "a"),
    ] {
        let mut arguments = vec!["connect", "x", "--profile", "emulator", "--json", "--method", method, flag];
        arguments.extend(Some(value).filter(|value| !value.is_empty()));
        arguments.extend(at.iter().map(String::as_str));
        let done = context.run(&arguments);
        let words = TestContext::error(&done)["message"].as_str().unwrap().to_owned();
        let refused = words.starts_with(flag) && words.contains(&format!("does not belong to --method {method}"));
        assert!(done.code == 2 && refused, "{method} {flag}: {words}");
    }
    assert!(context.requests().is_empty() && context.labels().is_empty(), "refused before anything is asked or kept");
}

#[test]
fn seed_uipath_07_all_three_kinds_stand_in_one_list_and_run_whatever_their_scopes_allow() {
    let context = TestContext::new();
    assert_eq!(context.connect_packaged("packaged", "ada@emulator.test", &[]).code, 0);
    context.connect("own", "grace@emulator.test");
    context.connect_server_to_server("nightly");
    let rows = context.json(&["connection", "list", "--json"]);
    let kinds: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["method"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["browser", "byo", "s2s"], "{rows}");
    for (label, user) in [("packaged", "ada"), ("own", "grace"), ("nightly", "ada")] {
        context.json(&["connection", "test", label, "--json"]);
        // An account's own app has no user of its own: it says whose.
        let user = format!("user={user}@emulator.test");
        for call in [
            &["zoom.users.me"][..],
            &["zoom.users.settings-get", &user],
            &[
                "zoom.meetings.create",
                "topic=Anywhere",
                "start_time=2036-12-01T10:00:00",
                "timezone=Europe/Berlin",
                &user,
            ],
            &["zoom.meetings.list", &user],
            &["zoom.recordings.list", &user, "from=2026-01-01", "to=2026-11-23"],
        ] {
            context.json(&[&["call"][..], call, &["-c", label, "--json"]].concat());
        }
    }
    // Not the kind decides, but the scopes: the directory opens to whichever has them.
    let directory = |label: &str| context.run(&["call", "zoom.users.list", "-c", label, "--json"]);
    for label in ["packaged", "own"] {
        let refused = directory(label);
        assert_eq!(
            (refused.code, &TestContext::error(&refused)["code"]),
            (4, &json!("scope-missing")),
            "{}",
            refused.err
        );
    }
    assert_eq!(directory("nightly").code, 0);
    context.connect_admin("directory", "ada@emulator.test");
    assert_eq!(directory("directory").code, 0, "and so it does for an own app that has them");
}
