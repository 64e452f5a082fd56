//! Who schedules for whom.

use serde::Deserialize;

use crate::bindings::users::{Delegate, Delegates, GetUser};
use crate::ids::UserRef;
use crate::mark::Mark;
use crate::service::Outcome;
use crate::wire::lenient;
use crate::zoom::Zoom;

#[derive(Deserialize)]
struct Wire {
    #[serde(default, alias = "schedulers")]
    assistants: Vec<Row>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Row {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    email: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pmi: Option<String>,
}

/// Users who may schedule for this user.
pub fn assistants(zoom: &Zoom<'_>, request: GetUser) -> Outcome<Delegates> {
    read(zoom, request, "assistants")
}

/// Users for whom this user may schedule.
pub fn schedulers(zoom: &Zoom<'_>, request: GetUser) -> Outcome<Delegates> {
    read(zoom, request, "schedulers")
}

fn read(zoom: &Zoom<'_>, request: GetUser, what: &str) -> Outcome<Delegates> {
    let user = UserRef::parse(request.user.as_deref())?;
    let wire: Wire = zoom.get(format!("/users/{user}/{what}")).json(Mark::Field(&["assistants", "schedulers"]))?;
    let public = |row: Row| Delegate { id: row.id, email: row.email, personal_meeting_id: row.pmi };
    Ok(Delegates { users: wire.assistants.into_iter().map(public).collect() })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    #[test]
    fn both_directions_are_lists_of_users() {
        check(
            "users.assistants",
            "{}",
            script("GET /users/me/assistants", 200, r#"{"assistants":[{"id":"u2","email":"b@x.org"}]}"#),
            r#"{"users":[{"id":"u2","email":"b@x.org"}]}"#,
        );
        check(
            "users.schedulers",
            r#"{"user":"u2"}"#,
            script("GET /users/u2/schedulers", 200, r#"{"schedulers":[{"id":"u1","pmi":3542471135}]}"#),
            r#"{"users":[{"id":"u1","personal_meeting_id":"3542471135"}]}"#,
        );
    }

    #[test]
    fn a_path_is_refused_and_a_stranger_is_not_found() {
        let answer = r#"{"code":1001,"message":"x"}"#;
        for what in ["assistants", "schedulers"] {
            let name = format!("users.{what}");
            fails(&name, r#"{"user":"a/b"}"#, script("", 0, ""), "input.invalid", Some("/user"));
            fails(&name, "{}", script(&format!("GET /users/me/{what}"), 404, answer), "not-found", None);
        }
    }
}
