//! Remove a user from a group.

use crate::bindings::groups::{LeavingMember, LeavingMemberDone};
use crate::ids::{OpaqueId, UserRef};
use crate::service::Outcome;
use crate::zoom::Zoom;

/// Remove a user from a group.
pub fn remove_member(zoom: &Zoom<'_>, request: LeavingMember) -> Outcome<LeavingMemberDone> {
    let group = OpaqueId::parse("/group", &request.group, "group")?;
    let user = UserRef::parse(Some(&request.user))?;
    zoom.delete(format!("/groups/{group}/members/{user}")).done()?;
    Ok(LeavingMemberDone { group: request.group, user: request.user })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const DELETE: &str = "DELETE /groups/g1/members/a%40x.org";

    #[test]
    fn an_empty_answer_is_success() {
        let input = r#"{"group":"g1","user":"a@x.org"}"#;
        check("groups.remove-member", input, script(DELETE, 204, ""), input);
    }

    #[test]
    fn a_path_is_refused_and_who_is_no_member_is_not_found() {
        fails("groups.remove-member", r#"{"group":"g1","user":""}"#, script("", 0, ""), "input.invalid", Some("/user"));
        let answer = r#"{"code":4131,"message":"x"}"#;
        fails(
            "groups.remove-member",
            r#"{"group":"g1","user":"a@x.org"}"#,
            script(DELETE, 404, answer),
            "not-found",
            None,
        );
    }
}
