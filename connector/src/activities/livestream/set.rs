//! Set where a meeting streams to, read it back, and say what Zoom changed.

use super::get::read;
use crate::bindings::contract::Problem;
use crate::bindings::livestream::{LivestreamSettings, SavedStream, SetStream};
use crate::bindings::types::Adjustment;
use crate::ids::MeetingId;
use crate::input::at_most;
use crate::problem::invalid;
use crate::service::Outcome;
use crate::wire::livestream::Livestream;
use crate::zoom::Zoom;

/// Set where a meeting streams to. Zoom answers with nothing at all, so it is read back.
pub fn set(zoom: &Zoom<'_>, request: SetStream) -> Outcome<SavedStream> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    address("/page_url", &request.page_url, &["https://", "http://"])?;
    address("/stream_url", &request.stream_url, &["rtmps://", "rtmp://"])?;
    at_most("/stream_key", Some(&request.stream_key), 512)?;
    if request.stream_key.is_empty() {
        return Err(invalid("/stream_key", "the key is empty", "give the key that the streaming service shows"));
    }
    let body = Livestream {
        page_url: Some(request.page_url.clone()),
        stream_url: Some(request.stream_url.clone()),
        stream_key: Some(request.stream_key.clone()),
        resolution: request.resolution.clone(),
    };
    zoom.patch(format!("/meetings/{id}/livestream")).body(&body)?.done()?;
    let livestream = read(zoom, &id).map_err(unconfirmed)?;
    Ok(SavedStream { adjusted: adjusted(&request, &livestream), livestream })
}

fn address(at: &str, address: &str, schemes: &[&str]) -> Outcome<()> {
    at_most(at, Some(address), 1024)?;
    let rest = schemes.iter().find_map(|scheme| address.strip_prefix(scheme));
    let plain = !address.chars().any(|c| c.is_whitespace() || c.is_control());
    if !plain || rest.is_none_or(|rest| rest.is_empty() || rest.starts_with('/')) {
        let fix = format!("write an address that begins with `{}`", schemes.join("` or `"));
        return Err(invalid(at, "this is not such an address", fix));
    }
    Ok(())
}

fn adjusted(asked: &SetStream, stored: &LivestreamSettings) -> Vec<Adjustment> {
    let mut found: Vec<Adjustment> = [
        ("/page_url", Some(&asked.page_url), &stored.page_url),
        ("/stream_url", Some(&asked.stream_url), &stored.stream_url),
        ("/resolution", asked.resolution.as_ref(), &stored.resolution),
    ]
    .into_iter()
    .filter(|(_, asked, stored)| asked.is_some() && *asked != stored.as_ref())
    .map(|(field, asked, stored)| Adjustment {
        field: field.to_owned(),
        asked: serde_json::json!(asked).to_string(),
        stored: stored.as_ref().map(|text| serde_json::json!(text).to_string()),
    })
    .collect();
    if Some(&asked.stream_key) != stored.stream_key.as_ref() {
        found.push(Adjustment { field: "/stream_key".to_owned(), asked: "\"(not shown)\"".to_owned(), stored: None });
    }
    found
}

/// The change is made; only the proof is missing.
fn unconfirmed(problem: Problem) -> Problem {
    let message = format!("Zoom accepted the stream, but reading it back failed: {}", problem.message);
    Problem { message, not_sent: false, ..problem }
}

#[cfg(test)]
mod tests {
    use crate::testing::{fails, run, script};

    const PATCH: &str = "PATCH /meetings/81234567890/livestream";
    const GET: &str = "GET /meetings/81234567890/livestream";
    const INPUT: &str = r#"{"meeting":"81234567890","page_url":"https://live.example.com/watch","stream_url":"rtmps://live.example.com/app",
        "stream_key":"secret-key"}"#;
    const WIRE: &str = r#"{"page_url":"https://live.example.com/watch","stream_url":"rtmps://live.example.com/app","stream_key":"secret-key"}"#;

    #[test]
    fn what_was_taken_as_asked_is_not_adjusted() {
        let script = script(PATCH, 204, "").with_body(WIRE).then(GET, 200, WIRE);
        let answer = run("livestream.set", INPUT, &script).unwrap();
        assert_eq!(answer["adjusted"], serde_json::json!([]));
        assert_eq!(answer["livestream"]["configured"], true);
    }

    #[test]
    fn another_key_is_noticed_and_not_shown() {
        let stored = WIRE.replace("secret-key", "other").replace("/watch", "");
        let answer = run("livestream.set", INPUT, &script(PATCH, 204, "").then(GET, 200, &stored)).unwrap();
        assert_eq!(answer["adjusted"][0]["stored"], "\"https://live.example.com\"");
        assert_eq!(answer["adjusted"][1]["field"], "/stream_key");
        assert!(!answer["adjusted"].to_string().contains("secret-key"));
    }

    #[test]
    fn each_mistake_has_its_place() {
        for (from, to, pointer) in [
            ("https://live.example.com/watch", "live.example.com", "/page_url"),
            ("rtmps://live.example.com/app", "https://live.example.com/app", "/stream_url"),
            ("secret-key", "", "/stream_key"),
            ("81234567890", "1", "/meeting"),
        ] {
            let input = INPUT.replacen(from, to, 1);
            fails("livestream.set", &input, script("", 0, ""), "input.invalid", Some(pointer));
        }
    }

    #[test]
    fn a_host_without_rights_is_forbidden() {
        let refused = script(PATCH, 400, r#"{"code":3161,"message":"x"}"#);
        fails("livestream.set", INPUT, refused, "forbidden", None);
    }
}
