//! The smallest client that sees raw answers, and a place that receives webhooks.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use switchboard_emulator::Emulator;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub struct Got {
    /// 0 when the connection ended without an answer.
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub fn code(&self) -> (u16, i64) {
        (self.status, self.json()["code"].as_i64().unwrap_or_default())
    }
}

pub async fn send(method: &str, url: &str, token: &str, body: &str) -> Got {
    let auth = if token.is_empty() { String::new() } else { format!("Bearer {token}") };
    send_as(method, url, &auth, body).await
}

/// The same with a whole `authorization` header.
pub async fn send_as(method: &str, url: &str, auth: &str, body: &str) -> Got {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let port = host.split_once(':').unwrap().1;
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap();
    let auth = if auth.is_empty() { String::new() } else { format!("authorization: {auth}\r\n") };
    let text = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{auth}content-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.ok();
    let Some(end) = all.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Got { status: 0, head: String::new(), body: all };
    };
    let head = String::from_utf8_lossy(&all[..end]).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Got { status, head, body: all[end + 4..].to_vec() }
}

/// A call to the API.
pub async fn call(emulator: &Emulator, token: &str, method: &str, path: &str, body: &str) -> Got {
    send(method, &format!("{}{path}", emulator.api_base()), token, body).await
}

pub async fn get(emulator: &Emulator, token: &str, path: &str) -> Got {
    call(emulator, token, "GET", path, "").await
}

/// A control call that must succeed.
pub async fn control(emulator: &Emulator, method: &str, path: &str, body: Value) -> Value {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let got = send(method, &format!("{}/{path}", emulator.control_base()), "", &text).await;
    assert!(got.status < 300, "{method} {path}: {} {}", got.status, got.text());
    got.json()
}

pub async fn settings(emulator: &Emulator, change: Value) {
    control(emulator, "POST", "settings", change).await;
}

pub async fn advance(emulator: &Emulator, seconds: i64) {
    control(emulator, "POST", "clock", json!({"advance_s": seconds})).await;
}

/// Every scope of the demo app, as ada.
pub fn ada(emulator: &Emulator) -> String {
    emulator.issue_token("ada@emulator.test").unwrap()
}

/// A Server-to-Server token.
pub async fn server(emulator: &Emulator) -> String {
    use base64::Engine;
    let (account, id, secret) = emulator.server_to_server();
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    let url = format!("{}/token?grant_type=account_credentials&account_id={account}", emulator.oauth_base());
    let got = send_as("POST", &url, &format!("Basic {basic}"), "").await;
    got.json()["access_token"].as_str().unwrap().to_owned()
}

/// One delivery as it arrived.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub head: String,
    pub body: String,
}

impl Delivery {
    pub fn header(&self, name: &str) -> String {
        let found = self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.unwrap_or_default().to_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn event(&self) -> String {
        self.json()["event"].as_str().unwrap().to_owned()
    }
}

/// An address for webhooks. It answers challenges with `secret`, and events with the next of the set statuses, then 200.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    pub got: Arc<Mutex<Vec<Delivery>>>,
    pub statuses: Arc<Mutex<Vec<u16>>>,
    pub secret: Arc<Mutex<String>>,
}

pub async fn receiver(secret: &str) -> Receiver {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let receiver = Receiver {
        url: format!("http://127.0.0.1:{}/hooks?from=zoom", listener.local_addr().unwrap().port()),
        got: Arc::default(),
        statuses: Arc::default(),
        secret: Arc::new(Mutex::new(secret.to_owned())),
    };
    let serving = receiver.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(serving.clone(), stream));
        }
    });
    receiver
}

async fn answer(receiver: Receiver, mut stream: TcpStream) {
    let mut all = Vec::new();
    let mut chunk = [0; 4096];
    let (head, body) = loop {
        let read = stream.read(&mut chunk).await.unwrap();
        all.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&all).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if body.len() >= length.parse::<usize>().unwrap() {
                break (head.to_owned(), body.to_owned());
            }
        }
    };
    let delivery = Delivery { head, body };
    let (status, reply) = if delivery.event() == "endpoint.url_validation" {
        let plain = delivery.json()["payload"]["plainToken"].as_str().unwrap().to_owned();
        let encrypted = keyed(&receiver.secret.lock().unwrap(), &plain);
        (200, json!({"plainToken": plain, "encryptedToken": encrypted}).to_string())
    } else {
        let mut statuses = receiver.statuses.lock().unwrap();
        (if statuses.is_empty() { 200 } else { statuses.remove(0) }, String::new())
    };
    receiver.got.lock().unwrap().push(delivery);
    if status == 0 {
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    let text = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{reply}", reply.len());
    stream.write_all(text.as_bytes()).await.ok();
}

impl Receiver {
    /// Events so far, without challenges, once there are so many of them.
    pub async fn events(&self, least: usize) -> Vec<Delivery> {
        for _ in 0..300 {
            let got: Vec<Delivery> = self.got.lock().unwrap().iter().filter(|one| !one.challenge()).cloned().collect();
            if got.len() >= least {
                return got;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let names: Vec<String> = self.got.lock().unwrap().iter().map(Delivery::event).collect();
        assert_eq!(names.len(), least, "events that came in 6 seconds: {names:?}");
        Vec::new()
    }
}

impl Delivery {
    fn challenge(&self) -> bool {
        self.body.contains("endpoint.url_validation")
    }
}

/// HMAC-SHA256 as RFC 2104 writes it, independent of the emulator's.
pub fn keyed(secret: &str, text: &str) -> String {
    use sha2::{Digest, Sha256};
    let pad = |with: u8| {
        let mut block = [with; 64];
        for (to, from) in block.iter_mut().zip(secret.bytes()) {
            *to ^= from;
        }
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
    outer.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Register the receiver for these events; empty means all.
pub async fn listen(emulator: &Emulator, receiver: &Receiver, events: &[&str]) -> Value {
    let secret = receiver.secret.lock().unwrap().clone();
    let body = json!({"url": receiver.url, "secret": secret, "events": events});
    control(emulator, "POST", "webhooks", body).await
}

/// A UUID as a path needs it: encoded twice.
pub fn twice(uuid: &str) -> String {
    let once = |text: &str| text.replace('%', "%25").replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    once(&once(uuid))
}
