//! Control calls to an emulator on this machine.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use super::Failed;

/// The JSON answer; null when it has no body. Refusals come as the emulator's words.
pub async fn send(method: &str, control: &str, what: &str, body: &str) -> Result<Value, Failed> {
    let (status, bytes) = exchange(method, control, what, body).await?;
    let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if status < 300 {
        return Ok(answer);
    }
    let why = answer.get("error").and_then(Value::as_str).unwrap_or("no reason given");
    Err(Failed { message: format!("the emulator refused: {why}"), usage: status == 400 })
}

/// The bytes of a document.
pub async fn fetch(control: &str, what: &str) -> Result<Vec<u8>, Failed> {
    match exchange("GET", control, what, "").await? {
        (200, bytes) => Ok(bytes),
        (status, _) => Err(format!("the emulator answered with status {status}").into()),
    }
}

async fn exchange(method: &str, control: &str, what: &str, body: &str) -> Result<(u16, Vec<u8>), Failed> {
    let wrong = |error| Failed { message: format!("`{control}` is not an address: {error}"), usage: true };
    let url = Url::parse(control).map_err(wrong)?;
    let (Some(host), Some(port), "http") = (url.host_str(), url.port_or_known_default(), url.scheme()) else {
        let message = format!("`{control}` is not the address of an emulator, such as http://127.0.0.1:7901");
        return Err(Failed { message, usage: true });
    };
    let absent = |error: std::io::Error| {
        format!(
            "no emulator at {host}:{port}: {}; start one with `emulator start`, or name it with --port or --at",
            error.kind()
        )
    };
    let mut stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await.map_err(absent)?;
    let head = format!(
        "{method} {}/{what} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\ncontent-type: \
         application/json\r\ncontent-length: {}\r\n\r\n",
        url.path(),
        body.len()
    );
    let broken = |error: std::io::Error| format!("the emulator ended the connection: {}", error.kind());
    stream.write_all(head.as_bytes()).await.map_err(broken)?;
    stream.write_all(body.as_bytes()).await.map_err(broken)?;
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.map_err(broken)?;
    let end =
        all.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(|| "the emulator gave no answer".to_owned())?;
    let head = String::from_utf8_lossy(all.get(..end).unwrap_or_default()).into_owned();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| "the answer is not HTTP".to_owned())?;
    Ok((status, all.split_off(end + 4)))
}
