//! The sentences in which earlier versions kept why a connection is in its state, read once into columns.

use rusqlite::{Connection, params};

use crate::StoreError;
use crate::connections::StateReasonRow;

/// Splits the sentences of all connections, and removes their column. One of unknown words is kept whole.
pub(crate) fn split(db: &Connection) -> Result<(), StoreError> {
    let mut statement = db.prepare("SELECT id, state_reason FROM connections WHERE state_reason IS NOT NULL")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows = rows.collect::<Result<Vec<(String, String)>, _>>()?;
    for (id, sentence) in rows {
        let reason = reason(&sentence).unwrap_or_else(|| StateReasonRow::about("other", &sentence));
        db.execute(
            "UPDATE connections SET reason = ?2, reason_subject = ?3, token_error = ?4, token_code = ?5,
                                    token_message = ?6, token_status = ?7
             WHERE id = ?1",
            params![
                id,
                reason.kind,
                reason.subject,
                reason.token_error,
                reason.token_code,
                reason.token_message,
                reason.token_status
            ],
        )?;
    }
    db.execute_batch("ALTER TABLE connections DROP COLUMN state_reason")?;
    Ok(())
}

fn reason(sentence: &str) -> Option<StateReasonRow> {
    let kind = match sentence {
        "the pasted token has ended; paste a new one" => "pasted-token-ended",
        "the service gave no way to renew its token" => "not-renewable",
        "the account removed the app at the service" => "app-removed",
        _ => return about(sentence).or_else(|| refusal(sentence)),
    };
    Some(StateReasonRow { kind: kind.to_owned(), ..StateReasonRow::default() })
}

fn about(sentence: &str) -> Option<StateReasonRow> {
    let between = |before: &str, after: &str| sentence.strip_prefix(before)?.strip_suffix(after);
    if let Some(label) = between("the same account was connected again as `", "`") {
        return Some(StateReasonRow::about("replaced", label));
    }
    let user = between("the service answered a refresh with a token of another user, ", "; it was not used")?;
    Some(StateReasonRow::about("another-user", user))
}

/// A refusal of the token service: its error or the status, its own code if there is one, and its words in brackets.
fn refusal(sentence: &str) -> Option<StateReasonRow> {
    const LOST: &str = "the answer to an earlier refresh was lost, and the old token is no longer accepted: ";
    const REFUSED: &str = "the service no longer accepts the token: ";
    let (kind, refusal) = match sentence.strip_prefix(LOST) {
        Some(refusal) => ("answer-lost", refusal),
        None => ("token-refused", sentence.strip_prefix(REFUSED)?),
    };
    let (head, message) = refusal.strip_suffix(')')?.split_once(" (")?;
    let mut reason = StateReasonRow { kind: kind.to_owned(), ..StateReasonRow::default() };
    reason.token_message = if message == "no reason given" { None } else { Some(message.to_owned()) };
    let words: Vec<&str> = head.split(' ').collect();
    let code = match words.as_slice() {
        ["status", status, code @ ..] if status.parse::<u16>().is_ok() => {
            reason.token_status = status.parse().ok();
            code
        }
        [error, code @ ..] => {
            reason.token_error = Some((*error).to_owned());
            code
        }
        [] => return None,
    };
    match code {
        [] => {}
        [code] => reason.token_code = Some((*code).to_owned()),
        _ => return None,
    }
    Some(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::tests::database_of_version;
    use crate::{RevocationOrigin, Store};

    /// The reasons of version 6, and what becomes of each.
    #[test]
    fn former_sentences_become_columns() {
        let refused = "the service no longer accepts the token: ";
        let lost = "the answer to an earlier refresh was lost, and the old token is no longer accepted: ";
        let refusal = |kind: &str, error: Option<&str>, code: Option<&str>, message: Option<&str>, status| {
            let text = |text: Option<&str>| text.map(str::to_owned);
            StateReasonRow {
                kind: kind.into(),
                subject: None,
                token_error: text(error),
                token_code: text(code),
                token_message: text(message),
                token_status: status,
            }
        };
        let cases = [
            (
                format!("{refused}invalid_grant (Invalid Token! (4,741))"),
                refusal("token-refused", Some("invalid_grant"), None, Some("Invalid Token! (4,741)"), None),
            ),
            (
                format!("{lost}invalid_grant 4741 (no reason given)"),
                refusal("answer-lost", Some("invalid_grant"), Some("4741"), None, None),
            ),
            (
                format!("{refused}status 400 (Token (x) ended)"),
                refusal("token-refused", None, None, Some("Token (x) ended"), Some(400)),
            ),
            ("the same account was connected again as `new`".into(), StateReasonRow::about("replaced", "new")),
            (
                "the service answered a refresh with a token of another user, eve@example.com; it was not used".into(),
                StateReasonRow::about("another-user", "eve@example.com"),
            ),
            ("the account removed the app at the service".into(), refusal("app-removed", None, None, None, None)),
            (
                "the pasted token has ended; paste a new one".into(),
                refusal("pasted-token-ended", None, None, None, None),
            ),
            (format!("{refused}a b c (d)"), StateReasonRow::about("other", &format!("{refused}a b c (d)"))),
            ("something else".into(), StateReasonRow::about("other", "something else")),
        ];
        for (sentence, reason) in cases {
            let dir = tempfile::tempdir().unwrap();
            let rows = format!(
                "INSERT INTO connections (id, label, connector, method, api_base, oauth_base, state, state_reason, scopes,
                    created_at) VALUES ('c1', 'work', 'zoom', 'byo', 'a', 'o', 'needs-reconnect', '{sentence}', '[]', 1),
                    ('c2', 'fine', 'zoom', 'byo', 'a', 'o', 'active', NULL, '[]', 2);
                 INSERT INTO revocations (id, label, connector, created_at, next_at, until, attempts) VALUES
                    ('rev_1', 'work', 'zoom', 1, 2, 3, 0), ('rev_2', 'an unfinished sign-in', 'zoom', 2, 2, 3, 0)"
            );
            database_of_version(dir.path(), 6, &rows);
            let store = Store::open(dir.path()).unwrap();
            assert_eq!(store.connection("work").unwrap().unwrap().reason, Some(reason), "{sentence}");
            assert_eq!(store.connection("fine").unwrap().unwrap().reason, None);
            let origins: Vec<_> = store.revocations().unwrap().into_iter().map(|one| one.origin).collect();
            assert_eq!(origins, [RevocationOrigin::Connection { label: "work".into() }, RevocationOrigin::SignIn]);
        }
    }
}
