//! Read the summary that Zoom's assistant wrote.

use crate::bindings::attendance::MeetingSummary;
use crate::bindings::meetings::GetSummary;
use crate::ids::MeetingUuid;
use crate::service::Outcome;
use crate::wire;
use crate::zoom::Zoom;

/// Read a summary.
pub fn summary(zoom: &Zoom<'_>, request: GetSummary) -> Outcome<MeetingSummary> {
    let uuid = MeetingUuid::parse("/meeting", &request.meeting)?;
    let found: wire::summary::Summary = zoom.get(format!("/meetings/{uuid}/meeting_summary")).json(uuid.mark())?;
    Ok(found.public())
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const REQUEST: &str = "GET /meetings/Ab%2FCd%2BeF0123456789abQ%3D%3D/meeting_summary";
    const INPUT: &str = r#"{"meeting":"Ab/Cd+eF0123456789abQ=="}"#;

    #[test]
    fn text_and_older_parts_with_edits_preferred() {
        let wire = r###"{"meeting_uuid":"Ab/Cd+eF0123456789abQ==","meeting_id":81234567890,"summary_title":"Sync","summary_content":"## Sync",
            "summary_overview":"old","summary_details":[{"label":"A","summary":"first"},{"label":"","summary":"second"}],"next_steps":["one"],
            "edited_summary":{"summary_overview":"new","summary_details":"","next_steps":["two"]}}"###;
        check(
            "meetings.summary",
            INPUT,
            script(REQUEST, 200, wire),
            r###"{"meeting_uuid":"Ab/Cd+eF0123456789abQ==","meeting_id":"81234567890","title":"Sync","text":"## Sync","overview":"new",
                "parts":[{"label":"A","text":"first"},{"text":"second"}],"next_steps":["two"]}"###,
        );
    }

    #[test]
    fn a_meeting_number_is_refused() {
        fails("meetings.summary", r#"{"meeting":"8123"}"#, script("", 0, ""), "input.invalid", Some("/meeting"));
    }

    #[test]
    fn restricted_and_missing_summaries_are_told_apart() {
        for (status, code, problem) in [(403, 2305, "forbidden"), (404, 3001, "not-found"), (400, 300, "input.invalid")]
        {
            let answer = format!(r#"{{"code":{code},"message":"x"}}"#);
            fails("meetings.summary", INPUT, script(REQUEST, status, &answer), problem, None);
        }
    }
}
