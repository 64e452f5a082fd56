//! Read the connected user.

use crate::bindings::users::User;
use crate::mark::Mark;
use crate::service::Outcome;
use crate::wire;
use crate::zoom::Zoom;

/// Read the connected user. Through a Server-to-Server connection Zoom decides who that is: its documents advise against asking.
pub fn me(zoom: &Zoom<'_>) -> Outcome<User> {
    let found: wire::user::User = zoom.get("/users/me".to_owned()).json(Mark::Id(&["id"]))?;
    Ok(found.into())
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    #[test]
    fn seed_uipath_40_the_connected_user_in_public_words() {
        let wire = r#"{"id":"u1","email":"ada@x.org","type":2,"status":"active","role_name":"Owner","dept":"","pmi":1234567890}"#;
        let expected = r#"{"id":"u1","email":"ada@x.org","license":"licensed","licenses":[],"status":"active","role_name":"Owner",
            "groups":[],"phone_numbers":[],"custom_attributes":[],"login_types":[],"divisions":[],
            "personal_meeting_id":"1234567890","last_login":"never"}"#;
        check("users.me", "{}", script("GET /users/me", 200, wire), expected);
    }

    #[test]
    fn any_input_is_refused() {
        fails("users.me", r#"{"user":"x"}"#, script("", 0, ""), "input.invalid", Some("/user"));
    }

    #[test]
    fn an_expired_sign_in_is_named() {
        let answer = r#"{"code":124,"message":"Access token is expired."}"#;
        fails("users.me", "{}", script("GET /users/me", 401, answer), "expired", None);
    }
}
