//! Serves pages to browsers, on this machine or facing the internet.
//!
//! What a visitor can take is bounded: connections at once, connections of one address, the time for a request's head and
//! for everything. A new visitor never waits for an idle one: when all places are taken, the connection that has been idle
//! longest is closed. Not here: what the pages say. Start at [`serve`].

mod places;

use std::convert::Infallible;
use std::future::{Future, pending};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use places::Places;

/// The longest head of a request. Browsers send a few KiB, and a call-back address may have 16 KiB.
const MAX_HEAD: usize = 32 * 1024;
/// After an accept that failed. The system may have no descriptor for a moment.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What visitors can take.
#[derive(Clone, Copy, Debug)]
pub struct VisitorLimits {
    /// Connections at once.
    pub open: usize,
    /// Connections of one address at once. Loopback is exempt: a proxy brings everybody from there.
    pub per_peer: usize,
    /// Time for the head of a request, from the moment of connecting.
    pub head: Duration,
    /// Time for a whole connection.
    pub whole: Duration,
}

/// A listener and its visitors. Dropping it closes the port and every connection.
#[derive(Debug)]
pub struct Listening {
    listener: Option<TcpListener>,
    pages: Router,
    places: Places,
}

/// Serves these pages while [`Listening::during`] runs. Each connection carries one request.
pub fn serve(listener: TcpListener, pages: Router, limits: VisitorLimits) -> Listening {
    Listening { listener: Some(listener), pages, places: Places::new(limits) }
}

impl Listening {
    /// Takes visitors in until `work` is done.
    pub async fn during<T>(&mut self, work: impl Future<Output = T>) -> T {
        tokio::select! {
            done = work => done,
            never = self.accept() => match never {},
        }
    }

    /// Takes in nobody else. The port is free when this returns; whoever has asked is still answered.
    pub fn close(&mut self) {
        drop(self.listener.take());
    }

    /// Closes, and waits until everybody who has asked is answered, at most this long.
    pub async fn finish(mut self, patience: Duration) {
        self.close();
        self.places.close_idle();
        let _ = timeout(patience, self.places.ended()).await;
    }

    async fn accept(&mut self) -> Infallible {
        let Some(listener) = &self.listener else { return pending().await };
        loop {
            match listener.accept().await {
                Ok((stream, from)) => {
                    let limits = self.places.limits();
                    self.places.admit(from.ip(), |asked| visit(stream, self.pages.clone(), limits, asked));
                }
                // A connection that fails while it is accepted is that visitor's trouble.
                Err(_) => sleep(ACCEPT_PAUSE).await,
            }
        }
    }
}

/// One connection. `asked` is set once the head of its request is there.
async fn visit(stream: TcpStream, pages: Router, limits: VisitorLimits, asked: Arc<AtomicBool>) {
    let pages = TowerToHyperService::new(pages);
    let service = service_fn(move |request| {
        asked.store(true, Ordering::Relaxed);
        pages.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(MAX_HEAD)
        .keep_alive(false)
        // A browser that is gone does not take back what it asked.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service);
    let _ = timeout(limits.whole, connection).await;
}
