//! Connecting accounts of every kind, as the five products' pages describe it, through the real binary.

use serde_json::{Value, json};
use switchboard_tests::world::{Done, World};

fn server_to_server(world: &World, label: &str, account: &str, client: &str, secret: &str) -> Done {
    let file = world.secret_file(secret);
    let (api, oauth) = (world.emulator.api_base(), world.emulator.oauth_base());
    world.run(&[
        "connect",
        label,
        "--method",
        "s2s",
        "--account-id",
        account,
        "--client-id",
        client,
        "--client-secret-file",
        &file,
        "--api-base",
        &api,
        "--oauth-base",
        &oauth,
        "--json",
    ])
}

fn error(done: &Done) -> Value {
    let line = done.err.lines().rev().find(|line| line.starts_with('{')).unwrap_or_else(|| panic!("{}", done.err));
    serde_json::from_str::<Value>(line).unwrap()["error"].clone()
}

fn labels(world: &World) -> Vec<String> {
    let rows = world.json(&["connection", "list", "--json"]);
    rows.as_array().unwrap().iter().map(|row| row["label"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn seed_uipath_01_02_03_07_ensemble_22_all_three_kinds_stand_in_one_list_and_work() {
    let world = World::new();
    let (api, oauth) = (world.emulator.api_base(), world.emulator.oauth_base());
    let packaged = [
        "connect",
        "packaged",
        "--method",
        "browser",
        "--profile",
        "emulator",
        "--api-base",
        &api,
        "--oauth-base",
        &oauth,
    ];
    let done = world.sign_in(&packaged, "ada@emulator.test", "allow");
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    world.connect("own", "grace@emulator.test");
    let (account, client, secret) = world.emulator.server_to_server();
    let done =
        server_to_server(&world, "nightly", &format!(" {account}\n"), &format!("{client} "), &format!("{secret}\r\n"));
    assert_eq!(done.code, 0, "stray blanks are no matter (seed_ensemble_22): {}", done.err);
    let rows = world.json(&["connection", "list", "--json"]);
    let kinds: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["method"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["oauth", "byo", "server-to-server"], "{rows}");
    for label in ["packaged", "own", "nightly"] {
        world.json(&["call", "zoom.users.me", "--connection", label, "--json"]);
        world.json(&["connection", "test", label, "--json"]);
    }
    let foreign = world.run(&["connect", "x", "--method", "browser", "--account-id", "A", "--json"]);
    assert!(
        foreign.code == 2 && foreign.err.contains("--account-id does not belong to --method browser"),
        "{}",
        foreign.err
    );
    let none = world.run(&["connect", "x", "--json"]);
    assert!(none.err.contains("server-to-server needs account_id, client_id, client_secret"), "{}", none.err);
}

#[test]
fn seed_uipath_05_the_redirect_address_is_printed_and_a_mismatch_names_it() {
    let world = World::new();
    world.approval(&json!({"redirect_uris": ["https://example.com/else"]}));
    let done = world.connect_with("work", "ada@emulator.test", "allow", &["--json"]);
    let error = error(&done);
    assert_eq!((done.code, &error["remedy"]["id"]), (4, &json!("redirect-mismatch")), "{error}");
    let steps = error["remedy"]["steps"].to_string();
    assert!(steps.contains("http://127.0.0.1:7910/oauth/callback"), "{steps}");
    assert!(done.err.contains("redirect address of your app, exactly:  http://127.0.0.1:7910/oauth/callback"));
    let found = world.run(&["doctor", "--json"]);
    assert!(found.code == 1 && found.out.contains("redirect-mismatch"), "the doctor sees it by itself: {}", found.out);
}

#[test]
fn seed_uipath_24_wrong_credentials_each_have_their_own_message_and_nothing_is_stored() {
    let world = World::new();
    let (account, client, secret) = world.emulator.server_to_server();
    for (account, client, secret, remedy) in [
        (account.as_str(), client.as_str(), "another-secret-than-its-own", "credentials-wrong"),
        (account.as_str(), "nobody", secret.as_str(), "credentials-wrong"),
        ("AnotherAccount", client.as_str(), secret.as_str(), "account-id-wrong"),
    ] {
        let done = server_to_server(&world, "nightly", account, client, secret);
        let error = error(&done);
        assert_eq!(error["remedy"]["id"], remedy, "{error}");
        assert_ne!(done.code, 0);
    }
    assert!(labels(&world).is_empty());
}

#[test]
fn seed_ensemble_16_17_23_keys_of_jwt_apps_are_recognised_and_missing_credentials_named() {
    let world = World::new();
    let file = world.secret_file("of-an-app-of-no-kind");
    let jwt = world.run(&["connect", "old", "--api-key", "k", "--client-secret-file", &file, "--json"]);
    assert_eq!(error(&jwt)["remedy"]["id"], "jwt-retired", "{}", jwt.err);
    let two =
        world.run(&["connect", "old", "--method", "s2s", "--client-id", "k", "--client-secret-file", &file, "--json"]);
    assert!(two.code == 2 && two.err.contains("JWT") && two.err.contains("--account-id"), "{}", two.err);
    let one = world.run(&["connect", "old", "--method", "s2s", "--account-id", "a", "--client-id", "k", "--json"]);
    assert!(error(&one)["message"].as_str().unwrap().ends_with("needs --client-secret-file"), "{}", one.err);
}

#[test]
fn seed_ensemble_15_addresses_are_https_and_clouds_are_profiles() {
    let world = World::new();
    for arguments in [
        &["connect", "x", "--client-id", "c", "--api-base", "http://example.com/v2", "--json"][..],
        &["connect", "x", "--client-id", "c", "--profile", "moon", "--json"],
    ] {
        let done = world.run(arguments);
        assert!(done.code == 2, "{}", done.err);
    }
    let unknown = world.run(&["connect", "x", "--client-id", "c", "--profile", "moon", "--json"]);
    assert!(unknown.err.contains("zoomgov"), "{}", unknown.err);
}

#[test]
fn seed_ensemble_21_an_app_that_is_not_activated_is_told_to_be_activated() {
    let world = World::new();
    world.approval(&json!({"apps": {"switchboard-server": {"active": false}}}));
    let (account, client, secret) = world.emulator.server_to_server();
    let done = server_to_server(&world, "nightly", &account, &client, &secret);
    let error = error(&done);
    assert_eq!(error["remedy"]["id"], "app-not-active", "{error}");
    assert!(error["remedy"]["steps"].to_string().contains("Activate your app"));
    world.approval(&json!({"apps": {"switchboard-server": {"active": true}}}));
    assert_eq!(server_to_server(&world, "nightly", &account, &client, &secret).code, 0);
}

#[test]
fn seed_uipath_08_27_anyclip_12_13_14_josys_39_pre_approval_is_recognised_and_mended() {
    let world = World::new();
    world.approval(&json!({"required": true}));
    let done = world.connect_with("work", "grace@emulator.test", "allow", &["--json"]);
    let told = error(&done);
    assert_eq!(
        (done.code, &told["code"], &told["remedy"]["id"]),
        (4, &json!("needs-approval"), &json!("needs-pre-approval")),
        "{told}"
    );
    assert!(labels(&world).is_empty(), "no half-made connection");
    let doctor = world.run(&["doctor", "--json"]);
    assert!(doctor.code == 1 && doctor.out.contains("needs-pre-approval"), "{}", doctor.out);
    let message = world.run(&["doctor", "--message"]);
    assert!(
        message.out.contains("switchboard-demo") && message.out.contains("Please, as an owner or admin"),
        "{}",
        message.out
    );
    let only = json!({"client_id": "switchboard-demo", "users": ["grace@emulator.test"]});
    world.approval(&json!({"pre_approve": only}));
    world.connect("work", "grace@emulator.test");
    assert!(!world.run(&["doctor", "--json"]).out.contains("last attempt"), "the attempt is over");
    let other = world.connect_with("alan", "alan@emulator.test", "allow", &["--json"]);
    assert_eq!(error(&other)["remedy"]["id"], "approve-for-all-off", "seed_josys_39: {}", other.err);
    world.approval(&json!({"pre_approve": {"client_id": "switchboard-demo"}}));
    world.connect("alan", "alan@emulator.test");
}

#[test]
fn seed_uipath_09_28_to_36_the_seven_steps_stand_in_order_with_the_role_first() {
    let world = World::new();
    let done = world.run(&["doctor", "--seen", "needs pre-approval", "--json"]);
    let found: Value = serde_json::from_str(&done.out).unwrap();
    let remedy = &found[0]["remedy"];
    assert_eq!(remedy["id"], "needs-pre-approval");
    let steps: Vec<&str> = remedy["steps"].as_array().unwrap().iter().map(|step| step.as_str().unwrap()).collect();
    let parts = [
        "owner or admin",
        "click Manage",
        "click Permissions",
        "Require publicly listed apps",
        "Turn On",
        "created by Zoom",
        "created by users in your account",
    ];
    assert_eq!(steps.len(), 7);
    for (step, part) in steps.iter().zip(parts) {
        assert!(step.contains(part), "{step}");
    }
    let one = remedy["instead"][0]["steps"].to_string();
    assert!(
        one.contains("Who can install") && one.contains("Allow specific users or user groups"),
        "seed_uipath_09: {one}"
    );
    assert!(remedy["then"].as_str().unwrap().contains("5.9.6"), "seed_uipath_35_36");
}

#[test]
fn seed_anyclip_16_declining_leaves_everything_as_it_was() {
    let world = World::connected();
    let done = world.connect_with("more", "grace@emulator.test", "deny", &["--json"]);
    assert_eq!((done.code, &error(&done)["code"]), (4, &json!("denied")), "{}", done.err);
    assert_eq!(labels(&world), ["work"]);
    world.json(&["connection", "test", "work", "--json"]);
}

#[test]
fn seed_next_10_only_the_expected_user_is_let_in_and_the_advice_is_to_log_out_first() {
    let world = World::new();
    let done =
        world.connect_with("work", "grace@emulator.test", "allow", &["--expect-email", "ada@emulator.test", "--json"]);
    let told = error(&done);
    assert_eq!((&told["code"], &told["remedy"]["id"]), (&json!("wrong-account"), &json!("wrong-account")), "{told}");
    assert!(
        told["remedy"]["steps"][0].as_str().unwrap().starts_with("Log out of Zoom in your web browser first"),
        "{told}"
    );
    assert!(
        told["message"].as_str().unwrap().contains("grace@emulator.test signed in, but ada@emulator.test was expected")
    );
    assert!(labels(&world).is_empty());
    let done = world.connect_with("work", "ada@emulator.test", "allow", &["--expect-email", "Ada@Emulator.test"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let again = world.sign_in(&["connection", "reconnect", "work", "--json"], "grace@emulator.test", "allow");
    assert_eq!(error(&again)["code"], "wrong-account", "{}", again.err);
    world.json(&["connection", "test", "work", "--json"]);
}

#[test]
fn seed_next_24_25_26_uipath_18_19_the_same_user_again_is_stopped_and_the_first_goes_on() {
    let world = World::connected();
    world.list_recordings();
    let done = world.connect_with("again", "ada@emulator.test", "allow", &["--json"]);
    let told = error(&done);
    assert_eq!((done.code, &told["code"]), (4, &json!("same-account")), "{told}");
    let words = told["message"].as_str().unwrap();
    assert!(words.contains("`work`") && words.contains("used by list-recordings"), "{words}");
    assert!(
        told["remedy"].to_string().contains("ZOOM-325298") && told["remedy"].to_string().contains("one-grant"),
        "{told}"
    );
    assert_eq!(told["remedy"]["id"], "same-account", "{told}");
    let found: Value = serde_json::from_str(&world.run(&["doctor", "--json"]).out).unwrap();
    let attempt = found.as_array().unwrap().iter().find(|one| one["about"] == "last attempt").unwrap();
    assert_eq!(attempt["remedy"]["id"], "same-account", "the doctor knows why: {attempt}");
    assert_eq!(labels(&world), ["work"]);
    world.json(&["connection", "test", "work", "--json"]);
    let early = world.run(&[
        "connect",
        "early",
        "--profile",
        "emulator",
        "--expect-email",
        "ada@emulator.test",
        "--api-base",
        &world.emulator.api_base(),
        "--oauth-base",
        &world.emulator.oauth_base(),
        "--no-open",
        "--json",
    ]);
    assert_eq!(error(&early)["code"], "same-account", "before a browser is opened: {}", early.err);

    let done = world.connect_with("again", "ada@emulator.test", "allow", &["--replace", "--json"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let out: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(out["replaced"], json!(["work"]), "{out}");
    assert!(out["warnings"].to_string().contains("used by list-recordings"), "{out}");
    let first = world.json(&["connection", "show", "work", "--json"]);
    assert_eq!(first["state"], "replaced", "{first}");
    let refused = world.run(&["call", "zoom.users.me", "--connection", "work", "--json"]);
    assert_eq!((refused.code, &error(&refused)["code"]), (4, &json!("replaced")), "{}", refused.err);
    let back = world.sign_in(&["connection", "reconnect", "work", "--json"], "ada@emulator.test", "allow");
    assert_eq!(back.code, 0, "{}", back.err);
    world.json(&["connection", "test", "work", "--json"]);
}

#[test]
fn seed_josys_21_22_35_labels_are_required_unique_and_renamed_without_signing_in_again() {
    let world = World::connected();
    assert_eq!(world.run(&["connect", "--json"]).code, 2, "a label is required");
    let taken = world.connect_with("work", "grace@emulator.test", "allow", &["--json"]);
    assert_eq!(error(&taken)["code"], "label-taken", "asked before the sign-in: {}", taken.err);
    assert!(!taken.err.contains("open and approve"));
    world.connect("grace", "grace@emulator.test");
    let before = world.json(&["connection", "show", "work", "--json"]);
    world.json(&["connection", "rename", "work", "main", "--json"]);
    let clash = world.run(&["connection", "rename", "grace", "main", "--json"]);
    assert_eq!(error(&clash)["code"], "label-taken", "{}", clash.err);
    let after = world.json(&["connection", "show", "main", "--json"]);
    assert_eq!((&before["identity"], &before["created_at"]), (&after["identity"], &after["created_at"]));
    assert_eq!(world.json(&["call", "zoom.users.me", "-c", "main", "--json"])["email"], "ada@emulator.test");
    assert_eq!(world.json(&["call", "zoom.users.me", "-c", "grace", "--json"])["email"], "grace@emulator.test");
}

#[test]
fn seed_uipath_25_anyclip_17_the_connection_is_verified_listed_and_shows_what_uses_it() {
    let world = World::new();
    let done = world.connect_with("work", "ada@emulator.test", "allow", &["--json"]);
    let out: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&out["identity"]["email"], &out["style"]), (&json!("ada@emulator.test"), &json!("granular")), "{out}");
    assert!(out["identity"]["account_id"].is_string() && !out["scopes"].as_array().unwrap().is_empty());
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
fn seed_anyclip_15_next_05_09_uipath_37_42_43_scopes_follow_what_is_chosen_and_gaps_are_named() {
    let world = World::new();
    let registered = world.json(&[
        "connect",
        "--app-manifest",
        "--for",
        "zoom.meetings.create",
        "--for",
        "zoom.recordings.list",
        "--json",
    ]);
    let scopes = |style: &str| -> Vec<String> {
        let list = registered["scopes"][style]["user"].as_array().unwrap();
        list.iter().map(|one| one["scope"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(scopes("classic"), ["meeting:write", "recording:read", "user_info:read"]);
    let granular = scopes("granular");
    assert_eq!(granular, ["cloud_recording:read:list_user_recordings", "meeting:write:meeting", "user:read:user"]);
    assert!(registered["events"].to_string().contains("recording.completed"));
    assert!(registered["scope_help"].as_str().unwrap().starts_with("https://developers.zoom.us/"), "seed_uipath_43");
    let automation = World::file("manifests/automations/list-recordings.json");
    let derived =
        world.json(&["connect", "--app-manifest", "--for-automation", automation.to_str().unwrap(), "--json"]);
    assert!(derived["scopes"]["granular"]["user"].to_string().contains("list_user_recordings"), "{derived}");

    let done = world.connect_with(
        "work",
        "ada@emulator.test",
        "allow",
        &["--for", "zoom.recordings.list", "--for", "zoom.meetings.*", "--json"],
    );
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(
        done.err.contains("cloud_recording:read:list_user_recordings") && done.err.contains("this is why"),
        "{}",
        done.err
    );
    let out: Value = serde_json::from_str(&done.out).unwrap();
    assert!(!out["scopes"].to_string().contains("user:read:settings"), "no more than what is chosen: {out}");
    let less = world.connect_with(
        "less",
        "grace@emulator.test",
        "allow",
        &["--scopes", "user:read:user,meeting:read:meeting", "--json"],
    );
    let out: Value = serde_json::from_str(&less.out).unwrap();
    let gaps = out["will_not_work"].as_array().unwrap();
    assert!(
        gaps.iter()
            .any(|gap| gap["activity"] == "zoom.meetings.create" && gap["scopes"] == json!(["meeting:write:meeting"])),
        "{out}"
    );
    assert!(gaps.iter().all(|gap| gap["activity"] != "zoom.meetings.get"), "{out}");
}

#[test]
fn seed_uipath_04_ensemble_18_to_20_josys_27_28_29_33_guides_are_printed() {
    let world = World::new();
    for (kind, parts) in [
        ("oauth", &["--method browser", "password goes to Zoom alone", "connection test"][..]),
        ("byo", &["General App", "http://127.0.0.1:7910/oauth/callback", "--app-manifest", "Client Secret"]),
        (
            "s2s",
            &[
                "Under Manage",
                "nothing to publish",
                "company name, your name and e-mail",
                "Make sure they are saved",
                "Activate your app",
            ],
        ),
        (
            "admin-role",
            &[
                "User Management, then Roles",
                "tab All, click Admin",
                "Role Settings",
                "the owner grants them on the same screen",
                "lists the role of each",
            ],
        ),
        ("pre-approval", &["Who can install", "Add users"]),
        ("one-grant", &["ZOOM-325298", "Share one connection", "separate apps", "Server-to-Server"]),
    ] {
        let done = world.run(&["connect", "--guide", kind]);
        assert_eq!(done.code, 0, "{}", done.err);
        for part in parts {
            assert!(done.out.contains(part), "{kind} lacks {part}: {}", done.out);
        }
        assert!(done.out.lines().filter(|line| line.starts_with("  ")).count() <= 6, "six steps at most: {}", done.out);
    }
}

#[test]
fn a_busy_port_names_the_program_that_holds_it() {
    let world = World::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let done = world.run(&["connect", "work", "--client-id", "c", "--redirect-port", &port, "--no-open", "--json"]);
    let words = error(&done)["message"].to_string();
    assert!(words.contains(&format!("(process {})", std::process::id())) && words.contains(&port), "{words}");
}

#[test]
fn a_code_on_another_machine_connects() {
    use std::io::{BufRead, BufReader, Read};
    let world = World::new();
    let (client, secret) = world.emulator.app();
    let file = world.secret_file(&secret);
    let (api, oauth) = (world.emulator.api_base(), world.emulator.oauth_base());
    let mut command = world.command(&[
        "connect",
        "far",
        "--device",
        "--client-id",
        &client,
        "--client-secret-file",
        &file,
        "--api-base",
        &api,
        "--oauth-base",
        &oauth,
    ]);
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
    let file = world.secret_file(&secret);
    let (api, oauth) = (world.emulator.api_base(), world.emulator.oauth_base());
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let arguments = [
        "connect",
        "work",
        "--no-open",
        "--client-id",
        &client,
        "--client-secret-file",
        &file,
        "--api-base",
        &api,
        "--oauth-base",
        &oauth,
        "--redirect-port",
        &port,
    ];
    let done = world.run_with(&arguments, "something else\np\n");
    assert_eq!(done.code, 4, "{}", done.err);
    for part in
        ["still waiting", "In the My Admin Dashboard section, click Permissions", "Who can mend it: an owner or admin"]
    {
        assert!(done.err.contains(part), "{part}: {}", done.err);
    }
}
