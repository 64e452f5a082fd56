//! List the files of one recording, the sets of several stop/start cycles told apart.

use super::get::read;
use crate::bindings::recordings::{FileList, ListFiles};
use crate::service::Outcome;
use crate::zoom::Zoom;

/// List one recording's files.
pub fn files(zoom: &Zoom<'_>, request: ListFiles) -> Outcome<FileList> {
    let (recording, _) = read(zoom, &request.meeting)?;
    let sets = recording.files.iter().map(|file| file.set).max().unwrap_or(0);
    let fits = |kind| request.file_type.is_none_or(|wanted| wanted == kind);
    let mut files: Vec<_> = recording.files.into_iter().filter(|file| fits(file.file_type)).collect();
    files.sort_by_key(|file| file.set);
    Ok(FileList {
        meeting_uuid: recording.meeting_uuid,
        topic: recording.topic,
        host_id: recording.host_id,
        start_time: recording.start_time,
        ready: recording.ready,
        left_out: recording.left_out,
        sets,
        total_size: files.iter().map(|file| file.size).sum(),
        files,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{fails, run, script};

    const READ: &str = "GET /meetings/abcdefgh%3D%3D/recordings";
    const WIRE: &str = r#"{"uuid":"abcdefgh==","recording_files":[
        {"id":"b","file_type":"MP4","file_size":5,"recording_start":"2026-01-05T11:00:00Z","recording_end":"x"},
        {"id":"a","file_type":"MP4","file_size":7,"recording_start":"2026-01-05T10:00:00Z","recording_end":"x"},
        {"id":"h","file_type":"HOLOGRAM","file_size":1,"recording_start":"2026-01-05T11:00:00Z","recording_end":"x"}],
        "participant_audio_files":[{"id":"p","file_type":"M4A","file_name":"Grace","file_size":2,
        "recording_start":"2026-01-05T10:00:00Z","recording_end":"x"}]}"#;

    #[test]
    fn each_stop_and_start_is_a_set_and_participants_sound_belongs_to_one() {
        let answer = run("recordings.files", r#"{"meeting":"abcdefgh=="}"#, &script(READ, 200, WIRE)).unwrap();
        let files: Vec<_> =
            answer["files"].as_array().unwrap().iter().map(|file| json!([file["id"], file["set"]])).collect();
        assert_eq!(files, [json!(["a", 1]), json!(["p", 1]), json!(["b", 2]), json!(["h", 2])]);
        assert_eq!((&answer["sets"], &answer["total_size"], &answer["ready"]), (&json!(2), &json!(15), &json!(true)));
        assert_eq!(answer["files"][1]["recording_type"], "audio_only_each_participant");
    }

    #[test]
    fn a_type_this_version_does_not_know_keeps_zooms_word() {
        let input = r#"{"meeting":"abcdefgh==","file_type":"unknown"}"#;
        let answer = run("recordings.files", input, &script(READ, 200, WIRE)).unwrap();
        assert_eq!(
            (&answer["files"][0]["zoom_type"], &answer["files"][0]["file_type"], &answer["files"][1]),
            (&json!("HOLOGRAM"), &json!("unknown"), &json!(null))
        );
        assert_eq!(answer["sets"], 2);
    }

    #[test]
    fn none_and_not_yet_cannot_be_told_apart() {
        let none = r#"{"code":3301,"message":"x"}"#;
        let input = r#"{"meeting":"abcdefgh=="}"#;
        fails("recordings.files", input, script(READ, 404, none), "recording-not-ready-or-none", None);
        fails("recordings.files", r#"{"meeting":"x"}"#, script("", 0, ""), "input.invalid", Some("/meeting"));
    }
}
