//! From the service's signed delivery to a typed event.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::time::SystemTime;

use serde_json::{Value, json};
use switchboard_connections::SignedEvent;
use switchboard_runtime::{Connector, Egress, Runtime, RuntimeConfig};
use switchboard_tests::world::{World, http};

const SECRET: &str = "a-secret-token";

/// One delivery as it came in.
struct Received {
    timestamp: String,
    signature: String,
    body: Vec<u8>,
}

/// Takes one request in and answers it.
fn receive(listener: &TcpListener) -> Received {
    let (stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(stream);
    let (mut timestamp, mut signature, mut length) = (String::new(), String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            if line.trim_end().is_empty() {
                break;
            }
            continue;
        };
        match name {
            "x-zm-request-timestamp" => timestamp = value.to_owned(),
            "x-zm-signature" => signature = value.to_owned(),
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    reader.into_inner().write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n").unwrap();
    Received { timestamp, signature, body }
}

async fn connector() -> Connector {
    let runtime = Runtime::new(RuntimeConfig::default(), Egress::new().unwrap()).unwrap();
    runtime.load_wasm(&std::fs::read(World::file("target/connectors/zoom.wasm")).unwrap()).await.unwrap()
}

fn control(world: &World, path: &str, body: &Value) -> String {
    let base: url::Url = world.emulator.control_base().parse().unwrap();
    let (status, _, text) = http("POST", base.port().unwrap(), &format!("{}/{path}", base.path()), &body.to_string());
    assert!((200..300).contains(&status), "{path}: {status} {text}");
    text
}

#[test]
fn seed_uipath_49_a_signed_delivery_becomes_a_typed_event_and_its_token_ends_at_the_host() {
    let world = World::connected();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let hook = json!({"url": format!("http://{}/hook", listener.local_addr().unwrap()), "secret": SECRET,
        "events": ["recording.completed"], "validate": false});
    control(&world, "webhooks", &hook);
    let made = world.json(&[
        "call",
        "zoom.meetings.create",
        "topic=Recorded",
        "start_time=2099-01-01T10:00:00Z",
        "timezone=UTC",
        "--json",
    ]);
    let id = made["meeting"]["id"].as_str().unwrap();
    for what in ["start", "record", "end", "finish"] {
        control(&world, &format!("meetings/{id}/{what}"), &json!({}));
    }
    let got = receive(&listener);
    let raw = String::from_utf8(got.body.clone()).unwrap();
    let sent: Value = serde_json::from_str(&raw).unwrap();
    let token = sent["download_token"].as_str().unwrap();

    let signed = SignedEvent { body: &got.body, timestamp: &got.timestamp, signature: &got.signature };
    let now = i64::try_from(SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap();
    let delivery = signed.verify(&SECRET.into(), now).unwrap();
    let threads = tokio::runtime::Runtime::new().unwrap();
    let event = threads.block_on(async { connector().await.event(delivery).await }).unwrap();
    assert_eq!((event.id.as_str(), event.known), ("zoom.recording.completed", true));
    assert_eq!(event.data["recording"]["meeting_id"], id, "{}", event.data);
    assert_eq!(event.data["recording"]["topic"], "Recorded");
    assert!(!event.data.to_string().contains(token), "the token came out");
}

#[tokio::test]
async fn what_is_no_event_is_a_problem_and_an_unknown_one_is_kept() {
    let connector = connector().await;
    assert_eq!(connector.event(json!([1])).await.unwrap_err().code(), "event.unreadable");
    let unknown = json!({"event": "meeting.danced", "payload": {"object": {"id": 1, "download_token": "t"}}});
    let event = connector.event(unknown).await.unwrap();
    assert_eq!((event.id.as_str(), event.known), ("zoom.meeting.danced", false));
    assert_eq!(event.data["payload"], json!({"object": {"id": 1}}));
    let crippled = connector.event(json!({"event": "meeting.started", "payload": {"object": {}}})).await.unwrap();
    assert!(!crippled.known);
}

#[test]
fn events_are_listed_and_explained_and_a_wrong_name_gets_the_nearest() {
    let world = World::new();
    let all = world.json(&["event", "list", "--json"]);
    let names: Vec<&str> = all.as_array().unwrap().iter().filter_map(|row| row["event"].as_str()).collect();
    assert!(
        names.contains(&"zoom.recording.transcript_completed") && names.contains(&"zoom.app_deauthorized"),
        "{names:?}"
    );
    let shown = world.run(&["event", "show", "recording.completed"]);
    for part in ["zoom.recording.completed", "cloud_recording:read:recording", "recording", "example:", "play_passcode"]
    {
        assert!(shown.out.contains(part), "{part}: {}", shown.out);
    }
    let schema = world.json(&["event", "schema", "zoom.user.created"]);
    assert_eq!(schema["properties"]["creation_type"]["type"], json!(["string", "null"]), "{schema}");
    let wrong = world.run(&["event", "show", "zoom.meetings.created", "--json"]);
    assert_eq!(wrong.code, 2, "{}", wrong.err);
    assert!(wrong.err.contains("zoom.meeting.created"), "{}", wrong.err);
}
