//! Pre-approve an app for everybody, for listed users or groups, or not at all.

use serde::{Deserialize, Serialize};

use crate::bindings::apps::{ApprovalChange, ApprovalChanged, SetApproval};
use crate::ids::OpaqueId;
use crate::mark::Mark;
use crate::problem::invalid;
use crate::service::Outcome;
use crate::wire::lenient::text;
use crate::zoom::Zoom;

/// Zoom's maximum of ids for one request.
const AT_ONCE: usize = 20;

#[derive(Serialize)]
struct Body<'a> {
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_ids: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_ids: Option<&'a [String]>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Done {
    #[serde(deserialize_with = "text")]
    executed_at: Option<String>,
    user_ids: Option<Vec<String>>,
    group_ids: Option<Vec<String>>,
}

/// Change an app's pre-approval.
pub fn preapproval_set(zoom: &Zoom<'_>, request: SetApproval) -> Outcome<ApprovalChanged> {
    let app = OpaqueId::parse("/app", &request.app, "app")?;
    let path = format!("/marketplace/apps/{app}/preApprove");
    let (action, users, groups) = plan(&request)?;
    let mut changed = ApprovalChanged {
        app: request.app.clone(),
        change: request.change,
        users: Vec::new(),
        groups: Vec::new(),
        changed_at: None,
    };
    let mut send = |user_ids, group_ids| {
        let done: Done = zoom.post(path.clone()).body(&Body { action, user_ids, group_ids })?.json(Mark::Field(&[
            "executed_at",
            "user_ids",
            "group_ids",
        ]))?;
        changed.users.extend(done.user_ids.unwrap_or_default());
        changed.groups.extend(done.group_ids.unwrap_or_default());
        changed.changed_at = done.executed_at.or(changed.changed_at.take());
        Outcome::Ok(())
    };
    if users.is_empty() && groups.is_empty() {
        send(None, None)?;
    }
    for part in users.chunks(AT_ONCE) {
        send(Some(part), None)?;
    }
    for part in groups.chunks(AT_ONCE) {
        send(None, Some(part))?;
    }
    Ok(changed)
}

/// Zoom's word, and whom it concerns: what does not belong to the change is refused, not dropped.
fn plan(request: &SetApproval) -> Outcome<(&'static str, &[String], &[String])> {
    let (users, groups) = (request.users.as_deref().unwrap_or_default(), request.groups.as_deref().unwrap_or_default());
    let (action, of_users, of_groups) = match request.change {
        ApprovalChange::AllUsers => ("approve_all", false, false),
        ApprovalChange::AddUsers => ("approve_user", true, false),
        ApprovalChange::RemoveUsers => ("disapprove_user", true, false),
        ApprovalChange::AddGroups => ("approve_group", false, true),
        ApprovalChange::RemoveGroups => ("disapprove_group", false, true),
        ApprovalChange::Off => ("disapprove_all", false, false),
    };
    for (field, list, belongs) in [("/users", users, of_users), ("/groups", groups, of_groups)] {
        if belongs && list.is_empty() {
            return Err(invalid(field, "nobody is named", "give at least one id"));
        }
        if !belongs && !list.is_empty() {
            return Err(invalid(
                field,
                "this does not belong to the change",
                "leave it out, or choose another `change`",
            ));
        }
    }
    if let Some(at) = users.iter().position(|user| user.contains('@')) {
        return Err(invalid(
            &format!("/users/{at}"),
            "Zoom takes ids here, no addresses",
            "give the user's id, see `users.get`",
        ));
    }
    Ok((action, users, groups))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, run, script};
    use serde_json::json;

    const POST: &str = "POST /marketplace/apps/a1/preApprove";

    #[test]
    fn seed_uipath_17_every_kind_of_approval_is_said_in_zooms_words() {
        for (input, body) in [
            (r#"{"app":"a1","change":"all_users"}"#, r#"{"action":"approve_all"}"#),
            (r#"{"app":"a1","change":"add_users","users":["u1"]}"#, r#"{"action":"approve_user","user_ids":["u1"]}"#),
            (
                r#"{"app":"a1","change":"remove_users","users":["u1"]}"#,
                r#"{"action":"disapprove_user","user_ids":["u1"]}"#,
            ),
            (
                r#"{"app":"a1","change":"add_groups","groups":["g1"]}"#,
                r#"{"action":"approve_group","group_ids":["g1"]}"#,
            ),
            (
                r#"{"app":"a1","change":"remove_groups","groups":["g1"]}"#,
                r#"{"action":"disapprove_group","group_ids":["g1"]}"#,
            ),
            (r#"{"app":"a1","change":"off"}"#, r#"{"action":"disapprove_all"}"#),
        ] {
            let script = script(POST, 201, r#"{"executed_at":"2026-01-01T00:00:00Z"}"#).with_body(body);
            let answer = run("apps.preapproval-set", input, &script).unwrap();
            assert_eq!(answer["changed_at"], "2026-01-01T00:00:00Z");
        }
    }

    #[test]
    fn more_than_twenty_go_in_several_requests() {
        let users: Vec<String> = (0..21).map(|n| format!("u{n}")).collect();
        let script = script(POST, 201, r#"{"user_ids":["u0"]}"#)
            .then(POST, 201, r#"{"user_ids":["u20"]}"#)
            .with_body(r#"{"action":"approve_user","user_ids":["u20"]}"#);
        let input = json!({"app":"a1","change":"add_users","users":users}).to_string();
        check(
            "apps.preapproval-set",
            &input,
            script,
            r#"{"app":"a1","change":"add_users","users":["u0","u20"],"groups":[]}"#,
        );
    }

    #[test]
    fn what_does_not_fit_is_not_sent() {
        for (input, pointer) in [
            (r#"{"app":"a/b","change":"off"}"#, "/app"),
            (r#"{"app":"a1","change":"add_users"}"#, "/users"),
            (r#"{"app":"a1","change":"off","users":["u1"]}"#, "/users"),
            (r#"{"app":"a1","change":"add_users","users":["u1"],"groups":["g1"]}"#, "/groups"),
            (r#"{"app":"a1","change":"add_users","users":["a@x.org"]}"#, "/users/0"),
        ] {
            fails("apps.preapproval-set", input, script("", 0, ""), "input.invalid", Some(pointer));
        }
    }

    #[test]
    fn a_strange_app_is_not_found() {
        let answer = r#"{"code":1401,"message":"x"}"#;
        fails("apps.preapproval-set", r#"{"app":"a1","change":"off"}"#, script(POST, 404, answer), "not-found", None);
    }
}
