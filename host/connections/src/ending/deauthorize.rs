//! Accounts that take the app away: by a signed event of the service, or by the first call it refuses for that reason.
//!
//! Either way the secrets are erased at once, the connection stays in the list as `disconnected`, and the data that was
//! copied through it gets a date. The event's fields are named by the connector's manifest.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use switchboard_store::Retention;
use switchboard_webhooks::Verified;

use crate::connections::Connections;
use crate::grant::owner_check::Owner;
use crate::grant::token::Token;
use crate::refresh::rotation::{Core, TOKEN};
use crate::{Connection, ConnectionsError, State, StateReason};

/// Without consent, copied data is deleted within this many days at the latest.
const DELETE_WITHIN_DAYS: i64 = 10;
const DAY_MS: i64 = 86_400_000;
/// How far the service's clock and ours may be apart.
const SKEW_MS: i64 = 5 * 60_000;

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
    /// When it was removed, as RFC 3339 says times.
    pub at: String,
}

/// An account removed the app, as the service itself told: only [`Deauthorization::read`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deauthorization {
    client_id: String,
    user_id: Option<String>,
    account_id: Option<String>,
    /// The account allows that its data is kept.
    retain: bool,
    /// Milliseconds since 1970. None when it cannot be read.
    at: Option<i64>,
}

impl Deauthorization {
    /// What a verified delivery says. None when it is another event.
    ///
    /// ```no_run
    /// # use switchboard_connections::{ConnectionsError, Deauthorization, DeauthorizationRule};
    /// # use switchboard_webhooks::{Inspection, Verified};
    /// fn read(from: &Verified, rule: &DeauthorizationRule) -> Result<Option<Deauthorization>, ConnectionsError> {
    ///     Deauthorization::read(from, rule)
    /// }
    /// ```
    ///
    /// What anybody can have made up ends no connection:
    ///
    /// ```compile_fail
    /// # use switchboard_connections::{ConnectionsError, Deauthorization, DeauthorizationRule};
    /// # use switchboard_webhooks::{Inspection, Verified};
    /// fn read(from: &Inspection, rule: &DeauthorizationRule) -> Result<Option<Deauthorization>, ConnectionsError> {
    ///     Deauthorization::read(from, rule)
    /// }
    /// ```
    ///
    /// # Errors
    /// [`ConnectionsError::EventRefused`] when it names another app than the one whose secret signed it: who has the secret of
    /// one app must not end the connections of others.
    pub fn read(delivery: &Verified, rule: &Rule) -> Result<Option<Deauthorization>, ConnectionsError> {
        let event = delivery.value();
        if event.get("event").and_then(Value::as_str) != Some(&rule.event) {
            return Ok(None);
        }
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let refused = |why| ConnectionsError::EventRefused { why };
        let client_id = text(&rule.client).ok_or(refused("it does not say which app was removed"))?;
        if client_id != delivery.app() {
            return Err(refused("it names another app than the one whose secret signed it"));
        }
        let retain = match event.pointer(&rule.retain) {
            Some(Value::Bool(retain)) => *retain,
            Some(Value::String(text)) => text == "true",
            _ => false,
        };
        let at = text(&rule.at).and_then(|at| at.parse::<Timestamp>().ok()).map(Timestamp::as_millisecond);
        Ok(Some(Deauthorization { client_id, user_id: text(&rule.user), account_id: text(&rule.account), retain, at }))
    }

    fn concerns(&self, connection: &Connection) -> bool {
        if connection.client_id.as_deref() != Some(&self.client_id) {
            return false;
        }
        match (&self.user_id, connection.user_id()) {
            (Some(said), Some(known)) => said == known,
            _ => {
                let account = connection.owner.as_ref().and_then(Owner::account_id);
                self.account_id.is_some() && self.account_id.as_deref() == account
            }
        }
    }
}

impl Connections {
    /// Ends every connection the event is about: secrets erased, state `disconnected`, the data's clock started.
    /// Returns them as they are now; none for a user nobody connected. A grant that was given after the event goes on:
    /// services tell the same event again, also an hour later, and by then the person may have come back.
    pub fn deauthorized(&self, event: &Deauthorization) -> Result<Vec<Connection>, ConnectionsError> {
        let mut ended = Vec::new();
        for connection in self.list()?.into_iter().filter(|connection| event.concerns(connection)) {
            let id = &connection.id;
            if event.at.is_some_and(|at| self.core.obtained_after(id, at.saturating_add(SKEW_MS))) {
                continue;
            }
            let from = State::Disconnected.reached_from();
            let (to, reason) = (State::Disconnected.as_str(), StateReason::AppRemoved.to_row());
            let moved = self.core.store.move_connection(id, &from, to, Some(&reason), true)?;
            self.core.forget(id, event.retain)?;
            if moved {
                ended.push(self.show(id)?);
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
    /// Whether the token that is kept was given by the service after this moment. Not, when it cannot be read.
    fn obtained_after(&self, id: &str, at: i64) -> bool {
        self.field::<Token>(id, TOKEN).is_ok_and(|(token, _)| token.obtained_at > at)
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::{Hmac, Mac};
    use serde_json::json;
    use sha2::Sha256;
    use switchboard_webhooks::{MemoryReplays, Signing, SigningSecrets, Unverified};

    fn rule() -> Rule {
        Rule {
            event: "removed".into(),
            client: "/payload/client_id".into(),
            user: "/payload/user_id".into(),
            account: "/payload/account_id".into(),
            retain: "/payload/keep".into(),
            at: "/payload/at".into(),
        }
    }

    /// Signed with the secret of an app.
    async fn verified(app: &str, event: Value) -> Verified {
        let signing: Signing = serde_json::from_value(json!({"signature_header": "x-sign", "timestamp_header": "x-at",
            "signed": "{timestamp}.{body}", "signature": "{hmac-sha256-hex}"}))
        .unwrap();
        let body = event.to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(b"s").unwrap();
        mac.update(format!("1760000000.{body}").as_bytes());
        let signature = format!("{:x}", mac.finalize().into_bytes());
        let headers = [("x-at", "1760000000".as_bytes()), ("x-sign", signature.as_bytes())];
        let secrets = SigningSecrets::new(app, ["s".into()]).unwrap();
        let delivery = Unverified::new(headers, body.as_bytes());
        delivery.verify(&signing, &secrets, 1_760_000_000_000, &MemoryReplays::default()).await.unwrap()
    }

    #[tokio::test]
    async fn the_manifest_says_where_to_read() {
        let said = json!({"event": "removed", "payload": {"client_id": "app", "user_id": "u1", "keep": "false",
            "at": "2026-01-01T00:00:00.000Z"}});
        let read = Deauthorization::read(&verified("app", said).await, &rule()).unwrap().unwrap();
        assert_eq!((read.client_id.as_str(), read.user_id.as_deref(), read.retain), ("app", Some("u1"), false));
        assert_eq!(read.at, Some(1_767_225_600_000));
        let kept = json!({"event": "removed", "payload": {"client_id": "app", "keep": true, "at": "yesterday"}});
        let read = Deauthorization::read(&verified("app", kept).await, &rule()).unwrap().unwrap();
        assert_eq!((read.retain, read.at), (true, None));
        let other = Deauthorization::read(&verified("app", json!({"event": "other"})).await, &rule());
        assert_eq!(other.unwrap(), None);
    }

    #[tokio::test]
    async fn who_has_the_secret_of_one_app_ends_no_connection_of_another() {
        let theirs = json!({"event": "removed", "payload": {"client_id": "app", "user_id": "u1"}});
        let refused = Deauthorization::read(&verified("mine", theirs).await, &rule()).unwrap_err();
        assert!(refused.to_string().contains("another app"), "{refused}");
        let nobodys = json!({"event": "removed", "payload": {"user_id": "u1"}});
        assert!(Deauthorization::read(&verified("mine", nobodys).await, &rule()).is_err());
    }
}
