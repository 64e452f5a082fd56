//! Visitors who say nothing, and one who asks.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use switchboard_listener::{Listening, VisitorLimits, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const LIMITS: VisitorLimits =
    VisitorLimits { open: 8, per_peer: 8, head: Duration::from_secs(1), whole: Duration::from_secs(5) };

async fn listening() -> (Listening, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (serve(listener, Router::new().route("/", get(async || "here")), LIMITS), address)
}

async fn ask(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Connections that each send these bytes and then nothing.
async fn idle(address: SocketAddr, count: usize, bytes: &[u8]) -> Vec<TcpStream> {
    let mut all = Vec::new();
    for _ in 0..count {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        all.push(stream);
    }
    all
}

#[tokio::test]
async fn blank_lines_keep_nobody_out() {
    let (mut listening, address) = listening().await;
    let took = listening.during(async {
        let _idle = idle(address, 40, b"\r\n\r\n").await;
        let began = Instant::now();
        assert!(ask(address).await.ends_with("here"));
        began.elapsed()
    });
    let took = took.await;
    assert!(took < Duration::from_millis(900), "{took:?}");
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let (mut listening, address) = listening().await;
    let took = listening.during(async {
        let mut idle = idle(address, 1, b"GET / HTTP/1.1\r\nhost: x\r\n").await;
        let began = Instant::now();
        let mut rest = Vec::new();
        let _ = idle.pop().unwrap().read_to_end(&mut rest).await;
        began.elapsed()
    });
    let took = took.await;
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[tokio::test]
async fn the_port_is_free_once_it_is_closed() {
    let (mut listening, address) = listening().await;
    listening.close();
    TcpListener::bind(address).await.unwrap();
}
