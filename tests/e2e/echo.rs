//! A service that repeats every secret it was given, in headers, bodies and redirects: nobody is shown one. Each context
//! searches what its commands said, kept and showed when it ends.

use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Map, Value, json};
use switchboard_egress::{Credential, FixedToken, KnownSecrets, Policy};
use switchboard_runtime::CallOptions;
use switchboard_tests::context::TestContext;

use crate::hostile::{component, runtime};

fn echoing(context: &TestContext, redirect: bool, path: &str) {
    let fault = json!({"kind": "echo", "redirect": redirect, "history": true, "count": 0, "path": path});
    assert_eq!(context.ask("POST", "/_emulator/faults", &fault).0, 200, "{fault}");
}

#[test]
fn an_api_that_repeats_every_secret_shows_none() {
    let context = TestContext::connected();
    let document = TestContext::file("manifests/automations/first-light.json");
    for redirect in [false, true] {
        context.ask("DELETE", "/_emulator/faults", &Value::Null);
        echoing(&context, redirect, "/v2/");
        for arguments in [
            &["call", "zoom.users.me", "--json", "--trace"][..],
            &["call", "zoom.recordings.list", "from=2026-01-01", "--trace"],
            &["call", "zoom.api.request", "path=/users/me", "--json", "--trace"],
            &["run", document.to_str().unwrap(), "--json", "--trace"],
            &["connection", "test", "work", "--json", "--trace"],
            &["doctor", "--json", "--trace"],
        ] {
            let done = context.run(arguments);
            assert!(done.out.contains("[hidden]") || done.code != 0, "{arguments:?}: {}", done.err);
        }
    }
    context.run(&["runs", "list", "--json"]);
    assert_eq!(context.leaks(), Vec::<String>::new());
}

#[test]
fn a_token_service_that_repeats_every_secret_shows_none() {
    let context = TestContext::connected();
    echoing(&context, false, "/oauth/token");
    context.ask("POST", "/_emulator/clock", &json!({"advance_s": 7_200}));
    let done = context.run(&["call", "zoom.users.me", "--json", "--trace"]);
    assert_ne!(done.code, 0, "{}", done.err);
    let refused = context.connect_with("again", "ada@emulator.test", "allow", &["--trace"]);
    assert_ne!(refused.code, 0, "{}", refused.err);
    context.run(&["connection", "list", "--json"]);
    context.run(&["doctor", "--json"]);
    assert_eq!(context.leaks(), Vec::<String>::new());
}

/// The access token as a service may write it: in pieces, each plain or encoded.
fn in_pieces(token: &str) -> Vec<String> {
    let chunks = |text: &str, length: usize| -> Vec<String> {
        text.as_bytes().chunks(length).map(|piece| String::from_utf8(piece.to_vec()).unwrap()).collect()
    };
    let each = |one: fn(u8) -> String| token.bytes().map(one).collect::<String>();
    let numbered = |pieces: Vec<String>| -> String {
        pieces.iter().enumerate().map(|(at, piece)| format!("{at:04}: {piece}\n")).collect()
    };
    let base64 = BASE64_STANDARD.encode(token);
    let fields: Map<String, Value> =
        chunks(token, 9).into_iter().enumerate().map(|(at, piece)| (format!("part_{at}"), piece.into())).collect();
    let list: Vec<Value> =
        chunks(&base64, 8).into_iter().enumerate().flat_map(|(at, piece)| [json!(at), json!(piece)]).collect();
    let words =
        chunks(token, 10).iter().map(|piece| format!("=?utf-8?B?{}?= ", BASE64_STANDARD.encode(piece))).collect();
    vec![
        Value::from(fields).to_string(),
        json!({ "list": list }).to_string(),
        json!({ "text": chunks(&base64, 12).join("<br class=x>") }).to_string(),
        json!({ "text": chunks(&base64, 12).join("\u{200b}") }).to_string(),
        json!({ "text": chunks(&base64, 12).join("&#8203;") }).to_string(),
        json!({ "text": numbered(chunks(token, 12)) }).to_string(),
        json!({ "text": each(|byte| format!("\\{byte:06x}")) }).to_string(),
        json!({ "text": each(|byte| format!("\\{byte:o}")) }).to_string(),
        words,
        numbered(chunks(&each(|byte| format!("{byte:02x} ")), 48)),
    ]
}

#[test]
fn a_secret_in_pieces_is_hidden() {
    let context = TestContext::connected();
    let token = context.emulator.issued_tokens().into_iter().next().unwrap();
    for body in in_pieces(&token) {
        context.ask("DELETE", "/_emulator/faults", &Value::Null);
        let fault =
            json!({"kind": "text", "status": 200, "body": body, "content_type": "application/json", "count": 0});
        assert_eq!(context.ask("POST", "/_emulator/faults", &fault).0, 200, "{fault}");
        let done = context.run(&["call", "zoom.api.request", "path=/users/me", "--json"]);
        assert!(done.out.contains("[hidden]"), "{body}: {} {}", done.out, done.err);
        let letters = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).count();
        let left = letters(&done.out.replace("[hidden]", ""));
        // The answer is `{"status": 200, "body": …}`.
        let others = letters("status 200 body text") + letters(&body) - letters(&token);
        assert!(left < others + 12, "{body}: {}", done.out);
    }
}

/// A text of the service, as the connector that shows every answer returns it.
fn shown(context: &TestContext, text: &str) -> String {
    context.ask("DELETE", "/_emulator/faults", &Value::Null);
    let body = json!({ "text": text }).to_string();
    let fault = json!({"kind": "text", "status": 200, "body": body, "content_type": "application/json", "count": 0});
    assert_eq!(context.ask("POST", "/_emulator/faults", &fault).0, 200, "{fault}");
    let output = context.json(&["call", "zoom.api.request", "path=/users/me", "--json"]);
    output["body"]["text"].as_str().unwrap_or_else(|| panic!("{output}")).to_owned()
}

/// How a service writes one byte of a token, the first of them at 0, and what stands between two.
type Item = (fn(usize, u8) -> String, &'static str);

const ITEMS: [Item; 23] = [
    (|_, byte| byte.to_string(), " "),
    (|_, byte| byte.to_string(), "\n"),
    (|_, byte| byte.to_string(), "|"),
    (|_, byte| byte.to_string(), "-"),
    (|_, byte| byte.to_string(), "."),
    (|_, byte| byte.to_string(), ":"),
    (|_, byte| byte.to_string(), ";"),
    (|_, byte| byte.to_string(), "\t"),
    (|_, byte| format!("\"{byte}\""), ","),
    (|_, byte| format!("{byte:02x}"), "|"),
    (|_, byte| format!("{byte:02x}h"), " "),
    (|_, byte| format!("{byte:03o}"), " "),
    (|at, byte| format!("\"{at}\":{byte}"), ","),
    (|at, byte| format!("{at} => {byte}"), ", "),
    (|_, byte| format!("chr({byte})"), "."),
    (|_, byte| format!("\"{}\"", char::from(byte)), ","),
    (|at, byte| format!("\"{at}\":\"{}\"", char::from(byte)), ","),
    (|at, byte| format!("{at}: {byte}"), "\n"),
    (|_, byte| format!("\u{1b}[31m{}\u{1b}[0m", char::from(byte)), ""),
    (|_, byte| format!("\u{1b}[31m{byte}\u{1b}[0m"), ""),
    (|_, byte| char::from(byte).to_string(), "\u{200b}"),
    (|_, byte| char::from(byte).to_string(), "&ZeroWidthSpace;"),
    (|_, byte| format!("&#x{byte:016x};"), ""),
];

#[test]
fn a_secret_in_numbers_and_characters_is_hidden() {
    let context = TestContext::connected();
    let token = context.emulator.issued_tokens().into_iter().next().unwrap();
    let mut shown_items = Vec::new();
    for (item, between) in ITEMS {
        let items: Vec<String> = token.bytes().enumerate().map(|(at, byte)| item(at, byte)).collect();
        let text = shown(&context, &items.join(between));
        shown_items.extend(items.windows(4).map(|part| part.join(between)).find(|part| text.contains(part)));
    }
    assert_eq!(shown_items, Vec::<String>::new());
}

#[test]
fn a_secret_in_words_of_a_dump_is_hidden() {
    let context = TestContext::connected();
    let token = context.emulator.issued_tokens().into_iter().next().unwrap();
    let swap = |word: &[u8]| word.iter().rev().map(|byte| format!("{byte:02x}")).collect::<String>();
    let words: Vec<String> = token.as_bytes().chunks(2).map(swap).collect();
    let lines = words.chunks(8).enumerate().map(|(at, line)| format!("{:07o} {}\n", at * 16, line.join(" ")));
    let text = shown(&context, &lines.collect::<String>());
    let left = words.windows(2).find(|part| text.contains(&part.join(" ")));
    assert_eq!(left, None, "{text}");
}

#[test]
fn a_compressed_secret_is_hidden() {
    let context = TestContext::connected();
    let token = context.emulator.issued_tokens().into_iter().next().unwrap();
    for packed in [gzip(&token), miniz_oxide::deflate::compress_to_vec_zlib(token.as_bytes(), 6)] {
        let text = BASE64_STANDARD.encode(packed);
        assert_eq!(shown(&context, &format!("sent {text} to us")), "sent [hidden] to us");
    }
}

fn gzip(text: &str) -> Vec<u8> {
    // The checksum and the length at the end are of no interest to who only reads the text.
    let header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    [header.as_slice(), &miniz_oxide::deflate::compress_to_vec(text.as_bytes(), 6), &[0; 8]].concat()
}

#[test]
fn keys_that_held_secrets_stay_apart() {
    let context = TestContext::connected();
    let tokens = context.emulator.issued_tokens();
    context.ask("DELETE", "/_emulator/faults", &Value::Null);
    let body = json!({ &tokens[0]: 1, &tokens[1]: 2 }).to_string();
    let fault = json!({"kind": "text", "status": 200, "body": body, "content_type": "application/json", "count": 0});
    assert_eq!(context.ask("POST", "/_emulator/faults", &fault).0, 200, "{fault}");
    let output = context.json(&["call", "zoom.api.request", "path=/users/me", "--json"]);
    assert_eq!(output["body"].as_object().map(Map::len), Some(2), "{output}");
}

/// The access token ends, and another process replaces it.
fn refresh(context: &TestContext) {
    let issued = context.emulator.issued_tokens().len();
    context.ask("POST", "/_emulator/clock", &json!({"advance_s": 7_200}));
    context.json(&["call", "zoom.users.me", "--json"]);
    assert_eq!(context.emulator.issued_tokens().len(), issued + 2, "both tokens are new");
}

/// Commands that show what the API repeats.
fn listen(context: &TestContext) {
    for redirect in [false, true] {
        context.ask("DELETE", "/_emulator/faults", &Value::Null);
        echoing(context, redirect, "/v2/");
        context.run(&["call", "zoom.users.me", "--json", "--trace"]);
        context.run(&["call", "zoom.api.request", "path=/users/me", "--json", "--trace"]);
        context.run(&["connection", "test", "work", "--json", "--trace"]);
    }
    context.ask("DELETE", "/_emulator/faults", &Value::Null);
    context.run(&["runs", "list", "--json"]);
}

#[test]
fn secrets_from_before_a_refresh_stay_hidden() {
    let context = TestContext::connected();
    refresh(&context);
    refresh(&context);
    listen(&context);
    assert_eq!(context.leaks(), Vec::<String>::new());
}

#[test]
fn secrets_from_before_a_key_rotation_stay_hidden() {
    let context = TestContext::connected();
    refresh(&context);
    context.json(&["key", "rotate", "--json"]);
    listen(&context);
    assert_eq!(context.leaks(), Vec::<String>::new());
}

#[test]
fn secrets_from_before_a_reconnect_stay_hidden() {
    let context = TestContext::connected();
    refresh(&context);
    let done = context.sign_in(&["connection", "reconnect", "work"], "ada@emulator.test", "allow");
    assert_eq!(done.code, 0, "{}", done.err);
    refresh(&context);
    listen(&context);
    assert_eq!(context.leaks(), Vec::<String>::new());
}

#[test]
fn the_refresh_that_is_refused_shows_no_earlier_secret() {
    let context = TestContext::connected();
    refresh(&context);
    context.ask("POST", "/_emulator/clock", &json!({"advance_s": 7_200}));
    echoing(&context, false, "/oauth/token");
    let done = context.run(&["call", "zoom.users.me", "--json", "--trace"]);
    assert_ne!(done.code, 0, "{}", done.err);
    let refused = context.sign_in(&["connection", "reconnect", "work", "--trace"], "ada@emulator.test", "allow");
    assert_ne!(refused.code, 0, "{}", refused.err);
    context.run(&["connection", "show", "work", "--json"]);
    context.run(&["doctor", "--json"]);
    assert_eq!(context.leaks(), Vec::<String>::new());
}

/// Returns the body of the answer as its output.
const REPEATS: &str = r#"
(data (i32.const 50000) "/users/me")
(func $invoke (result i32)
  (call $send (i32.const 0) (i32.const 0) (i32.const 50000) (i32.const 9) (i32.const 0) (i32.const 0)
    (i32.const 40960) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32768))
  (call $ok (i32.load (i32.const 32788)) (i32.load (i32.const 32792))))"#;

#[test]
fn a_connector_that_returns_all_it_received_returns_no_secret() {
    let context = TestContext::new();
    let token = context.emulator.issue_token("ada@emulator.test").unwrap();
    echoing(&context, false, "/v2/");
    // An embedder names the secret of its app.
    let secrets = context.emulator.app_secrets();
    let others = KnownSecrets::of(secrets.iter().map(String::as_str));
    let credential = Credential::new(token);
    let known = credential.known().and(&others);
    let policy = Policy::new(context.emulator.api_base().parse().unwrap(), Vec::new());
    let connection = Arc::new(FixedToken::new(policy, credential.hiding(known)));
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let output = threads.block_on(async {
        let runtime = runtime();
        let connector = runtime.load_wasm(&component(REPEATS)).await.unwrap();
        connector.call("zoom.x.go", json!({}), connection, &CallOptions::default()).await.unwrap()
    });
    assert!(output["message"].as_str().unwrap().contains("[hidden]"), "{output}");
    context.home.record("what the connector returned", output.to_string());
    assert_eq!(context.leaks(), Vec::<String>::new());
}
