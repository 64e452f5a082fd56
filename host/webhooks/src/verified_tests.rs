use super::*;

use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;

use crate::MemoryReplays;

const NOW_S: i64 = 1_760_000_000;
/// As a service may write it: an escape here, the letter itself there.
const BODY: &[u8] = r#"{"event":"begun","topic":"\u00dcberblick 世界","n":1.0}"#.as_bytes();

fn signing() -> Signing {
    let text = json!({"signature_header": "x-sign", "timestamp_header": "x-at", "signed": "t1:{timestamp}:{body}",
        "signature": "t1={hmac-sha256-hex}"});
    serde_json::from_value(text).unwrap()
}

fn sign(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("t1:{timestamp}:").as_bytes());
    mac.update(body);
    let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t1={digits}")
}

fn secrets(all: &[&str]) -> SigningSecrets {
    SigningSecrets::new("app", all.iter().map(|secret| (*secret).into())).unwrap()
}

/// What becomes of a request with these headers, where nothing came in before. The secret is `s`.
async fn take(headers: &[(&str, &str)], body: &[u8]) -> Result<Verified, Refusal> {
    let headers = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
    let delivery = Unverified::new(headers, body);
    delivery.verify(&signing(), &secrets(&["s"]), NOW_S * 1_000, &MemoryReplays::default()).await
}

/// The same for one that is signed with a secret at a time, correctly.
async fn signed(secret: &str, timestamp: &str, body: &[u8]) -> Result<Verified, Refusal> {
    take(&[("x-at", timestamp), ("x-sign", &sign(secret, timestamp, body))], body).await
}

#[tokio::test]
async fn what_the_service_signed_just_now_is_believed_and_says_for_which_app() {
    let delivery = signed("s", "1760000000", BODY).await.unwrap();
    assert_eq!((delivery.app(), &delivery.value()["topic"]), ("app", &json!("Überblick 世界")));
    assert!(!format!("{delivery:?}").contains("begun"), "{delivery:?}");
}

#[tokio::test]
async fn another_secret_is_refused_and_two_are_good_while_one_replaces_the_other() {
    assert_eq!(signed("other", "1760000000", BODY).await.unwrap_err(), Refusal::Forged);
    for secret in ["new", "old"] {
        let signature = sign(secret, "1760000000", BODY);
        let headers = [("x-at", "1760000000".as_bytes()), ("x-sign", signature.as_bytes())];
        let delivery = Unverified::new(headers, BODY);
        let replays = MemoryReplays::default();
        delivery.verify(&signing(), &secrets(&["new", "old"]), NOW_S * 1_000, &replays).await.unwrap();
    }
}

#[test]
fn with_no_secret_or_an_empty_one_anybody_could_sign() {
    for all in [&[][..], &[""], &[" \n"], &["s", ""]] {
        let made = SigningSecrets::new("app", all.iter().map(|secret| (*secret).into()));
        assert_eq!(made.unwrap_err(), Refusal::NoSecret, "{all:?}");
    }
}

#[tokio::test]
async fn one_changed_byte_of_the_body_or_the_time_is_a_forgery() {
    let signature = sign("s", "1760000000", BODY);
    for at in 0..BODY.len() {
        let mut changed = BODY.to_vec();
        changed[at] ^= 1;
        let taken = take(&[("x-at", "1760000000"), ("x-sign", &signature)], &changed).await;
        assert_eq!(taken.unwrap_err(), Refusal::Forged, "byte {at}");
    }
    let longer = [BODY, b" "].concat();
    for body in [&longer, &BODY[..BODY.len() - 1], b""] {
        let taken = take(&[("x-at", "1760000000"), ("x-sign", &signature)], body).await;
        assert_eq!(taken.unwrap_err(), Refusal::Forged);
    }
    for time in ["1760000001", "01760000000"] {
        assert_eq!(take(&[("x-at", time), ("x-sign", &signature)], BODY).await.unwrap_err(), Refusal::Forged);
    }
}

#[tokio::test]
async fn the_same_json_in_other_bytes_is_another_message() {
    let signature = sign("s", "1760000000", BODY);
    let headers = [("x-at", "1760000000"), ("x-sign", signature.as_str())];
    let value: Value = serde_json::from_slice(BODY).unwrap();
    let spaced = serde_json::to_vec_pretty(&value).unwrap();
    let letters = String::from_utf8_lossy(BODY).replace("\\u00dc", "Ü").into_bytes();
    let upper = String::from_utf8_lossy(BODY).replace("\\u00dc", "\\u00DC").into_bytes();
    let number = String::from_utf8_lossy(BODY).replace("1.0", "1.00").into_bytes();
    for other in [spaced, letters, upper, number] {
        assert_eq!(serde_json::from_slice::<Value>(&other).unwrap(), value);
        assert_eq!(take(&headers, &other).await.unwrap_err(), Refusal::Forged);
    }
}

#[tokio::test]
async fn a_rightly_signed_message_is_good_for_five_minutes_of_either_clock() {
    for (sent, good) in [(-301, false), (-300, true), (0, true), (300, true), (301, false)] {
        let timestamp = (NOW_S + sent).to_string();
        let taken = signed("s", &timestamp, BODY).await;
        match good {
            true => assert!(taken.is_ok(), "{sent}"),
            false => assert_eq!(taken.unwrap_err(), Refusal::OutOfTime { sent_s: NOW_S + sent }),
        }
    }
    // Who has not the secret does not learn how old is too old.
    assert_eq!(signed("other", "1", BODY).await.unwrap_err(), Refusal::Forged);
}

#[tokio::test]
async fn a_time_that_is_no_plain_number_of_seconds_is_refused_though_it_was_signed() {
    for bad in ["", " 1760000000", "+1760000000", "-1", "1760000000.5", "1e9", "99999999999999999999", "soon", "１７"]
    {
        let taken = signed("s", bad, BODY).await;
        assert!(matches!(taken, Err(Refusal::TimeUnreadable { .. })), "{bad}: {taken:?}");
    }
    let millis = signed("s", "1760000000000", BODY).await;
    assert_eq!(millis.unwrap_err(), Refusal::TimeInMilliseconds { found: NOW_S * 1_000 });
}

#[tokio::test]
async fn w_03_a_header_that_is_missing_named_twice_or_joined_is_refused() {
    let good = sign("s", "1760000000", BODY);
    let (at, sign) = (("x-at", "1760000000"), ("x-sign", good.as_str()));
    let missing = |name: &str| Refusal::HeaderMissing { name: name.to_owned() };
    let twice = |name: &str| Refusal::HeaderTwice { name: name.to_owned() };
    assert_eq!(take(&[at], BODY).await.unwrap_err(), missing("x-sign"));
    assert_eq!(take(&[sign], BODY).await.unwrap_err(), missing("x-at"));
    assert_eq!(take(&[], BODY).await.unwrap_err(), missing("x-at"));
    // Right and wrong, in either order and either case, and even the same one twice.
    for second in [("x-sign", "t1=00"), ("X-Sign", good.as_str())] {
        assert_eq!(take(&[at, sign, second], BODY).await.unwrap_err(), twice("x-sign"));
        assert_eq!(take(&[at, second, sign], BODY).await.unwrap_err(), twice("x-sign"));
    }
    assert_eq!(take(&[at, ("X-AT", "1"), sign], BODY).await.unwrap_err(), twice("x-at"));
    let joined = format!("{good}, {good}");
    assert_eq!(take(&[at, ("x-sign", &joined)], BODY).await.unwrap_err(), Refusal::SignatureUnreadable);
}

#[tokio::test]
async fn the_case_of_a_headers_name_is_free_and_that_of_a_signature_is_not() {
    let good = sign("s", "1760000000", BODY);
    for (at, sign) in [("X-At", "X-Sign"), ("X-AT", "X-SIGN"), ("x-at", "x-sign")] {
        assert!(take(&[(at, "1760000000"), (sign, &good)], BODY).await.is_ok(), "{sign}");
    }
    let digits = good.strip_prefix("t1=").unwrap();
    let nearly = [
        format!("t1={}", digits.to_uppercase()),
        format!("T1={digits}"),
        format!("t2={digits}"),
        format!("t1= {digits}"),
        format!("{good}0"),
        good[..good.len() - 1].to_owned(),
        good[..good.len() - 2].to_owned(),
        digits.to_owned(),
        format!("t1=+{}", &digits[1..]),
        format!("t1={}é", &digits[2..]),
        "t1=".to_owned(),
        String::new(),
    ];
    for signature in nearly {
        let taken = take(&[("x-at", "1760000000"), ("x-sign", &signature)], BODY).await;
        assert_eq!(taken.unwrap_err(), Refusal::SignatureUnreadable, "{signature}");
    }
}

#[tokio::test]
async fn w_05_the_same_message_once_more_is_refused_and_one_that_is_sent_again_is_not() {
    let replays = MemoryReplays::default();
    let (first, again) = (sign("s", "1760000000", BODY), sign("s", "1760000100", BODY));
    let take = async |timestamp: &str, signature: &str, now_s: i64| {
        let headers = [("x-at", timestamp.as_bytes()), ("x-sign", signature.as_bytes())];
        Unverified::new(headers, BODY).verify(&signing(), &secrets(&["s"]), now_s * 1_000, &replays).await
    };
    assert!(take("1760000000", &first, NOW_S).await.is_ok());
    for later in [0, 1, 300] {
        assert_eq!(take("1760000000", &first, NOW_S + later).await.unwrap_err(), Refusal::Replayed, "{later}");
    }
    // The clock was set back meanwhile.
    assert_eq!(take("1760000000", &first, NOW_S - 300).await.unwrap_err(), Refusal::Replayed);
    // After that its time alone refuses it: nothing has to be remembered for longer.
    assert_eq!(take("1760000000", &first, NOW_S + 301).await.unwrap_err(), Refusal::OutOfTime { sent_s: NOW_S });
    assert!(take("1760000100", &again, NOW_S + 100).await.is_ok(), "the service signs anew");
}

#[tokio::test]
async fn what_is_refused_is_not_remembered_and_an_unknown_past_is_no_good_one() {
    struct Asked(std::sync::atomic::AtomicU32);
    #[async_trait::async_trait]
    impl Replays for Asked {
        async fn first(&self, _: &[u8; 32], _: i64, _: i64) -> Result<bool, String> {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Err("the database is locked".to_owned())
        }
    }
    let asked = Asked(0.into());
    let take = async |secret: &str, timestamp: &str, body: &[u8]| {
        let signature = sign(secret, timestamp, body);
        let headers = [("x-at", timestamp.as_bytes()), ("x-sign", signature.as_bytes())];
        Unverified::new(headers, body).verify(&signing(), &secrets(&["s"]), NOW_S * 1_000, &asked).await.unwrap_err()
    };
    assert_eq!(take("other", "1760000000", BODY).await, Refusal::Forged);
    assert_eq!(take("s", "1", BODY).await, Refusal::OutOfTime { sent_s: 1 });
    for unreadable in [b"no json".as_slice(), br#"{"event":"a","event":"b"}"#, &b"[".repeat(200)] {
        let refusal = take("s", "1760000000", unreadable).await;
        assert!(matches!(refusal, Refusal::NotJson { .. }), "{refusal:?}");
    }
    assert_eq!(asked.0.load(std::sync::atomic::Ordering::Relaxed), 0);
    let unknown = take("s", "1760000000", BODY).await;
    assert_eq!((unknown.code(), Refusal::Forged.code()), ("unavailable", "event-refused"));
}
