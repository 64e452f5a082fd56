//! What the doctor finds, and the steps it gives.

use serde_json::{Value, json};
use switchboard_tests::context::TestContext;

fn about<'a>(findings: &'a [Value], remedy: &str) -> &'a Value {
    findings.iter().find(|one| one["remedy"]["id"] == remedy).unwrap_or_else(|| panic!("no {remedy}: {findings:?}"))
}

#[test]
fn seed_josys_26_the_owner_passes_every_check_at_once() {
    let context = TestContext::new();
    let out = context.connect_admin("josys", "ada@emulator.test");
    assert_eq!((&out["warnings"], &out["remedies"]), (&json!([]), &json!([])), "{out}");
    let found = context.findings(&["josys"]);
    assert!(found.iter().all(|one| one["ok"] == true), "{found:?}");
    assert!(
        found.iter().any(|one| one["text"].to_string().contains("User advanced settings")),
        "told to look by hand: {found:?}"
    );
}

#[test]
fn the_words_of_a_page_or_its_letter_lead_to_the_remedy() {
    let context = TestContext::new();
    let done = context.run(&["doctor", "--seen", "An account admin is required to install this type of app", "--json"]);
    assert!(done.out.contains("admin-only-app"), "{}", done.out);
    for (words, id) in [
        ("Your request is with your administrator", "approval-pending"),
        ("The app has been disabled (4,717)", "app-not-active"),
        ("Invalid redirect: http://x (4,700)", "redirect-mismatch"),
        ("Invalid client_id (4,702)", "client-unknown"),
        ("You cannot authorize Switchboard", "needs-pre-approval"),
        ("w", "wrong-account"),
    ] {
        let done = context.run(&["doctor", "--seen", words, "--json"]);
        let found: Value = serde_json::from_str(&done.out).unwrap();
        assert_eq!(found[0]["remedy"]["id"], id, "{words}");
    }
    assert_eq!(context.run(&["doctor", "--seen", "nothing like it"]).code, 2);
}

#[test]
fn a_missing_scope_and_a_replaced_connection_are_found() {
    let context = TestContext::new();
    let done = context.connect_with("less", "ada@emulator.test", "allow", &["--scopes", "user:read:user", "--json"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let found = context.findings(&[]);
    let missing = about(&found, "scope-missing");
    assert!(missing["text"].to_string().contains("zoom.meetings.create"), "{missing}");
    assert!(missing["remedy"]["steps"].to_string().contains("meeting:write:meeting"), "{missing}");
    context.connect_with("more", "ada@emulator.test", "allow", &["--replace"]);
    about(&context.findings(&["less"]), "replaced");
}

#[test]
fn a_wrong_clock_a_damaged_database_and_a_lost_key_are_told_apart() {
    let context = TestContext::connected();
    let port = url::Url::parse(&context.emulator.api_base()).unwrap().port().unwrap();
    switchboard_tests::context::http("POST", port, "/_emulator/clock", r#"{"advance_s": 900}"#);
    let found = context.findings(&[]);
    let clock = found.iter().find(|one| one["about"] == "clock").unwrap();
    assert!(clock["ok"] == false && clock["text"].to_string().contains("behind"), "{clock}");

    let key = context.home.path().join("key");
    let away = context.home.path().join("key.away");
    std::fs::rename(&key, &away).unwrap();
    let found = context.findings(&[]);
    assert!(found.iter().any(|one| one["about"] == "key" && one["ok"] == false), "{found:?}");
    std::fs::rename(&away, &key).unwrap();

    context.home.spoils(context.home.path());
    for entry in std::fs::read_dir(context.home.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.contains(".db") || name.contains("sqlite") {
            std::fs::write(&path, vec![0x55; 8192]).unwrap();
        }
    }
    let found = context.findings(&[]);
    let store = found.iter().find(|one| one["about"] == "store").unwrap();
    assert!(store["ok"] == false && store["fix"].to_string().contains("damaged"), "{store}");
}

#[test]
fn a_webhook_secret_is_judged_by_a_message_that_was_refused() {
    let context = TestContext::new();
    let (right, wrong) = ("the-right-webhook-secret", "some-other-webhook-secret");
    context.add_secret("the webhook secret", right);
    context.add_secret("the other webhook secret", wrong);
    let now = i64::try_from(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    let judge = |secret: &str, at: i64, body: &str| {
        let signed = r#"{"event":"recording.completed","payload":{}}"#;
        // what a tunnel adds is not the service's
        let request = format!(
            "POST /hooks/zoom HTTP/1.1\r\nX-Tunnel-Signature: abc\r\nX-Tunnel-Timestamp: 12\r\n\
             X-Zm-Request-Timestamp: {at}\r\nx-zm-signature: {}\r\n\r\n{body}",
            signature(right, at, signed)
        );
        let file = context.home.path().join("refused.http");
        std::fs::write(&file, request).unwrap();
        let secret = context.secret_file(secret);
        let done =
            context.run(&["doctor", "--event", file.to_str().unwrap(), "--event-secret-file", &secret, "--json"]);
        let found: Value = serde_json::from_str(&done.out).unwrap_or_else(|_| panic!("{}{}", done.out, done.err));
        assert_eq!(done.code, i32::from(found[0]["ok"] == false), "{found}");
        found[0].clone()
    };
    let body = r#"{"event":"recording.completed","payload":{}}"#;
    let good = judge(right, now, body);
    assert_eq!(good["state"], "good", "{good}");
    let bad = judge(wrong, now, body);
    assert_eq!((&bad["state"], &bad["remedy"]["id"]), (&json!("bad"), &json!("webhook-secret-wrong")), "{bad}");
    assert!(bad["remedy"]["steps"][0].as_str().unwrap().contains("Secret Token"), "{bad}");
    let changed = judge(right, now, &body.replace("completed", "deleted"));
    assert_eq!(changed["remedy"]["id"], "webhook-secret-wrong", "{changed}");
    let old = judge(right, now - 900, body);
    assert!(old["state"] == "note" && old["text"].as_str().unwrap().contains("the secret is right"), "{old}");
    let ended = judge(right, now, &format!("{body}\n"));
    assert!(ended["text"].as_str().unwrap().contains("line end") && ended["remedy"].is_null(), "{ended}");
    let millis = judge(right, now * 1000, body);
    assert!(millis["text"].as_str().unwrap().contains("milliseconds") && millis["remedy"].is_null(), "{millis}");
    // A tunnel that adds headers of its own beside the service's: a server would refuse that.
    let file = context.home.path().join("refused.http");
    let request = std::fs::read_to_string(&file).unwrap().replace("X-Tunnel-Timestamp", "X-ZM-Request-Timestamp");
    std::fs::write(&file, request).unwrap();
    let secret = context.secret_file(right);
    let done = context.run(&["doctor", "--event", file.to_str().unwrap(), "--event-secret-file", &secret, "--json"]);
    assert!(done.code == 1 && done.out.contains("more than once"), "{}{}", done.out, done.err);
    let file = context.secret_file("not a message");
    assert_eq!(context.run(&["doctor", "--event", &file, "--event-secret-file", &file]).code, 2);
}

#[test]
fn the_app_for_administrators_is_advised_where_scopes_of_the_account_alone_are_lacking() {
    let context = TestContext::new();
    let lacks = |label: &str| {
        let found = context.findings(&[label]);
        found.into_iter().find(|one| one["text"].as_str().unwrap().contains("lack a scope")).unwrap()
    };
    assert_eq!(context.connect_packaged("all", "ada@emulator.test", &[]).code, 0);
    let all = lacks("all");
    assert!(all["fix"].as_str().unwrap().contains("switchboard-admin") && all["remedy"].is_null(), "{all}");
    // Of what was not asked for, a sign-in gives the user's own: that comes first.
    assert_eq!(context.connect_packaged("some", "grace@emulator.test", &["--scopes", "user:read:user"]).code, 0);
    let some = lacks("some");
    assert_eq!(some["remedy"]["id"], "scope-missing-packaged", "{some}");
    assert!(!some.to_string().contains("switchboard-admin"), "{some}");
    assert!(some["remedy"]["steps"][0].as_str().unwrap().contains("connection reconnect some"), "{some}");
}

/// As the service signs: HMAC-SHA256, written out here from its definition.
fn signature(secret: &str, at: i64, body: &str) -> String {
    use sha2::{Digest, Sha256};
    let mut pads = [[0x36u8; 64], [0x5cu8; 64]];
    for pad in &mut pads {
        pad.iter_mut().zip(secret.bytes()).for_each(|(pad, byte)| *pad ^= byte);
    }
    let inner = Sha256::new().chain_update(pads[0]).chain_update(format!("v0:{at}:{body}")).finalize();
    let outer = Sha256::new().chain_update(pads[1]).chain_update(inner).finalize();
    format!("v0={}", outer.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

#[test]
fn the_demo_account_is_advised_what_can_be_done_with_an_emulator_and_it_works() {
    let context = TestContext::new();
    let (api, oauth) = (context.emulator.api_base(), context.emulator.oauth_base());
    let packaged =
        ["connect", "demo", "--method", "browser", "--profile", "emulator", "--api-base", &api, "--oauth-base", &oauth];
    assert_eq!(context.sign_in(&packaged, "ada@emulator.test", "allow").code, 0);
    let found = context.findings(&["demo"]);
    let lacks = found.iter().find(|one| one["text"].as_str().unwrap().contains("lack a scope")).unwrap();
    assert!(!json!(found).to_string().contains("marketplace.zoom.us"), "no page of Zoom's knows this app: {found:?}");
    // The advice, followed as it is written.
    let fix = lacks["fix"].as_str().unwrap();
    let (_, secret) = context.emulator.admin_app();
    let readme = std::fs::read_to_string(TestContext::file("host/emulator/README.md")).unwrap();
    assert!(fix.contains("the emulator's README gives") && readme.contains(&secret), "{fix}");
    let file = context.secret_file(&secret);
    let command = fix.split_once("switchboard connect ").unwrap().1.split(';').next().unwrap();
    let mut arguments: Vec<&str> = ["connect"].into_iter().chain(command.split(' ')).collect();
    for argument in &mut arguments {
        if *argument == "FILE" {
            *argument = &file;
        }
    }
    let done = context.sign_in(&arguments, "ada@emulator.test", "allow");
    assert_eq!(done.code, 0, "{}", done.err);
    context.json(&["call", "zoom.users.list", "-c", "admin", "--json"]);
}
