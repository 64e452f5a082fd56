//! Requests, redirects and refusals, against servers on this machine.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod server;

use std::{
    io,
    net::IpAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use server::{Server, answer};
use switchboard_egress::{
    Credential, Egress, Failure, HostRule, Lookup, Method, NoTrace, Policy, Request, Response, Target, Trace, TraceLine,
};
use tokio::time::Instant;

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

fn token() -> Credential {
    Credential::new("s3cret-canary".to_owned())
}

fn policy(server: &Server) -> Policy {
    Policy::new(format!("http://127.0.0.1:{}/v2", server.port).parse().unwrap(), Vec::new())
}

async fn send(server: &Server, method: Method, path: &str) -> Result<Response, Failure> {
    let request = Request { method, body: None, ..Request::get(Target::Path(path.to_owned())) };
    Egress::new().unwrap().send(&policy(server), &request, Some(&token()), soon(), &NoTrace).await
}

#[tokio::test]
async fn the_token_is_attached_and_the_cookie_hidden() {
    let server = Server::start(|_| answer(404, "set-cookie: a=b\r\nx-a: 1\r\n", "{}")).await;
    let response = send(&server, Method::Get, "/users/me").await.unwrap();
    assert_eq!((response.status, response.body.as_slice()), (404, b"{}".as_slice()));
    assert_eq!(response.header("x-a"), Some("1"));
    assert_eq!(response.header("set-cookie"), None);
    let seen = server.seen();
    assert!(seen[0].starts_with("get /v2/users/me http/1.1\r\n"), "{seen:?}");
    assert!(seen[0].contains("authorization: bearer s3cret-canary\r\n"));
}

#[tokio::test]
async fn e_28_the_token_does_not_follow_a_redirect_to_another_origin_and_does_not_come_back() {
    let other = Server::start(|_| answer(200, "", "from the other")).await;
    let port = other.port;
    let api =
        Server::start(move |_| answer(302, &format!("location: http://localhost:{port}/file?sig=abc\r\n"), "")).await;
    let response = send(&api, Method::Get, "/file").await.unwrap();
    assert_eq!(response.body, b"from the other");
    assert!(api.seen()[0].contains("authorization"));
    assert!(!other.seen()[0].contains("authorization"));
}

#[tokio::test]
async fn the_token_follows_to_a_listed_host() {
    let other = Server::start(|_| answer(200, "", "x")).await;
    let port = other.port;
    let api = Server::start(move |_| answer(307, &format!("location: http://localhost:{port}/\r\n"), "")).await;
    let rule: HostRule = format!("localhost:{port}").parse().unwrap();
    let policy = policy(&api).with_credential_hosts(vec![rule]);
    let request = Request::get(Target::Path("/x".to_owned()));
    Egress::new().unwrap().send(&policy, &request, Some(&token()), soon(), &NoTrace).await.unwrap();
    assert!(other.seen()[0].contains("authorization"));
}

#[tokio::test]
async fn a_write_is_not_repeated_by_a_redirect() {
    let other = Server::start(|_| answer(200, "", "x")).await;
    for status in [301, 302, 303, 307, 308] {
        let port = other.port;
        let api = Server::start(move |_| answer(status, &format!("location: http://localhost:{port}/\r\n"), "")).await;
        let failure = send(&api, Method::Post, "/meetings").await.unwrap_err();
        assert_eq!((failure.code.as_str(), failure.not_sent), ("refused.redirect", false), "{status}");
    }
    assert!(other.seen().is_empty());
    let api = Server::start(|head| match head.contains("/moved") {
        true => answer(201, "", ""),
        false => answer(308, "location: /v2/moved\r\n", ""),
    })
    .await;
    assert_eq!(send(&api, Method::Post, "/meetings").await.unwrap().status, 201);
}

#[tokio::test]
async fn e_30_e_31_e_32_bad_redirects_end() {
    for (location, code) in [
        ("http://10.0.0.1/", "refused.host"),
        ("https://example.com/", "refused.host"),
        ("ftp://127.0.0.1/", "refused.scheme"),
        ("http://u:p@127.0.0.1/", "refused.link"),
        ("\\\\evil", "refused.redirect"),
        ("/v2/again", "refused.redirect"),
    ] {
        let api = Server::start(move |_| answer(302, &format!("location: {location}\r\n"), "")).await;
        let failure = send(&api, Method::Get, "/x").await.unwrap_err();
        assert_eq!((failure.code.as_str(), failure.not_sent), (code, false), "{location}");
        assert!(api.seen().len() <= 6);
    }
}

#[tokio::test]
async fn a_refused_connection_was_not_sent_and_a_broken_one_may_have_been() {
    let api = Server::start(|_| Vec::new()).await;
    let failure = send(&api, Method::Post, "/x").await.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.not_sent), ("unreachable", false));
    let mut gone = api;
    gone.port = 1;
    let failure = send(&gone, Method::Post, "/x").await.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.not_sent), ("unreachable", true));
}

#[tokio::test]
async fn a_timeout_after_the_request_left_may_have_been_sent_and_one_before_was_not() {
    // the system accepts the connection, nobody answers
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", silent.local_addr().unwrap());
    let policy = Policy::new(base.parse().unwrap(), Vec::new());
    let request = Request::get(Target::Path("/x".to_owned()));
    for (wait, not_sent) in [(200, false), (0, true)] {
        let deadline = Instant::now() + Duration::from_millis(wait);
        let failure = Egress::new().unwrap().send(&policy, &request, None, deadline, &NoTrace).await.unwrap_err();
        assert_eq!((failure.code.as_str(), failure.not_sent), ("timeout", not_sent));
    }
}

#[tokio::test]
async fn an_answer_cut_short_may_have_been_sent() {
    let api = Server::start(|_| b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhe".to_vec()).await;
    let failure = send(&api, Method::Get, "/x").await.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.not_sent), ("unreachable", false));
}

#[tokio::test]
async fn an_answer_over_8_mib_is_refused_announced_or_not() {
    let big = "x".repeat(8 * 1024 * 1024 + 1);
    let announced = Server::start(move |_| answer(200, "", &big)).await;
    assert_eq!(send(&announced, Method::Get, "/x").await.unwrap_err().code, "response.too-large");
    let big = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", "x".repeat(9 * 1024 * 1024));
    let silent = Server::start(move |_| big.clone().into_bytes()).await;
    assert_eq!(send(&silent, Method::Get, "/x").await.unwrap_err().code, "response.too-large");
}

struct Answers(Vec<IpAddr>);

#[async_trait]
impl Lookup for Answers {
    async fn lookup(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(self.0.clone())
    }
}

#[tokio::test]
async fn e_14_e_16_a_name_with_one_local_address_is_refused() {
    let policy = Policy::new("https://api.example.com/v2".parse().unwrap(), Vec::new());
    let request = Request::get(Target::Path("/x".to_owned()));
    for addresses in [vec!["127.0.0.1"], vec!["203.0.114.9", "169.254.169.254"], vec!["::ffff:8.8.8.8"]] {
        let addresses = addresses.into_iter().map(|address| address.parse().unwrap()).collect();
        let egress = Egress::with_lookup(Arc::new(Answers(addresses))).unwrap();
        let failure = egress.send(&policy, &request, Some(&token()), soon(), &NoTrace).await.unwrap_err();
        assert_eq!((failure.code.as_str(), failure.not_sent), ("refused.address", true), "{failure:?}");
    }
}

#[derive(Default)]
struct Lines(Mutex<Vec<TraceLine>>);

impl Trace for Lines {
    fn request(&self, line: TraceLine) {
        self.0.lock().unwrap().push(line);
    }
}

#[tokio::test]
async fn a_trace_holds_no_secret() {
    let api = Server::start(|_| answer(429, "x-ratelimit-remaining: 0\r\nretry-after: 2\r\n", "")).await;
    let lines = Lines::default();
    let mut request = Request::get(Target::Path("/x".to_owned()));
    request.query.push(("access_token".to_owned(), "canary".to_owned()));
    Egress::new().unwrap().send(&policy(&api), &request, Some(&token()), soon(), &lines).await.unwrap();
    let lines = lines.0.lock().unwrap();
    assert_eq!(lines[0].status, Some(429));
    assert_eq!(lines[0].rate.as_deref(), Some("0 left, retry after 2"));
    assert!(!format!("{lines:?}").contains("canary"));
}

#[tokio::test]
async fn o_15_an_exchange_stays_on_its_origin_and_follows_nothing() {
    let api = Server::start(|_| answer(307, "location: /oauth/other\r\n", "")).await;
    let base = format!("http://127.0.0.1:{}/oauth", api.port).parse().unwrap();
    let egress = Egress::new().unwrap();
    let ask = |url: String| http::Request::post(url).body(Vec::new()).unwrap();
    let failure =
        egress.exchange(ask(format!("http://127.0.0.1:{}/oauth/token", api.port)), &base, soon()).await.unwrap_err();
    assert_eq!(failure.code, "refused.redirect");
    let failure = egress.exchange(ask("http://127.0.0.1:1/oauth/token".to_owned()), &base, soon()).await.unwrap_err();
    assert_eq!(failure.code, "refused.host");
    assert_eq!(api.seen().len(), 1);
}
