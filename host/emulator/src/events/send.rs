//! One POST to a loopback address.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::{Host, Url};

/// The answer must be there within three seconds of real time.
const LIMIT: Duration = Duration::from_secs(3);
/// No more of an answer is read.
const MOST: usize = 64 << 10;

/// Status and body of an answer.
pub struct Received {
    pub status: u16,
    pub body: Vec<u8>,
}

/// Check that a webhook address is one this emulator may call.
pub fn check(address: &str) -> Result<Url, String> {
    let url = Url::parse(address).map_err(|error| format!("`{address}` is not an address: {error}"))?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if loopback && url.scheme() == "http" {
        return Ok(url);
    }
    Err(format!(
        "`{address}` is not on this machine: webhooks go to http://127.0.0.1, http://localhost or http://[::1]"
    ))
}

/// Post the body. The error says why there was no answer.
pub async fn post(address: &str, headers: &[(&str, String)], body: &str) -> Result<Received, String> {
    match tokio::time::timeout(LIMIT, exchange(address, headers, body)).await {
        Ok(done) => done,
        Err(_) => Err("no answer within 3 seconds".into()),
    }
}

async fn exchange(address: &str, headers: &[(&str, String)], body: &str) -> Result<Received, String> {
    let url = check(address)?;
    let port = url.port_or_known_default().unwrap_or(80);
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let mut stream =
        TcpStream::connect((host, port)).await.map_err(|error| format!("cannot connect: {}", error.kind()))?;
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\ncontent-type: application/json; \
         charset=utf-8\r\ncontent-length: {}\r\nuser-agent: Zoom Marketplace/1.0a\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(body);
    stream.write_all(request.as_bytes()).await.map_err(|error| format!("cannot send: {}", error.kind()))?;
    receive(&mut stream).await
}

async fn receive(stream: &mut TcpStream) -> Result<Received, String> {
    let mut all = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        if let Some(done) = complete(&all) {
            return Ok(done);
        }
        let read = stream.read(&mut chunk).await.map_err(|error| format!("no answer: {}", error.kind()))?;
        all.extend(chunk.iter().take(read));
        if read == 0 || all.len() > MOST {
            let (status, start, _) = head(&all).ok_or("the connection closed without an answer")?;
            return Ok(Received { status, body: all.split_off(start.min(all.len())) });
        }
    }
}

fn complete(all: &[u8]) -> Option<Received> {
    let (status, start, length) = head(all)?;
    let body = all.get(start..start + length?)?;
    Some(Received { status, body: body.to_vec() })
}

/// Status, where the body starts, and its length when announced.
fn head(all: &[u8]) -> Option<(u16, usize, Option<usize>)> {
    let end = all.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = String::from_utf8_lossy(all.get(..end)?).to_lowercase();
    let status = text.split(' ').nth(1)?.parse().ok()?;
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let length = if status == 204 { Some(0) } else { length };
    Some((status, end + 4, length))
}
