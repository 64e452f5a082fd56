//! List a group's members.

use crate::bindings::groups::{GroupMember, ListMembers, MemberList};
use crate::ids::OpaqueId;
use crate::input;
use crate::paging::whole;
use crate::service::Outcome;
use crate::wire::lenient::small;
use crate::wire::members::Member;
use crate::zoom::Zoom;

/// List a group's members.
pub fn members(zoom: &Zoom<'_>, request: ListMembers) -> Outcome<MemberList> {
    let group = OpaqueId::parse("/group", &request.group, "group")?;
    let limit = input::limit(request.limit)?;
    let public = |wire: Member| {
        Ok(GroupMember {
            id: wire.id,
            email: wire.email,
            first_name: wire.first_name,
            last_name: wire.last_name,
            license_number: small(wire.kind),
        })
    };
    let first = || zoom.get(format!("/groups/{group}/members"));
    let (members, coverage) = whole(zoom, "members", &first, limit, public)?;
    Ok(MemberList { members, coverage })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const FIRST: &str = "GET /groups/g1/members?page_size=300";

    #[test]
    fn members_are_listed_and_a_limit_is_said() {
        let page = r#"{"next_page_token":"t","members":[{"id":"u1","email":"a@x.org","type":2},{"id":"u2"}]}"#;
        check(
            "groups.members",
            r#"{"group":"g1","limit":1}"#,
            script(FIRST, 200, page),
            r#"{"members":[{"id":"u1","email":"a@x.org","license_number":2}],
                "coverage":{"pages":1,"count":1,"complete":false,"reason":"limit"}}"#,
        );
    }

    #[test]
    fn a_path_is_refused_and_a_strange_group_is_not_found() {
        fails("groups.members", r#"{"group":"a/b"}"#, script("", 0, ""), "input.invalid", Some("/group"));
        let answer = r#"{"code":4130,"message":"x"}"#;
        fails("groups.members", r#"{"group":"g1"}"#, script(FIRST, 404, answer), "not-found", None);
    }
}
