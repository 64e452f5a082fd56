//! Which scopes a connection asks for, why, and what does not work without.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use switchboard_tests::browser::Browser;
use switchboard_tests::context::{TestContext, landing};
use url::Url;

const HELP: &str = "https://developers.zoom.us/docs/integrations/oauth-scopes-overview/";
const CLASSIC: (&str, &str) = ("switchboard-classic", "classic-secret-not-a-secret");
const CHOSEN: [&str; 4] = ["--for", "zoom.recordings.list", "--for", "zoom.meetings.create"];

fn classic() -> (String, String) {
    (CLASSIC.0.to_owned(), CLASSIC.1.to_owned())
}

/// What `connect --app-manifest` lists for what is chosen.
fn derived(context: &TestContext, style: &str, level: &str) -> Vec<String> {
    let registered = context.json(&[&["connect", "--app-manifest", "--json"][..], &CHOSEN].concat());
    let list = registered["scopes"][style][level].as_array().unwrap();
    list.iter().map(|one| one["scope"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn seed_anyclip_10_zoom_asks_for_a_sign_in_first_and_goes_on_with_the_same_state() {
    let context = TestContext::new();
    let done = context.connect_app("work", context.emulator.app(), &[], |address| {
        let mut browser = Browser::default();
        let first = browser.open(address);
        assert!(first.body.contains("<h1>Sign in</h1>") && !first.body.contains("wants to use"), "{}", first.body);
        let page = browser.sign_in(address, "alan@emulator.test");
        assert!(page.body.contains("wants to use your Zoom account"), "consent comes next: {}", page.body);
        let landed = browser.allow(address, &page);
        let state = |url: &str| {
            let url = Url::parse(url).unwrap();
            url.query_pairs().find(|(name, _)| name == "state").map(|(_, value)| value.into_owned())
        };
        assert!(state(address).is_some() && state(address) == state(&landed), "{landed}");
        landed
    });
    assert_eq!(done.code, 0, "{}", done.err);
}

#[test]
fn seed_anyclip_15_the_consent_page_names_the_app_and_lists_exactly_what_was_derived() {
    let context = TestContext::new();
    let mut asked = Vec::new();
    let done = context.connect_app("work", context.emulator.app(), &CHOSEN, |address| {
        let mut browser = Browser::default();
        let page = browser.sign_in(address, "alan@emulator.test");
        assert!(page.body.contains("<h1>Switchboard wants to use your Zoom account"), "{}", page.body);
        asked = page.scopes();
        browser.allow(address, &page)
    });
    assert_eq!(done.code, 0, "{}", done.err);
    asked.sort();
    assert_eq!(asked, derived(&context, "granular", "user"), "no more and no less than the features need");
    let shown = context.json(&["connection", "show", "work", "--json"]);
    let granted: BTreeSet<&str> = shown["scopes"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    assert_eq!(granted, asked.iter().map(String::as_str).collect());
}

#[test]
fn scopes_of_an_automation_are_those_of_its_steps() {
    let context = TestContext::new();
    let automation = TestContext::file("manifests/automations/list-recordings.json");
    let file = automation.to_str().unwrap();
    let derived = context.json(&["connect", "--app-manifest", "--for-automation", file, "--json"]);
    assert!(derived["scopes"]["granular"]["user"].to_string().contains("list_user_recordings"), "{derived}");
    assert!(derived["events"].to_string().contains("recording.completed"), "{derived}");
}

#[test]
fn seed_next_05_only_ones_own_data_is_asked_for_and_another_users_recordings_are_refused() {
    let context = TestContext::new();
    let mut asked = String::new();
    let done = context.connect_app("work", context.emulator.app(), &["--for", "zoom.recordings.*"], |page| {
        asked = Url::parse(page).unwrap().query_pairs().find(|(name, _)| name == "scope").unwrap().1.into_owned();
        landing(page, "alan@emulator.test", "allow")
    });
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(asked.split(' ').all(|scope| !scope.ends_with(":admin")), "one's own data alone: {asked}");
    let list = |user: &str| {
        let user = format!("user={user}@emulator.test");
        context.run(&["call", "zoom.recordings.list", &user, "from=2026-01-01", "to=2026-11-23", "--json"])
    };
    assert_eq!(list("alan").code, 0);
    let other = list("ada");
    let error = TestContext::error(&other);
    assert_eq!((other.code, &error["code"]), (5, &json!("forbidden")), "{error}");
    assert!(
        error["details"]["cause"].as_str().unwrap().contains("not allowed this app access to their data"),
        "{error}"
    );
    let everybody =
        context.run(&["call", "zoom.recordings.list-account", "from=2026-10-01", "to=2026-10-31", "--json"]);
    let error = TestContext::error(&everybody);
    assert_eq!((everybody.code, &error["code"]), (4, &json!("scope-missing")), "{error}");
}

#[test]
fn seed_next_09_what_is_asked_for_and_why_is_said_before_the_consent() {
    let context = TestContext::new();
    // The scopes of what is chosen, each with its reason.
    let done =
        context.connect_app("one", context.emulator.app(), &CHOSEN, |page| landing(page, "ada@emulator.test", "allow"));
    let said = done.err.split("open and approve").next().unwrap();
    for (scope, why) in [
        ("cloud_recording:read:list_user_recordings", "List recordings"),
        ("meeting:write:meeting", "Schedule a meeting"),
        ("user:read:user", "Read the connected user"),
    ] {
        let line = said.lines().find(|line| line.trim_start().starts_with(scope)).unwrap_or_else(|| panic!("{said}"));
        assert!(line.ends_with(why), "{line}");
    }
    // Scopes that were named one by one get theirs too.
    let named = ["--scopes", "user:read:user,meeting:read:meeting"];
    let done = context
        .connect_app("two", context.emulator.app(), &named, |page| landing(page, "grace@emulator.test", "allow"));
    let said = done.err.split("open and approve").next().unwrap();
    assert!(said.contains("meeting:read:meeting") && said.contains("Read a meeting, Change a meeting"), "{said}");
    // Without a choice it is everything: kind by kind, what is done to it and what for.
    let done =
        context.connect_app("three", context.emulator.app(), &[], |page| landing(page, "alan@emulator.test", "allow"));
    let said = done.err.split("open and approve").next().unwrap();
    let line = |area: &str| said.lines().find(|line| line.trim_start().starts_with(area));
    let recordings = line("recordings ").unwrap_or_else(|| panic!("{said}"));
    assert!(recordings.contains("read, change, delete") && recordings.contains("List recordings"), "{recordings}");
    assert!(line("meetings ").is_some() && line("users ").is_some(), "{said}");
    assert!(line("reports ").is_none(), "what only an administrator's app has is not asked of a person: {said}");
}

#[test]
fn seed_uipath_37_each_activity_that_will_not_work_is_named_right_after_connecting() {
    let context = TestContext::new();
    let held = ["user:read:user", "meeting:read:meeting"];
    let done = context.connect_with("less", "grace@emulator.test", "allow", &["--scopes", &held.join(","), "--json"]);
    let out: Value = serde_json::from_str(&done.out).unwrap();
    let gaps = out["will_not_work"].as_array().unwrap();
    let gap = json!({"activity": "zoom.meetings.create", "scopes": ["meeting:write:meeting"]});
    let named = gaps.iter().find(|one| one["activity"] == gap["activity"]).unwrap();
    assert_eq!(named["scopes"], gap["scopes"], "{named}");
    // Found out a second way: every activity none of whose sets is held.
    let manifest: Value =
        serde_json::from_str(&std::fs::read_to_string(TestContext::file("manifests/zoom.resolved.json")).unwrap())
            .unwrap();
    let opens = |one: &Value| {
        let styles = ["classic", "granular"].map(|style| one["scopes"][style].as_array().cloned().unwrap_or_default());
        let sets = styles.concat();
        let held = |set: &Value| set.as_array().unwrap().iter().all(|scope| held.contains(&scope.as_str().unwrap()));
        sets.is_empty() || sets.iter().any(held)
    };
    let closed = manifest["activities"].as_array().unwrap().iter().filter(|one| !opens(one));
    let closed: BTreeSet<String> = closed.map(|one| format!("zoom.{}", one["name"].as_str().unwrap())).collect();
    let told: BTreeSet<String> = gaps.iter().map(|one| one["activity"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told, closed);
    // People who chose read the names; who chose nothing reads where they stand.
    let few = ["--scopes", "user:read:user"];
    let said = context.connect_with("all", "alan@emulator.test", "allow", &few).err;
    assert!(said.contains("activities will not work") && said.contains("switchboard doctor all names them"), "{said}");
    let doctor = context.run(&["doctor", "all"]).out;
    assert!(doctor.contains("zoom.meetings.create") && doctor.contains("zoom.recordings.list"), "{doctor}");
    let chosen = ["--for", "zoom.users.me", "--for", "zoom.users.list"];
    let said = context.connect_with("chosen", "ada@emulator.test", "allow", &chosen).err;
    assert!(said.contains("! zoom.users.list will not work: it needs user:read:list_users:admin"), "{said}");
}

#[test]
fn seed_uipath_42_scopes_are_printed_in_either_style_never_mixed_and_the_granted_style_is_known() {
    let context = TestContext::new();
    assert_eq!(derived(&context, "classic", "user"), ["meeting:write", "recording:read", "user_info:read"]);
    assert_eq!(
        derived(&context, "granular", "user"),
        ["cloud_recording:read:list_user_recordings", "meeting:write:meeting", "user:read:user"]
    );
    let everything = context.json(&["connect", "--app-manifest", "--json"])["scopes"].clone();
    for level in ["user", "account"] {
        let of = |style: &str| -> BTreeSet<String> {
            everything[style][level].as_array().unwrap().iter().map(|one| one["scope"].to_string()).collect()
        };
        assert!(of("classic").is_disjoint(&of("granular")), "{level}");
    }
    let mut asked = String::new();
    let chosen = [&["--style", "classic"], &CHOSEN[..]].concat();
    let done = context.connect_app("old", classic(), &chosen, |page| {
        asked = Url::parse(page).unwrap().query_pairs().find(|(name, _)| name == "scope").unwrap().1.into_owned();
        landing(page, "ada@emulator.test", "allow")
    });
    assert_eq!(asked, "meeting:write recording:read user_info:read");
    let out: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&out["style"], &out["will_not_work"]), (&json!("classic"), &json!([])), "{out}");
    let new =
        context.connect_app("new", context.emulator.app(), &CHOSEN, |page| landing(page, "ada@emulator.test", "allow"));
    let out: Value = serde_json::from_str(&new.out).unwrap();
    assert_eq!(out["style"], "granular", "{out}");
}

#[test]
fn seed_uipath_43_wherever_scopes_are_listed_there_is_the_way_to_zooms_page_about_them() {
    let context = TestContext::new();
    for help in [
        &["activity", "show", "zoom.meetings.create"][..],
        &["event", "show", "zoom.meeting.created"],
        &["connect", "--app-manifest"],
        &["connect", "--guide", "byo"],
        &["connect", "--guide", "s2s"],
        &["doctor", "--seen", "scope-missing"],
        &["doctor", "--seen", "scope-missing-packaged"],
    ] {
        let done = context.run(help);
        assert!(done.out.contains(HELP), "{help:?}: {}{}", done.out, done.err);
    }
    let connecting = context.connect_with("work", "ada@emulator.test", "deny", &CHOSEN).err;
    assert!(connecting.contains(HELP), "{connecting}");
    for page in [
        "docs/reference/activities.md",
        "docs/reference/events.md",
        "docs/guides/zoom/byo.md",
        "docs/guides/zoom/s2s.md",
    ] {
        let text = std::fs::read_to_string(TestContext::file(page)).unwrap();
        assert!(text.contains(HELP), "{page}");
    }
}
