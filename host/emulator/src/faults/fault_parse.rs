//! The names in a fault, checked before it is taken: one that is mistyped would do nothing, without a word.

use serde_json::Value;

use crate::api::operations;

/// Fields of every fault.
const COMMON: [&str; 6] = ["kind", "count", "path", "method", "operation", "nth"];
/// Each kind with its own fields.
const KINDS: [(&str, &[&str]); 19] = [
    ("latency", &["millis"]),
    ("status", &["status", "variant"]),
    ("html", &["status"]),
    ("drop", &["after"]),
    ("truncate", &["bytes"]),
    ("stall", &["bytes"]),
    ("drip", &["bytes", "millis"]),
    ("changed", &[]),
    ("bare", &[]),
    ("error", &["status", "code", "message"]),
    ("refusal", &["code", "status"]),
    ("text", &["status", "body", "content_type"]),
    ("xml", &["always"]),
    ("pages", &["lie", "rows"]),
    ("bad-row", &["list"]),
    ("shorten", &["occurrences"]),
    ("echo", &["status", "redirect", "history"]),
    ("late-transcript", &["minutes"]),
    ("token-death", &["refresh"]),
];
/// Of a 429.
const VARIANTS: [&str; 4] = ["qps", "daily", "user", "concurrency"];
/// How alike two names have to be, from 0 to 1, for one to be meant by the other.
const ALIKE: f64 = 0.82;

/// The first name in it that nothing is called; the error names the nearest, or all there are.
pub fn check(fault: &Value) -> Result<(), String> {
    let Some(fields) = fault.as_object() else {
        return Err("a fault is an object, such as {\"kind\": \"status\", \"status\": 503}".to_owned());
    };
    let kind = fields.get("kind").and_then(Value::as_str).unwrap_or_default();
    let kinds = || KINDS.iter().map(|(name, _)| *name);
    let Some((_, own)) = KINDS.iter().find(|(name, _)| *name == kind) else {
        return Err(unknown(&format!("there is no fault `{kind}`"), kind, kinds()));
    };
    let known = || own.iter().chain(&COMMON).copied();
    if let Some(wrong) = fields.keys().find(|name| !known().any(|known| known == name.as_str())) {
        return Err(unknown(
            &format!("a fault `{kind}` has no field `{wrong}`"),
            wrong,
            known().filter(|name| *name != "kind"),
        ));
    }
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    if let Some(wrong) = text("variant").filter(|name| !VARIANTS.contains(name)) {
        return Err(unknown(&format!("a 429 has no variant `{wrong}`"), wrong, VARIANTS.into_iter()));
    }
    match text("operation").filter(|name| !operations::names().any(|known| known == *name)) {
        Some(wrong) => {
            let all: Vec<String> = operations::names().collect();
            let near = nearest(wrong, all.iter().map(String::as_str));
            let near = near.map_or_else(
                || "say it as in `GET users/*/recordings`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            Err(format!("there is no operation `{wrong}`: {near}"))
        }
        None => Ok(()),
    }
}

fn unknown<'a>(what: &str, wrong: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(wrong, known.clone()) {
        Some(near) => format!("{what}: did you mean `{near}`?"),
        None => format!("{what}; there are: {}", known.collect::<Vec<_>>().join(", ")),
    }
}

fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let rated = known.map(|name| (strsim::jaro_winkler(wrong, name), name)).filter(|(like, _)| *like > ALIKE);
    rated.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::fault::Fault;
    use serde_json::json;

    #[test]
    fn a_mistyped_name_is_refused_with_the_nearest() {
        for (fault, says) in [
            (json!({"kind": "statsu", "status": 503}), "did you mean `status`?"),
            (json!({"kind": "earthquake"}), "there are: latency, status"),
            (json!({"kind": "status", "status": 429, "vriant": "daily"}), "did you mean `variant`?"),
            (json!({"kind": "status", "status": 429, "variant": "dayly"}), "did you mean `daily`?"),
            (json!({"kind": "latency", "status": 1}), "there are: millis, count, path, method, operation, nth"),
            (json!({"kind": "html", "operation": "GET users/*/recording"}), "did you mean `GET users/*/recordings`?"),
            (json!("status"), "is an object"),
        ] {
            let said = check(&fault).unwrap_err();
            assert!(said.contains(says), "{fault}: {said}");
        }
    }

    #[test]
    fn every_kind_has_the_fields_that_it_is_read_with() {
        for (kind, fields) in KINDS {
            let mut fault = json!({"kind": kind, "operation": "GET users/*"});
            for name in fields {
                let value = match *name {
                    "variant" => json!("qps"),
                    "lie" => json!("circle"),
                    "message" | "body" | "content_type" | "list" => json!("x"),
                    "after" | "refresh" | "always" | "redirect" | "history" => json!(true),
                    _ => json!(200),
                };
                fault[*name] = value;
            }
            check(&fault).unwrap();
            let read: Fault = serde_json::from_value(fault.clone()).unwrap();
            let written = json!(read);
            assert!(fields.iter().all(|name| written[*name] == fault[*name]), "{fault} {written}");
        }
    }
}
