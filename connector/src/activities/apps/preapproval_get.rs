//! Whether and for whom an app is pre-approved. Zoom says so only in the list of approved apps.

use serde::Deserialize;

use crate::bindings::apps::{Approval, ApprovedFor, GetApp};
use crate::bindings::contract::Problem;
use crate::ids::OpaqueId;
use crate::paging::{List, walk};
use crate::problem::broken;
use crate::service::Outcome;
use crate::wire::lenient::text;
use crate::zoom::Zoom;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wire {
    #[serde(deserialize_with = "text")]
    app_id: Option<String>,
    #[serde(deserialize_with = "text")]
    app_name: Option<String>,
    approval_info: Option<Info>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Info {
    #[serde(deserialize_with = "text")]
    approved_type: Option<String>,
    #[serde(deserialize_with = "text")]
    approver_id: Option<String>,
    #[serde(deserialize_with = "text")]
    approved_time: Option<String>,
    app_approval_closed: Option<bool>,
}

/// Read an app's pre-approval.
pub fn preapproval_get(zoom: &Zoom<'_>, request: GetApp) -> Outcome<Approval> {
    OpaqueId::parse("/app", &request.app, "app")?;
    let first = || zoom.get("/marketplace/apps".to_owned()).query("type", Some("approved_apps"));
    let list = List { name: "apps", first: &first, enough: None, most: None };
    let walk = walk(zoom, &list, |row: Wire, _| Ok(row))?;
    let found = walk.items.into_iter().find(|wire| wire.app_id.as_deref() == Some(&request.app));
    // Who is not in a part of the list may be in the rest.
    if found.is_none() && !walk.proof.is_whole() {
        let fix = "try again in some minutes; the approval is unknown until Zoom sends the whole list";
        let problem = broken("Zoom gave only a part of the approved apps, and the app is not in it");
        return Err(Problem { fix: Some(fix.to_owned()), ..problem });
    }
    let approved = found.is_some();
    let Wire { app_name, approval_info, .. } = found.unwrap_or_default();
    let info = approval_info.unwrap_or_default();
    Ok(Approval {
        app: request.app,
        name: app_name,
        approved_for: match info.approved_type.as_deref() {
            _ if !approved => ApprovedFor::Off,
            Some("forAllUser") => ApprovedFor::AllUsers,
            Some("forSpecificUser") => ApprovedFor::Listed,
            _ => ApprovedFor::Other,
        },
        approved_by: info.approver_id,
        approved_at: info.approved_time,
        needed: info.app_approval_closed.map(|closed| !closed),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const FIRST: &str = "GET /marketplace/apps?type=approved_apps&page_size=300";

    #[test]
    fn an_approved_app_is_found_on_any_page() {
        let pages = script(FIRST, 200, r#"{"next_page_token":"t","apps":[{"app_id":"other"}]}"#).then(
            &format!("{FIRST}&next_page_token=t"),
            200,
            r#"{"apps":[{"app_id":"a1","app_name":"Ours","approval_info":{"approved_type":"forSpecificUser","approver_id":"u1",
                "approved_time":"2026-01-01T00:00:00Z","app_approval_closed":false}}]}"#,
        );
        check(
            "apps.preapproval-get",
            r#"{"app":"a1"}"#,
            pages,
            r#"{"app":"a1","name":"Ours","approved_for":"listed","approved_by":"u1","approved_at":"2026-01-01T00:00:00Z","needed":true}"#,
        );
    }

    #[test]
    fn what_is_not_in_the_list_is_off_and_new_kinds_are_kept() {
        check(
            "apps.preapproval-get",
            r#"{"app":"a1"}"#,
            script(FIRST, 200, r#"{"apps":[]}"#),
            r#"{"app":"a1","approved_for":"off"}"#,
        );
        let new = r#"{"apps":[{"app_id":"a1","approval_info":{"approved_type":"forMoon"}}]}"#;
        check(
            "apps.preapproval-get",
            r#"{"app":"a1"}"#,
            script(FIRST, 200, new),
            r#"{"app":"a1","approved_for":"other"}"#,
        );
    }

    #[test]
    fn an_empty_id_is_refused_and_an_unavailable_service_is_named() {
        fails("apps.preapproval-get", r#"{"app":""}"#, script("", 0, ""), "input.invalid", Some("/app"));
        fails("apps.preapproval-get", r#"{"app":"a1"}"#, script(FIRST, 503, ""), "unavailable", None);
    }
}
