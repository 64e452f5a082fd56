//! The small listener the browser comes back to. On this computer only, for one answer.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::callback::{Callback, PATH};
use crate::page::Page;
use crate::{ConnectionsError, holder};

const MAX_HEAD: usize = 32 * 1024;
/// Browsers open connections ahead of need and leave them idle.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// More at once than any browser opens.
const MAX_OPEN: usize = 32;

/// Where the browser is sent back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loopback {
    /// Port of the call-back address. The app must list the address, so it is a fixed one.
    pub port: u16,
    /// False when the user will paste the address: nothing listens then.
    pub listen: bool,
}

impl Default for Loopback {
    fn default() -> Self {
        Loopback { port: 7910, listen: true }
    }
}

impl Loopback {
    /// The call-back address of a port.
    pub fn redirect_uri(port: u16) -> String {
        format!("http://127.0.0.1:{port}{PATH}")
    }

    /// Takes the port, so that it is ours before the browser is sent away.
    pub(crate) async fn bind(self) -> Result<TcpListener, ConnectionsError> {
        TcpListener::bind(("127.0.0.1", self.port)).await.map_err(|cause| Loopback::busy(self.port, cause))
    }

    /// Why a port of this machine cannot be had: who holds it, where the system tells.
    pub fn busy(port: u16, cause: std::io::Error) -> ConnectionsError {
        ConnectionsError::PortBusy { port, holder: holder::of_port(port), cause }
    }
}

/// Waits for the first answer that `belongs` to the sign-in. Other requests are sent away and change nothing, so that no
/// page of another site and no old tab ends it. The port is closed before the browser sees its page, and who comes second
/// finds nobody.
pub(crate) async fn first_answer(
    listener: TcpListener,
    belongs: impl Fn(&Callback) -> bool,
) -> std::io::Result<Callback> {
    let port = listener.local_addr()?.port();
    let (first, mut taken) = mpsc::channel(1);
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            Some((callback, stream)) = taken.recv() => {
                if !belongs(&callback) {
                    open.spawn(tokio::time::timeout(HEAD_TIMEOUT, show(stream, Page::Another)));
                    continue;
                }
                drop(listener);
                let page = if callback.is_refusal() { Page::Refused } else { Page::Taken };
                // The answer counts even when the browser is gone before the page reaches it.
                let _ = tokio::time::timeout(HEAD_TIMEOUT, show(stream, page)).await;
                return Ok(callback);
            }
            Some(_) = open.join_next() => {}
            accepted = listener.accept(), if open.len() < MAX_OPEN => {
                // A connection that fails while it is accepted is that visitor's trouble.
                if let Ok((stream, _)) = accepted {
                    open.spawn(tokio::time::timeout(HEAD_TIMEOUT, visit(stream, port, first.clone())));
                } else {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
}

async fn visit(mut stream: TcpStream, port: u16, first: mpsc::Sender<(Callback, TcpStream)>) {
    let Some(head) = read_head(&mut stream).await else {
        return;
    };
    match judge(&head, port) {
        // One after the other.
        Ok(callback) => drop(first.send((callback, stream)).await),
        Err(page) => show(stream, page).await,
    }
}

async fn show(mut stream: TcpStream, page: Page) {
    let _ = stream.write_all(page.response().as_bytes()).await;
    let _ = stream.shutdown().await;
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut chunk = [0u8; 4096];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let count = stream.read(&mut chunk).await.ok()?;
        if count == 0 || head.len() + count > MAX_HEAD {
            return None;
        }
        head.extend_from_slice(chunk.get(..count)?);
    }
    String::from_utf8(head).ok()
}

fn judge(head: &str, port: u16) -> Result<Callback, Page> {
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let mut hosts = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then_some(value.trim())
    });
    // A page of another site that resolves its name to 127.0.0.1 comes with its own name.
    if hosts.next() != Some(&format!("127.0.0.1:{port}")) || hosts.next().is_some() {
        return Err(Page::WrongHost);
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path != PATH {
        return Err(Page::NotHere);
    }
    if method != "GET" {
        return Err(Page::WrongMethod);
    }
    Callback::from_query(query).ok_or(Page::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o_07_only_a_get_of_the_one_path_on_the_one_host_counts() {
        let good = "GET /oauth/callback?code=c&state=s HTTP/1.1\r\nHost: 127.0.0.1:7910\r\n\r\n";
        assert!(judge(good, 7910).is_ok());
        for (from, to, page) in [
            ("GET", "POST", Page::WrongMethod),
            ("GET", "HEAD", Page::WrongMethod),
            ("/oauth/callback", "/oauth/callback/", Page::NotHere),
            ("/oauth/callback", "/OAUTH/callback", Page::NotHere),
            ("127.0.0.1:7910", "localhost:7910", Page::WrongHost),
            ("127.0.0.1:7910", "evil.example:7910", Page::WrongHost),
            ("127.0.0.1:7910", "127.0.0.1:7910\r\nHost: x", Page::WrongHost),
            ("code=c&", "", Page::Unreadable),
        ] {
            assert_eq!(judge(&good.replace(from, to), 7910).unwrap_err(), page, "{from} → {to}");
        }
    }

    #[test]
    fn the_page_keeps_everything_to_itself() {
        let text = Page::Taken.response();
        for header in
            ["cache-control: no-store", "referrer-policy: no-referrer", "content-security-policy: default-src 'none'"]
        {
            assert!(text.contains(header), "{header}");
        }
    }
}
