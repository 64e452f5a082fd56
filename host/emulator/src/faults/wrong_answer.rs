//! Wrong answers: pages without end or with one too early, rows that are none, a shortened series, XML where JSON was not asked for.

use serde_json::{Value, json};

use crate::faults::fault::{FaultKind, Lie};
use crate::http::answer::{Answer, Content};
use crate::http::call::Call;

/// What the token of a page that lies begins with; the number behind it counts the pages.
const TOKEN: &str = "lie-";

/// The request that is answered in place of this one.
pub fn request_for(fault: &FaultKind, call: &Call) -> Option<Call> {
    let FaultKind::Pages { rows, .. } = fault else { return None };
    let mut query: Vec<(String, String)> = call.query.clone();
    if token(call).is_some() {
        query.retain(|(name, _)| name != "next_page_token");
    }
    if let Some(rows) = rows {
        query.retain(|(name, _)| name != "page_size");
        query.push(("page_size".to_owned(), rows.to_string()));
    }
    Some(call.with_query(query))
}

/// The number in a token that we made.
fn token(call: &Call) -> Option<u64> {
    call.query("next_page_token")?.strip_prefix(TOKEN)?.parse().ok()
}

/// The answer as the fault bends it.
pub fn bend(fault: &FaultKind, call: &Call, answer: Answer) -> Answer {
    match fault {
        FaultKind::Xml { always } if answer.status >= 400 && (*always || !wants_json(call)) => xml(answer),
        FaultKind::Pages { lie, .. } => change(answer, |body| page(*lie, call, body)),
        FaultKind::BadRow { list } => change(answer, |body| spoil(body, list)),
        FaultKind::Shorten { occurrences } => change(answer, |body| {
            if let Some(all) = body.get_mut("occurrences").and_then(Value::as_array_mut) {
                all.truncate(*occurrences);
            }
        }),
        _ => answer,
    }
}

fn wants_json(call: &Call) -> bool {
    call.header("accept").is_some_and(|accept| accept.contains("application/json"))
}

/// Change the JSON of a success.
fn change(mut answer: Answer, change: impl FnOnce(&mut Value)) -> Answer {
    if answer.status >= 300 {
        return answer;
    }
    if let Content::Bytes(bytes) = &answer.content
        && let Ok(mut body) = serde_json::from_slice::<Value>(bytes)
    {
        change(&mut body);
        answer.content = Content::Bytes(body.to_string().into_bytes());
    }
    answer
}

fn page(lie: Lie, call: &Call, body: &mut Value) {
    let Some(fields) = body.as_object_mut().filter(|fields| fields.contains_key("next_page_token")) else { return };
    let number = token(call).unwrap_or_default();
    let next = match lie {
        Lie::Circle => format!("{TOKEN}{}", number % 2 + 1),
        Lie::Endless => format!("{TOKEN}{}", number + 1),
        Lie::Short | Lie::Numbered => String::new(),
    };
    fields.insert("next_page_token".to_owned(), next.into());
    match lie {
        Lie::Numbered => {
            fields.remove("next_page_token");
            fields.insert("page_number".to_owned(), json!(1));
        }
        // Whoever counts these would find out at once.
        Lie::Circle | Lie::Endless => {
            fields.remove("total_records");
        }
        Lie::Short => {}
    }
}

/// `null` as the second element of every list of that name.
fn spoil(value: &mut Value, list: &str) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if let Some(rows) = value.as_array_mut().filter(|_| name == list) {
                    rows.insert(rows.len().min(1), Value::Null);
                }
                spoil(value, list);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| spoil(item, list)),
        _ => {}
    }
}

/// `<result><code>…</code><message>…</message><errors>…</errors></result>`.
fn xml(answer: Answer) -> Answer {
    let Content::Bytes(bytes) = &answer.content else { return answer };
    let Ok(body) = serde_json::from_slice::<Value>(bytes) else { return answer };
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let errors = body.get("errors").and_then(Value::as_array).into_iter().flatten();
    let errors: String = errors
        .map(|one| {
            let (field, message) = (text(one.get("field")), text(one.get("message")));
            format!("<errors><field>{field}</field><message>{message}</message></errors>")
        })
        .collect();
    let (code, message) = (text(body.get("code")), text(body.get("message")));
    let text = format!("<result><code>{code}</code><message>{message}</message>{errors}</result>");
    Answer::bytes(answer.status, "application/xml;charset=UTF-8", text.into_bytes())
}
