//! Server-to-Server credentials: what is asked for, how it is checked, and what is shown of it.

use serde_json::json;
use switchboard_tests::connection::remedy;
use switchboard_tests::context::TestContext;

#[test]
fn seed_uipath_24_wrong_credentials_each_have_their_own_message_and_nothing_is_stored() {
    let context = TestContext::new();
    let (account, client, secret) = context.emulator.server_to_server();
    for (account, client, secret, expected) in [
        (account.as_str(), client.as_str(), "another-secret-than-its-own", "credentials-wrong"),
        (account.as_str(), "nobody", secret.as_str(), "credentials-wrong"),
        ("AnotherAccount", client.as_str(), secret.as_str(), "account-id-wrong"),
    ] {
        let done = context.server_to_server("nightly", account, client, secret);
        assert_ne!(done.code, 0);
        assert_eq!(remedy(&done), expected, "{}", done.err);
    }
    assert!(context.labels().is_empty());
}

#[test]
fn seed_ensemble_15_addresses_are_https_and_clouds_are_profiles() {
    let context = TestContext::new();
    let plain = context.run(&["connect", "x", "--client-id", "c", "--api-base", "http://example.com/v2", "--json"]);
    assert!(plain.code == 2 && plain.err.contains("https"), "{}", plain.err);
    let unknown = context.run(&["connect", "x", "--client-id", "c", "--profile", "moon", "--json"]);
    assert!(unknown.code == 2 && unknown.err.contains("zoomgov"), "{}", unknown.err);
    let usual = context.json(&["connect", "--app-manifest", "--method", "s2s", "--json"]);
    assert_eq!(usual["api_base"], "https://api.zoom.us/v2", "the public address, unless another is said");
}

#[test]
fn seed_ensemble_17_keys_of_jwt_apps_are_recognised_and_lead_to_a_server_to_server_app() {
    let context = TestContext::new();
    let file = context.secret_file("of-an-app-of-no-kind");
    let jwt = context.run(&["connect", "old", "--api-key", "k", "--client-secret-file", &file, "--json"]);
    assert_eq!(remedy(&jwt), "jwt-retired", "{}", jwt.err);
    // The same two values under today's names.
    let two = context.run(&[
        "connect",
        "old",
        "--method",
        "s2s",
        "--client-id",
        "k",
        "--client-secret-file",
        &file,
        "--json",
    ]);
    let error = TestContext::error(&two);
    let words = error["message"].as_str().unwrap();
    assert!(two.code == 2 && words.contains("JWT app, which Zoom retired in 2023"), "{error}");
    assert!(
        error["fix"].as_str().unwrap().contains("`switchboard connect --guide s2s` explains how to make one"),
        "{error}"
    );
    assert!(context.labels().is_empty());
}

#[test]
fn seed_ensemble_21_an_app_that_is_not_activated_is_told_to_be_activated() {
    let context = TestContext::new();
    context.approval(&json!({"apps": {"switchboard-server": {"active": false}}}));
    let (account, client, secret) = context.emulator.server_to_server();
    let done = context.server_to_server("nightly", &account, &client, &secret);
    assert_eq!(remedy(&done), "app-not-active", "{}", done.err);
    let steps = TestContext::error(&done)["remedy"]["steps"].to_string();
    assert!(steps.contains("Activate your app") && steps.contains("nothing counts before it is saved"), "{steps}");
    context.approval(&json!({"apps": {"switchboard-server": {"active": true}}}));
    context.connect_server_to_server("nightly");
}

#[test]
fn seed_ensemble_22_credentials_are_trimmed_tried_before_they_are_kept_and_shown_masked() {
    let context = TestContext::new();
    let (account, client, secret) = context.emulator.server_to_server();
    let down = json!({"kind": "status", "status": 403, "path": "/users/me", "count": 0});
    let (_, fault) = context.ask("POST", "/_emulator/faults", &down);
    let pasted = || {
        let (account, client) = (format!(" {account}\n"), format!("{client} "));
        context.server_to_server("nightly", &account, &client, &format!("\t{secret}\r\n"))
    };
    let refused = pasted();
    assert_ne!(refused.code, 0, "{}", refused.out);
    assert!(context.labels().is_empty(), "the call that tries them failed, so nothing is kept");
    assert!(!switchboard_store::Store::open(context.home.path()).unwrap().has_secrets().unwrap());
    context.ask("DELETE", "/_emulator/faults", &fault);

    let before = context.requests().len();
    let done = pasted();
    assert_eq!(done.code, 0, "stray blanks and line ends are no matter: {}", done.err);
    let log = context.requests();
    let asked: Vec<&str> = log.iter().skip(before).map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(asked, ["/oauth/token", "/v2/users/me"], "one call tries them");
    let shown = context.json(&["connection", "show", "nightly", "--json"]);
    assert_eq!((&shown["client_id"], &shown["client_secret"]), (&json!(client), &json!("********")), "{shown}");
    assert_eq!(shown["identity"]["account_id"], account, "{shown}");
    let people = context.run(&["connection", "show", "nightly"]).out;
    assert!(people.contains("********") && !people.contains(&secret), "{people}");
}

#[test]
fn seed_ensemble_23_each_credential_that_is_missing_is_named() {
    let context = TestContext::new();
    let file = context.secret_file("of-an-app-of-no-kind");
    let all = [("--account-id", "a"), ("--client-id", "k"), ("--client-secret-file", file.as_str())];
    for left_out in 0..8usize {
        let given = all.iter().enumerate().filter(|(at, _)| left_out & (1 << at) == 0);
        let missing: Vec<&str> =
            all.iter().enumerate().filter(|(at, _)| left_out & (1 << at) != 0).map(|(_, (flag, _))| *flag).collect();
        if missing.is_empty() {
            continue;
        }
        let mut arguments = vec!["connect", "nightly", "--method", "s2s", "--json"];
        given.for_each(|(_, (flag, value))| arguments.extend([*flag, *value]));
        let done = context.run(&arguments);
        let words = TestContext::error(&done)["message"].as_str().unwrap().to_owned();
        assert_eq!(done.code, 2, "{words}");
        for (flag, _) in all {
            assert_eq!(words.contains(flag), missing.contains(&flag), "{missing:?}: {words}");
        }
    }
    assert!(context.labels().is_empty());
}

/// The choice is kept as that of a sign-in is: the doctor looks at these activities alone.
#[test]
fn choice_of_activities_is_kept() {
    let context = TestContext::new();
    let (account, client, secret) = context.emulator.server_to_server();
    let own = context.own_app("nightly", &client, &secret);
    let chosen = ["--method", "s2s", "--account-id", account.as_str(), "--for", "zoom.users.list", "--json"];
    assert_eq!(context.run(&own.with(&chosen)).code, 0);
    let kept = |label: &str| context.json(&["connection", "show", label, "--json"])["made_for"].clone();
    assert_eq!(kept("nightly"), json!(["zoom.users.list"]));
    let file = context.secret_file(&secret);
    let again = ["connection", "reconnect", "nightly", "--client-secret-file", &file, "--json"];
    assert_eq!(context.run(&again).code, 0);
    assert_eq!(kept("nightly"), json!(["zoom.users.list"]), "also after a reconnect");
}
