//! Read the files of one recording.

use crate::bindings::recordings::{GetRecording, Recording};
use crate::ids::MeetingRef;
use crate::problem::broken;
use crate::service::Outcome;
use crate::wire;
use crate::zoom::Zoom;

/// Read the files of one recording.
pub fn get(zoom: &Zoom<'_>, request: GetRecording) -> Outcome<Recording> {
    Ok(read(zoom, &request.meeting)?.0)
}

/// Read one recording with the link of each file.
pub fn read(zoom: &Zoom<'_>, meeting: &str) -> Outcome<(Recording, Vec<Option<String>>)> {
    let meeting = MeetingRef::parse("/meeting", meeting)?;
    let (found, left_out) =
        zoom.get(format!("/meetings/{meeting}/recordings")).salvage::<wire::recording::Recording>(meeting.mark())?;
    found.with_links(&left_out).ok_or_else(|| broken("Zoom's answer about the recording has no `uuid`"))
}

#[cfg(test)]
mod tests {
    use crate::bindings::contract::Retry;
    use crate::testing::{check, fails, run, script};

    #[test]
    fn a_file_in_progress_is_processing() {
        let wire = r#"{"uuid":"/ab==cdefghij","id":81234567890,"type":"2","total_size":0,"recording_files":[
            {"id":"f1","file_type":"","file_extension":"","file_size":0,"recording_start":"2026-01-05T10:00:00Z","recording_end":"","status":""}]}"#;
        check(
            "recordings.get",
            r#"{"meeting":"/ab==cdefghij"}"#,
            script("GET /meetings/%252Fab%253D%253Dcdefghij/recordings", 200, wire),
            r#"{"meeting_uuid":"/ab==cdefghij","meeting_id":"81234567890","kind":"scheduled_meeting","total_size":0,"ready":false,
            "files":[{"id":"f1","file_type":"unknown","set":1,"start":"2026-01-05T10:00:00Z","size":0,"status":"processing"}]}"#,
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_and_the_others_stay() {
        let wire =
            r#"{"uuid":"abcdefgh==","recording_files":[null,{"id":"f2","file_type":"MP4","recording_end":"x"}]}"#;
        let get = script("GET /meetings/abcdefgh%3D%3D/recordings", 200, wire);
        let answer = run("recordings.get", r#"{"meeting":"abcdefgh=="}"#, &get).unwrap();
        assert_eq!(answer["files"][0]["id"], "f2");
        assert_eq!(answer["ready"], false, "the other file may be the video");
        assert_eq!(answer["left_out"]["count"], 1);
        assert!(answer["left_out"]["rows"][0].as_str().unwrap().starts_with("/recording_files/0: "), "{answer}");
    }

    #[test]
    fn an_encoded_uuid_is_refused() {
        fails("recordings.get", r#"{"meeting":"Ab%2FCd%3D%3D"}"#, script("", 0, ""), "input.invalid", Some("/meeting"));
    }

    #[test]
    fn none_yet_is_worth_another_try() {
        let answer = r#"{"code":3301,"message":"Esta grabación no existe."}"#;
        let script = script("GET /meetings/81234567890/recordings", 404, answer);
        let problem =
            fails("recordings.get", r#"{"meeting":"81234567890"}"#, script, "recording-not-ready-or-none", None);
        assert!(matches!(problem.retry, Retry::After(600_000)));
    }

    #[test]
    fn a_refusal_inside_http_200_is_forbidden() {
        let answer = r#"{"code":200,"message":"You do not have the right permissions."}"#;
        let script = script("GET /meetings/81234567890/recordings", 200, answer);
        fails("recordings.get", r#"{"meeting":"81234567890"}"#, script, "forbidden", None);
    }
}
