//! List the users with a role.

use crate::bindings::roles::{ListRoleMembers, RoleMember, RoleMemberList};
use crate::ids::OpaqueId;
use crate::input;
use crate::paging::whole;
use crate::service::Outcome;
use crate::wire::members::Member;
use crate::zoom::Zoom;

/// List the users with a role.
pub fn members(zoom: &Zoom<'_>, request: ListRoleMembers) -> Outcome<RoleMemberList> {
    let role = OpaqueId::parse("/role", &request.role, "role")?;
    let limit = input::limit(request.limit)?;
    let public = |wire: Member| {
        Ok(RoleMember {
            id: wire.id,
            email: wire.email,
            first_name: wire.first_name,
            last_name: wire.last_name,
            department: wire.department,
        })
    };
    let first = || zoom.get(format!("/roles/{role}/members"));
    let (members, coverage) = whole(zoom, "members", &first, limit, public)?;
    Ok(RoleMemberList { members, coverage })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const FIRST: &str = "GET /roles/0/members?page_size=300";

    #[test]
    fn seed_josys_33_the_owner_is_found_by_the_role() {
        let page = r#"{"next_page_token":"","members":[{"id":"u1","email":"a@x.org","department":"Lab","type":2}]}"#;
        check(
            "roles.members",
            r#"{"role":"0"}"#,
            script(FIRST, 200, page),
            r#"{"members":[{"id":"u1","email":"a@x.org","department":"Lab"}],"coverage":{"pages":1,"count":1,"complete":true}}"#,
        );
    }

    #[test]
    fn an_empty_id_is_refused_and_a_strange_role_is_not_found() {
        fails("roles.members", r#"{"role":""}"#, script("", 0, ""), "input.invalid", Some("/role"));
        let answer = r#"{"code":1034,"message":"x"}"#;
        fails("roles.members", r#"{"role":"0"}"#, script(FIRST, 400, answer), "not-found", None);
    }
}
