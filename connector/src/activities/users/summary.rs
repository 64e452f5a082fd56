//! Count users.

use serde::Deserialize;

use crate::bindings::users::UserCounts;
use crate::mark::Mark;
use crate::service::Outcome;
use crate::wire::lenient::{number, small};
use crate::zoom::Zoom;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wire {
    #[serde(deserialize_with = "number")]
    licensed_users_count: Option<i64>,
    #[serde(deserialize_with = "number")]
    basic_users_count: Option<i64>,
    #[serde(deserialize_with = "number")]
    on_prem_users_count: Option<i64>,
    #[serde(deserialize_with = "number")]
    room_users_count: Option<i64>,
    #[serde(deserialize_with = "number")]
    pending_users_count: Option<i64>,
    #[serde(deserialize_with = "number")]
    join_only_users_count: Option<i64>,
    #[serde(deserialize_with = "number")]
    total_users_count: Option<i64>,
}

/// What the answer consists of.
const COUNTS: &[&str] = &[
    "licensed_users_count",
    "basic_users_count",
    "on_prem_users_count",
    "room_users_count",
    "pending_users_count",
    "join_only_users_count",
    "total_users_count",
];

/// Count users by licence.
pub fn summary(zoom: &Zoom<'_>) -> Outcome<UserCounts> {
    let wire: Wire = zoom.get("/users/summary".to_owned()).json(Mark::Field(COUNTS))?;
    Ok(UserCounts {
        licensed: small(wire.licensed_users_count),
        basic: small(wire.basic_users_count),
        on_premises: small(wire.on_prem_users_count),
        rooms: small(wire.room_users_count),
        pending: small(wire.pending_users_count),
        join_only: small(wire.join_only_users_count),
        total: small(wire.total_users_count),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    #[test]
    fn seed_josys_07_totals_are_counted_by_zoom() {
        let wire = r#"{"licensed_users_count":3,"basic_users_count":2,"pending_users_count":1,"total_users_count":6}"#;
        check(
            "users.summary",
            "{}",
            script("GET /users/summary", 200, wire),
            r#"{"licensed":3,"basic":2,"pending":1,"total":6}"#,
        );
    }

    #[test]
    fn input_is_refused_and_a_denied_account_is_forbidden() {
        fails("users.summary", r#"{"x":1}"#, script("", 0, ""), "input.invalid", Some("/x"));
        let denied = r#"{"code":403,"message":"Access to the Zoom REST API has been denied for this account."}"#;
        fails("users.summary", "{}", script("GET /users/summary", 403, denied), "forbidden", None);
    }
}
