//! Send any request to Zoom's API: one answer as it is, or all pages of a list.

use serde_json::{Map, Value};

use super::path;
use crate::bindings::api::{ApiAnswer, ApiMethod, ApiRequest, Paging};
use crate::bindings::contract::Problem;
use crate::bindings::types::Json;
use crate::blank;
use crate::input;
use crate::json;
use crate::paging::{Facts, Judge, PAGE_SIZE, PAGE_TOKEN, Proof, SERVICE, Step};
use crate::problem::{Trouble, invalid};
use crate::service::Outcome;
use crate::wire::error::Kind;
use crate::zoom::{Call, Zoom, unreadable};

/// Send any request.
pub fn request(zoom: &Zoom<'_>, request: ApiRequest) -> Outcome<ApiAnswer> {
    let method = request.method.unwrap_or(ApiMethod::Get);
    let path = path::checked(&request.path)?;
    let query = query(request.query.as_ref())?;
    let body = body(method, request.body.as_ref())?;
    // What has an activity that policy can forbid must not have a second way in.
    if method == ApiMethod::Delete && for_good(&query, body.as_ref()) {
        let fix = "use `recordings.delete-permanently`, `recordings.delete-file-permanently` or `users.delete`";
        return Err(invalid("/query/action", "a deletion for good has activities of its own", fix));
    }
    let call = || {
        let call = match method {
            ApiMethod::Get => zoom.get(path.to_owned()),
            ApiMethod::Post => zoom.post(path.to_owned()),
            ApiMethod::Put => zoom.put(path.to_owned()),
            ApiMethod::Patch => zoom.patch(path.to_owned()),
            ApiMethod::Delete => zoom.delete(path.to_owned()),
        };
        query.iter().fold(call, |call, (name, value)| call.query(name, Some(value)))
    };
    match &request.pages {
        Some(_) if method != ApiMethod::Get => {
            Err(invalid("/pages", "only a list that is read has pages", "remove `pages`, or use the method `get`"))
        }
        Some(pages) => all(zoom, &call, pages, &query),
        None => one(match body {
            // Not through the writer, which leaves out what is null.
            Some(body) => call().with_text(body.to_string()).map_err(under_body)?,
            None => call(),
        }),
    }
}

/// A mistake in the body has its place in the input.
fn under_body(problem: Problem) -> Problem {
    Problem { pointer: problem.pointer.map(|at| format!("/body{at}")), ..problem }
}

/// Whether a deletion asks for more than the trash, however it is written.
fn for_good(query: &[(String, String)], body: Option<&Value>) -> bool {
    let is = |text: &str, word: &str| text.trim().eq_ignore_ascii_case(word);
    let said =
        |name: &str, value: &Value| is(name, "action") && value.as_str().is_some_and(|value| is(value, "delete"));
    query.iter().any(|(name, value)| is(name, "action") && is(value, "delete"))
        || body.and_then(Value::as_object).is_some_and(|body| body.iter().any(|(name, value)| said(name, value)))
}

fn one(call: Call<'_>) -> Outcome<ApiAnswer> {
    let response = call.raw()?;
    let mut answer = ApiAnswer { status: response.status, body: None, text: None, items: None, coverage: None };
    match serde_json::from_slice::<Value>(&response.body) {
        Ok(value) => answer.body = Some(value.into()),
        Err(_) if response.body.is_empty() => {}
        Err(_) => answer.text = Some(String::from_utf8_lossy(&response.body).into_owned()),
    }
    Ok(answer)
}

/// Parameters in the order of their names.
fn query(query: Option<&Json>) -> Outcome<Vec<(String, String)>> {
    let parameters = match query.map(|json| Value::from(json.clone())) {
        None => return Ok(Vec::new()),
        Some(Value::String(text)) => serde_json::from_str(&text).ok(),
        Some(value) => Some(value),
    };
    let Some(Value::Object(parameters)) = parameters else {
        return Err(invalid("/query", "the parameters are not an object", "write them as `{\"name\": \"value\"}`"));
    };
    let mut list = Vec::new();
    for (name, value) in parameters {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            Value::Array(_) | Value::Object(_) => {
                let place = format!("/query/{}", json::escape(&name));
                let fix = "write one text; Zoom separates several values by commas";
                return Err(invalid(&place, "a parameter cannot be a list or an object", fix));
            }
        };
        if blank::is_blank(&text) {
            return Err(blank::empty(&format!("/query/{}", json::escape(&name))));
        }
        if name.eq_ignore_ascii_case("access_token") {
            let fix = "remove it: the connection signs the request";
            return Err(invalid("/query/access_token", "a token does not belong into an address", fix));
        }
        list.push((name, text));
    }
    list.sort();
    Ok(list)
}

/// The body as JSON; a text must hold JSON.
fn body(method: ApiMethod, body: Option<&Json>) -> Outcome<Option<Value>> {
    let Some(json) = body else {
        return Ok(None);
    };
    if method == ApiMethod::Get {
        return Err(invalid("/body", "a read has no body", "give parameters in `query`"));
    }
    match Value::from(json.clone()) {
        Value::String(text) => serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| invalid("/body", format!("this text is no JSON: {error}"), "write the body as `{…}`")),
        value => Ok(Some(value)),
    }
}

/// What the pages gave so far.
#[derive(Default)]
struct Walked {
    items: Vec<Value>,
    proof: Proof,
    status: u16,
    /// Why the items could not be found in a page.
    unclear: Option<String>,
    /// Zoom refused a page token.
    refused: bool,
}

fn all<'z>(
    zoom: &Zoom<'_>,
    call: &impl Fn() -> Call<'z>,
    pages: &Paging,
    query: &[(String, String)],
) -> Outcome<ApiAnswer> {
    input::within("/pages/limit", pages.limit, 1..=u32::MAX)?;
    input::within("/pages/page_size", pages.page_size, 1..=PAGE_SIZE)?;
    if let Some((name, _)) = query.iter().find(|(name, _)| matches!(name.as_str(), "page_size" | "next_page_token")) {
        let place = format!("/query/{name}");
        return Err(invalid(&place, "`pages` sets this parameter", "remove it, or remove `pages`"));
    }
    let limit = pages.limit.and_then(|limit| usize::try_from(limit).ok());
    let asked_from = query.iter().find(|(name, _)| name == "from").map(|(_, value)| value.as_str());
    let mut walked = walk(zoom, call, pages, limit, asked_from)?;
    if walked.refused {
        // A page token lives 15 minutes: begin again, once.
        let again = walk(zoom, call, pages, limit, asked_from)?;
        if !again.refused || again.items.len() >= walked.items.len() {
            walked = again;
        }
        if walked.refused {
            walked.proof.miss(PAGE_TOKEN);
        }
    }
    if let Some(message) = walked.unclear {
        let fix = "name the field that holds the items";
        return Err(Problem { not_sent: false, ..invalid("/pages/items", message, fix) });
    }
    if let Some(limit) = limit.filter(|limit| *limit < walked.items.len()) {
        walked.items.truncate(limit);
        walked.proof.limit();
    }
    let coverage = walked.proof.coverage(walked.items.len());
    Ok(ApiAnswer {
        status: walked.status,
        body: None,
        text: None,
        items: Some(walked.items.into_iter().map(Json::from).collect()),
        coverage: Some(coverage),
    })
}

fn walk<'z>(
    zoom: &Zoom<'_>,
    call: &impl Fn() -> Call<'z>,
    pages: &Paging,
    limit: Option<usize>,
    asked_from: Option<&str>,
) -> Result<Walked, Trouble> {
    let size = pages.page_size.unwrap_or(PAGE_SIZE);
    let (mut walked, mut judge, mut token) = (Walked::default(), Judge::default(), None::<String>);
    loop {
        let page = match call().query("page_size", Some(size)).query("next_page_token", token.as_deref()).raw() {
            Err(Trouble::Refused(refusal)) if token.is_some() && refusal.kind == Kind::Invalid => {
                walked.refused = true;
                return Ok(walked);
            }
            other => other?,
        };
        let fields: Map<String, Value> = serde_json::from_slice(&page.body)
            .map_err(|error| Trouble::Unreadable(format!("Zoom's page is no JSON object: {error}")))?;
        let list = match list_of(&fields, pages.items.as_deref()) {
            Ok(list) => list,
            Err(message) => {
                walked.unclear = Some(message);
                return Ok(walked);
            }
        };
        let node = json::parse(&page.body).map_err(|unread| unreadable(&page, &unread))?;
        let facts = Facts::of(&node, &list);
        let step = judge.take(&facts, &mut walked.proof);
        if is_later(facts.from.as_deref(), asked_from) {
            walked.proof.miss(SERVICE);
        }
        walked.status = page.status;
        if let (false, Some(Value::Array(items))) = (matches!(step, Step::Repeat), take(fields, &list)) {
            walked.items.extend(items);
        }
        zoom.progress(walked.items.len(), "items");
        let Step::Next(next) = step else { return Ok(walked) };
        if limit.is_some_and(|limit| walked.items.len() >= limit) {
            walked.proof.limit();
            return Ok(walked);
        }
        token = Some(next);
    }
}

/// Whether Zoom used a shorter period than was asked for.
fn is_later(echoed: Option<&str>, asked: Option<&str>) -> bool {
    let day = |text: Option<&str>| text.and_then(|text| text.get(..10)).map(str::to_owned);
    day(asked).zip(day(echoed)).is_some_and(|(asked, echoed)| echoed > asked)
}

fn take(mut fields: Map<String, Value>, list: &str) -> Option<Value> {
    fields.remove(list)
}

/// The name of the page's items: the named field, or the only list there is.
fn list_of(fields: &Map<String, Value>, name: Option<&str>) -> Result<String, String> {
    let lists: Vec<&str> = fields.iter().filter(|(_, value)| value.is_array()).map(|(key, _)| key.as_str()).collect();
    match (name, lists.as_slice()) {
        (Some(name), lists) if lists.contains(&name) => Ok(name.to_owned()),
        (None, [only]) => Ok((*only).to_owned()),
        (_, []) => Err("the answer has no list".to_owned()),
        _ => Err(format!("the answer's lists are `{}`", lists.join("`, `"))),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, run, script};
    use serde_json::json;

    #[test]
    fn an_answer_is_given_as_it_is() {
        let wire = r#"{"id":"x","zoom_one_type":576460752303423489,"nothing":null}"#;
        let expected = r#"{"status":200,"body":{"id":"x","zoom_one_type":576460752303423489}}"#;
        check("api.request", r#"{"path":"/users/me"}"#, script("GET /users/me", 200, wire), expected);
        check("api.request", r#"{"path":"/x","method":"delete"}"#, script("DELETE /x", 204, ""), r#"{"status":204}"#);
        let text = script("GET /x", 200, "WEBVTT");
        check("api.request", r#"{"path":"/x"}"#, text, r#"{"status":200,"text":"WEBVTT"}"#);
    }

    #[test]
    fn what_policy_can_forbid_has_no_second_way_in() {
        for more in
            [r#""query":{"action":"delete"}"#, r#""query":{"Action ":" DELETE"}"#, r#""body":{"action":"delete"}"#]
        {
            let input = format!(r#"{{"method":"delete","path":"/meetings/1/recordings",{more}}}"#);
            fails("api.request", &input, script("", 0, ""), "input.invalid", Some("/query/action"));
        }
    }

    #[test]
    fn body_and_parameters_may_be_maps_or_json_text() {
        let expected = r#"{"status":201,"body":{"id":1}}"#;
        for body in [r#"{"topic":null}"#, r#""{\"topic\":null}""#] {
            let input = format!(
                r#"{{"method":"post","path":"/users/me/meetings","query":{{"b":2,"a":"x y","c":true,"d":null}},"body":{body}}}"#
            );
            let script = script("POST /users/me/meetings?a=x y&b=2&c=true", 201, r#"{"id":1}"#);
            check("api.request", &input, script.with_body(r#"{"topic":null}"#), expected);
        }
        let input = r#"{"path":"/users","query":"{\"status\":\"pending\"}"}"#;
        check("api.request", input, script("GET /users?status=pending", 200, "[]"), r#"{"status":200,"body":[]}"#);
    }

    #[test]
    fn a_list_is_read_to_its_end_or_to_the_limit() {
        let page =
            |token: &str, ids: &[u32]| json!({"next_page_token": token, "users": ids, "page_size": 2}).to_string();
        let pages = || {
            script("GET /users?status=active&page_size=2", 200, &page("t", &[1, 2])).then(
                "GET /users?status=active&page_size=2&next_page_token=t",
                200,
                &page("", &[3]),
            )
        };
        let input = r#"{"path":"/users","query":{"status":"active"},"pages":{"page_size":2}}"#;
        let expected = r#"{"status":200,"items":[1,2,3],"coverage":{"pages":2,"count":3,"complete":true}}"#;
        check("api.request", input, pages(), expected);
        let input =
            r#"{"path":"/users","query":{"status":"active"},"pages":{"page_size":2,"limit":1,"items":"users"}}"#;
        let first = script("GET /users?status=active&page_size=2", 200, &page("t", &[1, 2]));
        let answer = run("api.request", input, &first).unwrap();
        assert_eq!(answer["coverage"], json!({"pages":1,"count":1,"complete":false,"reason":"limit"}));
    }

    #[test]
    fn a_clamped_period_and_numbered_pages_are_not_called_complete() {
        let clamped = r#"{"from":"2026-02-01","next_page_token":"","meetings":[]}"#;
        let numbered = r#"{"page_number":1,"page_count":3,"meetings":[]}"#;
        for (page, complete) in [(clamped, false), (numbered, false), (r#"{"from":"2026-01-01","meetings":[]}"#, true)]
        {
            let input = r#"{"path":"/users/me/recordings","query":{"from":"2026-01-01"},"pages":{}}"#;
            let pages = script("GET /users/me/recordings?from=2026-01-01&page_size=300", 200, page);
            let answer = run("api.request", input, &pages).unwrap();
            assert_eq!(answer["coverage"]["complete"], complete, "{page}");
        }
    }

    #[test]
    fn an_expired_token_begins_the_list_again_once() {
        let first = "GET /users?page_size=300";
        let next = "GET /users?page_size=300&next_page_token=t";
        let page = r#"{"next_page_token":"t","users":[1]}"#;
        let gone = r#"{"code":300,"message":"x"}"#;
        let pages =
            script(first, 200, page).then(next, 400, gone).then(first, 200, page).then(next, 200, r#"{"users":[2]}"#);
        let answer = run("api.request", r#"{"path":"/users","pages":{}}"#, &pages).unwrap();
        assert_eq!(answer["items"], json!([1, 2]));
    }

    #[test]
    fn several_lists_must_be_chosen_from() {
        let page = script("GET /x?page_size=300", 200, r#"{"a":[],"b":[]}"#);
        let problem = fails("api.request", r#"{"path":"/x","pages":{}}"#, page, "input.invalid", Some("/pages/items"));
        assert!(problem.message.contains("`a`, `b`") && !problem.not_sent, "{problem:?}");
    }

    #[test]
    fn each_mistake_has_its_place() {
        for (input, pointer) in [
            (r#"{"path":"https://evil.test/"}"#, "/path"),
            (r#"{"path":"/x","query":[1]}"#, "/query"),
            (r#"{"path":"/x","query":{"a/b":[1]}}"#, "/query/a~1b"),
            (r#"{"path":"/x","query":{"access_token":"t"}}"#, "/query/access_token"),
            (r#"{"path":"/x","body":{}}"#, "/body"),
            (r#"{"path":"/x","method":"post","body":"no json"}"#, "/body"),
            (r#"{"path":"/x","method":"post","pages":{}}"#, "/pages"),
            (r#"{"path":"/x","pages":{"limit":0}}"#, "/pages/limit"),
            (r#"{"path":"/x","pages":{"page_size":301}}"#, "/pages/page_size"),
            (r#"{"path":"/x","pages":{},"query":{"page_size":3}}"#, "/query/page_size"),
            (r#"{"path":"/x","headers":{"authorization":"x"}}"#, "/headers"),
            (r#"{"path":"/x","method":"options"}"#, "/method"),
        ] {
            fails("api.request", input, script("", 0, ""), "input.invalid", Some(pointer));
        }
    }

    #[test]
    fn refusals_are_the_same_as_everywhere() {
        let text = r#"{"code":4711,"message":"Invalid access token, does not contain scopes:[a:read:b]."}"#;
        let problem = fails("api.request", r#"{"path":"/x"}"#, script("GET /x", 400, text), "scope-missing", None);
        assert!(problem.details.unwrap().contains("a:read:b"));
        let inside = r#"{"code":200,"message":"No permission."}"#;
        fails("api.request", r#"{"path":"/x"}"#, script("GET /x", 200, inside), "forbidden", None);
    }
}
