//! Read where a meeting streams to.

use crate::bindings::livestream::{GetStream, LivestreamSettings};
use crate::ids::MeetingId;
use crate::mark::Mark;
use crate::service::Outcome;
use crate::wire::livestream::Livestream;
use crate::zoom::Zoom;

/// Read where a meeting streams to.
pub fn get(zoom: &Zoom<'_>, request: GetStream) -> Outcome<LivestreamSettings> {
    read(zoom, &MeetingId::parse("/meeting", &request.meeting)?)
}

/// Read the stream of a meeting by its checked id.
pub fn read(zoom: &Zoom<'_>, id: &MeetingId) -> Outcome<LivestreamSettings> {
    let found: Livestream = zoom.get(format!("/meetings/{id}/livestream")).json(Mark::Field(&[
        "stream_url",
        "stream_key",
        "page_url",
        "resolution",
    ]))?;
    Ok(found.of(id.to_string()))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const INPUT: &str = r#"{"meeting":"81234567890"}"#;
    const GET: &str = "GET /meetings/81234567890/livestream";

    #[test]
    fn a_stream_that_is_set_and_one_that_is_not() {
        let wire = r#"{"page_url":"https://live.example.com","stream_url":"rtmps://live.example.com/app","stream_key":"k","resolution":"720p"}"#;
        let expected = r#"{"meeting":"81234567890","configured":true,"page_url":"https://live.example.com",
            "stream_url":"rtmps://live.example.com/app","stream_key":"k","resolution":"720p"}"#;
        check("livestream.get", INPUT, script(GET, 200, wire), expected);
        let empty = r#"{"page_url":"","stream_url":"","stream_key":""}"#;
        check("livestream.get", INPUT, script(GET, 200, empty), r#"{"meeting":"81234567890","configured":false}"#);
    }

    #[test]
    fn wrong_input_and_a_meeting_that_is_gone() {
        fails("livestream.get", r#"{"meeting":"1"}"#, script("", 0, ""), "input.invalid", Some("/meeting"));
        let gone = script(GET, 404, r#"{"code":3001,"message":"x"}"#);
        fails("livestream.get", INPUT, gone, "not-found", None);
    }
}
