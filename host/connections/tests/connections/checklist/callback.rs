//! The address the browser comes back to: who may answer, and what is answered.

use std::collections::HashSet;
use std::time::Duration;

use switchboard_connections::{Connections, Loopback, Pending};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use url::Url;

use crate::messages::Told;
use crate::peers::parameter;
use crate::support::{Next, TokenServer, home, open, own_app};

const WAIT: Duration = Duration::from_secs(10);

async fn begin(connections: &Connections, server: &TokenServer, listen: bool) -> Pending {
    let app = own_app();
    let port = if listen { 0 } else { 7910 };
    connections.begin(&server.service(), app, &[], Loopback { port, listen }).await.told()
}

fn state(pending: &Pending) -> String {
    parameter(&pending.authorize_url, "state").unwrap()
}

fn port(pending: &Pending) -> u16 {
    Url::parse(&pending.redirect_uri).unwrap().port().unwrap()
}

/// Sends a request line to the call-back address and reads the whole answer. None when nothing listens.
async fn ask(port: u16, first: &str) -> Option<String> {
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    stream.write_all(format!("{first} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n").as_bytes()).await.ok()?;
    let mut page = String::new();
    stream.read_to_string(&mut page).await.ok()?;
    Some(page)
}

/// The addresses that listen on a port of this machine, as the kernel lists them.
fn listening(port: u16) -> Vec<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|file| std::fs::read_to_string(file).unwrap_or_default());
    let lines = tables.iter().flat_map(|table| table.lines());
    let local = lines.filter_map(|line| {
        let mut fields = line.split_whitespace();
        let (local, state) = (fields.nth(1)?, fields.nth(1)?);
        let (address, number) = local.split_once(':')?;
        (state == "0A" && u16::from_str_radix(number, 16).ok()? == port).then(|| address.to_owned())
    });
    local.collect()
}

#[tokio::test]
async fn o_01_only_the_flows_own_state_counts_and_only_once() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = open(dir.path());
    let mut states = HashSet::new();
    for _ in 0..100 {
        let pending = begin(&connections, &server, false).await;
        let state = state(&pending);
        // 22 characters of base64 are 128 bits.
        assert!(state.len() >= 22, "{state}");
        assert!(states.insert(state), "never twice");
    }
    let other = state(&begin(&connections, &server, false).await);
    type Forge = Box<dyn Fn(&str) -> String>;
    let forgeries: [(&str, Forge); 7] = [
        ("swapped", Box::new(move |_| format!("code=canary-code-1&state={other}"))),
        ("missing", Box::new(|_| "code=canary-code-1".to_owned())),
        ("empty", Box::new(|_| "code=canary-code-1&state=".to_owned())),
        ("truncated", Box::new(|state| format!("code=canary-code-1&state={}", &state[..state.len() - 1]))),
        ("longer", Box::new(|state| format!("code=canary-code-1&state={state}A"))),
        ("another case", Box::new(|state| format!("code=canary-code-1&state={}", state.to_ascii_lowercase()))),
        ("a refusal", Box::new(|_| "error=access_denied&state=forged".to_owned())),
    ];
    for (what, forge) in forgeries {
        let pending = begin(&connections, &server, false).await;
        let own = state(&pending);
        let refused = pending.paste(&format!("{}?{}", pending.redirect_uri, forge(&own))).await.refused();
        assert_eq!(refused.code(), "state-mismatch", "{what}");
        assert!(server.posts().is_empty(), "no code was sent");
        // A forged one uses nothing up: the own answer, a refusal here, still counts, and ends it.
        let own = format!("{}?error=access_denied&state={own}", pending.redirect_uri);
        assert_eq!(pending.paste(&own).await.refused().code(), "denied", "{what}");
        assert_eq!(pending.paste(&own).await.refused().code(), "sign-in-ended", "{what}");
    }
    let pending = begin(&connections, &server, false).await;
    let address = format!("{}?code=canary-code-1&state={}", pending.redirect_uri, state(&pending));
    pending.paste(&address).await.told();
    assert_eq!(pending.paste(&address).await.refused().code(), "sign-in-ended", "replayed");
    assert_eq!(server.posts().len(), 1);
}

#[tokio::test]
async fn o_05_the_port_is_open_on_this_machine_alone_and_for_one_answer() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = open(dir.path());
    let pending = begin(&connections, &server, true).await;
    let port = port(&pending);
    assert!(pending.redirect_uri.starts_with("http://127.0.0.1:"), "{}", pending.redirect_uri);
    // 127.0.0.1 as the kernel writes it.
    assert_eq!(listening(port), ["0100007F"], "before the browser is sent away");
    let path = format!("GET /oauth/callback?code=canary-code-1&state={}", state(&pending));
    let (grant, page) = tokio::join!(pending.wait(WAIT), ask(port, &path));
    assert!(grant.is_ok() && page.unwrap().starts_with("HTTP/1.1 200"));
    assert!(listening(port).is_empty(), "closed after one answer");
    assert_eq!(ask(port, &path).await, None, "a second request finds nobody");
    let ends = [begin(&connections, &server, true).await, begin(&connections, &server, true).await];
    let ports = [self::port(&ends[0]), self::port(&ends[1])];
    assert_eq!(ports.map(|port| listening(port).len()), [1, 1]);
    let [given_up, dropped] = ends;
    assert_eq!(given_up.wait(Duration::from_millis(20)).await.refused().code(), "timeout");
    drop(dropped);
    assert_eq!(ports.map(|port| listening(port).len()), [0, 0], "closed after the timeout, and when it is given up");
}

#[tokio::test]
async fn o_07_every_page_is_static_and_kept_to_itself() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = open(dir.path());
    let pending = begin(&connections, &server, true).await;
    let port = port(&pending);
    let good = format!("/oauth/callback?code=canary-code&state={}", state(&pending));
    let requests = [
        (format!("POST {good}"), 405),
        (format!("HEAD {good}"), 405),
        (format!("GET /other{good}"), 404),
        ("GET /oauth/callback?state=canary-state".to_owned(), 400),
        (format!("GET {good}"), 200),
    ];
    let asking = async {
        for (request, status) in &requests {
            let page = ask(port, request).await.unwrap();
            assert!(page.starts_with(&format!("HTTP/1.1 {status} ")), "{request}: {page}");
            for header in [
                "cache-control: no-store",
                "referrer-policy: no-referrer",
                "content-security-policy: default-src 'none'",
                "x-content-type-options: nosniff",
            ] {
                assert!(page.contains(&format!("\r\n{header}\r\n")), "{request}: {header}");
            }
            assert!(!page.contains("canary") && !page.contains(&state(&pending)), "{request}: {page}");
        }
    };
    let (grant, ()) = tokio::join!(pending.wait(WAIT), asking);
    grant.unwrap();
}

#[tokio::test]
async fn o_16_the_callback_leads_nowhere() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = open(dir.path());
    let targets = [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "%2F%2Fevil.example",
        "data:text/html,evil.example",
    ];
    let names = ["next", "url", "redirect", "redirect_uri", "return_to", "continue", "RelayState", "target"];
    for answer in ["code=canary-code-1&state=", "error=access_denied&state=", ""] {
        let pending = begin(&connections, &server, true).await;
        let port = port(&pending);
        let asking = async {
            let mut asked = 0;
            for target in targets {
                for name in names {
                    // Not an answer yet: these change nothing, so all of them can be tried.
                    let page = ask(port, &format!("GET /oauth/callback?{name}={target}")).await.unwrap();
                    harmless(&page);
                    asked += 1;
                }
                harmless(&ask(port, &format!("GET {target}/oauth/callback?code=canary-code-1&state=s")).await.unwrap());
            }
            assert_eq!(asked, targets.len() * names.len());
            if !answer.is_empty() {
                let all: String = names.iter().map(|name| format!("&{name}={}", targets[0])).collect();
                let page = ask(port, &format!("GET /oauth/callback?{answer}{}{all}", state(&pending))).await.unwrap();
                harmless(&page);
            }
        };
        let wait = if answer.is_empty() { Duration::from_millis(500) } else { WAIT };
        let (ended, ()) = tokio::join!(pending.wait(wait), asking);
        assert_eq!(ended.is_ok(), answer.starts_with("code"), "{answer}");
    }
}

/// No redirect, and nothing of the request in the page.
fn harmless(page: &str) {
    let lower = page.to_ascii_lowercase();
    let status: u16 = lower.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(matches!(status, 200 | 400 | 404), "{page}");
    for word in ["\r\nlocation:", "\r\nrefresh:", "evil", "alert(", "http-equiv", "<script", "href"] {
        assert!(!lower.contains(word), "{word}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_28_a_forged_answer_that_races_for_the_port_neither_swaps_the_code_nor_ends_the_sign_in() {
    let rounds = std::env::var("CALLBACK_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = open(dir.path());
    for round in 0..rounds {
        server.then(Next::Late(0));
        let pending = begin(&connections, &server, true).await;
        let port = port(&pending);
        let genuine = format!("GET /oauth/callback?code=genuine&state={}", state(&pending));
        let forged = format!(
            "GET /oauth/callback?code=forged&state={}",
            state(&pending).replace(|c: char| c.is_ascii_alphanumeric(), "A")
        );
        let racing = async {
            match round % 3 {
                // The attacker is first, the person is first, both at once.
                0 => {
                    let page = ask(port, &forged).await.unwrap();
                    assert!(page.starts_with("HTTP/1.1 400 ") && page.contains("belongs to no sign-in"), "{page}");
                    ask(port, &genuine).await;
                }
                1 => drop((ask(port, &genuine).await, ask(port, &forged).await)),
                _ => {
                    let attacker = tokio::spawn(async move { ask(port, &forged).await });
                    ask(port, &genuine).await;
                    attacker.await.unwrap();
                }
            }
        };
        let (ended, ()) = tokio::join!(pending.wait(WAIT), racing);
        assert!(ended.is_ok(), "round {round}: {ended:?}");
    }
    let posts = server.posts();
    assert_eq!(posts.len(), rounds, "one for each sign-in");
    assert!(posts.iter().all(|post| post.contains("code=genuine") && !post.contains("forged")));
}
