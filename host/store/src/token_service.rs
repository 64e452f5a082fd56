//! What token services said to all processes of this database: when to ask again, and how the last refresh failed.

use rusqlite::{OptionalExtension, params};

use crate::{Store, StoreError};

/// How the last refresh of a connection failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefreshFailure {
    /// Milliseconds since 1970.
    pub at: i64,
    /// What happened.
    pub message: String,
    /// Trying again later may help.
    pub retryable: bool,
    /// The error of the token service: a code of the OAuth standard.
    pub token_error: Option<String>,
    /// The token service's own code.
    pub token_code: Option<String>,
    /// Its words.
    pub token_message: Option<String>,
    /// The HTTP status of its answer; none when it refused nothing.
    pub token_status: Option<u16>,
}

impl Store {
    /// Keeps until when a token service is left alone. `app` names the service and the app.
    pub fn put_pause(&self, app: &str, until: i64) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO token_pauses (app, until) VALUES (?1, ?2)
             ON CONFLICT (app) DO UPDATE SET until = excluded.until",
            params![app, until],
        )?;
        Ok(())
    }

    /// Until when a token service is left alone.
    pub fn pause(&self, app: &str) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT until FROM token_pauses WHERE app = ?1";
        Ok(self.lock().prepare_cached(sql)?.query_row([app], |row| row.get(0)).optional()?)
    }

    /// Forgets a pause that is over.
    pub fn delete_pause(&self, app: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM token_pauses WHERE app = ?1", [app])?;
        Ok(())
    }

    /// Keeps how the last refresh of a connection failed.
    pub fn put_refresh_failure(&self, connection: &str, failure: &RefreshFailure) -> Result<(), StoreError> {
        self.execute(
            "INSERT OR REPLACE INTO refresh_failures
                (connection, at, message, retryable, token_error, token_code, token_message, token_status)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                connection,
                failure.at,
                failure.message,
                failure.retryable,
                failure.token_error,
                failure.token_code,
                failure.token_message,
                failure.token_status
            ],
        )?;
        Ok(())
    }

    /// How the last refresh of a connection failed.
    pub fn refresh_failure(&self, connection: &str) -> Result<Option<RefreshFailure>, StoreError> {
        let sql = "SELECT * FROM refresh_failures WHERE connection = ?1";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(RefreshFailure {
                at: row.get("at")?,
                message: row.get("message")?,
                retryable: row.get("retryable")?,
                token_error: row.get("token_error")?,
                token_code: row.get("token_code")?,
                token_message: row.get("token_message")?,
                token_status: row.get("token_status")?,
            })
        };
        Ok(self.lock().prepare_cached(sql)?.query_row([connection], read).optional()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_of_a_token_service_is_kept() {
        let store = Store::in_memory().unwrap();
        store.put_pause("a", 5).unwrap();
        store.put_pause("a", 7).unwrap();
        assert_eq!(store.pause("a").unwrap(), Some(7));
        store.delete_pause("a").unwrap();
        assert_eq!(store.pause("a").unwrap(), None);
        store.put_refresh_failure("c1", &RefreshFailure::default()).unwrap();
        let failure = RefreshFailure {
            at: 9,
            message: "refused".into(),
            retryable: true,
            token_error: Some("invalid_client".into()),
            token_code: None,
            token_message: Some("disabled (4,717)".into()),
            token_status: Some(400),
        };
        store.put_refresh_failure("c1", &failure).unwrap();
        assert_eq!(store.refresh_failure("c1").unwrap(), Some(failure));
        assert_eq!(store.refresh_failure("c2").unwrap(), None);
    }
}
