//! Read one user. The connected user when no id is given.

use crate::bindings::users::{GetUser, User};
use crate::ids::UserRef;
use crate::service::Outcome;
use crate::wire;
use crate::zoom::Zoom;

/// Read one user.
pub fn get(zoom: &Zoom<'_>, request: GetUser) -> Outcome<User> {
    let user = UserRef::parse(request.user.as_deref())?;
    let found: wire::user::User = zoom.get(format!("/users/{user}")).json()?;
    Ok(found.into())
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    #[test]
    fn the_connected_user_when_no_id_is_given() {
        check(
            "users.get",
            "{}",
            script("GET /users/me", 200, r#"{"id":"u1"}"#),
            r#"{"id":"u1","license":"other","status":"other"}"#,
        );
    }

    #[test]
    fn an_address_is_one_path_segment() {
        let answer = r#"{"email":"a@x.org","type":1,"status":"pending"}"#;
        let expected = r#"{"email":"a@x.org","license":"basic","status":"pending"}"#;
        check("users.get", r#"{"user":"a@x.org"}"#, script("GET /users/a%40x.org", 200, answer), expected);
    }

    #[test]
    fn a_path_is_refused() {
        fails("users.get", r#"{"user":"../accounts"}"#, script("", 0, ""), "input.invalid", Some("/user"));
    }

    #[test]
    fn a_stranger_is_not_found() {
        let answer = r#"{"code":1001,"message":"User does not exist."}"#;
        fails("users.get", r#"{"user":"x"}"#, script("GET /users/x", 404, answer), "not-found", None);
    }
}
