//! Signing in through the loopback address and by pasting.

use std::collections::HashMap;
use std::time::Duration;

use crate::messages::Told;
use crate::support::{Next, TokenServer, home, open, own_app};
use switchboard_connections::{App, Connections, ConnectionsError, Grant, Loopback, Method, Pending};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const WAIT: Duration = Duration::from_secs(10);

async fn begin(connections: &Connections, server: &TokenServer, port: u16, listen: bool) -> Pending {
    let app = own_app();
    let scopes = ["user:read".to_owned()];
    connections.begin(&server.service(), app, &scopes, Loopback { port, listen }).await.told()
}

fn state(pending: &Pending) -> String {
    let query: HashMap<_, _> = pending.authorize_url.query_pairs().into_owned().collect();
    assert_eq!(query["code_challenge_method"], "S256");
    assert_eq!(query["response_type"], "code");
    assert_eq!(query["redirect_uri"], pending.redirect_uri);
    query["state"].clone()
}

async fn get(pending: &Pending, query: &str) -> String {
    let address = pending.redirect_uri.strip_prefix("http://").unwrap();
    let (host, path) = address.split_once('/').unwrap();
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let request = format!("GET /{path}?{query} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).await.unwrap();
    switchboard_leaks::said("a call-back page", page.clone());
    page
}

async fn answered(query: impl Fn(&str) -> String) -> (Result<Grant, ConnectionsError>, TokenServer) {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = open(dir.path());
    let pending = begin(&connections, &server, 0, true).await;
    let query = query(&state(&pending));
    let own = query.contains(&state(&pending));
    let wait = if own { WAIT } else { Duration::from_millis(500) };
    let (grant, page) = tokio::join!(pending.wait(wait), get(&pending, &query));
    let title = match own {
        true if query.contains("error=") => "Nothing was connected",
        true => "close this window",
        false => "belongs to no sign-in",
    };
    assert!(page.contains(title) && !page.contains("canary-code-0"), "{page}");
    assert!(matches!(pending.wait(WAIT).await, Err(ConnectionsError::Ended)));
    (grant, server)
}

#[tokio::test]
async fn the_browser_brings_the_code_and_the_verifier_goes_with_it() {
    let (grant, server) = answered(|state| format!("code=canary-code-0&state={state}")).await;
    let grant = grant.unwrap();
    assert_eq!(grant.scopes(), ["user:read", "meeting:read"]);
    assert!(grant.renewable());
    let posts = server.posts();
    assert_eq!(posts.len(), 1);
    for part in ["grant_type=authorization_code", "code=canary-code-0", "code_verifier=", "redirect_uri="] {
        assert!(posts[0].contains(part), "{part} in {}", posts[0]);
    }
    assert!(!format!("{grant:?}").contains("canary"));
}

#[tokio::test]
async fn another_state_sends_no_code_and_the_sign_in_waits_on() {
    for query in ["code=canary-code-0&state=forged", "code=canary-code-0"] {
        let (grant, server) = answered(|_| query.to_owned()).await;
        assert_eq!(grant.refused().code(), "timeout");
        assert!(server.posts().is_empty());
    }
}

#[tokio::test]
async fn a_refusal_is_told_as_one() {
    let (grant, _) = answered(|state| format!("error=access_denied&state={state}")).await;
    assert_eq!(grant.refused().code(), "denied");
}

#[tokio::test]
async fn the_address_can_be_pasted_once() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = open(dir.path());
    let pending = begin(&connections, &server, 7910, false).await;
    assert_eq!(pending.redirect_uri, "http://127.0.0.1:7910/oauth/callback");
    for text in [
        "",
        "canary-code-0",
        "http://127.0.0.1:7910/other?code=canary-code-1&state=s",
        "https://evil.example/?code=canary-code-1",
    ] {
        assert_eq!(pending.paste(text).await.refused().code(), "callback-invalid", "{text}");
    }
    let address = format!("{}?code=canary-code-0&state={}", pending.redirect_uri, state(&pending));
    pending.paste(&format!(" {address}\n")).await.told();
    assert_eq!(pending.paste(&address).await.refused().code(), "sign-in-ended");
    assert_eq!(server.posts().len(), 1);
}

#[tokio::test]
async fn a_busy_port_is_named() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = open(dir.path());
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let app = App { client_id: "app".into(), client_secret: None };
    let error = connections.begin(&server.service(), app, &[], Loopback { port, listen: true }).await.refused();
    assert_eq!(error.code(), "port-busy");
    assert!(error.to_string().contains(&port.to_string()));
}

#[tokio::test]
async fn nobody_answers() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let pending = begin(&open(dir.path()), &server, 0, true).await;
    let error = pending.wait(Duration::from_millis(50)).await.refused();
    assert_eq!(error.code(), "timeout");
}

#[tokio::test]
async fn a_refused_code_carries_the_services_words() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let pending = begin(&open(dir.path()), &server, 7910, false).await;
    server.then(Next::Status(400, r#"{"reason":"Invalid authorization code","error":"invalid_grant"}"#));
    let address = format!("{}?code=canary-code-1&state={}", pending.redirect_uri, state(&pending));
    let error = pending.paste(&address).await.refused();
    assert_eq!(error.code(), "rejected");
    assert!(error.to_string().contains("Invalid authorization code"), "{error}");
}

#[tokio::test]
async fn no_secret_is_in_the_database_in_clear() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let connections = open(dir.path());
    let pending = begin(&connections, &server, 7910, false).await;
    let address = format!("{}?code=canary-code-1&state={}", pending.redirect_uri, state(&pending));
    let grant = pending.paste(&address).await.told();
    connections.save("work", Method::OAuth, &server.service(), grant, None).told();
    let mut read = 0;
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_dir() {
            continue;
        }
        let bytes = std::fs::read(file.path()).unwrap();
        read += bytes.len();
        assert!(!bytes.windows(6).any(|six| six == b"canary"));
    }
    assert!(read > 4096);
}

#[tokio::test]
async fn who_waits_hears_at_once_that_the_answer_was_pasted_and_the_port_is_free() {
    let (server, dir) = (TokenServer::start(3599).await, home());
    let connections = open(dir.path());
    let pending = begin(&connections, &server, 0, true).await;
    let port = pending.redirect_uri.clone();
    let pasted = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        pending.paste(&format!("{port}?code=canary-code-0&state={}", state(&pending))).await.told();
    };
    let both = async { tokio::join!(pending.wait(Duration::from_secs(20)), pasted) };
    let (waited, ()) = tokio::time::timeout(Duration::from_secs(3), both).await.unwrap();
    assert!(matches!(waited, Err(ConnectionsError::Ended)), "{waited:?}");
    let host = pending.redirect_uri.trim_start_matches("http://").split('/').next().unwrap().to_owned();
    assert!(tokio::net::TcpStream::connect(host).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_do_not_delay_the_call_back() {
    let server = TokenServer::start(3599).await;
    let dir = home();
    let pending = begin(&open(dir.path()), &server, 0, true).await;
    let address = format!("{}?code=canary-code-0&state={}", pending.redirect_uri, state(&pending));
    let url = url::Url::parse(&address).unwrap();
    let port = url.port().unwrap();
    let began = std::time::Instant::now();
    let browse = async {
        let mut idle = Vec::new();
        for number in 0..100 {
            let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            if number % 2 == 0 {
                stream.write_all(b"\r\n").await.unwrap();
            }
            idle.push(stream);
        }
        crate::browser::send("GET", &url, &[], "").await.status
    };
    let (grant, status) = tokio::join!(pending.wait(Duration::from_secs(20)), browse);
    grant.told();
    assert_eq!(status, 200);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
