//! Accounts that take the app away: by a signed event of the service, or by the first call it refuses for that reason.
//!
//! Either way the secrets are erased at once, the connection stays in the list as `disconnected`, and the data that was
//! copied through it gets a date. The event's fields are named by the connector's manifest.

use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;
use switchboard_store::{ConnectionRow, Retention};

use crate::connections::Connections;
use crate::rotation::Core;
use crate::{ConnectionsError, State};

/// Without consent, copied data is deleted within this many days at the latest.
const DELETE_WITHIN_DAYS: i64 = 10;
const DAY_MS: i64 = 86_400_000;
/// Signatures older or newer than this are not accepted.
const SKEW_MS: i64 = 5 * 60_000;

/// An event as it came in: its bytes are checked before they are read.
#[derive(Clone, Copy, Debug)]
pub struct SignedEvent<'a> {
    /// The body, byte by byte as received.
    pub body: &'a [u8],
    /// Seconds since 1970, as the header says.
    pub timestamp: &'a str,
    /// `v0=` and the HMAC-SHA256 of `v0:{timestamp}:{body}` in hexadecimal.
    pub signature: &'a str,
}

impl SignedEvent<'_> {
    /// Why it is refused when it was signed with another secret, or changed on its way.
    pub const FORGED: &'static str = "its signature is wrong";

    /// The event, when it was signed with this secret within the last five minutes. Takes the same time whatever the
    /// signature is.
    pub fn verify(&self, secret: &SecretString, now_ms: i64) -> Result<Value, ConnectionsError> {
        let refused = |why: &'static str| ConnectionsError::EventRefused { why };
        let seconds: i64 = self.timestamp.parse().map_err(|_| refused("its time is not a number"))?;
        if seconds.saturating_mul(1_000).abs_diff(now_ms) > SKEW_MS.unsigned_abs() {
            return Err(refused("it is not of the last five minutes"));
        }
        let sent = self.signature.strip_prefix("v0=").and_then(unhex).ok_or(refused("its signature cannot be read"))?;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
            .map_err(|_| refused("there is no secret to check it with"))?;
        mac.update(format!("v0:{}:", self.timestamp).as_bytes());
        mac.update(self.body);
        mac.verify_slice(&sent).map_err(|_| refused(Self::FORGED))?;
        serde_json::from_slice(self.body).map_err(|_| refused("it is not JSON"))
    }
}

/// Where an event says what, as JSON pointers; from the connector's manifest.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The value of `/event`.
    pub event: String,
    /// The app that was removed.
    pub client: String,
    /// The user who removed it.
    pub user: String,
    /// The user's account.
    pub account: String,
    /// True, or the text `true`, when the account allows that its data is kept.
    pub retain: String,
}

/// An account removed the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deauthorization {
    /// The app.
    pub client_id: String,
    /// The user who removed it.
    pub user_id: Option<String>,
    /// The user's account.
    pub account_id: Option<String>,
    /// The account allows that its data is kept.
    pub retain: bool,
}

impl Deauthorization {
    /// Reads an event that was verified. None when it is another one.
    pub fn read(event: &Value, rule: &Rule) -> Option<Deauthorization> {
        if event.get("event").and_then(Value::as_str) != Some(&rule.event) {
            return None;
        }
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let retain = match event.pointer(&rule.retain) {
            Some(Value::Bool(retain)) => *retain,
            Some(Value::String(text)) => text == "true",
            _ => false,
        };
        Some(Deauthorization {
            client_id: text(&rule.client)?,
            user_id: text(&rule.user),
            account_id: text(&rule.account),
            retain,
        })
    }

    fn concerns(&self, row: &ConnectionRow) -> bool {
        let known = |name: &str| row.identity.as_ref().and_then(|identity| identity.get(name)).and_then(Value::as_str);
        if row.client_id.as_deref() != Some(&self.client_id) {
            return false;
        }
        match (&self.user_id, known("user_id")) {
            (Some(said), Some(known)) => said == known,
            _ => self.account_id.is_some() && self.account_id.as_deref() == known("account_id"),
        }
    }
}

impl Connections {
    /// Ends every connection the event is about: secrets erased, state `disconnected`, the data's clock started.
    /// Returns them as they are now; none for a user nobody connected.
    pub fn deauthorized(&self, event: &Deauthorization) -> Result<Vec<ConnectionRow>, ConnectionsError> {
        let mut ended = Vec::new();
        for row in self.list()?.into_iter().filter(|row| event.concerns(row)) {
            let from = State::Disconnected.reached_from();
            let reason = "the account removed the app at the service";
            let moved =
                self.core.store.move_connection(&row.id, &from, State::Disconnected.as_str(), Some(reason), true)?;
            self.core.forget(&row.id, event.retain)?;
            if moved {
                ended.push(self.show(&row.id)?);
            }
        }
        Ok(ended)
    }

    /// Data whose last day has come. Whoever keeps copies deletes them and then calls [`Connections::data_deleted`].
    pub fn data_due(&self) -> Result<Vec<Retention>, ConnectionsError> {
        Ok(self.core.store.retentions_due(self.core.now())?)
    }

    /// The clock of a connection's data, while there is one.
    pub fn data_clock(&self, connection: &str) -> Result<Option<Retention>, ConnectionsError> {
        Ok(self.core.store.retention(connection)?)
    }

    /// The data of a connection is gone. What remains is the report: which, when, and nothing personal.
    pub fn data_deleted(&self, connection: &str) -> Result<(), ConnectionsError> {
        Ok(self.core.store.finish_retention(connection, self.core.now())?)
    }
}

impl Core {
    /// Starts the clock of what was copied through a connection that is `disconnected`.
    pub fn forget(&self, id: &str, retain: bool) -> Result<(), ConnectionsError> {
        if let Some(row) = self.store.connection(id)? {
            let now = self.now();
            self.store.start_retention(&Retention {
                connection: row.id,
                label: row.label,
                connector: row.connector,
                identity: row.identity,
                ended_at: now,
                delete_by: (!retain).then_some(now + DELETE_WITHIN_DAYS * DAY_MS),
                decision: if retain { "retain" } else { "delete" }.to_owned(),
                done_at: None,
            })?;
        }
        let _ = self.store.fold_journal();
        Ok(())
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pair = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok();
    text.len().is_multiple_of(2).then(|| text.as_bytes().chunks(2).map(pair).collect()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::hex;

    const NOW: i64 = 1_760_000_000_000;
    const BODY: &[u8] = br#"{"event":"removed","payload":{"client_id":"app","user_id":"u1","keep":"false"}}"#;

    fn sign(secret: &str, timestamp: &str, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("v0:{timestamp}:").as_bytes());
        mac.update(body);
        format!("v0={}", hex(&mac.finalize().into_bytes()))
    }

    #[test]
    fn only_what_the_service_signed_just_now_is_believed() {
        let good = sign("s", "1760000000", BODY);
        let old = sign("s", "1759999000", BODY);
        let check = |secret: &str, timestamp: &str, signature: &str, body: &[u8]| {
            SignedEvent { body, timestamp, signature }.verify(&secret.into(), NOW).is_ok()
        };
        assert!(check("s", "1760000000", &good, BODY));
        assert!(!check("other", "1760000000", &good, BODY));
        assert!(!check("s", "1760000001", &good, BODY));
        assert!(!check("s", "1759999000", &old, BODY));
        assert!(!check("s", "1760000000", &good.replace("v0=", ""), BODY));
        assert!(!check("s", "1760000000", &good[..40], BODY));
        assert!(!check("s", "1760000000", "v0=zz", BODY));
        assert!(!check("s", "1760000000", "", BODY));
        let mut changed = BODY.to_vec();
        changed[30] ^= 1;
        assert!(!check("s", "1760000000", &good, &changed));
    }

    #[test]
    fn the_manifest_says_where_to_read() {
        let rule = Rule {
            event: "removed".into(),
            client: "/payload/client_id".into(),
            user: "/payload/user_id".into(),
            account: "/payload/account_id".into(),
            retain: "/payload/keep".into(),
        };
        let event: Value = serde_json::from_slice(BODY).unwrap();
        let read = Deauthorization::read(&event, &rule).unwrap();
        assert_eq!((read.client_id.as_str(), read.user_id.as_deref(), read.retain), ("app", Some("u1"), false));
        let kept: Value =
            serde_json::from_str(r#"{"event":"removed","payload":{"client_id":"app","keep":true}}"#).unwrap();
        assert!(Deauthorization::read(&kept, &rule).unwrap().retain);
        assert_eq!(Deauthorization::read(&serde_json::json!({"event": "other"}), &rule), None);
    }
}
