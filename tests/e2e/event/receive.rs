//! From the service's signed delivery to a typed event.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::time::SystemTime;

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use switchboard_app::connect::SignInStep;
use switchboard_app::webhooks;
use switchboard_app::{App, AppError, Config, Confirmation, Message, Ui};
use switchboard_connections::{Connections, Deauthorization, DeauthorizationRule, KeySource, Vault};
use switchboard_runtime::{
    Connector, Egress, MemoryReplays, Refusal, Replays, Runtime, RuntimeConfig, SigningSecrets, Unverified, Verified,
};
use switchboard_store::Store;
use switchboard_tests::context::{TestContext, http};

use crate::hostile;

const SECRET: &str = "a-secret-token";

/// One delivery as it came in.
struct Received {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Received {
    /// Judged by what the connector's manifest says of signatures.
    async fn verify(
        &self,
        by: &Connector,
        secrets: &SigningSecrets,
        now_ms: i64,
        replays: &dyn Replays,
    ) -> Result<Verified, Refusal> {
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let signing = by.manifest().deliveries.signing.as_ref().unwrap();
        Unverified::new(headers, &self.body).verify(signing, secrets, now_ms, replays).await
    }

    /// As a tunnel or a log shows it, with this body: headers, an empty line, the body.
    fn save(&self, context: &TestContext, name: &str, body: &[u8]) -> String {
        let head: String = self.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        let file = context.home.path().join(name);
        std::fs::write(&file, [head.as_bytes(), b"\n", body].concat()).unwrap();
        file.display().to_string()
    }
}

/// Takes one request in and answers it.
fn receive(listener: &TcpListener) -> Received {
    let (stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(stream);
    let (mut headers, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim_end().is_empty() {
            break;
        }
        let Some((name, value)) = line.trim_end().split_once(": ") else { continue };
        if name == "content-length" {
            length = value.parse().unwrap();
        }
        headers.push((name.to_owned(), value.to_owned()));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    reader.into_inner().write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n").unwrap();
    Received { headers, body }
}

fn now() -> i64 {
    i64::try_from(SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap()
}

fn secrets(app: &str, secret: &str) -> SigningSecrets {
    SigningSecrets::new(app, [secret.into()]).unwrap()
}

async fn connector() -> Connector {
    let runtime = Runtime::new(RuntimeConfig::default(), Egress::new().unwrap()).unwrap();
    runtime.load_wasm(&std::fs::read(TestContext::file("target/connectors/zoom.wasm")).unwrap()).await.unwrap()
}

fn control(context: &TestContext, path: &str, body: &Value) -> String {
    let base: url::Url = context.emulator.control_base().parse().unwrap();
    let (status, _, text) = http("POST", base.port().unwrap(), &format!("{}/{path}", base.path()), &body.to_string());
    assert!((200..300).contains(&status), "{path}: {status} {text}");
    text
}

/// What is signed and sent when ada removes the app.
fn removed(context: &TestContext) -> Received {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let hook = json!({"url": format!("http://{}/hook", listener.local_addr().unwrap()), "secret": SECRET,
        "client_id": "switchboard-demo", "events": ["app_deauthorized"], "validate": false});
    control(context, "webhooks", &hook);
    control(context, "apps/switchboard-demo/deauthorize", &json!({"user": "ada@emulator.test"}));
    receive(&listener)
}

#[test]
fn seed_uipath_49_a_signed_delivery_becomes_a_typed_event_and_its_token_ends_at_the_host() {
    let context = TestContext::connected();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let hook = json!({"url": format!("http://{}/hook", listener.local_addr().unwrap()), "secret": SECRET,
        "events": ["recording.completed"], "validate": false});
    control(&context, "webhooks", &hook);
    let made = context.json(&[
        "call",
        "zoom.meetings.create",
        "topic=Recorded",
        "start_time=2099-01-01T10:00:00Z",
        "timezone=UTC",
        "--json",
    ]);
    let id = made["meeting"]["id"].as_str().unwrap();
    for what in ["start", "record", "end", "finish"] {
        control(&context, &format!("meetings/{id}/{what}"), &json!({}));
    }
    let got = receive(&listener);
    let raw = String::from_utf8(got.body.clone()).unwrap();
    let sent: Value = serde_json::from_str(&raw).unwrap();
    let token = sent["download_token"].as_str().unwrap();

    let threads = tokio::runtime::Runtime::new().unwrap();
    let event = threads.block_on(async {
        let connector = connector().await;
        let delivery = got.verify(&connector, &secrets("app", SECRET), now(), &MemoryReplays::default()).await.unwrap();
        connector.event(&delivery).await.unwrap()
    });
    assert_eq!((event.id.as_str(), event.known), ("zoom.recording.completed", true));
    assert_eq!(event.data["recording"]["meeting_id"], id, "{}", event.data);
    assert_eq!(event.data["recording"]["topic"], "Recorded");
    assert!(!event.data.to_string().contains(token), "the token came out");
}

#[tokio::test]
async fn what_is_no_event_is_a_problem_and_an_unknown_one_is_kept() {
    let connector = connector().await;
    let inspect =
        async |body: Value| connector.inspect(&Unverified::for_inspection(body.to_string().as_bytes()).unwrap()).await;
    assert_eq!(inspect(json!([1])).await.unwrap_err().code(), "event.unreadable");
    let unknown = json!({"event": "meeting.danced", "payload": {"object": {"id": 1, "download_token": "t"}}});
    let event = inspect(unknown).await.unwrap();
    assert_eq!((&event["event"], &event["payload"]), (&json!("meeting.danced"), &json!({"object": {"id": 1}})));
    let crippled = inspect(json!({"event": "meeting.started", "payload": {"object": {}}})).await.unwrap();
    assert!(crippled.get("payload").is_some(), "{crippled}");
}

/// What Zoom signed in July 2024 with a secret that was published with it: escapes for emoji, raw letters for the rest.
const FROM_ZOOM: [(&str, &str, &str); 2] = [
    (
        "1720705455",
        "v0=93a1a675965ceb9c5a50c5dfb31f20e50f763be37a54ef74cd2d16a1a8e5c0d6",
        r#"{"payload":{"plainToken":"xys8n8PGS7mAU0m5-YJjRA"},"event_ts":1720705455858,"event":"endpoint.url_validation"}"#,
    ),
    (
        "1720707175",
        "v0=1a14e79349318fa1bead50ebbd3c185ae078e182d3bbd30ab8010fcb7f4357c7",
        r#"{"event":"meeting.started","payload":{"account_id":"VjZoEArIT5y-HlWxkV-tVA","object":{"duration":60,"start_time":"2024-07-11T14:12:55Z","timezone":"America/New_York","topic":"Test \uD83D\uDE92\uD83D\uDE92 ? - ’ - – \uD83D\uDE97 HOLA","id":"85393847045","type":2,"uuid":"jUh5o3dKQIytvcsfTtKBlg==","host_id":"8lzIwvZTSOqjndWPbPqzuA"}},"event_ts":1720707175904}"#,
    ),
];

#[tokio::test]
async fn what_zoom_itself_signed_is_believed_by_what_the_manifest_says_and_the_same_json_in_other_bytes_is_not() {
    let connector = connector().await;
    let known = secrets("app", "4fv1RkqGQUq5sWbEz6hA5A");
    for (timestamp, signature, body) in FROM_ZOOM {
        let at = timestamp.parse::<i64>().unwrap() * 1_000;
        let came = |body: &str| Received {
            headers: vec![
                ("X-Zm-Request-Timestamp".into(), timestamp.into()),
                ("x-zm-signature".into(), signature.into()),
            ],
            body: body.as_bytes().to_vec(),
        };
        let verify = async |body: &str, secrets: &SigningSecrets, now_ms: i64| {
            came(body).verify(&connector, secrets, now_ms, &MemoryReplays::default()).await
        };
        let delivery = verify(body, &known, at).await.unwrap();
        connector.event(&delivery).await.unwrap();
        let written_again = serde_json::from_str::<Value>(body).unwrap().to_string();
        if body.contains("\\u") {
            assert_eq!(verify(&written_again, &known, at).await.unwrap_err(), Refusal::Forged, "{written_again}");
        }
        let other = secrets("app", "some-other-secret");
        assert_eq!(verify(body, &other, at).await.unwrap_err(), Refusal::Forged);
        assert!(matches!(verify(body, &known, now()).await, Err(Refusal::OutOfTime { .. })));
    }
}

#[test]
fn seed_anyclip_45_the_signed_word_of_zoom_ends_the_connection_once_and_a_replay_or_another_apps_secret_does_not() {
    let context = TestContext::connected();
    context.add_secret("the webhook secret", SECRET);
    let got = removed(&context);

    let store = Store::open(context.home.path()).unwrap();
    let vault = Vault::open(&store, KeySource::File(context.home.path().join("key"))).unwrap();
    let connections = Connections::open(store, vault, Egress::new().unwrap());
    let threads = tokio::runtime::Runtime::new().unwrap();
    threads.block_on(async {
        let connector = connector().await;
        let rule = connector.manifest().auth.deauthorization.clone().unwrap();
        let rule: DeauthorizationRule = serde_json::from_value(rule).unwrap();
        // The secret of somebody else's app, were it the same one, speaks for that app alone.
        let stranger =
            got.verify(&connector, &secrets("other", SECRET), now(), &MemoryReplays::default()).await.unwrap();
        assert_eq!(Deauthorization::read(&stranger, &rule).unwrap_err().code(), "event-refused");

        let known = secrets("switchboard-demo", SECRET);
        let delivery = got.verify(&connector, &known, now(), &connections.replays()).await.unwrap();
        assert_eq!(connector.event(&delivery).await.unwrap().id, "zoom.app_deauthorized");
        let removed = Deauthorization::read(&delivery, &rule).unwrap().unwrap();
        let ended = connections.deauthorized(&removed).unwrap();
        assert_eq!((ended.len(), ended[0].label.as_str(), ended[0].state.as_str()), (1, "work", "disconnected"));
        let again = got.verify(&connector, &known, now(), &connections.replays()).await;
        assert_eq!(again.unwrap_err(), Refusal::Replayed);
    });
    let called = context.run(&["call", "zoom.users.me", "--json"]);
    assert_eq!(called.code, 4, "{}", called.err);
}

#[test]
fn a_message_that_was_saved_is_taken_in_by_the_command_and_ends_what_it_says() {
    let context = TestContext::connected();
    let got = removed(&context);
    let secret = context.secret_file(SECRET);
    let take = |file: &str, app: &str| {
        context.run(&["event", "receive", file, "--client-id", app, "--event-secret-file", &secret, "--json"])
    };
    let state = || context.json(&["connection", "show", "work", "--json"])["state"].clone();
    let saved = got.save(&context, "message", &got.body);

    let changed =
        TestContext::error(&take(&got.save(&context, "changed", &[&got.body[..], b" "].concat()), "switchboard-demo"));
    assert_eq!((&changed["code"], state()), (&json!("event-refused"), json!("active")), "{changed}");
    assert!(changed["fix"].as_str().unwrap().contains("switchboard doctor --event "), "{changed}");
    let stranger = TestContext::error(&take(&saved, "other"));
    assert_eq!((&stranger["code"], state()), (&json!("event-refused"), json!("active")), "{stranger}");

    let done = take(&saved, "switchboard-demo");
    let said: Value = serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{error}: {}", done.err));
    assert_eq!((&said["id"], &said["known"]), (&json!("zoom.app_deauthorized"), &json!(true)));
    assert_eq!((&said["event"]["client_id"], &said["ended"]), (&json!("switchboard-demo"), &json!(["work"])), "{said}");
    assert_eq!(state(), "disconnected");
    let again = take(&saved, "switchboard-demo");
    assert_eq!(again.code, 3, "{}", again.err);
    assert!(
        TestContext::error(&again)["message"].as_str().unwrap().contains("it was received before"),
        "{}",
        again.err
    );
}

/// A signed message in which two readers could see two events.
#[test]
fn signed_message_with_a_key_twice_is_refused() {
    let context = TestContext::connected();
    let secret = context.secret_file(SECRET);
    let body = br#"{"event":"user.created","event":"app_deauthorized","event_ts":1,"payload":{}}"#;
    let time = (now() / 1_000).to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    for part in [b"v0:".as_slice(), time.as_bytes(), b":", body] {
        mac.update(part);
    }
    let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let headers =
        vec![("x-zm-request-timestamp".to_owned(), time), ("x-zm-signature".to_owned(), format!("v0={digits}"))];
    let file = Received { headers, body: Vec::new() }.save(&context, "message", body);
    let take = ["event", "receive", &file, "--client-id", "app", "--event-secret-file", &secret, "--json"];
    let error = TestContext::error(&context.run(&take));
    assert_eq!(error["code"], "event-refused", "{error}");
    assert!(error["message"].as_str().unwrap().contains("the same key twice"), "{error}");
}

#[test]
fn message_given_to_two_commands_is_taken_in_by_one() {
    let context = TestContext::connected();
    let got = removed(&context);
    let (secret, saved) = (context.secret_file(SECRET), got.save(&context, "message", &got.body));
    let take =
        ["event", "receive", &saved, "--client-id", "switchboard-demo", "--event-secret-file", &secret, "--json"];
    let both: Vec<_> = (0..2).map(|_| context.piped(&take)).collect();
    let mut codes: Vec<i32> =
        both.into_iter().map(|child| context.read_output(child.wait_with_output().unwrap()).code).collect();
    codes.sort_unstable();
    assert_eq!(codes, [0, 3]);
}

/// What the host believes of a signed message does not wait for what the connector makes of it.
#[test]
fn an_account_that_takes_the_app_away_is_heard_also_by_a_connector_that_reads_no_events() {
    let context = TestContext::connected();
    let got = removed(&context);
    let (message, deaf) = (got.save(&context, "message", &got.body), context.home.path().join("deaf.wasm"));
    let whole: Value =
        serde_json::from_str(&std::fs::read_to_string(TestContext::file("manifests/zoom.resolved.json")).unwrap())
            .unwrap();
    let mut manifest = hostile::manifest();
    manifest["auth"]["deauthorization"] = whole["auth"]["deauthorization"].clone();
    manifest["deliveries"] = whole["deliveries"].clone();
    std::fs::write(&deaf, hostile::component_of(&manifest, hostile::HONEST)).unwrap();
    let deaf = deaf.display().to_string();
    let secret = context.secret_file(SECRET);
    let app = ["--client-id", "switchboard-demo", "--event-secret-file", &secret, "--json", "--connector", &deaf];
    let error = TestContext::error(&context.run(&[&["event", "receive", &message][..], &app].concat()));
    assert_eq!(error["code"], "event.unsupported", "{error}");
    assert!(error["message"].as_str().unwrap().contains("`work` is disconnected"), "{error}");
    assert_eq!(context.json(&["connection", "show", "work", "--json"])["state"], "disconnected");
}

#[test]
fn events_are_listed_and_explained_and_a_wrong_name_gets_the_nearest() {
    let context = TestContext::new();
    let all = context.json(&["event", "list", "--json"]);
    let names: Vec<&str> = all.as_array().unwrap().iter().filter_map(|row| row["event"].as_str()).collect();
    assert!(
        names.contains(&"zoom.recording.transcript_completed") && names.contains(&"zoom.app_deauthorized"),
        "{names:?}"
    );
    let shown = context.run(&["event", "show", "recording.completed"]);
    for part in ["zoom.recording.completed", "cloud_recording:read:recording", "recording", "example:", "play_passcode"]
    {
        assert!(shown.out.contains(part), "{part}: {}", shown.out);
    }
    let schema = context.json(&["event", "schema", "zoom.user.created"]);
    assert_eq!(schema["properties"]["creation_type"]["type"], json!(["string", "null"]), "{schema}");
    let wrong = context.run(&["event", "show", "zoom.meetings.created", "--json"]);
    assert_eq!(wrong.code, 2, "{}", wrong.err);
    assert!(wrong.err.contains("zoom.meeting.created"), "{}", wrong.err);
}

#[test]
fn a_device_is_no_saved_message_and_no_secret() {
    let context = TestContext::new();
    let secret = context.home.path().join("secret");
    std::fs::write(&secret, "canary-webhook-secret").unwrap();
    let secret = secret.to_str().unwrap();
    for (message, secret) in [("/dev/zero", secret), (secret, "/dev/zero")] {
        for command in [
            &["event", "receive", message, "--client-id", "app", "--event-secret-file", secret][..],
            &["doctor", "--event", message, "--event-secret-file", secret],
        ] {
            let done = context.run(command);
            assert!(done.code != 0 && done.err.contains("device"), "{command:?}: {}", done.err);
        }
    }
}

/// A surface that shows nothing.
struct Nobody;

#[async_trait::async_trait]
impl Ui for Nobody {
    fn notify(&self, _: Message) {}

    fn is_attended(&self) -> bool {
        false
    }

    async fn open(&self, _: &SignInStep<'_>) {}

    async fn confirm(&self, _: &Confirmation) -> Result<bool, AppError> {
        Ok(false)
    }
}

/// A server drops its work where the sender hangs up. The sender tries again, and then the event must come in.
#[test]
fn dropped_delivery_may_come_again() {
    let context = TestContext::connected();
    let got = removed(&context);
    let config = Config { home: Some(context.home.path().to_owned()), ..Config::default() };
    let app = App::new(config, std::sync::Arc::new(Nobody)).unwrap();
    let secrets = secrets("switchboard-demo", SECRET);
    let headers = || got.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let connector = app.connector().await.unwrap();
        let take =
            || webhooks::receive(&app, &connector, Unverified::new(headers(), &got.body), "switchboard-demo", &secrets);
        // Dropped after one poll, after two, and so on, until it is not dropped.
        for polls in 1.. {
            let mut work = Box::pin(take());
            let mut left = polls;
            let done = std::future::poll_fn(|context| {
                left -= 1;
                match work.as_mut().poll(context) {
                    std::task::Poll::Ready(done) => std::task::Poll::Ready(Some(done)),
                    std::task::Poll::Pending if left == 0 => std::task::Poll::Ready(None),
                    std::task::Poll::Pending => std::task::Poll::Pending,
                }
            })
            .await;
            drop(work);
            // What was begun on other threads comes to its end.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            if let Some(done) = done {
                assert_eq!(done.unwrap().event.id, "zoom.app_deauthorized", "dropped {polls} times before");
                assert!(polls > 2, "it was never dropped at work");
                break;
            }
        }
        assert!(matches!(take().await, Err(webhooks::ReceiveError::Refused(Refusal::Replayed))));
    });
}
