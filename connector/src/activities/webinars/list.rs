//! List a user's webinars, all pages.

use crate::bindings::webinars::{ListWebinars, WebinarList, WebinarListKind};
use crate::ids::UserRef;
use crate::input;
use crate::paging::whole;
use crate::service::Outcome;
use crate::wire::webinar::Webinar;
use crate::zoom::Zoom;

/// List a user's webinars.
pub fn list(zoom: &Zoom<'_>, request: ListWebinars) -> Outcome<WebinarList> {
    let user = UserRef::parse(request.user.as_deref())?;
    let limit = input::limit(request.limit)?;
    let kind = match request.kind {
        None | Some(WebinarListKind::Scheduled) => "scheduled",
        Some(WebinarListKind::Upcoming) => "upcoming",
    };
    let first = || zoom.get(format!("/users/{user}/webinars")).query("type", Some(kind));
    let public = |row: Webinar| row.public().ok_or("it has no id");
    let (webinars, coverage) = whole(zoom, "webinars", &first, limit, public)?;
    Ok(WebinarList { webinars, coverage })
}

#[cfg(test)]
mod tests {
    use crate::testing::{fails, run, script};
    use serde_json::json;

    const FIRST: &str = "GET /users/me/webinars?type=scheduled&page_size=300";

    #[test]
    fn every_page_is_read_and_unknown_kinds_are_kept() {
        let pages = script(FIRST, 200, r#"{"next_page_token":"t","webinars":[{"id":91234567890,"type":5}]}"#).then(
            &format!("{FIRST}&next_page_token=t"),
            200,
            r#"{"next_page_token":"","webinars":[{"id":91234567891,"type":77}]}"#,
        );
        let answer = run("webinars.list", "{}", &pages).unwrap();
        assert_eq!(
            answer,
            json!({"webinars":[{"id":"91234567890","kind":"scheduled"},{"id":"91234567891","kind":"other"}],
                "coverage":{"pages":2,"count":2,"complete":true}})
        );
    }

    #[test]
    fn a_limit_is_said() {
        let page = r#"{"next_page_token":"t","webinars":[{"id":91234567890},{"id":91234567891}]}"#;
        let answer = run("webinars.list", r#"{"limit":1}"#, &script(FIRST, 200, page)).unwrap();
        assert_eq!(answer["coverage"], json!({"pages":1,"count":1,"complete":false,"reason":"limit"}));
    }

    #[test]
    fn wrong_input_and_a_stranger() {
        fails("webinars.list", r#"{"limit":0}"#, script("", 0, ""), "input.invalid", Some("/limit"));
        fails("webinars.list", r#"{"user":"a/b"}"#, script("", 0, ""), "input.invalid", Some("/user"));
        fails("webinars.list", "{}", script(FIRST, 404, r#"{"code":1001,"message":"x"}"#), "not-found", None);
    }
}
