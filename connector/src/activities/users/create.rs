//! Create a user, and give it a role and groups.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::bindings::contract::Problem;
use crate::bindings::users::{Assignment, CreateUser, CreatedUser, Creation, NewLicense, UserStatus};
use crate::ids::OpaqueId;
use crate::input::at_most;
use crate::mark::Mark;
use crate::problem::invalid;
use crate::service::Outcome;
use crate::wire::lenient;
use crate::wire::license::{choices, number};
use crate::wire::members::add;
use crate::wire::user::{license_number, license_of};
use crate::zoom::Zoom;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Made {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    email: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    first_name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    last_name: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient::number")]
    kind: Option<i64>,
}

/// Create a user.
pub fn create(zoom: &Zoom<'_>, request: CreateUser) -> Outcome<CreatedUser> {
    let body = body(&request)?;
    let role = request.role.as_deref().map(|role| OpaqueId::parse("/role", role, "role")).transpose()?;
    let groups = request.groups.unwrap_or_default();
    let places = groups.iter().enumerate().map(|(n, group)| OpaqueId::parse(&format!("/groups/{n}"), group, "group"));
    let places = places.collect::<Outcome<Vec<_>>>()?;
    let made: Made = zoom.post("/users".to_owned()).body(&body)?.json(Mark::Id(&["id", "email"]))?;
    let mut assignments = Vec::new();
    let mut assign = |kind: &str, id: &str, path: String| {
        let done = add(zoom, &path, std::slice::from_ref(&request.email)).map_err(|problem: Problem| problem.message);
        let (kind, id) = (kind.to_owned(), id.to_owned());
        assignments.push(Assignment { kind, id, done: done.is_ok(), reason: done.err() });
    };
    // The user exists by now: what fails from here on is reported beside it, not instead of it.
    if let (Some(role), Some(id)) = (&role, &request.role) {
        assign("role", id, format!("/roles/{role}/members"));
    }
    for (place, id) in places.iter().zip(&groups) {
        assign("group", id, format!("/groups/{place}/members"));
    }
    let invited = matches!(request.action, None | Some(Creation::Create));
    Ok(CreatedUser {
        id: made.id,
        email: made.email.unwrap_or(request.email),
        first_name: made.first_name,
        last_name: made.last_name,
        license: license_of(made.kind),
        status: if invited { UserStatus::Pending } else { UserStatus::Active },
        assignments,
    })
}

fn body(request: &CreateUser) -> Outcome<Value> {
    check(request)?;
    let mut info = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            info.insert(name.to_owned(), value);
        }
    };
    put("email", Some(json!(request.email)));
    put("type", Some(json!(license_number(request.license.unwrap_or(NewLicense::Basic)))));
    put("first_name", request.first_name.as_ref().map(|text| json!(text)));
    put("last_name", request.last_name.as_ref().map(|text| json!(text)));
    put("display_name", request.display_name.as_ref().map(|text| json!(text)));
    put("password", request.password.as_ref().map(|text| json!(text)));
    put("plan_united_type", request.united_option.as_ref().map(|text| json!(text)));
    put("license_info_list", choices(request.licenses.clone())?.map(|list| json!(list)));
    let mut feature = Map::new();
    if let Some(option) = &request.workplace_option {
        feature.insert("zoom_one_type".to_owned(), json!(number("/workplace_option", option)?));
    }
    if let Some(phone) = request.zoom_phone {
        feature.insert("zoom_phone".to_owned(), json!(phone));
    }
    put("feature", (!feature.is_empty()).then(|| Value::Object(feature)));
    let action = match request.action {
        None | Some(Creation::Create) => "create",
        Some(Creation::AutoCreate) => "autoCreate",
        Some(Creation::CustCreate) => "custCreate",
        Some(Creation::SsoCreate) => "ssoCreate",
    };
    Ok(json!({ "action": action, "user_info": info }))
}

fn check(request: &CreateUser) -> Outcome<()> {
    if !request.email.contains('@') {
        return Err(invalid("/email", "this is not an e-mail address", "write it as `name@example.com`"));
    }
    at_most("/email", Some(&request.email), 128)?;
    at_most("/first_name", request.first_name.as_deref(), 64)?;
    at_most("/last_name", request.last_name.as_deref(), 64)?;
    at_most("/display_name", request.display_name.as_deref(), 128)?;
    let auto = request.action == Some(Creation::AutoCreate);
    match &request.password {
        None if auto => Err(invalid("/password", "`auto_create` needs a password", "give 8 to 32 characters")),
        Some(_) if !auto => Err(invalid("/password", "only `auto_create` takes a password", "leave it out")),
        Some(password) if !(8..=32).contains(&password.chars().count()) => {
            Err(invalid("/password", "the password has a wrong length", "give 8 to 32 characters"))
        }
        _ if request.license == Some(NewLicense::None) && request.action != Some(Creation::SsoCreate) => {
            Err(invalid("/license", "`none` is only for `sso_create`", "choose another licence"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, run, script};
    use serde_json::json;

    const POST: &str = "POST /users";
    const MADE: &str = r#"{"id":"u9","email":"n@x.org","first_name":"New","last_name":"One","type":2}"#;

    #[test]
    fn seed_josys_12_an_invitation_with_name_licence_role_and_groups() {
        let script = script(POST, 201, MADE)
            .with_body(
                r#"{"action":"create","user_info":{"email":"n@x.org","first_name":"New","last_name":"One","type":2}}"#,
            )
            .then("POST /roles/Rx/members", 201, r#"{"ids":"u9"}"#)
            .with_body(r#"{"members":[{"email":"n@x.org"}]}"#)
            .then("POST /groups/g1/members", 404, r#"{"code":4130,"message":"Group does not exist."}"#);
        check(
            "users.create",
            r#"{"email":"n@x.org","first_name":"New","last_name":"One","license":"licensed","role":"Rx","groups":["g1"]}"#,
            script,
            r#"{"id":"u9","email":"n@x.org","first_name":"New","last_name":"One","license":"licensed","status":"pending",
                "assignments":[{"kind":"role","id":"Rx","done":true},{"kind":"group","id":"g1","done":false,"reason":"Group does not exist."}]}"#,
        );
    }

    #[test]
    fn the_other_ways_are_active_at_once_and_licence_numbers_are_exact() {
        for (action, wire) in [("cust_create", "custCreate"), ("sso_create", "ssoCreate")] {
            let body = json!({"action": wire, "user_info": {"email": "n@x.org", "type": 1, "feature": {"zoom_one_type": 576_460_752_303_423_488_u64}}});
            let script = script(POST, 201, MADE).with_body(&body.to_string());
            let input = json!({"email": "n@x.org", "action": action, "workplace_option": "576460752303423488"});
            assert_eq!(run("users.create", &input.to_string(), &script).unwrap()["status"], "active");
        }
        let body = r#"{"action":"autoCreate","user_info":{"email":"n@x.org","type":1,"password":"8letters"}}"#;
        let script = script(POST, 201, MADE).with_body(body);
        run("users.create", r#"{"email":"n@x.org","action":"auto_create","password":"8letters"}"#, &script).unwrap();
    }

    #[test]
    fn seed_josys_13_what_goes_wrong_has_its_own_kind_and_advice() {
        let mut advice = std::collections::BTreeSet::new();
        for (status, code, kind) in [
            (409, 1005, "already-exists"),
            (400, 2034, "limit-reached"),
            (429, 429, "rate-limited"),
            (400, 1116, "forbidden"),
            (404, 1102, "plan-needed"),
            (400, 2002, "feature-off"),
        ] {
            let answer = format!(r#"{{"code":{code},"message":"x"}}"#);
            let problem = fails("users.create", r#"{"email":"n@x.org"}"#, script(POST, status, &answer), kind, None);
            advice.insert(problem.fix);
        }
        assert_eq!(advice.len(), 6, "{advice:?}");
    }

    #[test]
    fn what_cannot_be_right_is_not_sent() {
        for (input, pointer) in [
            (json!({"email": "nobody"}), "/email"),
            (json!({"email": format!("{}@x.org", "n".repeat(128))}), "/email"),
            (json!({"email": "n@x.org", "first_name": "n".repeat(65)}), "/first_name"),
            (json!({"email": "n@x.org", "password": "8letters"}), "/password"),
            (json!({"email": "n@x.org", "action": "auto_create"}), "/password"),
            (json!({"email": "n@x.org", "action": "auto_create", "password": "short"}), "/password"),
            (json!({"email": "n@x.org", "license": "none"}), "/license"),
            (json!({"email": "n@x.org", "workplace_option": "much"}), "/workplace_option"),
            (json!({"email": "n@x.org", "groups": ["a/b"]}), "/groups/0"),
        ] {
            fails("users.create", &input.to_string(), script("", 0, ""), "input.invalid", Some(pointer));
        }
    }
}
