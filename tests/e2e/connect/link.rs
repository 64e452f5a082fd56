//! Another person connects by a link, in a browser of their own.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, ChildStderr, Output};

use serde_json::{Value, json};
use switchboard_tests::browser::{Browser, Page};
use switchboard_tests::context::{CommandOutput, TestContext, landing};

const GRACE: &str = "grace@emulator.test";
const ALAN: &str = "alan@emulator.test";

/// A command that waits at its link.
pub struct Waiting {
    pub child: Child,
    pub port: u16,
    pub link: String,
    said: String,
    stderr: BufReader<ChildStderr>,
}

impl Waiting {
    pub fn begin(context: &TestContext, arguments: &[&str]) -> Waiting {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child =
            context.piped(&[arguments, &["--link", "--redirect-port", &port.to_string(), "--json"]].concat());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut waiting = Waiting { child, port, link: String::new(), said: String::new(), stderr };
        waiting.link = waiting.wait_for("send this to whoever connects:");
        waiting
    }

    pub fn connect(context: &TestContext, label: &str, more: &[&str]) -> Waiting {
        let (client, secret) = context.emulator.app();
        Waiting::begin(context, &context.own_app(label, &client, &secret).with(more))
    }

    /// What follows `words` on the first line that has them.
    pub fn wait_for(&mut self, words: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(self.stderr.read_line(&mut line).unwrap() > 0, "it ended before it said `{words}`: {}", self.said);
            self.said.push_str(&line);
            if let Some((_, rest)) = line.split_once(words) {
                return rest.trim().to_owned();
            }
        }
    }

    /// Opens the link in this browser, decides at the service, and comes back.
    fn visit(&self, browser: &mut Browser, user: &str, decision: &str) -> Page {
        let page = browser.open(&self.link);
        assert_eq!(page.status, 200, "{}", page.body);
        browser.open(&landing(&leads_to(&page), user, decision))
    }

    pub fn ends(mut self, context: &TestContext) -> CommandOutput {
        self.stderr.read_to_string(&mut self.said).unwrap();
        let output = self.child.wait_with_output().unwrap();
        context.read_output(Output { stderr: self.said.into_bytes(), ..output })
    }

    pub fn killed(mut self, context: &TestContext) -> CommandOutput {
        self.child.kill().unwrap();
        self.ends(context)
    }
}

/// Where the page's one link leads.
pub fn leads_to(page: &Page) -> String {
    let address = page.body.split("<a href=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    address.replace("&amp;", "&")
}

#[test]
fn a_person_elsewhere_reads_what_is_asked_for_and_connects() {
    let context = TestContext::new();
    let mut waiting = Waiting::connect(&context, "library", &["--for", "zoom.recordings.list"]);
    let mut browser = Browser::default();
    let page = browser.open(&waiting.link);
    let words = page.text();
    for part in ["Connect library", "Switchboard for Zoom", "What it is for", "List recordings"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    for header in ["default-src 'none'", "no-store", "no-referrer", "HttpOnly", "SameSite=Lax"] {
        assert!(page.head.contains(header), "{header}: {}", page.head);
    }
    waiting.wait_for("the link was opened");
    let page = waiting.visit(&mut browser, GRACE, "allow");
    assert!(page.status == 200 && page.text().contains("library is connected as grace@emulator.test"), "{page:?}");
    let done = waiting.ends(&context);
    let said: Value = serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{error}: {}", done.err));
    assert_eq!((done.code, &said["label"], &said["identity"]["email"]), (0, &json!("library"), &json!(GRACE)));
    assert_eq!(context.run(&["connection", "test", "library"]).code, 0);
}

#[test]
fn o_01_only_a_browser_that_has_opened_the_link_can_end_its_sign_in() {
    let context = TestContext::new();
    let waiting = Waiting::connect(&context, "library", &[]);
    let mut grace = Browser::default();
    let back = landing(&leads_to(&grace.open(&waiting.link)), GRACE, "allow");
    let stranger = Browser::default().open(&back);
    assert!(stranger.status == 400 && stranger.text().contains("belongs to no sign-in"), "{stranger:?}");
    let wrong = Browser::default().open(&waiting.link.replace("/connect/", "/connect/x"));
    assert!(wrong.status == 404 && wrong.head.contains("default-src 'none'"), "{wrong:?}");
    let host = waiting.link.replace("127.0.0.1", "localhost");
    assert_eq!(Browser::default().open(&host).status, 421, "another name for this machine");
    assert!(context.labels().is_empty());
    assert_eq!(grace.open(&back).status, 200);
    assert_eq!(waiting.ends(&context).code, 0);
}

#[test]
fn who_declines_or_is_somebody_else_can_open_the_link_again() {
    let context = TestContext::new();
    let mut waiting = Waiting::connect(&context, "library", &["--expect-email", GRACE]);
    let mut browser = Browser::default();
    assert!(browser.open(&waiting.link).text().contains("Sign in as grace@emulator.test"));
    let declined = waiting.visit(&mut browser, GRACE, "deny");
    assert!(declined.status == 400 && declined.text().contains("Access was not granted"), "{declined:?}");
    let other = waiting.visit(&mut browser, ALAN, "allow");
    assert!(other.text().contains("You signed in as alan@emulator.test"), "{other:?}");
    waiting.wait_for("alan@emulator.test signed in, but grace@emulator.test was expected");
    assert!(context.labels().is_empty(), "nothing is kept of a refused sign-in");
    assert_eq!(waiting.visit(&mut browser, GRACE, "allow").status, 200);
    assert_eq!(waiting.ends(&context).code, 0);
}

#[test]
fn a_connection_that_is_there_is_signed_in_anew_by_its_user_and_no_other() {
    let context = TestContext::new();
    context.connect("library", GRACE);
    let id = context.json(&["connection", "show", "library", "--json"])["id"].clone();
    let waiting = Waiting::begin(&context, &["connection", "reconnect", "library"]);
    let mut browser = Browser::default();
    assert!(browser.open(&waiting.link).text().contains("Connect library again"));
    let other = waiting.visit(&mut browser, ALAN, "allow");
    assert!(other.text().contains("Sign in as grace@emulator.test instead"), "{other:?}");
    assert_eq!(waiting.visit(&mut browser, GRACE, "allow").status, 200);
    let done = waiting.ends(&context);
    assert!(done.code == 0 && done.out.contains("\"label\": \"library\""), "{} {}", done.out, done.err);
    assert_eq!(context.json(&["connection", "show", "library", "--json"])["id"], id);
    assert_eq!(context.run(&["connection", "test", "library"]).code, 0);
}

#[test]
fn a_link_for_what_cannot_be_is_refused_before_anybody_opens_it() {
    let context = TestContext::new();
    context.connect("library", GRACE);
    let (client, secret) = context.emulator.app();
    for (label, more, code) in [
        ("library", &["--link"][..], "label-taken"),
        ("b", &["--link", "--expect-email", GRACE], "same-account"),
        ("b", &["--link", "--paste"], "usage"),
        ("b", &["--link", "--bind", "0.0.0.0:0"], "usage"),
        ("b", &["--link", "--public-url", "http://host.example"], "address-invalid"),
        ("b", &["--link", "--link-minutes", "0"], "usage"),
        ("b", &["--public-url", "https://host.example"], "usage"),
        ("b", &["--link", "--method", "s2s"], "usage"),
    ] {
        let done = context.run(&context.own_app(label, &client, &secret).with(&[&["--json"], more].concat()));
        assert_eq!(TestContext::error(&done)["code"], code, "{more:?}: {}", done.err);
    }
}
