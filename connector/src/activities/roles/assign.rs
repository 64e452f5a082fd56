//! Give a role, and take it.

use crate::bindings::roles::{AssignRole, AssignedRole, UnassignRole, UnassignedRole};
use crate::ids::{OpaqueId, UserRef};
use crate::problem::invalid;
use crate::service::Outcome;
use crate::wire::members::add;
use crate::zoom::Zoom;

/// Give users a role.
pub fn assign(zoom: &Zoom<'_>, request: AssignRole) -> Outcome<AssignedRole> {
    let role = own(&request.role)?;
    let (ids, assigned_at) = add(zoom, &format!("/roles/{role}/members"), &request.users)?;
    Ok(AssignedRole { role: request.role, ids, assigned_at })
}

/// Take a role from a user.
pub fn unassign(zoom: &Zoom<'_>, request: UnassignRole) -> Outcome<UnassignedRole> {
    let role = own(&request.role)?;
    let user = UserRef::parse(Some(&request.user))?;
    zoom.delete(format!("/roles/{role}/members/{user}")).done()?;
    Ok(UnassignedRole { role: request.role, user: request.user })
}

/// Zoom lets nobody join or leave the owner's and the plain members' role by itself.
fn own(role: &str) -> Outcome<OpaqueId> {
    if matches!(role, "0" | "2") {
        let fix = "name `1` or a role of the account's own; `unassign` makes a plain member";
        return Err(invalid("/role", "the owner's and the members' role cannot be given or taken", fix));
    }
    OpaqueId::parse("/role", role, "role")
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    #[test]
    fn a_role_is_given_and_taken() {
        let script_ = script("POST /roles/1/members", 201, r#"{"ids":"u2","add_at":"2026-01-01T00:00:00Z"}"#)
            .with_body(r#"{"members":[{"email":"b@x.org"}]}"#);
        check(
            "roles.assign",
            r#"{"role":"1","users":["b@x.org"]}"#,
            script_,
            r#"{"role":"1","ids":["u2"],"assigned_at":"2026-01-01T00:00:00Z"}"#,
        );
        let input = r#"{"role":"1","user":"u2"}"#;
        check("roles.unassign", input, script("DELETE /roles/1/members/u2", 204, ""), input);
    }

    #[test]
    fn owner_and_members_cannot_be_made_this_way() {
        for role in ["0", "2"] {
            let input = format!(r#"{{"role":"{role}","users":["u2"]}}"#);
            fails("roles.assign", &input, script("", 0, ""), "input.invalid", Some("/role"));
        }
        fails("roles.unassign", r#"{"role":"2","user":"u2"}"#, script("", 0, ""), "input.invalid", Some("/role"));
    }

    #[test]
    fn a_strange_role_is_not_found() {
        let answer = r#"{"code":1034,"message":"x"}"#;
        fails(
            "roles.assign",
            r#"{"role":"R","users":["u2"]}"#,
            script("POST /roles/R/members", 400, answer),
            "not-found",
            None,
        );
        let gone = script("DELETE /roles/R/members/u2", 404, r#"{"code":1001,"message":"x"}"#);
        fails("roles.unassign", r#"{"role":"R","user":"u2"}"#, gone, "not-found", None);
    }
}
