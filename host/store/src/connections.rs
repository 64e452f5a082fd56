//! Connected accounts, without their secrets.

use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json::{Json, inner};
use crate::leases::{self, Fence};
use crate::{Sealed, Store, StoreError, meta, revocations, secrets as sealed};

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
    pub state_reason: Option<String>,
    /// The place of its grant among all grants of this database: a later one has a greater number. 0 for one without a place.
    pub granted: i64,
}

/// What is there while a connection is written; nobody else writes meanwhile.
#[derive(Debug)]
pub struct Snapshot<'a> {
    /// All connections.
    pub rows: Vec<ConnectionRow>,
    db: &'a Connection,
}

impl Snapshot<'_> {
    /// The sealed secret of a field.
    pub fn secret(&self, connection: &str, field: &str) -> Result<Option<Sealed>, StoreError> {
        sealed::get(self.db, connection, field)
    }
}

/// What a new grant brings and ends.
#[derive(Debug, Default)]
pub struct Replacement {
    /// The sealed secrets of its connection.
    pub secrets: Vec<(&'static str, Vec<u8>)>,
    /// The ids of the connections that are `replaced`.
    pub ended: Vec<String>,
}

const COLUMNS: &str = "id, label, connector, method, api_base, oauth_base, client_id, state, identity, scopes, \
                       created_at, last_used_at, state_reason, granted";

impl Store {
    /// Adds a connection, or replaces the one of the same id, which keeps its label. A label belongs to one connection.
    pub fn put_connection(&self, row: &ConnectionRow) -> Result<(), StoreError> {
        self.transaction(|db| put(db, row))
    }

    /// Adds or replaces a connection together with its sealed secrets. `replace` sees what is there then, and gives the secrets and
    /// the connections that are `replaced` by it, or refuses. Where the grant waits as a pending revocation, `waiting`, it
    /// waits no more; one that is being taken back already is refused. A fact `named` that is the id of one that ends is
    /// the new id from then on. All of it happens, or nothing.
    pub fn put_connection_with<E: From<StoreError>>(
        &self,
        row: &ConnectionRow,
        waiting: Option<&str>,
        named: &str,
        replace: impl FnOnce(&Snapshot<'_>) -> Result<Replacement, E>,
    ) -> Result<(), E> {
        self.transaction_or(|db| {
            if let Some(id) = waiting {
                revocations::end_waiting(db, id)?;
            }
            let Replacement { secrets, ended } = replace(&Snapshot { rows: all(db)?, db })?;
            put(db, row)?;
            sealed::replace(db, &row.id, &secrets)?;
            let reason = format!("the same account was connected again as `{}`", row.label);
            for id in &ended {
                set_state(db, id, "replaced", Some(&reason))?;
                meta::follow(db, named, id, &row.id)?;
            }
            Ok(())
        })
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

    /// Removes a connection and its secrets. False when it was not there.
    pub fn delete_connection(&self, id: &str) -> Result<bool, StoreError> {
        self.transaction(|db| {
            db.execute("DELETE FROM secrets WHERE connection = ?1", [id])?;
            db.execute("DELETE FROM rotations WHERE connection = ?1", [id])?;
            Ok(db.execute("DELETE FROM connections WHERE id = ?1", [id])? > 0)
        })
    }

    /// The same, unless its secret `of` is of another generation by now: then nothing is removed, and the answer is false.
    pub fn delete_connection_of(&self, id: &str, of: (&str, Option<u64>)) -> Result<bool, StoreError> {
        self.transaction(|db| {
            if sealed::generation(db, id, of.0)? != of.1 {
                return Ok(false);
            }
            for table in ["secrets", "rotations"] {
                db.execute(&format!("DELETE FROM {table} WHERE connection = ?1"), [id])?;
            }
            db.execute("DELETE FROM connections WHERE id = ?1", [id])?;
            Ok(true)
        })
    }

    /// Gives a connection another label.
    pub fn rename_connection(&self, id: &str, label: &str) -> Result<(), StoreError> {
        let renamed = self.execute("UPDATE connections SET label = ?2 WHERE id = ?1", [id, label]);
        taken(renamed, label)
    }

    /// Says in which state a connection is and why.
    pub fn set_connection_state(&self, id: &str, state: &str, reason: Option<&str>) -> Result<(), StoreError> {
        self.transaction(|db| set_state(db, id, state, reason))
    }

    /// Moves a connection to another state if it is in one of `from`; `erase` takes its secrets along in the same
    /// breath. False when it was in another state.
    pub fn move_connection(
        &self,
        id: &str,
        from: &[&str],
        to: &str,
        reason: Option<&str>,
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
        to: (&str, &str),
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

fn all(db: &Connection) -> Result<Vec<ConnectionRow>, StoreError> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM connections ORDER BY created_at, label"))?;
    let rows = statement.query_map([], read)?.collect::<Result<_, _>>()?;
    Ok(rows)
}

fn put(db: &Connection, row: &ConnectionRow) -> Result<(), StoreError> {
    let result = db.execute(
        "INSERT INTO connections (id, label, connector, method, api_base, oauth_base, client_id, state, identity,
                                  scopes, created_at, last_used_at, state_reason, granted)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
         ON CONFLICT (id) DO UPDATE SET
            connector = excluded.connector, method = excluded.method,
            api_base = excluded.api_base, oauth_base = excluded.oauth_base, client_id = excluded.client_id,
            state = excluded.state, identity = excluded.identity, scopes = excluded.scopes,
            created_at = excluded.created_at, last_used_at = excluded.last_used_at,
            state_reason = excluded.state_reason, granted = excluded.granted",
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
            row.state_reason,
            row.granted,
        ],
    );
    taken(result, &row.label)
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
    reason: Option<&str>,
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

fn set_state(db: &Connection, id: &str, state: &str, reason: Option<&str>) -> Result<(), StoreError> {
    db.execute("UPDATE connections SET state = ?2, state_reason = ?3 WHERE id = ?1", params![id, state, reason])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<ConnectionRow> {
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
        state_reason: row.get("state_reason")?,
        granted: row.get("granted")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(id: &str, label: &str) -> ConnectionRow {
        ConnectionRow {
            id: id.into(),
            label: label.into(),
            connector: "zoom".into(),
            method: "oauth".into(),
            api_base: "https://api.example/v2".into(),
            oauth_base: "https://example/oauth".into(),
            client_id: Some("app".into()),
            state: "active".into(),
            identity: Some(json!({"email": "ada@example.com"})),
            scopes: vec!["user:read".into()],
            created_at: 1,
            last_used_at: None,
            state_reason: None,
            granted: 0,
        }
    }

    fn put_with(store: &Store, row: &ConnectionRow, waiting: Option<&str>, ends: &[&str]) -> Result<(), StoreError> {
        let ended = ends.iter().map(|id| (*id).to_owned()).collect();
        let replacement = Replacement { secrets: vec![("token", vec![1, 2])], ended };
        store.put_connection_with(row, waiting, "default", |_| Ok(replacement))
    }

    #[test]
    fn a_grant_is_kept_with_all_that_it_changes_or_not_at_all() {
        let store = Store::in_memory().unwrap();
        put_with(&store, &row("c1", "work"), None, &[]).unwrap();
        store.put_revocation(&revocations::tests::pending("rev_1"), "revocation", b"sealed", "note").unwrap();
        let taken = put_with(&store, &row("c2", "work"), Some("rev_1"), &["c1"]).unwrap_err();
        assert!(matches!(taken, StoreError::LabelTaken { .. }), "{taken}");
        let refused: Result<(), StoreError> =
            store.put_connection_with(&row("c2", "new"), Some("rev_1"), "default", |snapshot| {
                assert_eq!(snapshot.rows.len(), 1);
                assert!(snapshot.secret("c1", "token")?.is_some());
                Err(StoreError::LabelTaken { label: "refused".into() })
            });
        assert!(refused.is_err());
        assert_eq!(store.connections().unwrap(), [row("c1", "work")], "neither ended nor joined");
        assert!(store.secret("rev_1", "revocation").unwrap().is_some(), "and the grant waits as before");
        put_with(&store, &row("c2", "new"), Some("rev_1"), &["c1"]).unwrap();
        let ended = store.connection("c1").unwrap().unwrap();
        assert_eq!(ended.state, "replaced");
        assert!(ended.state_reason.unwrap().ends_with("as `new`"));
        assert!(store.revocations().unwrap().is_empty() && store.secret("rev_1", "revocation").unwrap().is_none());
    }

    #[test]
    fn what_names_a_connection_names_the_one_that_takes_its_place_or_nothing_is_written() {
        let store = Store::in_memory().unwrap();
        put_with(&store, &row("c1", "work"), None, &[]).unwrap();
        put_with(&store, &row("c2", "other"), None, &[]).unwrap();
        let named = || store.get_meta("default").unwrap();
        put_with(&store, &row("c3", "third"), None, &["c1"]).unwrap();
        assert_eq!(named(), None, "none is named that was not before");
        store.put_meta("default", "c3").unwrap();
        put_with(&store, &row("c4", "fourth"), None, &["c2"]).unwrap();
        assert_eq!(named().as_deref(), Some("c3"), "another one ended");
        put_with(&store, &row("c5", "fifth"), None, &["c4", "c3"]).unwrap();
        assert_eq!(named().as_deref(), Some("c5"));
        let fails = "CREATE TEMP TRIGGER full BEFORE UPDATE ON main.meta BEGIN SELECT RAISE(ABORT, 'full'); END";
        store.lock().execute_batch(fails).unwrap();
        put_with(&store, &row("c6", "sixth"), None, &["c5"]).unwrap_err();
        assert_eq!(store.connection("c5").unwrap().unwrap().state, "active");
        assert!(store.connection("c6").unwrap().is_none() && named().as_deref() == Some("c5"));
    }

    #[test]
    fn a_grant_that_is_being_taken_back_is_kept_no_more() {
        let store = Store::in_memory().unwrap();
        store.put_revocation(&revocations::tests::pending("rev_1"), "revocation", b"sealed", "note").unwrap();
        assert!(store.claim_revocation("rev_1", 0, 9).unwrap());
        let late = put_with(&store, &row("c1", "work"), Some("rev_1"), &[]).unwrap_err();
        assert!(matches!(late, StoreError::TakenBack), "{late}");
        assert!(store.connections().unwrap().is_empty());
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
        put_with(&store, &row("c1", "work"), None, &[]).unwrap();
        assert!(store.secret("c1", "token").unwrap().is_some());
        assert!(store.delete_connection("c1").unwrap());
        assert!(store.secret("c1", "token").unwrap().is_none());
        assert!(!store.delete_connection("c1").unwrap());
    }

    #[test]
    fn the_state_carries_its_reason() {
        let store = Store::in_memory().unwrap();
        store.put_connection(&row("c1", "work")).unwrap();
        store.set_connection_state("c1", "needs-reconnect", Some("refused")).unwrap();
        let row = store.connection("c1").unwrap().unwrap();
        assert_eq!((row.state.as_str(), row.state_reason.as_deref()), ("needs-reconnect", Some("refused")));
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
