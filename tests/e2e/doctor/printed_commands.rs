//! Commands in what people are told work when they are copied, and stay with the service and the port of the attempt.

use std::collections::BTreeSet;
use std::net::TcpListener;

use serde_json::{Value, json};
use switchboard_tests::browser::Browser;
use switchboard_tests::context::{CommandOutput, TestContext, landing};
use switchboard_tests::printed_command::{commands, texts};

const ADA: &str = "ada@emulator.test";
const GRACE: &str = "grace@emulator.test";

fn classic() -> (String, String) {
    ("switchboard-classic".into(), "classic-secret-not-a-secret".into())
}

/// What a failed command was told, every text of it.
fn told(done: &CommandOutput) -> Vec<String> {
    assert_ne!(done.code, 0, "{}", done.out);
    texts(&TestContext::error(done))
}

/// What many failures tell.
fn failures(context: &TestContext) -> Vec<String> {
    let mut all = Vec::new();
    let (account, server, secret) = context.emulator.server_to_server();
    all.extend(told(&context.server_to_server("s1", "NoSuchAccount", &server, &secret)));
    all.extend(told(&context.server_to_server("s2", &account, &server, "not-its-secret")));
    all.extend(told(&context.server_to_server("s3", &account, &classic().0, &classic().1)));
    all.extend(told(
        &context.connect_app("c1", classic(), &["--for", "zoom.meetings.list"], |page| landing(page, ADA, "allow")),
    ));
    all.extend(told(&context.connect_with("d1", GRACE, "deny", &["--json"])));
    context.approval(&json!({"required": true}));
    all.extend(told(&context.connect_with("p1", GRACE, "allow", &["--json"])));
    context.approval(&json!({"required": false}));
    all.extend(told(&context.connect_with("w1", GRACE, "allow", &["--json", "--expect-email", ADA])));
    context.connect("work", ADA);
    all.extend(told(&context.connect_with("same", ADA, "allow", &["--json"])));
    all.extend(told(&context.connect_with("work", ADA, "allow", &["--json"])));
    all.extend(told(&context.run(&["connect", "zoom", "--method", "browser", "--json"])));
    all.extend(told(&context.run(&["connect", "half", "--account-id", "A", "--client-id", "C", "--json"])));
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    let own = context.own_app("busy", &context.emulator.app().0, &context.emulator.app().1);
    all.extend(told(&context.run(&own.with(&["--no-open", "--redirect-port", &port, "--json"]))));
    let at = context.addresses();
    let paste = [&["connect", "lab", "--token", "-", "--json"][..], &at.each_ref().map(String::as_str)].concat();
    all.extend(told(&context.run_with(&paste, "abc.def.ghi")));
    // Connections that end: replaced, and too old.
    context.connect_with("newer", ADA, "allow", &["--replace"]);
    all.extend(told(&context.run(&["call", "zoom.users.me", "-c", "work", "--json"])));
    assert!(context.ask("POST", "/_emulator/clock", &json!({"advance_s": 100 * 86_400})).0 < 300);
    for _ in 0..2 {
        all.extend(told(&context.run(&["call", "zoom.users.me", "-c", "newer", "--json"])));
    }
    all.extend(told(&context.connect_with("newer", ADA, "allow", &["--json"])));
    for finding in context.findings(&[]) {
        all.extend(texts(&finding));
    }
    all
}

/// Every remedy and guide there is, before any attempt.
fn known(context: &TestContext) -> Vec<String> {
    let manifest = std::fs::read_to_string(TestContext::file("manifests/zoom.resolved.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let ids = |list: &str| -> Vec<String> {
        manifest[list].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    let mut all = Vec::new();
    for id in ids("remedies") {
        let done = context.run(&["doctor", "--seen", &id, "--json"]);
        all.extend(texts(&serde_json::from_str(&done.out).unwrap()));
    }
    for id in ids("guides") {
        let guide = context.json(&["connect", "--guide", &id, "--json"]);
        all.extend(texts(&guide["steps"]));
    }
    all
}

#[test]
fn every_command_that_a_failure_names_is_one_that_the_program_takes() {
    let context = TestContext::new();
    let mut all = known(&context);
    all.extend(failures(&context));
    let mut named: BTreeSet<Vec<String>> = all.iter().flat_map(|text| commands(text)).collect();
    // That one would start an emulator.
    named.retain(|words| words.first().is_some_and(|first| first != "try"));
    assert!(named.len() > 25, "{named:?}");
    let begins: BTreeSet<String> = named.iter().map(|words| words[..words.len().min(2)].join(" ")).collect();
    for wanted in ["connect c1", "connection reconnect", "connect --guide", "connect --app-manifest"] {
        assert!(begins.iter().any(|begin| begin.starts_with(wanted)), "{wanted}: {begins:?}");
    }
    let mut refused = Vec::new();
    for words in &named {
        let real: Vec<String> = words.iter().map(|word| word.replace("ACTIVITY", "zoom.users.me")).collect();
        let done = context.parses(&real);
        if done.code == 2 || words.iter().any(|word| word.contains('{')) {
            refused.push((words, done.err));
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
    // A sign-in is repeated at the service it was for.
    for words in named.iter().filter(|words| words[0] == "connect" && words.iter().any(|one| one == "--paste")) {
        if words[1] != "zoom" {
            assert!(words.contains(&context.emulator.oauth_base()), "{words:?}");
        }
    }
    assert!(commands("run `switchboard connect`").len() < 2);
}

#[test]
fn a_printed_command_keeps_the_cloud_and_the_port_of_the_attempt() {
    let context = TestContext::new();
    let (account, _, _) = context.emulator.server_to_server();
    let own = context.own_app("mine", &classic().0, &classic().1);
    let refused = context.run(&own.with(&[
        "--account-id",
        &account,
        "--profile",
        "emulator",
        "--redirect-port",
        "8410",
        "--json",
    ]));
    let remedy = TestContext::error(&refused)["remedy"].clone();
    assert_eq!(remedy["id"], "not-server-to-server", "{remedy}");
    let words = commands(remedy["steps"][0].as_str().unwrap()).remove(0);
    let command: Vec<&str> = words.iter().map(String::as_str).collect();
    for kept in ["--profile emulator", "--redirect-port 8410", &context.addresses().join(" ")] {
        assert!(command.join(" ").contains(kept), "{kept}: {command:?}");
    }
    let done = context.sign_in(&command, ADA, "allow");
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    // And for the government's cloud, where nobody is asked.
    let gov = context.run(&["connect", "gov", "--profile", "zoomgov", "--json"]);
    let fix = TestContext::error(&gov)["fix"].as_str().unwrap().to_owned();
    assert!(commands(&fix).iter().any(|words| words.contains(&"zoomgov".to_owned())), "{fix}");
}

#[test]
fn an_app_of_the_other_kind_is_recognised_and_the_named_command_connects_it() {
    let context = TestContext::new();
    let chosen = ["--for", "zoom.meetings.list"];
    let done = context.connect_app("own", classic(), &chosen, |page| landing(page, ADA, "allow"));
    let error = TestContext::error(&done);
    assert_eq!((done.code, &error["remedy"]["id"]), (4, &json!("scopes-other-kind")), "{error}");
    assert!(error["remedy"]["cause"].as_str().unwrap().contains("asked for granular scopes"), "{error}");
    assert!(error["fix"].as_str().unwrap().contains("--style classic"), "{error}");
    assert!(!error.to_string().contains("connection reconnect own"), "there is no such connection: {error}");
    let doctor = context.run(&["doctor", "own"]);
    assert!(doctor.code == 1 && doctor.out.contains("--style classic"), "{}", doctor.out);
    let mut words = commands(error["remedy"]["steps"][0].as_str().unwrap()).remove(0);
    words.retain(|word| word != "--paste");
    let command: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = context.sign_in(&command, ADA, "allow");
    assert_eq!(done.code, 0, "{command:?}: {}", done.err);
    // The other way round.
    let granular =
        context.connect_with("two", GRACE, "allow", &["--json", "--style", "classic", "--for", "zoom.users.me"]);
    let error = TestContext::error(&granular);
    assert!(error["fix"].as_str().unwrap().contains("--style granular"), "{error}");
    assert!(error["remedy"]["steps"][1].as_str().unwrap().contains("user:read"), "the missing scopes: {error}");
}

/// Grace at the packaged app's page, who leaves these boxes ticked alone.
fn unticked(context: &TestContext, label: &str, left: &[&str]) -> CommandOutput {
    let own = ["--method", "browser", "--profile", "emulator", "--json"];
    context.connect_at(context, label, &own, |address| {
        let mut browser = Browser::default();
        let page = browser.sign_in(address, GRACE);
        let (query, csrf) = (page.hidden("query"), page.hidden("csrf"));
        let mut form = vec![("query", query.as_str()), ("csrf", &csrf), ("decision", "allow")];
        form.extend(left.iter().map(|scope| ("scope", *scope)));
        browser.post(address, "/oauth/consent", &form).location.unwrap()
    })
}

#[test]
fn boxes_that_were_taken_away_are_named_as_the_cause_and_another_sign_in_as_the_way() {
    let context = TestContext::new();
    assert_eq!(unticked(&context, "h", &["user:read:user"]).code, 0);
    let found = context.findings(&["h"]);
    let lacks = found.iter().find(|one| one["remedy"]["id"] == "scope-missing-packaged");
    let remedy = &lacks.unwrap_or_else(|| panic!("{found:?}"))["remedy"];
    assert!(remedy["cause"].as_str().unwrap().starts_with("Somebody unticked boxes"), "{remedy}");
    let first = remedy["steps"][0].as_str().unwrap();
    assert_eq!(commands(first).remove(0).join(" "), "connection reconnect h --all", "{first}");
    // Without the one scope that tells who it is nothing is connected: nothing can be reconnected.
    let other = TestContext::new();
    let failed = unticked(&other, "g", &["meeting:read:meeting"]);
    assert_eq!(failed.code, 4, "{}", failed.err);
    for told in [TestContext::error(&failed).to_string(), other.run(&["doctor", "g", "--json"]).out] {
        assert!(!told.contains("reconnect g") && told.contains("switchboard connect g --api-base"), "{told}");
        assert!(!told.contains("the missing scopes"), "{told}");
    }
}

#[test]
fn a_name_that_is_taken_by_a_connection_that_ended_is_signed_in_to_again() {
    let context = TestContext::connected();
    let taken = |done: &CommandOutput| {
        let error = TestContext::error(done);
        assert_eq!((done.code, &error["code"]), (1, &json!("label-taken")), "{error}");
        assert!(!error["message"].as_str().unwrap().contains("disconnect"), "{error}");
        error["fix"].as_str().unwrap().to_owned()
    };
    let again = || taken(&context.connect_with("work", GRACE, "allow", &["--json"]));
    assert!(again().contains("switchboard connection disconnect work"), "{}", again());
    context.connect("other", GRACE);
    assert!(context.ask("POST", "/_emulator/clock", &json!({"advance_s": 100 * 86_400})).0 < 300);
    assert_eq!(context.run(&["call", "zoom.users.me", "-c", "work"]).code, 4);
    let rename = taken(&context.run(&["connection", "rename", "other", "work", "--json"]));
    for fix in [again(), rename] {
        assert!(fix.contains("switchboard connection reconnect work") && !fix.contains("disconnect"), "{fix}");
    }
}

#[test]
fn guides_are_filled_for_programs_too_and_nobody_is_sent_to_an_app_that_is_not_there() {
    let context = TestContext::new();
    for kind in ["byo", "pre-approval", "oauth"] {
        let guide = context.json(&["connect", "--guide", kind, "--json"]);
        assert!(!guide["steps"].to_string().contains('{') && !guide["notes"].to_string().contains('{'), "{guide}");
    }
    let guide = context.json(&["connect", "--guide", "byo", "--redirect-port", "8410", "--json"]);
    let step = guide["steps"][5].as_str().unwrap();
    assert!(guide["steps"][2].as_str().unwrap().contains(":8410/") && step.contains("--redirect-port 8410"), "{guide}");
    let refused = context.run(&["connect", "x", "--method", "browser", "--json"]);
    let error = TestContext::error(&refused);
    assert!(!error["message"].as_str().unwrap().contains("oauth needs nothing"), "{error}");
    let none = context.run(&["doctor"]).out
        + &TestContext::error(&context.run(&["call", "zoom.users.me", "--json"])).to_string();
    assert!(!none.contains("--method browser") && none.matches("--guide byo").count() == 2, "{none}");
    let oauth = context.run(&["connect", "--guide", "oauth"]).out;
    assert!(oauth.contains("For Zoom itself, make your own") && oauth.contains("--profile emulator"), "{oauth}");
}
