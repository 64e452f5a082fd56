//! Read one user. The connected user when no id is given.

use crate::bindings::users::{GetUser, User};
use crate::ids::UserRef;
use crate::problem::no_user;
use crate::service::Outcome;
use crate::wire;
use crate::zoom::Zoom;

/// Read one user.
pub fn get(zoom: &Zoom<'_>, request: GetUser) -> Outcome<User> {
    let named = request.user.as_deref().is_some_and(|user| user != "me");
    if !named && !zoom.has_user() {
        return Err(no_user());
    }
    read(zoom, &UserRef::parse(request.user.as_deref())?)
}

/// The user as Zoom shows it now.
pub fn read(zoom: &Zoom<'_>, user: &UserRef) -> Outcome<User> {
    let found: wire::user::User = zoom.get(format!("/users/{user}")).json(user.mark())?;
    Ok(found.into())
}

#[cfg(test)]
mod tests {
    use crate::testing::{fails, run, script};
    use serde_json::json;

    #[test]
    fn the_connected_user_when_no_id_is_given() {
        let found = run("users.get", "{}", &script("GET /users/me", 200, r#"{"id":"u1"}"#)).unwrap();
        assert_eq!(
            (&found["id"], &found["license"], &found["status"]),
            (&json!("u1"), &json!("other"), &json!("other"))
        );
    }

    #[test]
    fn an_address_is_one_path_segment() {
        let answer = r#"{"email":"a@x.org","type":1,"status":"pending"}"#;
        let found = run("users.get", r#"{"user":"a@x.org"}"#, &script("GET /users/a%40x.org", 200, answer)).unwrap();
        assert_eq!((&found["license"], &found["status"]), (&json!("basic"), &json!("pending")));
    }

    #[test]
    fn seed_josys_02_to_09_every_field_of_the_profile_is_read() {
        let answer = r#"{"id":"u1","email":"a@x.org","type":2,"status":"inactive","verified":1,"role_id":"Rx","role_name":"Help desk",
            "group_ids":["g1","g2"],"dept":"Lab","job_title":"Chemist","company":"X","location":"Rome","cost_center":"7","manager":"b@x.org",
            "employee_unique_id":"e1","phone_numbers":[{"code":"+49","country":"DE","label":"Office","number":"30","verified":true}],
            "custom_attributes":[{"key":"k","name":"Badge","value":"42"}],"pronouns":"they","timezone":"Europe/Rome","language":"it-IT",
            "login_types":[100,101,23],"account_id":"a1","account_number":10009239,"pmi":3542471135,"personal_meeting_url":"https://z/j/1",
            "vanity_url":"https://z/my/a","pic_url":"https://z/p","division_ids":["d1"],"zoom_one_type":576460752303423488,
            "created_at":"2026-01-01T00:00:00Z","user_created_at":"2024-03-05T09:30:00Z","last_login_time":"2025-07-18T09:30:00Z",
            "last_client_version":"5.9.6.4993(mac)"}"#;
        let found = run("users.get", r#"{"user":"u1"}"#, &script("GET /users/u1", 200, answer)).unwrap();
        assert_eq!(
            found,
            json!({"id":"u1","email":"a@x.org","license":"licensed","status":"inactive","verified":true,"role_id":"Rx",
                "role_name":"Help desk","groups":[{"id":"g1"},{"id":"g2"}],"department":"Lab","job_title":"Chemist","company":"X",
                "location":"Rome","cost_center":"7","manager":"b@x.org","employee_id":"e1",
                "phone_numbers":[{"code":"+49","country":"DE","label":"Office","number":"30","verified":true}],
                "custom_attributes":[{"key":"k","name":"Badge","value":"42"}],"pronouns":"they","timezone":"Europe/Rome",
                "language":"it-IT","login_types":["zoom","sso","other"],"account_id":"a1","account_number":"10009239",
                "personal_meeting_id":"3542471135","personal_meeting_url":"https://z/j/1","vanity_url":"https://z/my/a",
                "picture_url":"https://z/p","divisions":["d1"],
                "licenses":[{"product":"workplace","option":"576460752303423488","name":"Workplace Education Enterprise Student"}],
                "created_at":"2024-03-05T09:30:00Z","last_login":"known","last_login_at":"2025-07-18T09:30:00Z",
                "last_client_version":"5.9.6.4993(mac)"})
        );
    }

    #[test]
    fn seed_josys_05_never_signed_in_is_not_unknown() {
        for (answer, expected) in
            [("", "never"), (r#","last_login_time":"""#, "never"), (r#","last_login_time":"soon""#, "unknown")]
        {
            let answer = format!(r#"{{"id":"u"{answer}}}"#);
            let found = run("users.get", r#"{"user":"u"}"#, &script("GET /users/u", 200, &answer)).unwrap();
            assert_eq!(found["last_login"], expected, "{answer}");
        }
    }

    #[test]
    fn a_connection_without_a_user_must_name_one() {
        fails("users.get", "{}", script("", 0, "").without_a_user(), "input.invalid", Some("/user"));
        fails("users.get", r#"{"user":"me"}"#, script("", 0, "").without_a_user(), "input.invalid", Some("/user"));
        run("users.get", r#"{"user":"u"}"#, &script("GET /users/u", 200, r#"{"id":"u"}"#).without_a_user()).unwrap();
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
