//! The guides that `connect --guide` prints: the steps of making an app, or of preparing an account, in their order.

use switchboard_tests::context::TestContext;

/// The guide, and its numbered steps.
fn guide(kind: &str) -> (String, Vec<String>) {
    let context = TestContext::new();
    let done = context.run(&["connect", "--guide", kind]);
    assert_eq!(done.code, 0, "{}", done.err);
    let steps: Vec<String> = done.out.lines().filter(|line| line.starts_with("  ")).map(str::to_owned).collect();
    assert!((1..=6).contains(&steps.len()), "six steps at most: {}", done.out);
    let page = std::fs::read_to_string(TestContext::file(&format!("docs/guides/zoom/{kind}.md"))).unwrap();
    for step in &steps {
        let words =
            step.trim_start().replace("http://127.0.0.1:7910/oauth/callback", "`http://127.0.0.1:7910/oauth/callback`");
        assert!(page.contains(&words), "the page has the same words: {words}");
    }
    (done.out, steps)
}

/// One step after the other says its parts.
#[track_caller]
fn in_order(steps: &[String], parts: &[(usize, &[&str])]) {
    for (number, parts) in parts {
        let step = &steps[number - 1];
        for part in *parts {
            assert!(step.contains(part), "step {number} lacks {part}: {step}");
        }
    }
}

#[test]
fn seed_uipath_04_an_app_of_ones_own_is_made_in_six_steps() {
    let (text, steps) = guide("byo");
    in_order(
        &steps,
        &[
            (1, &["https://marketplace.zoom.us/", "Develop", "Build App"]),
            (2, &["General App", "user-managed", "admin-managed"]),
            (3, &["redirect address, exactly: http://127.0.0.1:7910/oauth/callback", "allow list"]),
            (4, &["Scopes", "switchboard connect --app-manifest --for ACTIVITY", "cannot be mixed"]),
            (5, &["Client ID and Client Secret", "a file that only you can read"]),
            (6, &["switchboard connect LABEL --method byo", "switchboard connection test LABEL"]),
        ],
    );
    assert!(text.contains("An admin-managed app: add `--admin`"), "{text}");
    // What step 4 prints can be copied line by line: one scope each.
    let context = TestContext::new();
    let printed = context.run(&["connect", "--app-manifest", "--for", "zoom.recordings.list"]).out;
    assert!(printed.lines().any(|line| line.starts_with("  cloud_recording:read:list_user_recordings ")), "{printed}");
}

#[test]
fn a_person_without_an_app_is_led_through_the_packaged_one() {
    let (_, steps) = guide("oauth");
    in_order(
        &steps,
        &[(2, &["--method browser"]), (3, &["your password goes only to Zoom"]), (5, &["connection test"])],
    );
}

#[test]
fn seed_ensemble_18_the_first_step_looks_for_an_app_that_is_there_and_tells_how_to_know_it() {
    let (_, steps) = guide("s2s");
    in_order(&steps, &[(1, &["Check under Manage", "its type is Server-to-Server OAuth", "show an Account ID"])]);
    assert!(steps[1].contains("Otherwise open Develop"), "made only where there is none: {}", steps[1]);
}

#[test]
fn seed_ensemble_19_every_decision_about_the_app_is_named() {
    let (_, steps) = guide("s2s");
    in_order(
        &steps,
        &[
            (1, &["owner, admin, or with a role that may make Server-to-Server apps", "Roles"]),
            (2, &["Server-to-Server OAuth App", "give it a name", "need not publish", "account-level"]),
            (4, &["Under Scopes add", "switchboard connect --app-manifest --method s2s"]),
            (5, &["Activation", "click Activate your app"]),
        ],
    );
    // The list of step 4: what an app of the whole account is given.
    let context = TestContext::new();
    let registered =
        context.run(&["connect", "--app-manifest", "--method", "s2s", "--for", "zoom.recordings.list"]).out;
    assert!(registered.contains("cloud_recording:read:list_user_recordings:admin"), "{registered}");
}

#[test]
fn seed_ensemble_20_the_four_fields_have_examples_and_the_reason_to_fill_them_in() {
    let (_, steps) = guide("s2s");
    in_order(
        &steps,
        &[
            (3, &["app name, company name, your name and e-mail address"]),
            (3, &["Switchboard, Example Ltd, Ada Lovelace, ada@example.com"]),
            (3, &["Zoom does not activate the app without them", "Make sure they are saved"]),
        ],
    );
    let activation = steps.iter().position(|step| step.contains("Activation")).unwrap();
    assert!(activation > 2, "saved before it is activated");
}

#[test]
fn seed_josys_27_an_administrator_is_led_from_the_role_to_the_connection() {
    let (text, steps) = guide("admin-role");
    in_order(
        &steps,
        &[
            (1, &["with an admin account", "The owner needs no set-up"]),
            (4, &["View and Edit on Users, User advanced settings, and Groups"]),
        ],
    );
    assert!(text.contains("with `zoom.users.*` and `zoom.groups.list` as activities: `switchboard connect LABEL --admin --for ACTIVITY"), "{text}");
    assert!(text.contains("`switchboard doctor LABEL` repeats it, and lists exactly what is still missing"), "{text}");
    assert!(text.contains("Professional, Business or Enterprise"), "{text}");
}

#[test]
fn seed_josys_29_the_path_to_the_role_stands_in_its_order() {
    let (text, _) = guide("admin-role");
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
    let path = ["Admin menu", "User Management", "then Roles", "tab All", "click Admin", "tab Role Settings"].map(at);
    assert!(path.is_sorted(), "{path:?}: {text}");
}

#[test]
fn seed_josys_33_how_to_find_the_owner_or_an_admin_is_told_twice() {
    let (_, steps) = guide("admin-role");
    in_order(&steps, &[(6, &["admin items in the left sidebar", "User Management, then Users lists the role"])]);
    let context = TestContext::new();
    context.connect_server_to_server("nightly");
    let members = |role: &str| context.json(&["call", "zoom.roles.members", role, "--json"]).to_string();
    assert!(members("role=0").contains("ada@emulator.test"), "{}", members("role=0"));
}

#[test]
fn who_may_install_and_one_grant_have_guides_too() {
    let (_, steps) = guide("pre-approval");
    in_order(&steps, &[(3, &["Who can install"]), (4, &["Add users"])]);
    let (_, steps) = guide("one-grant");
    in_order(&steps, &[(1, &["ZOOM-325298"]), (2, &["Share one connection"]), (3, &["separate apps"])]);
}
