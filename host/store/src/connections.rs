//! Connected accounts, without their secrets.

use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json::{Json, inner};
use crate::leases::{self, Fence};
use crate::{Store, StoreError, secrets as sealed};

/// One connected account. Holds nothing secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionRow {
    /// Never changes and is never used again.
    pub id: String,
    /// The user's name for it.
    pub label: String,
    /// The connector it is for.
    pub connector: String,
    /// How it was made: `oauth`, `byo`, `server-to-server` or `token`.
    pub method: String,
    /// Where the service's calls go.
    pub api_base: String,
    /// Where the service signs in.
    pub oauth_base: String,
    /// The app it was made through.
    pub client_id: Option<String>,
    /// `active`, `needs-reconnect`, `replaced`, `revoked`, `awaiting-approval` or `disconnected`.
    pub state: String,
    /// Who it acts as, as the connector found out.
    pub identity: Option<Value>,
    /// What the account granted.
    pub scopes: Vec<String>,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Milliseconds since 1970.
    pub last_used_at: Option<i64>,
    /// Why it is in its state.
    pub reason: Option<StateReasonRow>,
    /// The place of its grant among all grants of this database: a later one has a greater number. 0 for one without a place.
    pub granted: i64,
}

/// Why a connection is in its state. The crate of the connections knows the kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateReasonRow {
    /// In kebab-case.
    pub kind: String,
    /// The connection or the user that it names.
    pub subject: Option<String>,
    /// The error of the token service: a code of the OAuth standard.
    pub token_error: Option<String>,
    /// The token service's own code.
    pub token_code: Option<String>,
    /// Its words.
    pub token_message: Option<String>,
    /// The HTTP status of its answer.
    pub token_status: Option<u16>,
}

impl StateReasonRow {
    /// A reason that names something.
    pub fn about(kind: &str, subject: &str) -> StateReasonRow {
        StateReasonRow { kind: kind.to_owned(), subject: Some(subject.to_owned()), ..StateReasonRow::default() }
    }
}

pub(crate) const COLUMNS: &str = "id, label, connector, method, api_base, oauth_base, client_id, state, identity, scopes, \
                       created_at, last_used_at, granted, reason, reason_subject, token_error, token_code, \
                       token_message, token_status";

impl Store {
    /// Adds a connection, or replaces the one of the same id, which keeps its label. A label belongs to one connection.
    pub fn put_connection(&self, row: &ConnectionRow) -> Result<(), StoreError> {
        self.transaction(|db| put(db, row))
    }

    /// The connection of a label or an id.
    pub fn connection(&self, label_or_id: &str) -> Result<Option<ConnectionRow>, StoreError> {
        // A label wins over an id that happens to read the same.
        let sql =
            format!("SELECT {COLUMNS} FROM connections WHERE label = ?1 OR id = ?1 ORDER BY label = ?1 DESC LIMIT 1");
        Ok(self.lock().prepare_cached(&sql)?.query_row([label_or_id], read).optional()?)
    }

    /// All connections, oldest first.
    pub fn connections(&self) -> Result<Vec<ConnectionRow>, StoreError> {
        all(&self.lock())
    }

    /// The connections of an app at a service, the newest grant first, at most `limit`.
    pub fn connections_of_app(
        &self,
        client_id: &str,
        oauth_base: &str,
        limit: u32,
    ) -> Result<Vec<ConnectionRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM connections WHERE client_id = ?1 AND oauth_base = ?2 ORDER BY granted DESC LIMIT ?3"
        );
        let db = self.lock();
        let mut statement = db.prepare_cached(&sql)?;
        let rows = statement.query_map(params![client_id, oauth_base, limit], read)?.collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// Removes a connection with its secrets and all that is kept beside it. False when it was not there.
    pub fn delete_connection(&self, id: &str) -> Result<bool, StoreError> {
        self.transaction(|db| delete(db, id))
    }

    /// The same, unless its secret `of` is of another generation by now: then nothing is removed, and the answer is false.
    pub fn delete_connection_of(&self, id: &str, of: (&str, Option<u64>)) -> Result<bool, StoreError> {
        self.transaction(|db| {
            if sealed::generation(db, id, of.0)? != of.1 {
                return Ok(false);
            }
            delete(db, id)?;
            Ok(true)
        })
    }

    /// Gives a connection another label.
    pub fn rename_connection(&self, id: &str, label: &str) -> Result<(), StoreError> {
        self.transaction(|db| taken(db.execute("UPDATE connections SET label = ?2 WHERE id = ?1", [id, label]), label))
    }

    /// Says in which state a connection is and why.
    pub fn set_connection_state(
        &self,
        id: &str,
        state: &str,
        reason: Option<&StateReasonRow>,
    ) -> Result<(), StoreError> {
        self.transaction(|db| set_state(db, id, state, reason))
    }

    /// Moves a connection to another state if it is in one of `from`; `erase` takes its secrets along in the same
    /// breath. False when it was in another state.
    pub fn move_connection(
        &self,
        id: &str,
        from: &[&str],
        to: &str,
        reason: Option<&StateReasonRow>,
        erase: bool,
    ) -> Result<bool, StoreError> {
        self.transaction(|db| moved(db, id, from, to, reason, erase))
    }

    /// The same, by a lease holder whose rotation ended with the grant: refused when the lease went to somebody else.
    /// False also when the token that was sent is no longer the one with the open rotation: then a newer grant is there.
    pub fn move_connection_under(
        &self,
        fence: &Fence,
        sent: &str,
        id: &str,
        from: &[&str],
        to: (&str, &StateReasonRow),
        erase: bool,
    ) -> Result<bool, StoreError> {
        self.transaction(|db| {
            leases::check(db, fence)?;
            let closed =
                db.execute("DELETE FROM rotations WHERE connection = ?1 AND token_hash = ?2", params![id, sent])?;
            Ok(closed > 0 && moved(db, id, from, to.0, Some(to.1), erase)?)
        })
    }

    /// Notes when a connection was used.
    pub fn touch_connection(&self, id: &str, at: i64) -> Result<(), StoreError> {
        self.execute("UPDATE connections SET last_used_at = ?2 WHERE id = ?1", params![id, at])?;
        Ok(())
    }

    /// Keeps who a connection acts as.
    pub fn set_connection_identity(&self, id: &str, identity: &Value) -> Result<(), StoreError> {
        self.execute("UPDATE connections SET identity = ?2 WHERE id = ?1", params![id, Json(identity)])?;
        Ok(())
    }

    /// Keeps what the account granted.
    pub fn set_connection_scopes(&self, id: &str, scopes: &[String]) -> Result<(), StoreError> {
        self.execute("UPDATE connections SET scopes = ?2 WHERE id = ?1", params![id, Json(scopes)])?;
        Ok(())
    }
}

/// The connection of an id.
pub(crate) fn by_id(db: &Connection, id: &str) -> Result<Option<ConnectionRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM connections WHERE id = ?1");
    Ok(db.prepare_cached(&sql)?.query_row([id], read).optional()?)
}

/// Removes a connection with its secrets and all that is kept beside it. False when it was not there.
pub(crate) fn delete(db: &Connection, id: &str) -> Result<bool, StoreError> {
    for table in ["secrets", "rotations", "connection_usage", "refresh_failures"] {
        db.execute(&format!("DELETE FROM {table} WHERE connection = ?1"), [id])?;
    }
    Ok(db.execute("DELETE FROM connections WHERE id = ?1", [id])? > 0)
}

/// Where the default ended, the connection that took its place is the default.
pub(crate) fn follow_default(db: &Connection, ended: &str, next: &str) -> Result<(), StoreError> {
    let was = db.execute("UPDATE connections SET is_default = 0 WHERE id = ?1 AND is_default = 1", [ended])?;
    if was > 0 {
        db.execute("UPDATE connections SET is_default = 1 WHERE id = ?1", [next])?;
    }
    Ok(())
}

fn all(db: &Connection) -> Result<Vec<ConnectionRow>, StoreError> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM connections ORDER BY created_at, label"))?;
    let rows = statement.query_map([], read)?.collect::<Result<_, _>>()?;
    Ok(rows)
}

pub(crate) fn put(db: &Connection, row: &ConnectionRow) -> Result<(), StoreError> {
    let result = db.execute(
        "INSERT INTO connections (id, label, connector, method, api_base, oauth_base, client_id, state, identity,
                                  scopes, created_at, last_used_at, granted)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (id) DO UPDATE SET
            connector = excluded.connector, method = excluded.method,
            api_base = excluded.api_base, oauth_base = excluded.oauth_base, client_id = excluded.client_id,
            state = excluded.state, identity = excluded.identity, scopes = excluded.scopes,
            created_at = excluded.created_at, last_used_at = excluded.last_used_at,
            granted = excluded.granted",
        params![
            row.id,
            row.label,
            row.connector,
            row.method,
            row.api_base,
            row.oauth_base,
            row.client_id,
            row.state,
            row.identity.as_ref().map(Json),
            Json(&row.scopes),
            row.created_at,
            row.last_used_at,
            row.granted,
        ],
    );
    taken(result, &row.label)?;
    set_state(db, &row.id, &row.state, row.reason.as_ref())
}

/// Says of a write that the label was taken, where that was the reason.
fn taken(written: rusqlite::Result<usize>, label: &str) -> Result<(), StoreError> {
    match written {
        Ok(_) => Ok(()),
        Err(rusqlite::Error::SqliteFailure(cause, _)) if cause.code == ErrorCode::ConstraintViolation => {
            Err(StoreError::LabelTaken { label: label.to_owned() })
        }
        Err(cause) => Err(cause.into()),
    }
}

fn moved(
    db: &Connection,
    id: &str,
    from: &[&str],
    to: &str,
    reason: Option<&StateReasonRow>,
    erase: bool,
) -> Result<bool, StoreError> {
    let now: Option<String> =
        db.query_row("SELECT state FROM connections WHERE id = ?1", [id], |row| row.get(0)).optional()?;
    if !now.is_some_and(|now| from.contains(&now.as_str())) {
        return Ok(false);
    }
    set_state(db, id, to, reason)?;
    if erase {
        db.execute("DELETE FROM secrets WHERE connection = ?1", [id])?;
        db.execute("DELETE FROM rotations WHERE connection = ?1", [id])?;
    }
    Ok(true)
}

pub(crate) fn set_state(
    db: &Connection,
    id: &str,
    state: &str,
    reason: Option<&StateReasonRow>,
) -> Result<(), StoreError> {
    db.execute(
        "UPDATE connections SET state = ?2, reason = ?3, reason_subject = ?4, token_error = ?5, token_code = ?6,
                                token_message = ?7, token_status = ?8
         WHERE id = ?1",
        params![
            id,
            state,
            reason.map(|reason| &reason.kind),
            reason.and_then(|reason| reason.subject.as_ref()),
            reason.and_then(|reason| reason.token_error.as_ref()),
            reason.and_then(|reason| reason.token_code.as_ref()),
            reason.and_then(|reason| reason.token_message.as_ref()),
            reason.and_then(|reason| reason.token_status),
        ],
    )?;
    Ok(())
}

fn read_reason(row: &Row<'_>) -> rusqlite::Result<Option<StateReasonRow>> {
    let Some(kind) = row.get("reason")? else {
        return Ok(None);
    };
    Ok(Some(StateReasonRow {
        kind,
        subject: row.get("reason_subject")?,
        token_error: row.get("token_error")?,
        token_code: row.get("token_code")?,
        token_message: row.get("token_message")?,
        token_status: row.get("token_status")?,
    }))
}

pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<ConnectionRow> {
    let Json(scopes) = row.get("scopes")?;
    Ok(ConnectionRow {
        id: row.get("id")?,
        label: row.get("label")?,
        connector: row.get("connector")?,
        method: row.get("method")?,
        api_base: row.get("api_base")?,
        oauth_base: row.get("oauth_base")?,
        client_id: row.get("client_id")?,
        state: row.get("state")?,
        identity: inner(row.get("identity")?),
        scopes,
        created_at: row.get("created_at")?,
        last_used_at: row.get("last_used_at")?,
        reason: read_reason(row)?,
        granted: row.get("granted")?,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde_json::json;

    pub(crate) fn row(id: &str, label: &str) -> ConnectionRow {
        ConnectionRow {
            id: id.into(),
            label: label.into(),
            connector: "zoom".into(),
            method: "oauth".into(),
            api_base: "https://api.example/v2".into(),
            oauth_base: "https://example/oauth".into(),
            client_id: Some("app".into()),
            state: "active".into(),
            identity: Some(json!({"user_id": "ada", "email": "ada@example.com"})),
            scopes: vec!["user:read".into()],
            created_at: 1,
            last_used_at: None,
            reason: None,
            granted: 0,
        }
    }

    #[test]
    fn a_row_comes_back_as_it_was_written() {
        let store = Store::in_memory().unwrap();
        store.put_connection(&row("c1", "work")).unwrap();
        assert_eq!(store.connection("work").unwrap(), Some(row("c1", "work")));
        assert_eq!(store.connection("c1").unwrap(), Some(row("c1", "work")));
        assert_eq!(store.connection("other").unwrap(), None);
    }

    #[test]
    fn a_label_belongs_to_one_connection() {
        let store = Store::in_memory().unwrap();
        store.put_connection(&row("c1", "work")).unwrap();
        let error = store.put_connection(&row("c2", "work")).unwrap_err();
        assert!(matches!(error, StoreError::LabelTaken { .. }), "{error}");
        assert_eq!(store.connections().unwrap().len(), 1);
    }

    #[test]
    fn deleting_takes_the_secrets_along() {
        let store = Store::in_memory().unwrap();
        store.put_connection(&row("c1", "work")).unwrap();
        store.put_secret("c1", "token", b"sealed", 1).unwrap();
        store.count_usage("c1", "automation", "run", 1).unwrap();
        assert!(store.delete_connection("c1").unwrap());
        assert!(store.secret("c1", "token").unwrap().is_none());
        assert!(store.usage("c1").unwrap().is_empty());
        assert!(!store.delete_connection("c1").unwrap());
    }

    #[test]
    fn the_state_carries_its_reason() {
        let store = Store::in_memory().unwrap();
        store.put_connection(&row("c1", "work")).unwrap();
        let reason = StateReasonRow {
            kind: "token-refused".into(),
            subject: None,
            token_error: Some("invalid_grant".into()),
            token_code: Some("4741".into()),
            token_message: Some("Invalid Token!".into()),
            token_status: Some(400),
        };
        store.set_connection_state("c1", "needs-reconnect", Some(&reason)).unwrap();
        let ended = store.connection("c1").unwrap().unwrap();
        assert_eq!(ended.state, "needs-reconnect");
        assert_eq!(ended.reason, Some(reason));
        store.put_connection(&row("c1", "work")).unwrap();
        assert_eq!(store.connection("c1").unwrap().unwrap().reason, None);
    }

    #[test]
    fn connections_of_an_app_are_the_newest_of_it() {
        let store = Store::in_memory().unwrap();
        for (id, app, granted) in [("c1", "app", 1), ("c2", "other", 4), ("c3", "app", 3), ("c4", "app", 2)] {
            let row = ConnectionRow { client_id: Some(app.into()), granted, ..row(id, id) };
            store.put_connection(&row).unwrap();
        }
        let ids = |app: &str, base: &str, limit: u32| -> Vec<String> {
            let rows = store.connections_of_app(app, base, limit).unwrap();
            rows.into_iter().map(|row| row.id).collect()
        };
        assert_eq!(ids("app", "https://example/oauth", 2), ["c3", "c4"]);
        assert_eq!(ids("app", "https://elsewhere/oauth", 2), Vec::<String>::new());
    }
}
