//! A delivery of a service, as a server takes it in: headers, an empty line, a body.
//!
//! Where the signature of an input says `v0=SIGNED`, it becomes the right one: so most mutants are believed and read further.

use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;
use switchboard_connections::{Deauthorization, DeauthorizationRule};
use switchboard_webhooks::{MemoryReplays, Signing, SigningSecrets, Unverified};

use super::Target;

pub const WORDS: &[&str] = &[
    "x-zm-signature: ",
    "x-zm-request-timestamp: ",
    "v0=SIGNED",
    "v0=",
    "X-ZM-SIGNATURE: v0=SIGNED\n",
    "1760000000",
    "1760000000000",
    "99999999999999999999",
    "\n\n",
    "\n",
    "content-type: application/json\n",
    "\"event\":\"app_deauthorized\"",
    "\"event\":\"endpoint.url_validation\"",
    "\"payload\":{",
    "\"object\":{",
    "\"download_token\":\"",
    "\"client_id\":\"app\"",
    "\"user_data_retention\":\"false\"",
    "\"deauthorization_time\":\"2026-11-01T00:00:00Z\"",
    "\"plainToken\":\"",
    "null",
    "true",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
];

const SECRET: &str = "signing-secret";
/// When the deliveries of the corpus were signed, seconds since 1970.
const SIGNED: i64 = 1_760_000_000;

pub fn open() -> Target {
    let signing = json!({"signature_header": "x-zm-signature", "timestamp_header": "x-zm-request-timestamp",
        "signed": "v0:{timestamp}:{body}", "signature": "v0={hmac-sha256-hex}"});
    let signing: Signing = serde_json::from_value(signing).expect("a way of signing");
    let rule = json!({"event": "app_deauthorized", "client": "/payload/client_id", "user": "/payload/user_id",
        "account": "/payload/account_id", "retain": "/payload/user_data_retention", "at": "/payload/deauthorization_time"});
    let rule: DeauthorizationRule = serde_json::from_value(rule).expect("a rule");
    let secrets = SigningSecrets::new("app", [SECRET.into()]).expect("a secret");
    let threads = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
    Box::new(move |input| {
        let (head, body) = super::split(input);
        let _ = Unverified::for_inspection(body);
        let mut headers = super::headers(head);
        sign(&mut headers, body);
        let delivery = Unverified::new(headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())), body);
        let replays = MemoryReplays::default();
        match threads.block_on(delivery.verify(&signing, &secrets, SIGNED * 1_000, &replays)) {
            Ok(verified) => {
                let _ = Deauthorization::read(&verified, &rule);
                let again = threads.block_on(delivery.verify(&signing, &secrets, SIGNED * 1_000, &replays));
                assert!(again.is_err(), "a delivery was believed twice");
            }
            Err(refusal) => {
                let _ = refusal.to_string();
            }
        }
    })
}

fn sign(headers: &mut [(String, Vec<u8>)], body: &[u8]) {
    let time = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-zm-request-timestamp"));
    let time = time.map(|(_, value)| value.clone()).unwrap_or_default();
    for (_, value) in headers.iter_mut().filter(|(_, value)| value == b"v0=SIGNED") {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any key fits");
        for part in [b"v0:".as_slice(), &time, b":", body] {
            mac.update(part);
        }
        let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        *value = format!("v0={digits}").into_bytes();
    }
}
