//! The small listener the browser comes back to. On this computer only, for one answer.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, header};
use axum::response::Response;
use switchboard_listener::{VisitorLimits, serve};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use crate::sign_in::callback::{Callback, PATH};
use crate::sign_in::result_page::Page;
use crate::{ConnectionsError, procfs};

/// More at once than any browser opens. Browsers open connections ahead of need and leave them idle.
const LIMITS: VisitorLimits =
    VisitorLimits { open: 32, per_peer: 32, head: Duration::from_secs(10), whole: Duration::from_secs(30) };
/// How long the last page may take to reach the browser. It is short, and the code waits meanwhile.
const LAST_PAGE: Duration = Duration::from_secs(2);

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
        ConnectionsError::PortBusy { port, holder: procfs::of_port(port), cause }
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
    let (answers, mut taken) = mpsc::channel(LIMITS.open);
    let pages = Router::new().fallback(move |request| visit(request, port, answers.clone()));
    let mut listening = serve(listener, pages, LIMITS);
    while let Some(Visit { callback, page }) = listening.during(taken.recv()).await {
        if !belongs(&callback) {
            let _ = page.send(Page::Another);
            continue;
        }
        listening.close();
        // The answer counts even when the browser is gone before the page reaches it.
        let _ = page.send(if callback.is_refusal() { Page::Refused } else { Page::Taken });
        // Whoever came at the same time is sent away at once.
        drop(taken);
        listening.finish(LAST_PAGE).await;
        return Ok(callback);
    }
    Err(std::io::Error::other("the listener has ended"))
}

/// A browser that came with an answer, and the page that it waits for.
struct Visit {
    callback: Callback,
    page: oneshot::Sender<Page>,
}

async fn visit(request: Request, port: u16, answers: mpsc::Sender<Visit>) -> Response {
    let callback = match judge(&request, port) {
        Ok(callback) => callback,
        Err(page) => return page.response(),
    };
    let (page, shown) = oneshot::channel();
    let _ = answers.send(Visit { callback, page }).await;
    shown.await.unwrap_or(Page::Another).response()
}

fn judge(request: &Request, port: u16) -> Result<Callback, Page> {
    let mut hosts = request.headers().get_all(header::HOST).iter().map(|host| host.as_bytes());
    // A page of another site that resolves its name to 127.0.0.1 comes with its own name.
    if hosts.next() != Some(format!("127.0.0.1:{port}").as_bytes()) || hosts.next().is_some() {
        return Err(Page::WrongHost);
    }
    if request.uri().path() != PATH {
        return Err(Page::NotHere);
    }
    if request.method() != Method::GET {
        return Err(Page::WrongMethod);
    }
    Callback::from_query(request.uri().query().unwrap_or_default()).ok_or(Page::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o_07_only_a_get_of_the_one_path_on_the_one_host_counts() {
        let judged = |method: &str, target: &str, hosts: &[&str]| {
            let mut request = axum::http::Request::builder().method(method).uri(target);
            for host in hosts {
                request = request.header("host", *host);
            }
            judge(&request.body(axum::body::Body::empty()).unwrap(), 7910).map(|_| ())
        };
        let (target, host) = ("/oauth/callback?code=c&state=s", "127.0.0.1:7910");
        assert_eq!(judged("GET", target, &[host]), Ok(()));
        for (method, target, hosts, page) in [
            ("POST", target, &[host][..], Page::WrongMethod),
            ("HEAD", target, &[host], Page::WrongMethod),
            ("GET", "/oauth/callback/?code=c&state=s", &[host], Page::NotHere),
            ("GET", "/OAUTH/callback?code=c&state=s", &[host], Page::NotHere),
            ("GET", target, &["localhost:7910"], Page::WrongHost),
            ("GET", target, &["evil.example:7910"], Page::WrongHost),
            ("GET", target, &[host, "x"], Page::WrongHost),
            ("GET", target, &[], Page::WrongHost),
            ("GET", "/oauth/callback?state=s", &[host], Page::Unreadable),
        ] {
            assert_eq!(judged(method, target, hosts), Err(page), "{method} {target} {hosts:?}");
        }
    }

    #[test]
    fn the_page_keeps_everything_to_itself() {
        let page = Page::Taken.response();
        for (header, value) in [
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("content-security-policy", "default-src 'none'"),
        ] {
            assert_eq!(page.headers()[header], value);
        }
    }
}
