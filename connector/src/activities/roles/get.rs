//! Read one role with its rights.

use crate::bindings::roles::{GetRole, Role};
use crate::ids::OpaqueId;
use crate::problem::broken;
use crate::service::Outcome;
use crate::wire;
use crate::zoom::Zoom;

/// Read one role.
pub fn get(zoom: &Zoom<'_>, request: GetRole) -> Outcome<Role> {
    let role = OpaqueId::parse("/role", &request.role, "role")?;
    let found: wire::role::Role = zoom.get(format!("/roles/{role}")).json(role.mark())?;
    found.public().ok_or_else(|| broken("Zoom's answer about the role has no id"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    #[test]
    fn rights_are_listed() {
        let wire = r#"{"id":"1","name":"Admin","privileges":["User:Read"],"total_members":3}"#;
        check("roles.get", r#"{"role":"1"}"#, script("GET /roles/1", 200, wire), wire);
    }

    #[test]
    fn a_path_is_refused_and_a_strange_role_is_not_found() {
        fails("roles.get", r#"{"role":".."}"#, script("", 0, ""), "input.invalid", Some("/role"));
        let answer = r#"{"code":1034,"message":"x"}"#;
        fails("roles.get", r#"{"role":"1"}"#, script("GET /roles/1", 400, answer), "not-found", None);
        let inside = r#"{"code":200,"message":"x"}"#;
        fails("roles.get", r#"{"role":"1"}"#, script("GET /roles/1", 200, inside), "forbidden", None);
    }
}
