//! The activities of a connector: finding them, and what they need.

use serde_json::Value;
use switchboard_manifest::{Activity, Manifest};
use switchboard_runtime::{CallError, Problem, Retry};
use switchboard_suggest::suggest;

use crate::{AppError, Message, NextStep, message};

/// Id of an activity.
pub fn id(manifest: &Manifest, activity: &Activity) -> String {
    format!("{}.{}", manifest.connector, activity.name)
}

/// Whether one of the texts contains this one, in any case.
pub(crate) fn contains(text: &str, texts: &[&str]) -> bool {
    let text = text.to_lowercase();
    texts.iter().any(|whole| whole.to_lowercase().contains(&text))
}

/// The activities whose id, title or summary contains a text, in any case. An empty text matches all.
pub fn search<'a>(manifest: &'a Manifest, text: &str) -> Vec<&'a Activity> {
    let matches = |activity: &&Activity| contains(text, &[&id(manifest, activity), &activity.title, &activity.summary]);
    manifest.activities.iter().filter(matches).collect()
}

/// The activity of an id, or the error that names the nearest one.
pub fn find<'a>(manifest: &'a Manifest, id: &str) -> Result<&'a Activity, AppError> {
    manifest.activity(id).ok_or_else(|| unknown(manifest, id))
}

/// The failure of an id that no activity has, with the one that may have been meant.
pub fn unknown(manifest: &Manifest, id: &str) -> AppError {
    let nearest = manifest.nearest(id);
    let fix = suggestion(nearest.as_deref()).with(NextStep::ListActivities).with(" shows all");
    AppError::Failed {
        code: "activity.unknown".into(),
        message: format!("there is no activity `{id}`"),
        fix: Some(fix),
        class: crate::Class::Usage,
    }
}

/// The activities that patterns name; `*` stands for any text.
pub fn choose<'a>(manifest: &'a Manifest, patterns: &[String]) -> Result<Vec<&'a Activity>, AppError> {
    manifest.choose(patterns).map_err(|error| {
        let fix = suggestion(error.nearest.as_deref())
            .with(NextStep::ListActivities)
            .with(" shows all; `*` stands for any text");
        AppError::usage(error.to_string(), fix)
    })
}

/// What to do about an activity that is off by policy.
pub fn policy_advice(id: &str) -> Message {
    let allow = NextStep::AllowActivity(id.to_owned());
    message!["add ", allow, ", or list it under `allow` in the home folder's policy.json"]
}

/// The service's names of the rights that an activity needs.
pub fn role_rights(activity: &Activity) -> Vec<&str> {
    let rights = activity.more.get("role_rights").and_then(Value::as_array);
    rights.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Names every field that is not known and every one that is missing: one by one they would take as many tries.
pub fn check_fields(id: &str, activity: &Activity, input: &Value) -> Result<(), AppError> {
    let known = activity.input.get("properties").and_then(Value::as_object);
    let fields = input.as_object().into_iter().flatten().map(|(name, _)| name);
    let unknown: Vec<&String> = fields.filter(|name| known.is_some_and(|known| !known.contains_key(*name))).collect();
    let required = activity.input.get("required").and_then(Value::as_array).into_iter().flatten();
    let missing: Vec<&str> = required.filter_map(Value::as_str).filter(|name| input.get(name).is_none()).collect();
    if unknown.is_empty() && missing.is_empty() {
        return Ok(());
    }
    let mut fix = String::new();
    for name in &unknown {
        if let Some(question) = suggest(name, known.into_iter().flatten().map(|(name, _)| name)) {
            fix.push_str(&format!("{question} "));
        }
    }
    if !missing.is_empty() {
        let fields: Vec<String> = missing.iter().map(|name| format!("{name}=…")).collect();
        fix.push_str(&format!("add {}; ", fields.join(" ")));
    }
    let quoted = unknown.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let message = match (unknown.is_empty(), missing.as_slice()) {
        (true, [name]) => format!("the field `{name}` is missing"),
        (true, names) => format!("the fields `{}` are missing", names.join("`, `")),
        (false, []) => format!("unknown field {quoted}"),
        (false, names) => format!("unknown field {quoted}; missing: `{}`", names.join("`, `")),
    };
    let first = unknown.first().map(|name| name.as_str()).or(missing.first().copied()).unwrap_or_default();
    let problem = Problem {
        code: "input.invalid".into(),
        message,
        pointer: Some(format!("/{}", first.replace('~', "~0").replace('/', "~1"))),
        fix: None,
        retry: Retry::Never,
        not_sent: true,
        details: Some(serde_json::json!({ "unknown": unknown, "missing": missing })),
        cause: None,
    };
    let fix = message![fix, NextStep::ShowActivity(id.to_owned()), " explains all fields"];
    Err(AppError::Call(CallError::Problem(problem), Some(fix)))
}

/// `did you mean …? `, or nothing.
pub fn suggestion(nearest: Option<&str>) -> Message {
    nearest.map_or_else(Message::default, |name| format!("did you mean `{name}`? ").into())
}
