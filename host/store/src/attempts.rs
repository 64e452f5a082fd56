//! Sign-ins that did not end well, the last one of each label.

use rusqlite::{Row, params};

use crate::json::{Json, inner};
use crate::{Store, StoreError};

/// So many are kept; of more the oldest go.
const MOST: u32 = 20;

/// A sign-in that did not end well, or waits for its answer. Nothing secret is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignInAttempt {
    /// Name of the connection it was for.
    pub label: String,
    /// When it ended, or began where nobody knows how it ended. Milliseconds since 1970.
    pub at: i64,
    /// The app.
    pub client_id: Option<String>,
    /// The call-back address.
    pub redirect: Option<String>,
    /// Who was expected.
    pub expected: Option<String>,
    /// Where the service signs in. None before the service was asked.
    pub oauth_base: Option<String>,
    /// The page that a browser was to open.
    pub authorize: Option<String>,
    /// How it failed. None where no answer came.
    pub failure: Option<AttemptFailure>,
    /// The arguments of the command, to be given once more.
    pub command: Option<Vec<String>>,
    /// Whether the app gave no scope of the kind asked for, and seems to have classic ones (true) or granular ones.
    pub classic_app: Option<bool>,
    /// The scopes that were missed.
    pub scopes: Vec<String>,
    /// While it waits: the process, and until when.
    pub waits: Option<(u32, i64)>,
}

/// How a sign-in failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptFailure {
    /// The code of the error.
    pub code: String,
    /// Its message.
    pub message: String,
    /// Id of the remedy that was shown.
    pub remedy: Option<String>,
}

impl Store {
    /// Keeps an attempt in the place of the former one of its label.
    pub fn put_attempt(&self, attempt: &SignInAttempt) -> Result<(), StoreError> {
        let failure = attempt.failure.as_ref();
        self.transaction(|db| {
            db.execute(
                "INSERT OR REPLACE INTO sign_in_attempts
                    (label, at, client_id, redirect, expected, oauth_base, authorize, failure_code, failure_message,
                     failure_remedy, command, classic_app, scopes, waiting_process, waiting_until)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
                params![
                    attempt.label,
                    attempt.at,
                    attempt.client_id,
                    attempt.redirect,
                    attempt.expected,
                    attempt.oauth_base,
                    attempt.authorize,
                    failure.map(|failure| &failure.code),
                    failure.map(|failure| &failure.message),
                    failure.and_then(|failure| failure.remedy.as_ref()),
                    attempt.command.as_ref().map(Json),
                    attempt.classic_app,
                    Json(&attempt.scopes),
                    attempt.waits.map(|(process, _)| process),
                    attempt.waits.map(|(_, until)| until),
                ],
            )?;
            db.execute(
                "DELETE FROM sign_in_attempts WHERE label NOT IN
                    (SELECT label FROM sign_in_attempts ORDER BY at DESC, label LIMIT ?1)",
                [MOST],
            )?;
            Ok(())
        })
    }

    /// All of them, the latest last.
    pub fn attempts(&self) -> Result<Vec<SignInAttempt>, StoreError> {
        let db = self.lock();
        let mut statement = db.prepare_cached("SELECT * FROM sign_in_attempts ORDER BY at, label DESC")?;
        let rows = statement.query_map([], read)?.collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// Forgets that of a label.
    pub fn delete_attempt(&self, label: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM sign_in_attempts WHERE label = ?1", [label])?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<SignInAttempt> {
    let code: Option<String> = row.get("failure_code")?;
    let message: Option<String> = row.get("failure_message")?;
    let remedy = row.get("failure_remedy")?;
    let process: Option<u32> = row.get("waiting_process")?;
    let until: Option<i64> = row.get("waiting_until")?;
    let Json(scopes) = row.get("scopes")?;
    Ok(SignInAttempt {
        label: row.get("label")?,
        at: row.get("at")?,
        client_id: row.get("client_id")?,
        redirect: row.get("redirect")?,
        expected: row.get("expected")?,
        oauth_base: row.get("oauth_base")?,
        authorize: row.get("authorize")?,
        failure: code.zip(message).map(|(code, message)| AttemptFailure { code, message, remedy }),
        command: inner(row.get("command")?),
        classic_app: row.get("classic_app")?,
        scopes,
        waits: process.zip(until),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_attempt_of_each_label_is_kept() {
        let store = Store::in_memory().unwrap();
        for at in 0..25 {
            let attempt = SignInAttempt { label: format!("l{at}"), at, ..SignInAttempt::default() };
            store.put_attempt(&attempt).unwrap();
        }
        let failure = AttemptFailure { code: "denied".into(), message: "no".into(), remedy: Some("r".into()) };
        let whole = SignInAttempt {
            label: "l24".into(),
            at: 30,
            client_id: Some("app".into()),
            redirect: Some("http://127.0.0.1:1/".into()),
            expected: Some("ada@example.com".into()),
            oauth_base: Some("https://example.com/oauth".into()),
            authorize: Some("https://example.com/page".into()),
            failure: Some(failure),
            command: Some(vec!["connect".into(), "l24".into()]),
            classic_app: Some(false),
            scopes: vec!["a:b".into()],
            waits: Some((7, 31)),
        };
        store.put_attempt(&whole).unwrap();
        let attempts = store.attempts().unwrap();
        assert_eq!(attempts.len(), 20);
        assert_eq!(attempts[0].label, "l5");
        assert_eq!(attempts[19], whole);
        store.delete_attempt("l24").unwrap();
        assert_eq!(store.attempts().unwrap().len(), 19);
    }
}
