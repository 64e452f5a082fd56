//! List every time a meeting was held.

use crate::bindings::attendance::PastInstancesList;
use crate::bindings::meetings::ListPastInstances;
use crate::ids::MeetingId;
use crate::paging::{cut, one_page};
use crate::service::Outcome;
use crate::wire::past::Instance;
use crate::zoom::Zoom;

/// List the instances.
pub fn past_instances(zoom: &Zoom<'_>, request: ListPastInstances) -> Outcome<PastInstancesList> {
    let id = MeetingId::parse("/meeting", &request.meeting)?;
    let call = zoom.get(format!("/past_meetings/{id}/instances"));
    let walk = one_page(call, "meetings", |row: Instance| row.public().ok_or("it has no UUID"))?;
    let (mut instances, coverage) = cut(walk, None);
    instances.sort_by(|a, b| a.start_time.cmp(&b.start_time));
    Ok(PastInstancesList { instances, coverage })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, run, script};

    const REQUEST: &str = "GET /past_meetings/81234567890/instances";
    const INPUT: &str = r#"{"meeting":"81234567890"}"#;

    #[test]
    fn the_earliest_comes_first() {
        let wire = r#"{"meetings":[{"uuid":"b/==aaaa","start_time":"2026-07-02T08:00:00Z"},{"uuid":"a==aaaaa","start_time":"2026-07-01T08:00:00Z"}]}"#;
        check(
            "meetings.past-instances",
            INPUT,
            script(REQUEST, 200, wire),
            r#"{"instances":[{"uuid":"a==aaaaa","start_time":"2026-07-01T08:00:00Z"},{"uuid":"b/==aaaa","start_time":"2026-07-02T08:00:00Z"}],
                "coverage":{"pages":1,"count":2,"complete":true}}"#,
        );
    }

    #[test]
    fn a_uuid_is_refused() {
        let input = r#"{"meeting":"Ab/Cd+eF0123456789abQ=="}"#;
        fails("meetings.past-instances", input, script("", 0, ""), "input.invalid", Some("/meeting"));
    }

    #[test]
    fn a_meeting_that_is_gone_is_not_found() {
        let answer = r#"{"code":3001,"message":"x"}"#;
        fails("meetings.past-instances", INPUT, script(REQUEST, 404, answer), "not-found", None);
    }

    #[test]
    fn an_instance_without_uuid_is_left_out_and_named() {
        let answer = run("meetings.past-instances", INPUT, &script(REQUEST, 200, r#"{"meetings":[{}]}"#)).unwrap();
        assert_eq!(answer["coverage"]["left_out"]["rows"][0], "page 1, /meetings/0: it has no UUID");
    }
}
