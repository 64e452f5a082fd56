//! Let a user sign in, or not.

use serde::Serialize;

use crate::bindings::users::{LicenseEffect, OneUser, StatusChange, UserStatus};
use crate::ids::UserRef;
use crate::service::Outcome;
use crate::zoom::Zoom;

#[derive(Serialize)]
struct Body {
    action: &'static str,
}

/// Let a deactivated user sign in again.
pub fn activate(zoom: &Zoom<'_>, request: OneUser) -> Outcome<StatusChange> {
    set(zoom, &request.user, "activate")?;
    Ok(StatusChange { user: request.user, status: UserStatus::Active, licenses: LicenseEffect::ToAssign })
}

/// Stop a user from signing in.
pub fn deactivate(zoom: &Zoom<'_>, request: OneUser) -> Outcome<StatusChange> {
    set(zoom, &request.user, "deactivate")?;
    Ok(StatusChange { user: request.user, status: UserStatus::Inactive, licenses: LicenseEffect::Released })
}

/// Zoom's document says 200, its service 204: any success will do.
fn set(zoom: &Zoom<'_>, user: &str, action: &'static str) -> Outcome<()> {
    let user = UserRef::parse(Some(user))?;
    zoom.put(format!("/users/{user}/status")).body(&Body { action })?.done()
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const PUT: &str = "PUT /users/u2/status";

    #[test]
    fn seed_josys_14_deactivation_says_that_licences_are_released() {
        for status in [200, 204] {
            let script = script(PUT, status, "").with_body(r#"{"action":"deactivate"}"#);
            check(
                "users.deactivate",
                r#"{"user":"u2"}"#,
                script,
                r#"{"user":"u2","status":"inactive","licenses":"released"}"#,
            );
        }
    }

    #[test]
    fn seed_josys_15_activation_says_that_licences_are_to_be_assigned() {
        let script = script(PUT, 204, "").with_body(r#"{"action":"activate"}"#);
        check(
            "users.activate",
            r#"{"user":"u2"}"#,
            script,
            r#"{"user":"u2","status":"active","licenses":"to_assign"}"#,
        );
    }

    #[test]
    fn an_administrator_and_a_full_account_have_their_own_kinds() {
        let admin = r#"{"code":200,"message":"x"}"#;
        fails("users.deactivate", r#"{"user":"u2"}"#, script(PUT, 400, admin), "forbidden", None);
        let full = r#"{"code":3412,"message":"x"}"#;
        fails("users.activate", r#"{"user":"u2"}"#, script(PUT, 400, full), "limit-reached", None);
        fails("users.activate", r#"{"user":"a/b"}"#, script("", 0, ""), "input.invalid", Some("/user"));
    }
}
