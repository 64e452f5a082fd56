//! The clouds of the service: each with its own addresses, chosen at connecting and kept.

use serde_json::{Value, json};
use switchboard_tests::context::TestContext;

const GOV: &str = "zoomgov";

#[test]
fn seed_uipath_50_the_government_cloud_is_a_profile_with_its_own_addresses() {
    let context = TestContext::new();
    for (profile, api, oauth, other) in [
        (GOV, "https://api.zoomgov.com/v2", "https://zoomgov.com/oauth", "zoom.us"),
        ("zoom", "https://api.zoom.us/v2", "https://zoom.us/oauth", "zoomgov.com"),
    ] {
        let registered = context.json(&["connect", "--app-manifest", "--profile", profile, "--json"]);
        assert_eq!((&registered["api_base"], &registered["oauth_base"]), (&json!(api), &json!(oauth)), "{registered}");
        assert!(!registered["hosts"].to_string().contains(other), "{}", registered["hosts"]);
        assert!(registered["redirect_url"].as_str().unwrap().starts_with("http://127.0.0.1:"), "no public address");
        let words = context.run(&["connect", "--app-manifest", "--profile", profile]);
        assert!(words.out.contains(api) && words.out.contains(oauth), "{}", words.out);

        // A person is sent to this cloud's page, with nothing else than the profile said.
        let file = context.secret_file("a-secret-of-an-app");
        let own = ["connect", "x", "--profile", profile, "--client-id", "c", "--client-secret-file", &file, "--paste"];
        let said = context.run(&own).err;
        let page = said.lines().find_map(|line| line.split_once("open and approve:")).expect("an address").1.trim();
        assert!(page.starts_with(&format!("{oauth}/authorize?")), "{page}");
    }
    let packaged = context.run(&["connect", "x", "--profile", GOV, "--method", "browser", "--json"]);
    assert!(packaged.code == 2 && packaged.err.contains("--client-id"), "own app needed: {}", packaged.err);
}

#[test]
fn seed_uipath_50_an_address_without_tls_or_of_another_cloud_is_refused() {
    let context = TestContext::new();
    for (flag, address, says) in [
        ("--api-base", "http://api.zoomgov.com/v2", "must use https"),
        ("--oauth-base", "http://zoomgov.com/oauth", "must use https"),
        ("--api-base", "https://api.zoom.us/v2", "--profile zoom"),
        ("--oauth-base", "https://zoom.us/oauth", "--profile zoom"),
    ] {
        let done = context.run(&["connect", "x", "--client-id", "c", "--profile", GOV, flag, address, "--json"]);
        assert!(done.code == 2 && done.err.contains(says), "{flag} {address}: {}", done.err);
    }
    assert_eq!(context.json(&["connection", "list", "--json"]), json!([]));
}

#[test]
fn seed_uipath_50_connections_to_two_clouds_stand_side_by_side_and_each_keeps_its_hosts() {
    let context = TestContext::new();
    let done = context.connect_with("gov", "grace@emulator.test", "allow", &["--profile", GOV, "--json"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let done = context.connect_with("biz", "alan@emulator.test", "allow", &["--profile", "zoom", "--json"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let hosts = |label: &str| context.json(&["connection", "show", label, "--json"])["hosts"].clone();
    let gov = json!({"calls": ["api.zoomgov.com"], "downloads": ["zoomgov.com", "*.zoomgov.com"], "token": ["zoomgov.com", "*.zoomgov.com"]});
    assert_eq!(hosts("gov"), gov);
    assert!(!hosts("biz").to_string().contains("zoomgov"), "{}", hosts("biz"));
    let who =
        |label: &str| -> Value { context.json(&["call", "zoom.users.me", "-c", label, "--json"])["email"].clone() };
    assert_eq!((who("gov"), who("biz")), (json!("grace@emulator.test"), json!("alan@emulator.test")));
    // The cloud is kept: signing in again asks for no profile.
    let again = context.sign_in(&["connection", "reconnect", "gov", "--json"], "grace@emulator.test", "allow");
    assert_eq!(again.code, 0, "{}", again.err);
    assert_eq!(hosts("gov"), gov);
}
