//! Download one file to the host's storage.

use serde_json::json;

use super::get::read;
use crate::bindings::contract::Problem;
use crate::bindings::http::{Expectation, Stored};
use crate::bindings::recordings::{DownloadRecording, Downloaded, FileStatus, FileType, Recording, RecordingFile};
use crate::problem::{invalid, no_recording, plain};
use crate::service::Outcome;
use crate::zoom::Zoom;

/// Download one file. Its bytes never enter the component.
pub fn download(zoom: &Zoom<'_>, request: DownloadRecording) -> Outcome<Downloaded> {
    if request.file.is_none() && request.file_type.is_none() && request.recording_type.is_none() {
        return Err(invalid("/file", "which file?", "add `file` (its id), `file_type` or `recording_type`"));
    }
    let (recording, links) = read(zoom, &request.meeting)?;
    let (file, link) = pick(&request, &recording, links)?;
    let stored = fetch(zoom, &recording, &file, link)?;
    Ok(Downloaded {
        path: stored.path,
        size: stored.size,
        sha256: stored.sha256,
        content_type: stored.content_type,
        meeting_uuid: recording.meeting_uuid,
        topic: recording.topic,
        file,
        skipped: None,
    })
}

/// Store one file of a recording.
pub fn fetch(zoom: &Zoom<'_>, recording: &Recording, file: &RecordingFile, link: Option<String>) -> Outcome<Stored> {
    if file.status == FileStatus::Processing {
        return Err(no_recording("Zoom is still working on this file"));
    }
    let link = link.ok_or_else(|| Problem {
        fix: Some(
            "files on an on-premises connector are not in Zoom's cloud; else read the recording again".to_owned(),
        ),
        ..plain("download-refused", "Zoom gives no download address for this file", true)
    })?;
    let expect =
        Expectation { size: (file.size > 0).then_some(file.size), content_types: content_types(file.file_type) };
    zoom.download(&link, &label(recording.topic.as_deref(), recording.start_time.as_deref(), file), &expect)
}

fn pick(
    request: &DownloadRecording,
    recording: &Recording,
    links: Vec<Option<String>>,
) -> Outcome<(RecordingFile, Option<String>)> {
    let fits = |file: &RecordingFile| {
        request.file.as_ref().is_none_or(|id| file.id.as_ref() == Some(id))
            && request.file_type.is_none_or(|kind| kind == file.file_type)
            && request.recording_type.as_ref().is_none_or(|kind| file.recording_type.as_ref() == Some(kind))
            && request.set.is_none_or(|set| set == file.set)
    };
    let mut candidates = recording.files.iter().zip(links).filter(|(file, _)| fits(file));
    let pointer = if request.file.is_some() {
        "/file"
    } else if request.file_type.is_some() {
        "/file_type"
    } else {
        "/recording_type"
    };
    match (candidates.next(), candidates.next()) {
        (Some((file, link)), None) => Ok((file.clone(), link)),
        (None, _) => Err(Problem { details: Some(list(recording, |_| true)), ..no_such_file(pointer) }),
        (Some(_), Some(_)) => Err(Problem {
            code: "input.ambiguous".to_owned(),
            details: Some(list(recording, fits)),
            ..invalid(pointer, "several files fit", "give `file`: the id of one of the files in the details")
        }),
    }
}

fn no_such_file(pointer: &str) -> Problem {
    Problem {
        pointer: Some(pointer.to_owned()),
        fix: Some("choose one of the files in the details; transcripts come later than videos".to_owned()),
        ..plain("not-found", "the recording has no such file", true)
    }
}

/// The files that fit, as details of a problem.
pub fn list(recording: &Recording, fits: impl Fn(&RecordingFile) -> bool) -> String {
    let files: Vec<_> = recording
        .files
        .iter()
        .filter(|file| fits(file))
        .map(|file| json!({"id": file.id, "file_type": file.file_type, "recording_type": file.recording_type, "set": file.set, "start": file.start}))
        .collect();
    json!({ "files": files }).to_string()
}

/// `Weekly sync 2026-01-05T10-00-00Z shared_screen.mp4`: topic, start and kind, because Zoom names no file but participants' own.
pub fn label(topic: Option<&str>, meeting_start: Option<&str>, file: &RecordingFile) -> String {
    let topic: String = topic.unwrap_or("recording").chars().take(80).collect();
    let start = file.start.as_deref().or(meeting_start).unwrap_or_default();
    let kind = file.recording_type.as_deref().or(file.zoom_type.as_deref()).unwrap_or_default();
    let name: String = file.name.as_deref().unwrap_or_default().chars().take(80).collect();
    let words: Vec<_> = [topic.as_str(), start, kind, &name].into_iter().filter(|word| !word.is_empty()).collect();
    let name: String =
        words.join(" ").chars().map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '-' } else { c }).collect();
    format!("{}.{}", name.trim_matches(['.', ' ']), file.extension.as_deref().unwrap_or("bin"))
}

/// What storage hosts send for a file; the general binary types always fit, HTML never does.
pub fn content_types(file_type: FileType) -> Vec<String> {
    let own: &[&str] = match file_type {
        FileType::Mp4 => &["video/mp4"],
        FileType::M4a => &["audio/mp4", "audio/x-m4a", "audio/m4a", "video/mp4"],
        FileType::Transcript | FileType::Captions => &["text/vtt", "text/plain"],
        FileType::Chat => &["text/plain"],
        FileType::Csv => &["text/csv", "text/plain"],
        FileType::ChatMessage | FileType::Timeline | FileType::Summary => &["application/json", "text/plain"],
        FileType::Thumbnail => &["image/jpeg", "image/png"],
        FileType::Unknown => return Vec::new(),
    };
    own.iter().chain(&["application/octet-stream", "binary/octet-stream"]).map(|&kind| kind.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use crate::bindings::contract::Retry;
    use crate::testing::{fails, page, run, script, stored};

    const READ: &str = "GET /meetings/81234567890/recordings";
    const LINK: &str = "GET https://z/rec/download/DL-1";
    const WIRE: &str = r#"{"id":81234567890,"uuid":"abcdefgh==","topic":"Weekly/sync","recording_files":[
        {"id":"f1","file_type":"MP4","file_extension":"MP4","file_size":12,"recording_type":"speaker_view","status":"completed",
         "recording_start":"2026-01-05T10:00:00Z","recording_end":"2026-01-05T11:00:00Z","download_url":"https://z/rec/download/DL-1"},
        {"id":"f2","file_type":"M4A","recording_end":"2026-01-05T11:00:00Z","recording_type":"audio_only"},
        {"id":"f3","file_type":"M4A","recording_end":"2026-01-05T12:00:00Z","recording_type":"audio_only"},
        {"id":"f4","file_type":"","recording_end":""}]}"#;

    #[test]
    fn the_host_gets_the_link_the_size_and_the_types() {
        let script = script(READ, 200, WIRE).then_download(LINK, Ok(stored(12)));
        let answer = run("recordings.download", r#"{"meeting":"81234567890","file_type":"mp4"}"#, &script).unwrap();
        assert_eq!((&answer["size"], &answer["file"]["id"]), (&12.into(), &"f1".into()));
        let (label, expect) = script.downloaded();
        assert_eq!(label, "Weekly-sync 2026-01-05T10-00-00Z speaker_view.mp4");
        assert_eq!(expect.size, Some(12));
        assert!(expect.content_types.contains(&"video/mp4".to_owned()));
    }

    #[test]
    fn a_choice_must_be_clear() {
        fails("recordings.download", r#"{"meeting":"81234567890"}"#, script("", 0, ""), "input.invalid", Some("/file"));
        let two = r#"{"meeting":"81234567890","file_type":"m4a"}"#;
        let problem = fails("recordings.download", two, script(READ, 200, WIRE), "input.ambiguous", Some("/file_type"));
        assert!(problem.details.unwrap().contains("f3"));
        let none = r#"{"meeting":"81234567890","file":"f9"}"#;
        fails("recordings.download", none, script(READ, 200, WIRE), "not-found", Some("/file"));
        let working = r#"{"meeting":"81234567890","file":"f4"}"#;
        fails("recordings.download", working, script(READ, 200, WIRE), "recording-not-ready-or-none", None);
    }

    #[test]
    fn seed_ensemble_46_to_49_what_zoom_sends_in_place_of_a_file_is_refused_with_the_reason() {
        let input = r#"{"meeting":"81234567890","file":"f1"}"#;
        let refused = |status, kind, body| script(READ, 200, WIRE).then_download(LINK, Err(page(status, kind, body)));
        fails(
            "recordings.download",
            input,
            refused(200, "text/html; charset=utf-8", "<html>"),
            "download-refused",
            None,
        );
        let other = r#"{"status":false,"errorCode":124,"errorMessage":"Forbidden"}"#;
        let problem =
            fails("recordings.download", input, refused(401, "application/json", other), "download-refused", None);
        assert_eq!(
            problem.retry,
            Retry::After(600_000),
            "right after the recording Zoom says this, minutes later no more"
        );
        let disabled = r#"{"code":200,"message":"Download has been disabled by the administrator"}"#;
        let problem =
            fails("recordings.download", input, refused(200, "application/json", disabled), "download-refused", None);
        assert!(problem.details.unwrap().contains("disabled"));
        let page = fails("recordings.download", input, refused(404, "text/html", "<html>"), "download-refused", None);
        assert!(page.fix.unwrap().contains("recordings.files"), "a page proves nothing, but the address may have died");
        let gone = r#"{"code":3301,"message":"x"}"#;
        fails("recordings.download", input, refused(404, "application/json", gone), "not-found", None);
        let passcode = r#"{"code":3302,"message":"x"}"#;
        fails("recordings.download", input, refused(200, "application/json", passcode), "download-refused", None);
        fails("recordings.download", input, refused(503, "text/html", "<html>"), "unavailable", None);
    }
}
