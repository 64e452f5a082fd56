//! The rights that a user has through the role.

use serde::Deserialize;

use crate::bindings::users::{GetUser, UserPermissions};
use crate::ids::UserRef;
use crate::mark::Mark;
use crate::service::Outcome;
use crate::zoom::Zoom;

#[derive(Deserialize)]
struct Wire {
    #[serde(default)]
    permissions: Vec<String>,
}

/// Read a user's rights.
pub fn permissions(zoom: &Zoom<'_>, request: GetUser) -> Outcome<UserPermissions> {
    let user = UserRef::parse(request.user.as_deref())?;
    let wire: Wire = zoom.get(format!("/users/{user}/permissions")).json(Mark::Field(&["permissions"]))?;
    Ok(UserPermissions { permissions: wire.permissions })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const GET: &str = "GET /users/me/permissions";

    #[test]
    fn rights_have_zooms_names() {
        let wire = r#"{"permissions":["User:Read","User:Edit"]}"#;
        check("users.permissions", "{}", script(GET, 200, wire), wire);
    }

    #[test]
    fn a_connection_without_a_user_must_name_one() {
        let problem =
            fails("users.permissions", "{}", script("", 0, "").without_a_user(), "input.invalid", Some("/user"));
        assert!(problem.message.contains("Server-to-Server"));
    }

    #[test]
    fn a_path_is_refused_and_a_stranger_is_not_found() {
        fails("users.permissions", r#"{"user":"a/b"}"#, script("", 0, ""), "input.invalid", Some("/user"));
        fails("users.permissions", "{}", script(GET, 404, r#"{"code":1001,"message":"x"}"#), "not-found", None);
    }
}
