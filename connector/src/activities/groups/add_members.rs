//! Add users to a group.

use crate::bindings::groups::{AddedMembers, NewMembers};
use crate::ids::OpaqueId;
use crate::service::Outcome;
use crate::wire::members::add;
use crate::zoom::Zoom;

/// Add users to a group.
pub fn add_members(zoom: &Zoom<'_>, request: NewMembers) -> Outcome<AddedMembers> {
    let group = OpaqueId::parse("/group", &request.group, "group")?;
    let (ids, added_at) = add(zoom, &format!("/groups/{group}/members"), &request.users)?;
    Ok(AddedMembers { group: request.group, ids, added_at })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, run, script};
    use serde_json::json;

    const POST: &str = "POST /groups/g1/members";

    #[test]
    fn ids_and_addresses_are_told_apart() {
        let script = script(POST, 201, r#"{"ids":"u1,u2","added_at":"2026-01-01T00:00:00Z"}"#)
            .with_body(r#"{"members":[{"id":"u1"},{"email":"b@x.org"}]}"#);
        check(
            "groups.add-members",
            r#"{"group":"g1","users":["u1","b@x.org"]}"#,
            script,
            r#"{"group":"g1","ids":["u1","u2"],"added_at":"2026-01-01T00:00:00Z"}"#,
        );
    }

    #[test]
    fn more_than_thirty_go_in_several_requests() {
        let users: Vec<String> = (0..31).map(|n| format!("u{n}")).collect();
        let script = script(POST, 201, r#"{"ids":"u0"}"#)
            .then(POST, 201, r#"{"ids":"u30"}"#)
            .with_body(r#"{"members":[{"id":"u30"}]}"#);
        let answer = run("groups.add-members", &json!({"group":"g1","users":users}).to_string(), &script).unwrap();
        assert_eq!(answer["ids"], json!(["u0", "u30"]));
        assert!(script.is_used_up());
    }

    #[test]
    fn nobody_is_refused_and_a_strange_group_is_not_found() {
        fails("groups.add-members", r#"{"group":"g1","users":[]}"#, script("", 0, ""), "input.invalid", Some("/users"));
        let answer = r#"{"code":4130,"message":"x"}"#;
        fails("groups.add-members", r#"{"group":"g1","users":["u1"]}"#, script(POST, 404, answer), "not-found", None);
    }
}
