//! Who joined a meeting or a webinar that is over: one reader for every list of them.

use std::collections::BTreeSet;

use crate::bindings::attendance::{Participant, ParticipantList};
use crate::paging::whole;
use crate::service::Outcome;
use crate::wire::past::Row;
use crate::zoom::{Call, Zoom};

/// All pages of a list of participants. `first` is the request for the first page.
pub fn participants<'a>(
    limit: Option<usize>,
    zoom: &Zoom<'_>,
    first: impl Fn() -> Call<'a>,
) -> Outcome<ParticipantList> {
    let public = |row: Row| Ok(Participant::from(row));
    let (participants, coverage) = whole(zoom, "participants", &first, limit, public)?;
    Ok(ParticipantList {
        persons: count(participants.iter().map(person).collect::<BTreeSet<_>>().len()),
        ready: coverage.left_out.is_none() && participants.iter().all(is_counted),
        coverage,
        participants,
    })
}

/// What tells persons apart, best first.
fn person(row: &Participant) -> (u8, String) {
    let marks = [&row.user_id, &row.registrant_id, &row.email, &row.name, &row.participant_id];
    let known = (0..).zip(marks).find_map(|(n, mark)| Some((n, mark.as_ref()?.to_lowercase())));
    known.unwrap_or_default()
}

/// Zoom shows 0 seconds until it has counted. Somebody who came and went in one second really has 0.
fn is_counted(row: &Participant) -> bool {
    row.duration.is_some_and(|seconds| seconds > 0) || (row.leave_time.is_some() && row.leave_time == row.join_time)
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use crate::testing::{run, script};

    #[test]
    fn meetings_and_webinars_show_a_participant_alike() {
        let wire = r#"{"participants":[{"id":"u1","user_id":"167","name":"Ada","user_email":"ada@x.org","registrant_id":"r1",
            "join_time":"2026-07-01T08:00:00Z","leave_time":"2026-07-01T08:10:00Z","duration":600,"status":"in_meeting",
            "internal_user":true,"failover":false}]}"#;
        let meeting = script("GET /past_meetings/81234567890/participants?page_size=300", 200, wire);
        let webinar = script("GET /past_webinars/81234567890/participants?page_size=300", 200, wire);
        let of_meeting = run("meetings.past-participants", r#"{"meeting":"81234567890"}"#, &meeting).unwrap();
        let of_webinar = run("webinars.past-participants", r#"{"webinar":"81234567890"}"#, &webinar).unwrap();
        assert_eq!(of_meeting, of_webinar);
    }
}
