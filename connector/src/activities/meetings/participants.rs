//! List who joined a meeting that is over: from the meeting itself, and from the account's reports.

use crate::bindings::attendance::ParticipantList;
use crate::bindings::meetings::ListParticipants;
use crate::ids::MeetingRef;
use crate::input;
use crate::participants::participants;
use crate::service::Outcome;
use crate::zoom::Zoom;

/// Who joined, as the meeting's host sees it.
pub fn past_participants(zoom: &Zoom<'_>, request: ListParticipants) -> Outcome<ParticipantList> {
    let meeting = MeetingRef::parse("/meeting", &request.meeting)?;
    let limit = input::limit(request.limit)?;
    participants(limit, zoom, || zoom.get(format!("/past_meetings/{meeting}/participants")))
}

/// Who joined, as the account's reports say.
pub fn report_participants(zoom: &Zoom<'_>, request: ListParticipants) -> Outcome<ParticipantList> {
    let meeting = MeetingRef::parse("/meeting", &request.meeting)?;
    let limit = input::limit(request.limit)?;
    let path = format!("/report/meetings/{meeting}/participants");
    participants(limit, zoom, || zoom.get(path.clone()).query("include_fields", Some("registrant_id")))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, run, script};

    const FIRST: &str = "GET /past_meetings/Ab%2FCd%2BeF0123456789abQ%3D%3D/participants?page_size=300";
    const INPUT: &str = r#"{"meeting":"Ab/Cd+eF0123456789abQ=="}"#;

    #[test]
    fn every_join_is_a_row_over_all_pages_and_persons_are_counted_once() {
        let one = r#"{"next_page_token":"t1","participants":[
            {"id":"u1","name":"Ada","user_id":"167","user_email":"ada@x.org","join_time":"2026-07-01T08:00:00Z","leave_time":"2026-07-01T08:10:00Z","duration":600,"status":"in_meeting","internal_user":true},
            {"id":"","name":"Guest","user_id":"168","user_email":"","duration":30,"status":"in_waiting_room"}]}"#;
        let two = r#"{"next_page_token":"","participants":[
            {"id":"u1","name":"Ada","user_id":"169","duration":900,"status":"in_the_clouds"},
            {"id":"","name":"Guest","user_id":"170","duration":40}]}"#;
        check(
            "meetings.past-participants",
            INPUT,
            script(FIRST, 200, one).then(&format!("{FIRST}&next_page_token=t1"), 200, two),
            r#"{"participants":[
                {"user_id":"u1","participant_id":"167","name":"Ada","email":"ada@x.org","join_time":"2026-07-01T08:00:00Z","leave_time":"2026-07-01T08:10:00Z","duration":600,"whereabouts":"in_meeting","internal":true},
                {"participant_id":"168","name":"Guest","duration":30,"whereabouts":"in_waiting_room"},
                {"user_id":"u1","participant_id":"169","name":"Ada","duration":900,"whereabouts":"unknown"},
                {"participant_id":"170","name":"Guest","duration":40,"whereabouts":"unknown"}],
                "persons":2,"ready":true,"coverage":{"pages":2,"count":4,"complete":true}}"#,
        );
    }

    #[test]
    fn durations_of_zero_mean_that_zoom_still_counts() {
        let wire = |leave: &str| {
            format!(
                r#"{{"participants":[{{"id":"u1","join_time":"2026-07-01T08:00:00Z","leave_time":"{leave}","duration":0}}]}}"#
            )
        };
        let waiting = script(FIRST, 200, &wire("2026-07-01T08:10:00Z"));
        assert_eq!(run("meetings.past-participants", INPUT, &waiting).unwrap()["ready"], false);
        let short = script(FIRST, 200, &wire("2026-07-01T08:00:00Z"));
        assert_eq!(run("meetings.past-participants", INPUT, &short).unwrap()["ready"], true);
    }

    #[test]
    fn a_meeting_of_one_is_an_empty_complete_list() {
        let answer = run("meetings.past-participants", INPUT, &script(FIRST, 200, r#"{"participants":[]}"#)).unwrap();
        assert_eq!((&answer["persons"], &answer["coverage"]["complete"]), (&0.into(), &true.into()));
    }

    #[test]
    fn an_expired_token_begins_the_list_again_once() {
        let page = r#"{"next_page_token":"t1","participants":[{"id":"u1","duration":1}]}"#;
        let with = format!("{FIRST}&next_page_token=t1");
        let gone = r#"{"code":300,"message":"x"}"#;
        let pages = script(FIRST, 200, page).then(&with, 400, gone).then(FIRST, 200, page).then(
            &with,
            200,
            r#"{"participants":[]}"#,
        );
        assert_eq!(run("meetings.past-participants", INPUT, &pages).unwrap()["coverage"]["count"], 1);
    }

    #[test]
    fn reports_say_more_and_are_asked_for_registrations() {
        let request = "GET /report/meetings/81234567890/participants?include_fields=registrant_id&page_size=300";
        let wire = r#"{"participants":[{"id":"","user_id":"1","name":"Guest","registrant_id":"r1","customer_key":"k","bo_mtg_id":"b","participant_user_id":"u9","duration":5}]}"#;
        check(
            "meetings.report-participants",
            r#"{"meeting":"81234567890"}"#,
            script(request, 200, wire),
            r#"{"participants":[{"user_id":"u9","participant_id":"1","name":"Guest","registrant_id":"r1","customer_key":"k","breakout_room_id":"b","duration":5,"whereabouts":"unknown"}],
                "persons":1,"ready":true,"coverage":{"pages":1,"count":1,"complete":true}}"#,
        );
        for (status, code, problem) in [(400, 200, "forbidden"), (400, 1010, "not-found"), (400, 12702, "too-old")] {
            let answer = format!(r#"{{"code":{code},"message":"x"}}"#);
            let script = script(request, status, &answer);
            fails("meetings.report-participants", r#"{"meeting":"81234567890"}"#, script, problem, None);
        }
    }

    #[test]
    fn wrong_inputs_never_reach_zoom() {
        let empty = || script("", 0, "");
        fails("meetings.past-participants", r#"{"meeting":"1"}"#, empty(), "input.invalid", Some("/meeting"));
        let input = r#"{"meeting":"81234567890","limit":0}"#;
        fails("meetings.past-participants", input, empty(), "input.invalid", Some("/limit"));
    }
}
