//! Keeping a grant: the connection, its sealed secrets and the connections that end by it, as one.
//!
//! Of several grants of one app to one user services keep the newest, so connections with older ones end. Secrets are sealed
//! before the transaction, from what was read then; where that is no longer there, nothing is written and the caller reads
//! again. So no code of a caller runs while others wait.

use rusqlite::{Connection, params};
use serde_json::Value;

use crate::connections::{self, ConnectionRow, StateReasonRow};
use crate::json::Json;
use crate::{Sealed, Store, StoreError, revocations, secrets, settings};

/// The grants that end each other: those of one user of one app of a service.
#[derive(Clone, Debug)]
pub struct GrantKey {
    /// The user's id at the service.
    pub user_id: String,
    /// The app.
    pub client_id: String,
    /// Where the service signs in.
    pub oauth_base: String,
    /// How connections are made that end each other.
    pub methods: Vec<String>,
    /// Connections that lived when the code was exchanged. Some may have been found ended since.
    pub living: Vec<String>,
}

/// A grant that is to be kept.
#[derive(Debug)]
pub struct GrantCommit {
    /// The connection as it is to be.
    pub row: ConnectionRow,
    /// Whether the connection is there already.
    pub again: bool,
    /// Its sealed secrets.
    pub secrets: Vec<(&'static str, Vec<u8>)>,
    /// The connections that may end by it. None for a grant that ends no other.
    pub key: Option<GrantKey>,
    /// Whether they may end.
    pub replace: bool,
    /// The states from which a connection ends by it.
    pub ends_from: Vec<&'static str>,
    /// State and reason of those that end.
    pub ended: (&'static str, StateReasonRow),
    /// The secrets that `secrets` were made from, by connection.
    pub read: Vec<FormerSecret>,
    /// The field of those.
    pub field: &'static str,
    /// Where the grant waits as a pending revocation: it waits no more.
    pub waiting: Option<String>,
    /// What the connection was asked for. None: as before.
    pub requested_access: Option<Value>,
}

/// A secret of a connection as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerSecret {
    /// Id of the connection.
    pub connection: String,
    /// None where it has none.
    pub secret: Option<Sealed>,
}

/// Why a grant was not kept. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// The connection that was to get it is gone.
    #[error("the connection is gone")]
    Gone,
    /// A connection of the same user lives by a newer grant.
    #[error("a newer grant was kept as `{label}`")]
    Overtaken {
        /// Its name.
        label: String,
    },
    /// A connection of the same user would end by it, and must not.
    #[error("the same user is connected already")]
    Conflict(Box<ConnectionRow>),
    /// What the secrets were made from has changed: read it again.
    #[error("the secrets were changed meanwhile")]
    Changed,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// The connections that a grant may end, oldest first, and its own connection, each with its secret of a field.
    pub fn former_secrets(
        &self,
        id: &str,
        key: Option<&GrantKey>,
        field: &str,
    ) -> Result<Vec<FormerSecret>, StoreError> {
        former_secrets(&self.lock(), id, key, field)
    }

    /// The connections that a grant of this key ends, oldest first.
    pub fn connections_of_key(&self, key: &GrantKey) -> Result<Vec<ConnectionRow>, StoreError> {
        rivals(&self.lock(), Some(key))
    }

    /// Keeps a grant. Returns the connections that ended by it, as they were. Where one of them was the default, the new one
    /// is. All of it happens, or nothing.
    pub fn commit_grant(&self, commit: &GrantCommit) -> Result<Vec<ConnectionRow>, CommitError> {
        self.transaction_or(|db| {
            let row = &commit.row;
            if let Some(id) = &commit.waiting {
                revocations::end_waiting(db, id)?;
            }
            let former = connections::by_id(db, &row.id)?;
            if commit.again && former.is_none() {
                return Err(CommitError::Gone);
            }
            let mut rivals = rivals(db, commit.key.as_ref())?;
            let newer = former.iter().chain(&rivals).find(|other| other.granted > row.granted);
            if let Some(newer) = newer.filter(|_| commit.waiting.is_some()) {
                return Err(CommitError::Overtaken { label: newer.label.clone() });
            }
            rivals.retain(|other| other.id != row.id);
            if !commit.replace && !rivals.is_empty() {
                return Err(CommitError::Conflict(Box::new(rivals.remove(0))));
            }
            if former_secrets(db, &row.id, commit.key.as_ref(), commit.field)? != commit.read {
                return Err(CommitError::Changed);
            }
            connections::put(db, row)?;
            if let Some(access) = &commit.requested_access {
                settings::put_requested_access(db, &row.id, access)?;
            }
            secrets::replace(db, &row.id, &commit.secrets)?;
            rivals.retain(|other| commit.ends_from.contains(&other.state.as_str()));
            let (state, reason) = &commit.ended;
            for ended in &rivals {
                connections::set_state(db, &ended.id, state, Some(reason))?;
                connections::follow_default(db, &ended.id, &row.id)?;
            }
            Ok(rivals)
        })
    }
}

fn former_secrets(
    db: &Connection,
    id: &str,
    key: Option<&GrantKey>,
    field: &str,
) -> Result<Vec<FormerSecret>, StoreError> {
    let rivals = rivals(db, key)?.into_iter().map(|row| row.id).filter(|other| other != id);
    let read = |connection: String| {
        let secret = secrets::get(db, &connection, field)?;
        Ok(FormerSecret { connection, secret })
    };
    rivals.chain([id.to_owned()]).map(read).collect()
}

/// The connections of a key that live, or lived when its code was exchanged. Secrets of one that was disconnected are erased.
fn rivals(db: &Connection, key: Option<&GrantKey>) -> Result<Vec<ConnectionRow>, StoreError> {
    let Some(key) = key else {
        return Ok(Vec::new());
    };
    let sql = format!(
        "SELECT {} FROM connections
         WHERE client_id = ?1 AND oauth_base = ?2 AND json_extract(identity, '$.user_id') = ?3
           AND method IN (SELECT value FROM json_each(?4))
           AND (state = 'active' OR state <> 'disconnected' AND id IN (SELECT value FROM json_each(?5)))
         ORDER BY created_at, label",
        connections::COLUMNS
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(
        params![key.client_id, key.oauth_base, key.user_id, Json(&key.methods), Json(&key.living)],
        connections::read,
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::tests::row;
    use crate::revocations::tests::pending;

    fn key(living: &[&str]) -> GrantKey {
        GrantKey {
            user_id: "ada".into(),
            client_id: "app".into(),
            oauth_base: "https://example/oauth".into(),
            methods: vec!["oauth".into()],
            living: living.iter().map(|id| (*id).to_owned()).collect(),
        }
    }

    fn commit(store: &Store, row: ConnectionRow, replace: bool, waiting: Option<&str>) -> GrantCommit {
        let read = store.former_secrets(&row.id, Some(&key(&[])), "token").unwrap();
        GrantCommit {
            ended: ("replaced", StateReasonRow::about("replaced", &row.label)),
            row,
            again: false,
            secrets: vec![("token", vec![1, 2])],
            key: Some(key(&[])),
            replace,
            ends_from: vec!["active", "needs-reconnect"],
            read,
            field: "token",
            waiting: waiting.map(str::to_owned),
            requested_access: None,
        }
    }

    fn keep(store: &Store, id: &str, label: &str, replace: bool) -> Result<Vec<String>, CommitError> {
        let ended = store.commit_grant(&commit(store, row(id, label), replace, None))?;
        Ok(ended.into_iter().map(|row| row.id).collect())
    }

    #[test]
    fn a_grant_is_kept_with_all_that_it_changes_or_not_at_all() {
        let store = Store::in_memory().unwrap();
        keep(&store, "c1", "work", false).unwrap();
        store.put_revocation(&pending("rev_1"), "revocation", b"sealed", "note").unwrap();
        let taken = store.commit_grant(&commit(&store, row("c2", "work"), true, Some("rev_1"))).unwrap_err();
        assert!(matches!(taken, CommitError::Store(StoreError::LabelTaken { .. })), "{taken}");
        let refused = store.commit_grant(&commit(&store, row("c2", "new"), false, Some("rev_1"))).unwrap_err();
        assert!(matches!(refused, CommitError::Conflict(_)), "{refused}");
        assert_eq!(store.connections().unwrap(), [row("c1", "work")], "neither ended nor joined");
        assert!(store.secret("rev_1", "revocation").unwrap().is_some(), "and the grant waits as before");
        store.commit_grant(&commit(&store, row("c2", "new"), true, Some("rev_1"))).unwrap();
        let ended = store.connection("c1").unwrap().unwrap();
        assert_eq!(ended.state, "replaced");
        assert_eq!(ended.reason, Some(StateReasonRow::about("replaced", "new")));
        assert!(store.revocations().unwrap().is_empty() && store.secret("rev_1", "revocation").unwrap().is_none());
    }

    #[test]
    fn secrets_that_were_replaced_meanwhile_are_read_again() {
        let store = Store::in_memory().unwrap();
        keep(&store, "c1", "work", false).unwrap();
        let before = commit(&store, row("c2", "new"), true, None);
        store.put_secret("c1", "token", b"refreshed", 9).unwrap();
        let changed = store.commit_grant(&before).unwrap_err();
        assert!(matches!(changed, CommitError::Changed), "{changed}");
        assert!(store.connection("new").unwrap().is_none());
        assert_eq!(keep(&store, "c2", "new", true).unwrap(), ["c1"]);
    }

    #[test]
    fn an_older_grant_ends_no_newer_one() {
        let store = Store::in_memory().unwrap();
        store.put_revocation(&pending("rev_1"), "revocation", b"sealed", "note").unwrap();
        let newer = ConnectionRow { granted: 2, ..row("c1", "work") };
        store.commit_grant(&commit(&store, newer, false, None)).unwrap();
        let older = ConnectionRow { granted: 1, ..row("c2", "new") };
        let overtaken = store.commit_grant(&commit(&store, older, true, Some("rev_1"))).unwrap_err();
        assert!(matches!(&overtaken, CommitError::Overtaken { label } if label == "work"), "{overtaken}");
        assert!(store.secret("rev_1", "revocation").unwrap().is_some(), "the grant waits as before");
    }

    #[test]
    fn only_connections_of_the_same_user_app_and_service_end() {
        let store = Store::in_memory().unwrap();
        let other_user = ConnectionRow { identity: Some(serde_json::json!({"user_id": "eve"})), ..row("c1", "a") };
        let other_app = ConnectionRow { client_id: Some("other".into()), ..row("c2", "b") };
        let other_service = ConnectionRow { oauth_base: "https://elsewhere/oauth".into(), ..row("c3", "c") };
        let other_method = ConnectionRow { method: "token".into(), ..row("c4", "d") };
        let over = ConnectionRow { state: "needs-reconnect".into(), ..row("c5", "e") };
        for other in [&other_user, &other_app, &other_service, &other_method, &over, &row("c6", "f")] {
            store.put_connection(other).unwrap();
        }
        let ids = |key: &GrantKey| -> Vec<String> {
            rivals(&store.lock(), Some(key)).unwrap().into_iter().map(|row| row.id).collect()
        };
        assert_eq!(ids(&key(&[])), ["c6"]);
        assert_eq!(ids(&key(&["c5"])), ["c5", "c6"], "it lived when the code was exchanged");
    }

    #[test]
    fn default_follows_to_the_connection_that_takes_its_place() {
        let store = Store::in_memory().unwrap();
        let default = || store.default_connection().unwrap().map(|row| row.id);
        keep(&store, "c1", "work", true).unwrap();
        assert_eq!(default(), None, "none is the default that was not before");
        store.set_default_connection(Some("c1")).unwrap();
        let eve = ConnectionRow { identity: Some(serde_json::json!({"user_id": "eve"})), ..row("c2", "eve") };
        store.put_connection(&eve).unwrap();
        store.set_connection_state("c2", "replaced", None).unwrap();
        assert_eq!(default().as_deref(), Some("c1"), "another one ended");
        keep(&store, "c3", "new", true).unwrap();
        assert_eq!(default().as_deref(), Some("c3"));
        let fails = "CREATE TEMP TRIGGER full BEFORE UPDATE OF is_default ON main.connections
                     BEGIN SELECT RAISE(ABORT, 'full'); END";
        store.lock().execute_batch(fails).unwrap();
        keep(&store, "c4", "newest", true).unwrap_err();
        assert_eq!(store.connection("c3").unwrap().unwrap().state, "active");
        assert!(store.connection("c4").unwrap().is_none());
        assert_eq!(default().as_deref(), Some("c3"));
    }

    #[test]
    fn a_grant_that_is_being_taken_back_is_kept_no_more() {
        let store = Store::in_memory().unwrap();
        store.put_revocation(&pending("rev_1"), "revocation", b"sealed", "note").unwrap();
        assert!(store.claim_revocation("rev_1", 0, 9).unwrap());
        let late = store.commit_grant(&commit(&store, row("c1", "work"), false, Some("rev_1"))).unwrap_err();
        assert!(matches!(late, CommitError::Store(StoreError::TakenBack)), "{late}");
        assert!(store.connections().unwrap().is_empty());
    }
}
