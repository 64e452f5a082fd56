//! List the account's roles. Zoom gives them on one page.

use crate::bindings::roles::RoleList;
use crate::paging::{cut, one_page};
use crate::service::Outcome;
use crate::wire::role::Role;
use crate::zoom::Zoom;

/// List the account's roles.
pub fn list(zoom: &Zoom<'_>) -> Outcome<RoleList> {
    let walk = one_page(zoom.get("/roles".to_owned()), "roles", |row: Role| row.public().ok_or("it has no id"))?;
    let (roles, coverage) = cut(walk, None);
    Ok(RoleList { roles, coverage })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    #[test]
    fn seed_josys_03_own_roles_are_listed_with_their_names() {
        let wire = r#"{"roles":[{"id":"0","name":"Owner","total_members":1},{"id":"Rx","name":"Help desk","description":"d"}]}"#;
        check(
            "roles.list",
            "{}",
            script("GET /roles", 200, wire),
            r#"{"roles":[{"id":"0","name":"Owner","total_members":1,"privileges":[]},
                {"id":"Rx","name":"Help desk","description":"d","privileges":[]}],"coverage":{"pages":1,"count":2,"complete":true}}"#,
        );
    }

    #[test]
    fn a_refusal_inside_http_200_and_a_missing_scope_are_named() {
        fails("roles.list", "{}", script("GET /roles", 200, r#"{"code":200,"message":"x"}"#), "forbidden", None);
        let older = r#"{"code":4700,"message":"Invalid access token, does not contain role:read:admin scope."}"#;
        fails("roles.list", "{}", script("GET /roles", 400, older), "scope-missing", None);
    }
}
