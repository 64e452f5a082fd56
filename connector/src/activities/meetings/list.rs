//! List a user's meetings, all pages.

use crate::bindings::meetings::{ListKind, ListMeetings, MeetingList};
use crate::bindings::types::Coverage;
use crate::dates::Day;
use crate::ids::UserRef;
use crate::input;
use crate::paging::walk;
use crate::problem::{broken, invalid};
use crate::service::Outcome;
use crate::wire::lenient::small;
use crate::wire::meeting::{Meeting, MeetingPage};
use crate::zoom::Zoom;

/// List a user's meetings.
pub fn list(zoom: &Zoom<'_>, request: ListMeetings) -> Outcome<MeetingList> {
    let user = UserRef::parse(request.user.as_deref())?;
    let limit = input::limit(request.limit)?;
    period(request.from.as_deref(), request.to.as_deref())?;
    let kind = match request.kind {
        None | Some(ListKind::Scheduled) => "scheduled",
        Some(ListKind::Live) => "live",
        Some(ListKind::Upcoming) => "upcoming",
        Some(ListKind::Previous) => "previous_meetings",
    };
    let walk = walk::<MeetingPage>(
        zoom,
        || {
            zoom.get(format!("/users/{user}/meetings"))
                .query("type", Some(kind))
                .query("from", request.from.as_deref())
                .query("to", request.to.as_deref())
        },
        limit,
    )?;
    let found = walk.items.len();
    let kept = limit.unwrap_or(found).min(found);
    let meetings = walk.items.into_iter().take(kept).map(Meeting::public).collect::<Option<Vec<_>>>();
    let meetings = meetings.ok_or_else(|| broken("a meeting of Zoom's list has no id"))?;
    let complete = walk.ended && kept == found;
    let reason = if kept < found || limit.is_some_and(|limit| found >= limit) { "limit" } else { "service" };
    Ok(MeetingList {
        coverage: Coverage {
            covered_from: request.from.clone().filter(|_| complete),
            covered_to: request.to.clone().filter(|_| complete),
            asked_from: request.from,
            asked_to: request.to,
            pages: walk.pages,
            count: small(i64::try_from(meetings.len()).ok()).unwrap_or(u32::MAX),
            complete,
            reason: (!complete).then(|| reason.to_owned()),
            next: None,
        },
        meetings,
    })
}

fn period(from: Option<&str>, to: Option<&str>) -> Outcome<()> {
    let day = |field: &str, text: Option<&str>| match text.map(Day::parse) {
        None => Err(invalid(field, "half of a period", "give both `from` and `to`, or neither")),
        Some(None) => Err(invalid(field, "this is no day", "write it as `2026-01-31`")),
        Some(Some(day)) => Ok(day),
    };
    if from.is_none() && to.is_none() {
        return Ok(());
    }
    if day("/from", from)? > day("/to", to)? {
        return Err(invalid("/to", "the period ends before it begins", "give a `to` that is not before `from`"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, run, script};

    const FIRST: &str = "GET /users/me/meetings?type=scheduled&page_size=300";

    #[test]
    fn every_page_is_read_and_an_empty_token_is_the_end() {
        let pages = script(FIRST, 200, r#"{"next_page_token":"t1","meetings":[{"id":91234567890,"type":2}]}"#).then(
            &format!("{FIRST}&next_page_token=t1"),
            200,
            r#"{"next_page_token":"","meetings":[{"id":"91234567891","type":3}]}"#,
        );
        check(
            "meetings.list",
            "{}",
            pages,
            r#"{"meetings":[{"id":"91234567890","kind":"scheduled","status":"unknown"},
               {"id":"91234567891","kind":"recurring_open","status":"unknown"}],
               "coverage":{"pages":2,"count":2,"complete":true}}"#,
        );
    }

    #[test]
    fn an_expired_token_begins_the_list_again_once() {
        let page = r#"{"next_page_token":"t1","meetings":[{"id":91234567890}]}"#;
        let gone = r#"{"code":300,"message":"El token ha caducado."}"#;
        let with = format!("{FIRST}&next_page_token=t1");
        let pages = script(FIRST, 200, page).then(&with, 400, gone).then(FIRST, 200, page).then(
            &with,
            200,
            r#"{"meetings":[]}"#,
        );
        assert_eq!(run("meetings.list", "{}", &pages).unwrap()["coverage"]["complete"], true);
        let twice = script(FIRST, 200, page).then(&with, 400, gone).then(FIRST, 200, page).then(&with, 400, gone);
        fails("meetings.list", "{}", twice, "input.invalid", None);
    }

    #[test]
    fn a_limit_is_said() {
        let page = r#"{"next_page_token":"t1","meetings":[{"id":91234567890},{"id":91234567891}]}"#;
        let answer = run("meetings.list", r#"{"limit":1}"#, &script(FIRST, 200, page)).unwrap();
        assert_eq!(answer["meetings"].as_array().unwrap().len(), 1);
        assert_eq!(answer["coverage"], serde_json::json!({"pages":1,"count":1,"complete":false,"reason":"limit"}));
    }

    #[test]
    fn half_a_period_and_no_day_are_refused() {
        fails("meetings.list", r#"{"from":"2026-01-01"}"#, script("", 0, ""), "input.invalid", Some("/to"));
        fails(
            "meetings.list",
            r#"{"from":"May","to":"2026-01-01"}"#,
            script("", 0, ""),
            "input.invalid",
            Some("/from"),
        );
        fails("meetings.list", r#"{"limit":0}"#, script("", 0, ""), "input.invalid", Some("/limit"));
    }

    #[test]
    fn an_unavailable_service_is_named() {
        fails("meetings.list", "{}", script(FIRST, 503, "<html>"), "unavailable", None);
    }
}
