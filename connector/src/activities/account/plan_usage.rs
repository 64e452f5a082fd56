//! Read how many licences of each plan are bought and used.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::bindings::account::{PlanLine, PlanUse, RecordingStorage};
use crate::mark::Mark;
use crate::service::Outcome;
use crate::wire::lenient::{number, small, text};
use crate::zoom::Zoom;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Line {
    #[serde(rename = "type", deserialize_with = "text")]
    kind: Option<String>,
    #[serde(deserialize_with = "number")]
    hosts: Option<i64>,
    #[serde(deserialize_with = "number")]
    usage: Option<i64>,
    #[serde(deserialize_with = "number")]
    pending: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Storage {
    #[serde(deserialize_with = "text")]
    free_storage: Option<String>,
    #[serde(deserialize_with = "text")]
    free_storage_usage: Option<String>,
    #[serde(deserialize_with = "text")]
    plan_storage: Option<String>,
    #[serde(deserialize_with = "text")]
    plan_storage_usage: Option<String>,
    #[serde(deserialize_with = "text")]
    plan_storage_exceed: Option<String>,
    #[serde(rename = "type", deserialize_with = "text")]
    kind: Option<String>,
}

/// Read what the account pays for and uses.
pub fn plan_usage(zoom: &Zoom<'_>) -> Outcome<PlanUse> {
    let all: Map<String, Value> = zoom.get("/accounts/me/plans/usage".to_owned()).json(Mark::Begins("plan_"))?;
    let (mut plans, mut storage) = (Vec::new(), None);
    for (plan, value) in all {
        match value {
            // Some lines of plans are lists, others are not.
            Value::Array(rows) => plans.extend(rows.into_iter().filter_map(|row| line(&plan, row))),
            Value::Object(_) if plan == "plan_recording" => storage = stored(value),
            row => plans.extend(line(&plan, row)),
        }
    }
    plans.sort_by(|a: &PlanLine, b| a.plan.cmp(&b.plan));
    Ok(PlanUse { plans, storage })
}

fn line(plan: &str, row: Value) -> Option<PlanLine> {
    let row: Line = serde_json::from_value(row).ok()?;
    Some(PlanLine {
        plan: plan.to_owned(),
        kind: row.kind,
        hosts: small(row.hosts),
        used: small(row.usage),
        pending: small(row.pending),
    })
}

fn stored(value: Value) -> Option<RecordingStorage> {
    let found: Storage = serde_json::from_value(value).ok()?;
    Some(RecordingStorage {
        free: found.free_storage,
        free_used: found.free_storage_usage,
        plan: found.plan_storage,
        plan_used: found.plan_storage_usage,
        exceeded: found.plan_storage_exceed,
        kind: found.kind,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const GET: &str = "GET /accounts/me/plans/usage";

    #[test]
    fn seed_josys_07_each_line_of_plans_is_shown_whether_a_list_or_not() {
        let wire = r#"{"plan_base":{"hosts":88,"type":"yearly","usage":28,"pending":1},"plan_webinar":[{"hosts":2,"type":"webinar500","usage":1}],
            "plan_recording":{"free_storage":"2 GB","plan_storage_usage":"1 GB","type":"cmr"},"plan_new":{"usage":3}}"#;
        check(
            "account.plan-usage",
            "{}",
            script(GET, 200, wire),
            r#"{"plans":[{"plan":"plan_base","kind":"yearly","hosts":88,"used":28,"pending":1},{"plan":"plan_new","used":3},
                {"plan":"plan_webinar","kind":"webinar500","hosts":2,"used":1}],
                "storage":{"free":"2 GB","plan_used":"1 GB","kind":"cmr"}}"#,
        );
    }

    #[test]
    fn input_is_refused_and_a_missing_right_is_forbidden() {
        fails("account.plan-usage", r#"{"x":1}"#, script("", 0, ""), "input.invalid", Some("/x"));
        fails("account.plan-usage", "{}", script(GET, 400, r#"{"code":200,"message":"x"}"#), "forbidden", None);
    }
}
