//! What people meet when they connect: real pages, real refusals, and what the command says then.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};
use switchboard_emulator::Options;
use switchboard_tests::world::{Done, World, page_says};
use url::{Url, form_urlencoded};

/// A browser at the emulator's pages: it keeps its cookie, and fills in forms.
#[derive(Default)]
struct Browser {
    cookie: Option<String>,
}

struct Page {
    status: u16,
    location: Option<String>,
    body: String,
}

impl Browser {
    fn send(&mut self, url: &Url, form: Option<&[(&str, &str)]>) -> Page {
        let body = form.map_or_else(String::new, |form| {
            form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
        });
        let method = if form.is_some() { "POST" } else { "GET" };
        let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let cookie = self.cookie.as_ref().map_or_else(String::new, |cookie| format!("cookie: {cookie}\r\n"));
        let mut stream = TcpStream::connect(("127.0.0.1", url.port().unwrap())).unwrap();
        let head = "content-type: application/x-www-form-urlencoded";
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.1\r\nhost: {}:{}\r\nconnection: close\r\n{cookie}{head}\r\ncontent-length: {length}\r\n\r\n{body}", url.host_str().unwrap(), url.port().unwrap()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        if let Some(cookie) = field("set-cookie: ") {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Page { status, location: field("location: "), body: body.to_owned() }
    }

    fn open(&mut self, url: &Url) -> Page {
        self.send(url, None)
    }

    /// Signs in on the page of `address`, and goes on to where that leads.
    fn sign_in(&mut self, address: &str, email: &str) -> Page {
        let address = Url::parse(address).unwrap();
        let first = self.open(&address);
        assert!(first.body.contains("Password"), "Zoom asks who it is first: {}", first.body);
        let form = [("email", email), ("password", "demo"), ("query", address.query().unwrap())];
        let page = self.send(&address.join("/oauth/signin").unwrap(), Some(&form));
        match &page.location {
            Some(next) => self.open(&address.join(next).unwrap()),
            None => page,
        }
    }
}

/// The value of a hidden field.
fn hidden(page: &Page, name: &str) -> String {
    let value = page.body.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("{}", page.body));
    value.split('"').next().unwrap().replace("&amp;", "&")
}

/// `connect LABEL` through an app of the emulator, with a person at the browser.
fn connect(
    world: &World,
    label: &str,
    app: (String, String),
    more: &[&str],
    browse: impl FnOnce(&str) -> String,
) -> Done {
    let (api, oauth, file) = (world.emulator.api_base(), world.emulator.oauth_base(), world.secret_file(&app.1));
    let own = ["connect", label, "--client-id", &app.0, "--client-secret-file", &file, "--json"];
    let at = ["--api-base", &api, "--oauth-base", &oauth];
    world.sign_in_by(&[&own[..], &at, more].concat(), browse)
}

fn remedy(done: &Done) -> String {
    World::error(done)["remedy"]["id"].as_str().unwrap_or_default().to_owned()
}

fn labels(world: &World) -> Vec<String> {
    let rows = world.json(&["connection", "list", "--json"]);
    rows.as_array().unwrap().iter().map(|row| row["label"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn seed_anyclip_10_15_next_03_05_the_consent_page_lists_exactly_what_was_derived_after_a_sign_in_at_zoom() {
    let world = World::new();
    let chosen = ["--for", "zoom.recordings.list", "--for", "zoom.meetings.create"];
    let derived = world.json(&[&["connect", "--app-manifest", "--json"][..], &chosen].concat());
    let derived: Vec<String> = derived["scopes"]["granular"]["user"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["scope"].as_str().unwrap().to_owned())
        .collect();
    let mut asked = Vec::new();
    let done = connect(&world, "work", world.emulator.app(), &chosen, |address| {
        let mut browser = Browser::default();
        let page = browser.sign_in(address, "alan@emulator.test");
        assert!(
            page.body.contains("wants to use your Zoom account") && page.body.contains("Switchboard"),
            "{}",
            page.body
        );
        asked = page
            .body
            .split("name=\"scope\" value=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect();
        let scopes: Vec<(&str, &str)> = asked.iter().map(|scope| ("scope", scope.as_str())).collect();
        let (query, csrf) = (hidden(&page, "query"), hidden(&page, "csrf"));
        let form = [&[("query", query.as_str()), ("csrf", &csrf), ("decision", "allow")][..], &scopes].concat();
        let landed = browser.send(&Url::parse(address).unwrap().join("/oauth/consent").unwrap(), Some(&form));
        let landed = landed.location.unwrap_or_else(|| panic!("{} {}", landed.status, landed.body));
        let state = |url: &str| {
            Url::parse(url)
                .unwrap()
                .query_pairs()
                .find(|(name, _)| name == "state")
                .map(|(_, value)| value.into_owned())
        };
        assert!(state(address).is_some() && state(address) == state(&landed), "the state came through the sign-in");
        landed
    });
    assert_eq!(done.code, 0, "{}", done.err);
    asked.sort();
    assert_eq!(asked, derived, "no more and no less than the features need");
    assert!(asked.iter().all(|scope| !scope.ends_with(":admin")), "the person's own data alone: {asked:?}");
    let shown = world.json(&["connection", "show", "work", "--json"]);
    let mut granted: Vec<&str> = shown["scopes"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    granted.sort_unstable();
    assert!(granted == derived && shown["identity"]["email"] == "alan@emulator.test", "{shown}");
    let other = world.run(&["call", "zoom.recordings.list", "user=ada@emulator.test", "from=2026-01-01", "--json"]);
    assert_eq!((other.code, &World::error(&other)["code"]), (5, &json!("forbidden")), "{}", other.err);
}

#[test]
fn seed_uipath_06_an_unknown_and_a_deactivated_user_are_told_about_their_account() {
    let world = World::new();
    world.approval(&json!({"users": {"grace@emulator.test": "inactive"}}));
    for user in ["grace@emulator.test", "nobody@emulator.test"] {
        let done = connect(&world, "work", world.emulator.app(), &[], |address| {
            let page = Browser::default().sign_in(address, user);
            page_says(page.status, &page.body)
        });
        assert_eq!((done.code, remedy(&done).as_str()), (4, "user-deactivated"), "{user}: {}", done.err);
        let cause = World::error(&done)["remedy"]["cause"].as_str().unwrap().to_owned();
        assert!(cause.contains("account at Zoom, not Switchboard"), "{cause}");
    }
    assert!(labels(&world).is_empty(), "nothing half-made");
    let doctor = world.run(&["doctor", "--json"]);
    assert!(doctor.code == 1 && doctor.out.contains("user-deactivated"), "the doctor knows: {}", doctor.out);
    world.approval(&json!({"users": {"grace@emulator.test": "active"}}));
    world.connect("work", "grace@emulator.test");
}

#[test]
fn seed_josys_24_37_each_page_that_stops_a_member_ends_in_its_own_words() {
    let world = World::new();
    world.approval(&json!({"required": true}));
    let (demo, admin) = (world.emulator.app(), world.emulator.admin_app());
    let says = |page: &Page| page_says(page.status, &page.body);
    let member = connect(&world, "a", admin, &["--admin", "--for", "zoom.users.*"], |address| {
        says(&Browser::default().sign_in(address, "grace@emulator.test"))
    });
    assert_eq!((member.code, remedy(&member).as_str()), (4, "admin-only-app"), "{}", member.err);
    assert!(World::error(&member)["remedy"].to_string().contains("admin"), "{}", member.err);

    let mut browser = Browser::default();
    let blocked = connect(&world, "b", demo.clone(), &[], |address| {
        let page = browser.sign_in(address, "grace@emulator.test");
        let (query, csrf) = (hidden(&page, "query"), hidden(&page, "csrf"));
        let form = [("query", query.as_str()), ("csrf", &csrf), ("client_id", "switchboard-demo")];
        let asked = browser.send(&Url::parse(address).unwrap().join("/oauth/request").unwrap(), Some(&form));
        assert!(asked.body.contains("with your administrator"), "{}", asked.body);
        says(&page)
    });
    assert_eq!((blocked.code, remedy(&blocked).as_str()), (4, "needs-pre-approval"), "{}", blocked.err);
    let pending = connect(&world, "b", demo.clone(), &[], |address| says(&browser.open(&Url::parse(address).unwrap())));
    assert_eq!((pending.code, remedy(&pending).as_str()), (4, "approval-pending"), "{}", pending.err);

    world.approval(&json!({"required": false}));
    let declined = world.connect_with("b", "grace@emulator.test", "deny", &["--json"]);
    assert_eq!((declined.code, &World::error(&declined)["code"]), (4, &json!("denied")), "{}", declined.err);
    assert!(labels(&world).is_empty());
    // seed_josys_35: the label is free for the next try.
    world.connect("b", "grace@emulator.test");
}

#[test]
fn seed_josys_30_32_a_missing_right_is_named_by_the_call_and_hides_no_user() {
    let world = World::new();
    let role = "RHelpDeskRoleOfTheSeed1";
    let rights = |list: &[&str]| world.approval(&json!({"rights": {role: list}}));
    world.approval(&json!({"roles": {"grace@emulator.test": "1"}}));
    let app = world.emulator.admin_app();
    let chosen = ["--admin", "--for", "zoom.users.*", "--for", "zoom.groups.list", "--for", "zoom.roles.list"];
    let done = connect(&world, "josys", app, &chosen, |page| {
        switchboard_tests::world::landing(page, "grace@emulator.test", "allow")
    });
    assert_eq!(done.code, 0, "{}", done.err);
    world.approval(&json!({"roles": {"grace@emulator.test": role}}));
    let call = |arguments: &[&str]| world.run(&[&["call"][..], arguments, &["--json"]].concat());

    rights(&["Group:Read"]);
    let listed = call(&["zoom.users.list"]);
    assert_eq!((listed.code, &World::error(&listed)["code"]), (5, &json!("forbidden")), "{}", listed.err);
    let doctor = world.run(&["doctor", "josys"]).out;
    assert!(doctor.contains("View on Users") && doctor.contains("Edit on Users"), "{doctor}");

    rights(&["User:Read", "Group:Read"]);
    assert_eq!(call(&["zoom.users.list"]).code, 0, "View lists");
    let edited = call(&["zoom.users.update", "user=alan@emulator.test", "job_title=Reader"]);
    assert_eq!((edited.code, &World::error(&edited)["code"]), (5, &json!("forbidden")), "{}", edited.err);

    rights(&["User:Read", "User:Edit", "Role:Read"]);
    assert_eq!(call(&["zoom.users.update", "user=alan@emulator.test", "job_title=Reader"]).code, 0, "Edit acts");
    let named = call(&["zoom.users.list", "with_names:=true"]);
    let named: Value = serde_json::from_str(&named.out).unwrap_or_else(|_| panic!("{}", named.err));
    assert!(named["not_permitted"].as_array().unwrap().contains(&json!("groups")), "{}", named["not_permitted"]);
    let users = named["users"].as_array().unwrap();
    let grouped = users.iter().filter(|user| user["groups"].as_array().is_some_and(|groups| !groups.is_empty()));
    assert!(users.len() > 3 && grouped.count() > 0, "groups are unnamed, not absent: {named}");
}

#[test]
fn seed_josys_21_lists_actions_and_limits_of_one_account_never_touch_the_other() {
    let (here, there) = (World::new(), World::new());
    here.connect("first", "ada@emulator.test");
    let (api, oauth) = (there.emulator.api_base(), there.emulator.oauth_base());
    let file = here.secret_file(&there.emulator.app().1);
    let arguments = [
        "connect",
        "second",
        "--client-id",
        "switchboard-demo",
        "--client-secret-file",
        &file,
        "--api-base",
        &api,
        "--oauth-base",
        &oauth,
    ];
    assert_eq!(here.sign_in(&arguments, "ada@emulator.test", "allow").code, 0);
    there.emulator.issued_tokens().iter().for_each(|token| here.knows("a token of the other account", token));
    let topic = "topic=Only in the second";
    let at = ["start_time=2036-12-01T10:00:00", "timezone=Europe/Berlin", "duration:=45", "-c", "second", "--json"];
    here.json(&[&["call", "zoom.meetings.create", topic][..], &at].concat());
    let topics =
        |label: &str| here.json(&["call", "zoom.meetings.list", "-c", label, "--json"])["meetings"].to_string();
    assert!(topics("second").contains("Only in the second") && !topics("first").contains("Only in the second"));
    // The day's budget of the first is used up: the second goes on.
    here.ask("POST", "/_emulator/faults", &json!({"kind": "status", "status": 429, "variant": "daily", "count": 0}));
    let limited = here.run(&["call", "zoom.users.me", "-c", "first", "--json"]);
    assert_eq!((limited.code, &World::error(&limited)["code"]), (6, &json!("rate-limited")), "{}", limited.err);
    here.json(&["call", "zoom.users.me", "-c", "second", "--json"]);
    // And its grant ends alone.
    assert_eq!(here.run(&["connection", "disconnect", "first", "--yes"]).code, 0);
    here.json(&["call", "zoom.users.me", "-c", "second", "--json"]);
}

#[test]
fn seed_ensemble_16_an_account_token_is_used_and_the_next_is_fetched_before_it_ends() {
    // The next one is fetched when a fifth of its life is left: here in the last 0.8 seconds of four.
    let world = World::with(Options { access_ttl_s: 4, ..Options::default() });
    let (account, client, secret) = world.emulator.server_to_server();
    let (api, oauth, file) = (world.emulator.api_base(), world.emulator.oauth_base(), world.secret_file(&secret));
    let own = ["connect", "nightly", "--account-id", &account, "--client-id", &client, "--client-secret-file", &file];
    world.json(&[&own[..], &["--api-base", &api, "--oauth-base", &oauth, "--json"]].concat());
    let log = || world.ask("GET", "/_emulator/requests", &Value::Null).1["requests"].as_array().unwrap().clone();
    let tokens = || log().iter().filter(|one| one.to_string().contains("/oauth/token")).count();
    let list = || world.json(&["call", "zoom.users.list", "-c", "nightly", "limit:=1", "--json"]);
    list();
    assert_eq!(tokens(), 1, "the token of the connecting is used");
    std::thread::sleep(std::time::Duration::from_millis(3_300));
    list();
    assert_eq!(tokens(), 2, "the next one was fetched first");
    list();
    assert_eq!(tokens(), 2, "and is used in its turn");
    assert!(!log().iter().any(|one| one["status"] == 401), "nothing was refused meanwhile");
    let export = world.run(&["connection", "export"]).out;
    assert!(export.contains("nightly") && !export.contains(&secret), "{export}");
}

#[test]
fn seed_uipath_24_a_wrong_client_id_and_a_wrong_secret_are_told_apart_in_the_browser() {
    let world = World::new();
    let (client, secret) = world.emulator.app();
    let wrong_id = connect(&world, "own", ("nobody".into(), secret), &[], |address| {
        let page = Browser::default().open(&Url::parse(address).unwrap());
        page_says(page.status, &page.body)
    });
    let wrong_secret = connect(&world, "own", (client, "not-the-secret-of-it".into()), &[], |page| {
        switchboard_tests::world::landing(page, "ada@emulator.test", "allow")
    });
    assert_eq!((remedy(&wrong_id).as_str(), remedy(&wrong_secret).as_str()), ("client-unknown", "credentials-wrong"));
    assert!(labels(&world).is_empty());
    assert!(!switchboard_store::Store::open(world.home.path()).unwrap().has_secrets().unwrap());
}

#[test]
fn seed_uipath_42_43_an_app_of_classic_scopes_is_asked_in_its_style_and_known_by_it() {
    let world = World::new();
    let app = ("switchboard-classic".to_owned(), "classic-secret-not-a-secret".to_owned());
    let chosen = ["--style", "classic", "--for", "zoom.recordings.list", "--for", "zoom.meetings.create"];
    let mut asked = String::new();
    let done = connect(&world, "old", app, &chosen, |page| {
        asked = Url::parse(page).unwrap().query_pairs().find(|(name, _)| name == "scope").unwrap().1.into_owned();
        switchboard_tests::world::landing(page, "ada@emulator.test", "allow")
    });
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(asked, "meeting:write recording:read user_info:read");
    let out: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&out["style"], &out["will_not_work"]), (&json!("classic"), &json!([])), "{out}");
    for help in [&["activity", "show", "zoom.meetings.create"][..], &["event", "show", "zoom.meeting.created"]] {
        let help = world.run(help).out;
        assert!(help.contains("about scopes: https://developers.zoom.us/"), "{help}");
    }
}

#[test]
fn seed_uipath_16_35_36_people_are_told_which_notices_to_expect() {
    let world = World::new();
    let found: Value =
        serde_json::from_str(&world.run(&["doctor", "--seen", "needs pre-approval", "--json"]).out).unwrap();
    let then = found[0]["remedy"]["then"].as_str().unwrap();
    assert!(then.contains("switched off, users are told in clients of version 5.9.6 or later"), "{then}");
    assert!(then.contains("switched on, all users get an e-mail"), "{then}");
    let guide = world.run(&["connect", "--guide", "pre-approval"]).out;
    assert!(guide.contains("People are told by e-mail once the app is approved for them"), "{guide}");
}
