//! The account's log of operations.

use serde::Deserialize;

use super::period::Period;
use crate::bindings::reports::{LogCategory, LogQuery, LoggedOperation, OperationList};
use crate::input;
use crate::paging::{List, Proof, walk};
use crate::service::Outcome;
use crate::wire::lenient::text;
use crate::zoom::Zoom;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wire {
    #[serde(deserialize_with = "text")]
    time: Option<String>,
    #[serde(deserialize_with = "text")]
    operator: Option<String>,
    #[serde(deserialize_with = "text")]
    category_type: Option<String>,
    #[serde(deserialize_with = "text")]
    action: Option<String>,
    #[serde(deserialize_with = "text")]
    operation_detail: Option<String>,
}

/// Read the log, newest first.
pub fn operation_log(zoom: &Zoom<'_>, request: LogQuery) -> Outcome<OperationList> {
    let period = Period::parse(zoom, &request.from, request.to.as_deref())?;
    let limit = input::limit(request.limit)?;
    let category = request.category.map(word);
    let (mut found, mut proof, mut covered) = (Vec::new(), Proof::default(), None);
    for window in period.windows() {
        let first = || {
            zoom.get("/report/operationlogs".to_owned())
                .query("from", Some(window.from))
                .query("to", Some(window.to))
                .query("category_type", category)
        };
        // A limit keeps the newest, whose place in Zoom's order is not promised: each window is read to its end.
        let list = List { name: "operation_logs", first: &first, enough: None, most: None };
        let part = walk(zoom, &list, |row, _| Ok(public(row)))?;
        proof.add(part.proof);
        found.extend(part.items);
        if !proof.is_ended() {
            break;
        }
        covered = Some(window.from);
        if limit.is_some_and(|limit| found.len() >= limit) {
            break;
        }
    }
    found.sort_by(|a, b| b.time.cmp(&a.time));
    let kept = limit.unwrap_or(found.len()).min(found.len());
    if kept < found.len() || limit == Some(kept) && covered != Some(period.from) {
        proof.limit();
    }
    found.truncate(kept);
    Ok(OperationList { coverage: period.coverage(covered, proof, kept), operations: found })
}

fn public(wire: Wire) -> LoggedOperation {
    LoggedOperation {
        time: wire.time,
        operator: wire.operator,
        category: wire.category_type,
        action: wire.action,
        detail: wire.operation_detail,
    }
}

fn word(category: LogCategory) -> &'static str {
    match category {
        LogCategory::All => "all",
        LogCategory::User => "user",
        LogCategory::UserSettings => "user_settings",
        LogCategory::Account => "account",
        LogCategory::Billing => "billing",
        LogCategory::Im => "im",
        LogCategory::Recording => "recording",
        LogCategory::PhoneContacts => "phone_contacts",
        LogCategory::Webinar => "webinar",
        LogCategory::SubAccount => "sub_account",
        LogCategory::Role => "role",
        LogCategory::ZoomRooms => "zoom_rooms",
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{fails, run, script};
    use serde_json::json;

    fn get(from: &str, to: &str) -> String {
        format!("GET /report/operationlogs?from={from}&to={to}&category_type=user&page_size=300")
    }

    fn row(time: &str) -> String {
        json!({"operation_logs":[{"time":time,"operator":"a@x.org","category_type":"user","action":"Add","operation_detail":"Add User"}]})
            .to_string()
    }

    #[test]
    fn months_are_walked_and_the_newest_come_first() {
        let pages = script(&get("2026-02-01", "2026-02-28"), 200, &row("2026-02-10T00:00:00Z")).then(
            &get("2026-01-20", "2026-01-31"),
            200,
            &row("2026-01-21T00:00:00Z"),
        );
        let answer =
            run("reports.operation-log", r#"{"from":"2026-01-20","to":"2026-02-28","category":"user"}"#, &pages)
                .unwrap();
        let times: Vec<_> = answer["operations"].as_array().unwrap().iter().map(|one| one["time"].clone()).collect();
        assert_eq!(times, ["2026-02-10T00:00:00Z", "2026-01-21T00:00:00Z"]);
        assert_eq!(answer["coverage"]["complete"], true);
    }

    #[test]
    fn a_limit_is_said() {
        let input = r#"{"from":"2026-01-20","to":"2026-02-28","category":"user","limit":1}"#;
        let pages = script(&get("2026-02-01", "2026-02-28"), 200, &row("2026-02-10T00:00:00Z"));
        let answer = run("reports.operation-log", input, &pages).unwrap();
        assert_eq!((&answer["coverage"]["complete"], &answer["coverage"]["reason"]), (&json!(false), &json!("limit")));
        assert_eq!(answer["coverage"]["covered_from"], "2026-02-01");
    }

    #[test]
    fn what_is_no_day_is_refused_and_a_missing_right_is_forbidden() {
        fails("reports.operation-log", r#"{"from":"May"}"#, script("", 0, ""), "input.invalid", Some("/from"));
        let answer = r#"{"code":200,"message":"No permission."}"#;
        let script = script("GET /report/operationlogs?from=2026-02-01&to=2026-02-02&page_size=300", 400, answer);
        fails("reports.operation-log", r#"{"from":"2026-02-01","to":"2026-02-02"}"#, script, "forbidden", None);
    }
}
