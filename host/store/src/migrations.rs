//! The steps from an empty database to the current version.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::{StoreError, former_reasons};

/// One step. Released files never change.
struct Migration {
    sql: &'static str,
    /// What SQL cannot say, after it.
    data: Option<DataStep>,
}

type DataStep = fn(&Connection) -> Result<(), StoreError>;

const fn sql(sql: &'static str) -> Migration {
    Migration { sql, data: None }
}

/// Each is applied once, in order; the count is the `user_version`.
const MIGRATIONS: &[Migration] = &[
    sql(include_str!("../migrations/001_start.sql")),
    sql(include_str!("../migrations/002_token_life.sql")),
    sql(include_str!("../migrations/003_budgets.sql")),
    sql(include_str!("../migrations/004_grants.sql")),
    sql(include_str!("../migrations/005_run_connections.sql")),
    sql(include_str!("../migrations/006_deliveries.sql")),
    Migration { sql: include_str!("../migrations/007_state_reasons.sql"), data: Some(former_reasons::split) },
    sql(include_str!("../migrations/008_tables_of_facts.sql")),
    sql(include_str!("../migrations/009_run_items.sql")),
];

/// Brings a database to the current version. One of this version is only read: opening it must not wait for the disk.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    if usize::try_from(version(connection)?) == Ok(MIGRATIONS.len()) {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    apply(&transaction, MIGRATIONS)?;
    transaction.commit()?;
    Ok(())
}

fn apply(transaction: &Transaction<'_>, migrations: &[Migration]) -> Result<(), StoreError> {
    let found = version(transaction)?;
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    let Some(done) = usize::try_from(found).ok().filter(|done| *done <= migrations.len()) else {
        return Err(StoreError::TooNew { found, known });
    };
    for migration in migrations.iter().skip(done) {
        transaction.execute_batch(migration.sql)?;
        if let Some(data) = migration.data {
            data(transaction)?;
        }
    }
    transaction.pragma_update(None, "user_version", known)?;
    Ok(())
}

/// Refuses a database that a newer program has changed. Inside a transaction that writes it stays as it is.
pub(crate) fn check_version(connection: &Connection) -> Result<(), StoreError> {
    let found = version(connection)?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known { Err(StoreError::TooNew { found, known }) } else { Ok(()) }
}

fn version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use super::*;
    use crate::{AttemptFailure, ExchangeRow, SignInAttempt, Store, Usage};

    /// A database as an earlier version left it.
    pub(crate) fn database_of_version(dir: &Path, count: usize, rows: &str) {
        let mut connection = Connection::open(dir.join("switchboard.db")).unwrap();
        let transaction = connection.transaction().unwrap();
        apply(&transaction, &MIGRATIONS[..count]).unwrap();
        transaction.execute_batch(rows).unwrap();
        transaction.pragma_update(None, "user_version", i64::try_from(count).unwrap()).unwrap();
        transaction.commit().unwrap();
    }

    /// What version 7 kept under names with prefixes.
    #[test]
    fn facts_with_prefixes_become_columns_and_tables() {
        let dir = tempfile::tempdir().unwrap();
        let rows = r#"
            INSERT INTO connections (id, label, connector, method, api_base, oauth_base, state, scopes, created_at) VALUES
                ('con_1', 'work', 'zoom', 'byo', 'a', 'o', 'active', '[]', 1),
                ('con_2', 'other', 'zoom', 'byo', 'a', 'o', 'active', '[]', 2);
            INSERT INTO meta (name, value) VALUES
                ('connection.default', 'con_1'), ('plan.con_1', 'business'), ('plan.con_2', ''),
                ('made.con_1', '{"activities":["zoom.users.me"],"port":7910}'),
                ('used.con_1.nightly.sync', '{"automation":"nightly.sync","run":"run_2","runs":3,"at":50}'),
                ('attempt.new', '{"label":"new","at_ms":60,"client_id":"app","redirect":null,"expected":"ada@example.com",
                    "oauth_base":"o","authorize":null,"failure":{"code":"denied","message":"no","remedy":null},
                    "given":["connect","new"],"classic_app":true,"scopes":["a:b"],"waits":[7,99]}'),
                ('attempt.old', '{"label":"old","at_ms":50,"client_id":null,"redirect":null,"expected":null,
                    "oauth_base":null,"authorize":null,"failure":null}'),
                ('pause.abc', '1234'), ('refresh-failure.con_1', '{"at":1,"message":"m","retryable":true}'),
                ('exchange.1f', '{"connector":"zoom","label":"new","client_id":"app","oauth_base":"o","at":70,"shown":true}'),
                ('grants', '5'), ('vault.fingerprint', 'f');
        "#;
        database_of_version(dir.path(), 7, rows);
        let store = Store::open(dir.path()).unwrap();
        assert_eq!(store.default_connection().unwrap().unwrap().id, "con_1");
        assert_eq!(store.plan("con_1").unwrap().as_deref(), Some("business"));
        assert_eq!(store.plan("con_2").unwrap(), None);
        let access = store.requested_access("con_1").unwrap().unwrap();
        assert_eq!(access, serde_json::json!({"activities": ["zoom.users.me"], "port": 7910}));
        let usage = Usage { automation: "nightly.sync".into(), run: "run_2".into(), runs: 3, at: 50 };
        assert_eq!(store.usage("con_1").unwrap(), [usage]);
        let old = SignInAttempt { label: "old".into(), at: 50, ..SignInAttempt::default() };
        let new = SignInAttempt {
            label: "new".into(),
            at: 60,
            client_id: Some("app".into()),
            expected: Some("ada@example.com".into()),
            oauth_base: Some("o".into()),
            failure: Some(AttemptFailure { code: "denied".into(), message: "no".into(), remedy: None }),
            command: Some(vec!["connect".into(), "new".into()]),
            classic_app: Some(true),
            scopes: vec!["a:b".into()],
            waits: Some((7, 99)),
            ..SignInAttempt::default()
        };
        assert_eq!(store.attempts().unwrap(), [old, new]);
        assert_eq!(store.pause("abc").unwrap(), Some(1234));
        let note = ExchangeRow {
            id: "exchange.1f".into(),
            connector: "zoom".into(),
            label: "new".into(),
            client_id: "app".into(),
            oauth_base: "o".into(),
            at: 70,
            shown: true,
        };
        assert_eq!(store.exchanges().unwrap(), [note]);
        let db = store.lock();
        let mut statement = db.prepare("SELECT name FROM meta ORDER BY name").unwrap();
        let names = statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<Vec<String>, _>>().unwrap();
        assert_eq!(names, ["grants", "vault.fingerprint"]);
    }

    /// A note by the way that cannot be read is dropped: it must not close the folder.
    #[test]
    fn odd_notes_do_not_close_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let rows = r#"
            INSERT INTO connections (id, label, connector, method, api_base, oauth_base, state, scopes, created_at) VALUES
                ('con_1', 'work', 'zoom', 'byo', 'a', 'o', 'active', '[]', 1);
            INSERT INTO meta (name, value) VALUES
                ('used.con_1.a', '{"automation":"a","run":"r","runs":99999999999999999999,"at":50}'),
                ('used.con_1.b', 'not JSON'),
                ('attempt.odd', '{"label":"odd","at_ms":60,"classic_app":"yes","waits":[1e30,"x"]}'),
                ('attempt.none', '{"label":"none","at_ms":99999999999999999999}'),
                ('exchange.1', '{"connector":"zoom","client_id":"app","oauth_base":"o","at":70,"shown":"true"}'),
                ('exchange.2', '{"connector":"zoom","client_id":"app","oauth_base":"o","at":1e30}');
        "#;
        database_of_version(dir.path(), 7, rows);
        let store = Store::open(dir.path()).unwrap();
        assert_eq!(store.usage("con_1").unwrap(), []);
        let attempts = store.attempts().unwrap();
        assert_eq!(attempts.len(), 1);
        assert_eq!(attempts[0].waits, None);
        assert_eq!(attempts[0].classic_app, None);
        let exchanges = store.exchanges().unwrap();
        assert_eq!(exchanges.len(), 1);
        assert!(!exchanges[0].shown);
    }
}
