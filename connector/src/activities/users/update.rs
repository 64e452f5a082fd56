//! Change a user, read the user back, and say what Zoom stored differently.

use serde_json::{Map, Value, json};

use super::get::read;
use crate::bindings::types::Adjustment;
use crate::bindings::users::{ChangedUser, UpdateUser, User};
use crate::ids::UserRef;
use crate::input::at_most;
use crate::problem::{broken, invalid, plain};
use crate::service::Outcome;
use crate::wire::license::{choices, number};
use crate::wire::user::{Attribute, Phone, license_number};
use crate::zoom::Zoom;

/// Change a user. Zoom answers changes with nothing at all and drops some silently, so the user is read back.
pub fn update(zoom: &Zoom<'_>, request: UpdateUser) -> Outcome<ChangedUser> {
    let user = UserRef::parse(Some(&request.user))?;
    let asked = asked(&request)?;
    let body = body(request)?;
    if body.is_empty() {
        return Err(invalid("", "nothing to change", "give at least one field beside `user`"));
    }
    zoom.patch(format!("/users/{user}")).body(&body)?.done()?;
    match read(zoom, &user) {
        Ok(found) => Ok(ChangedUser { adjusted: adjusted(&asked, &found)?, user: Some(found) }),
        // Zoom shows nothing of a user whose invitation is pending, but changes it.
        Err(problem) if problem.code == "conflict" => Ok(ChangedUser { user: None, adjusted: Vec::new() }),
        Err(problem) => Err(crate::bindings::contract::Problem {
            not_sent: false,
            fix: problem.fix.clone(),
            pointer: problem.pointer.clone(),
            retry: problem.retry,
            details: problem.details.clone(),
            ..plain(
                &problem.code,
                format!("Zoom accepted the change, but reading the user back failed: {}", problem.message),
                false,
            )
        }),
    }
}

/// The fields that are read back, as the public record spells them.
fn asked(request: &UpdateUser) -> Outcome<Map<String, Value>> {
    const READ_BACK: [&str; 13] = [
        "first_name",
        "last_name",
        "display_name",
        "license",
        "department",
        "job_title",
        "company",
        "location",
        "cost_center",
        "manager",
        "timezone",
        "language",
        "pronouns",
    ];
    match serde_json::to_value(request).map_err(|error| broken(error.to_string()))? {
        Value::Object(mut fields) => {
            fields.retain(|name, value| READ_BACK.contains(&name.as_str()) && !value.is_null());
            Ok(fields)
        }
        _ => Err(broken("the request is not a record")),
    }
}

fn adjusted(asked: &Map<String, Value>, found: &User) -> Outcome<Vec<Adjustment>> {
    let found = serde_json::to_value(found).map_err(|error| broken(error.to_string()))?;
    let changed = |name: &str, wanted: &Value| {
        let stored = found.get(name).filter(|stored| !stored.is_null());
        // Zoom shows an emptied text as no text.
        let same = stored == Some(wanted) || stored.is_none() && wanted == "";
        (!same).then(|| Adjustment {
            field: format!("/{name}"),
            asked: wanted.to_string(),
            stored: stored.map(Value::to_string),
        })
    };
    Ok(asked.iter().filter_map(|(name, wanted)| changed(name, wanted)).collect())
}

fn body(request: UpdateUser) -> Outcome<Map<String, Value>> {
    check(&request)?;
    let workplace =
        request.workplace_option.as_deref().map(|option| number("/workplace_option", option)).transpose()?;
    let phones = request.phone_numbers.map(|list| list.into_iter().map(Phone::of).collect::<Vec<_>>());
    let attributes = request.custom_attributes.map(|list| list.into_iter().map(Attribute::of).collect::<Vec<_>>());
    let fields = [
        ("first_name", json!(request.first_name)),
        ("last_name", json!(request.last_name)),
        ("display_name", json!(request.display_name)),
        ("type", json!(request.license.map(license_number))),
        ("dept", json!(request.department)),
        ("job_title", json!(request.job_title)),
        ("company", json!(request.company)),
        ("location", json!(request.location)),
        ("cost_center", json!(request.cost_center)),
        ("manager", json!(request.manager)),
        ("timezone", json!(request.timezone)),
        ("language", json!(request.language)),
        ("pronouns", json!(request.pronouns)),
        ("phone_numbers", json!(phones)),
        ("custom_attributes", json!(attributes)),
        ("group_id", json!(request.group)),
        ("host_key", json!(request.host_key)),
        ("zoom_one_type", json!(workplace)),
        ("plan_united_type", json!(request.united_option)),
        ("license_info_list", json!(choices(request.licenses)?)),
        ("feature", request.zoom_phone.map_or(Value::Null, |phone| json!({ "zoom_phone": phone }))),
    ];
    Ok(fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)).collect())
}

fn check(request: &UpdateUser) -> Outcome<()> {
    at_most("/first_name", request.first_name.as_deref(), 64)?;
    at_most("/last_name", request.last_name.as_deref(), 64)?;
    at_most("/display_name", request.display_name.as_deref(), 128)?;
    at_most("/company", request.company.as_deref(), 255)?;
    at_most("/job_title", request.job_title.as_deref(), 128)?;
    at_most("/location", request.location.as_deref(), 256)?;
    if request.phone_numbers.as_ref().is_some_and(|list| list.len() > 3) {
        return Err(invalid("/phone_numbers", "these are too many numbers", "give at most three"));
    }
    if request.custom_attributes.as_ref().is_some_and(|list| list.len() > 5) {
        return Err(invalid("/custom_attributes", "these are too many attributes", "give at most five"));
    }
    let digits = |key: &String| (6..=10).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_digit());
    if !request.host_key.as_ref().is_none_or(digits) {
        return Err(invalid("/host_key", "this is not a host key", "give 6 to 10 digits"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::{fails, run, script};
    use serde_json::json;

    const PATCH: &str = "PATCH /users/u2";
    const GET: &str = "GET /users/u2";

    #[test]
    fn only_what_was_asked_is_sent_and_what_zoom_kept_is_said() {
        let script = script(PATCH, 204, "")
            .with_body(r#"{"dept":"Lab","type":2,"timezone":"Mars/Base","job_title":""}"#)
            .then(GET, 200, r#"{"id":"u2","dept":"Lab","type":2,"timezone":"Europe/Rome","job_title":""}"#);
        let input = r#"{"user":"u2","department":"Lab","license":"licensed","timezone":"Mars/Base","job_title":""}"#;
        let answer = run("users.update", input, &script).unwrap();
        assert_eq!(answer["user"]["department"], "Lab");
        assert_eq!(
            answer["adjusted"],
            json!([{"field":"/timezone","asked":"\"Mars/Base\"","stored":"\"Europe/Rome\""}])
        );
        assert!(script.is_used_up());
    }

    #[test]
    fn a_pending_user_is_changed_but_cannot_be_read_back() {
        let script = script("PATCH /users/p%40x.org", 204, "").with_body(r#"{"group_id":"g1"}"#).then(
            "GET /users/p%40x.org",
            400,
            r#"{"code":1120,"message":"x"}"#,
        );
        let answer = run("users.update", r#"{"user":"p@x.org","group":"g1"}"#, &script).unwrap();
        assert_eq!(answer, json!({"adjusted":[]}));
    }

    #[test]
    fn phones_attributes_and_licences_have_zooms_shapes() {
        let body = r#"{"phone_numbers":[{"code":"+49","number":"30"}],"custom_attributes":[{"key":"k","value":"v"}],
            "zoom_one_type":0,"license_info_list":[{"license_type":"MEETING","license_option":2,"subscription_id":"s"}],"feature":{"zoom_phone":false}}"#;
        let script = script(PATCH, 204, "").with_body(body).then(GET, 200, r#"{"id":"u2"}"#);
        let input = r#"{"user":"u2","phone_numbers":[{"code":"+49","number":"30","verified":true}],"custom_attributes":[{"key":"k","value":"v"}],
            "workplace_option":"0","licenses":[{"product":"meeting","option":"2","subscription_id":"s"}],"zoom_phone":false}"#;
        run("users.update", input, &script).unwrap();
    }

    #[test]
    fn what_cannot_be_right_is_not_sent() {
        for (input, pointer) in [
            (json!({"user": "u2"}), ""),
            (json!({"user": "a/b", "company": "x"}), "/user"),
            (json!({"user": "u2", "company": "x".repeat(256)}), "/company"),
            (json!({"user": "u2", "host_key": "12345"}), "/host_key"),
            (
                json!({"user": "u2", "licenses": [{"product": "united", "option": "1", "subscription_id": "s"}]}),
                "/licenses/0/product",
            ),
        ] {
            fails("users.update", &input.to_string(), script("", 0, ""), "input.invalid", Some(pointer));
        }
    }

    #[test]
    fn a_change_without_proof_is_not_called_unsent() {
        let script_ = script(PATCH, 204, "").then(GET, 500, "");
        let problem = fails("users.update", r#"{"user":"u2","company":"x"}"#, script_, "unavailable", None);
        assert!(!problem.not_sent && problem.message.contains("accepted"));
        let full = r#"{"code":2034,"message":"x"}"#;
        fails("users.update", r#"{"user":"u2","license":"licensed"}"#, script(PATCH, 400, full), "limit-reached", None);
    }
}
