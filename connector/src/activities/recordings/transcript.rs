//! Download a transcript from wherever Zoom keeps it: among the recording's files, or with the meeting.

use serde::Deserialize;
use serde_json::json;

use super::download::{content_types, fetch, label, list};
use super::get::read;
use crate::bindings::contract::Problem;
use crate::bindings::http::Expectation;
use crate::bindings::recordings::{
    DownloadMeetingTranscript, DownloadedTranscript, FileStatus, FileType, RecordingFile, TranscriptSource,
};
use crate::ids::MeetingRef;
use crate::mark::Mark;
use crate::problem::{invalid, no_recording, plain};
use crate::service::Outcome;
use crate::wire::lenient;
use crate::zoom::Zoom;

/// Download a transcript.
pub fn download_transcript(zoom: &Zoom<'_>, request: DownloadMeetingTranscript) -> Outcome<DownloadedTranscript> {
    match request.source {
        Some(TranscriptSource::Recording) => of_recording(zoom, &request)?
            .ok_or_else(|| no_recording("the recording has no transcript, or not yet: it comes later than the video")),
        Some(TranscriptSource::Meeting) if request.set.is_some() => Err(invalid(
            "/set",
            "the meeting's own transcript has no sets",
            "leave `set` out, or take the `source` `recording`",
        )),
        Some(TranscriptSource::Meeting) => of_meeting(zoom, &request.meeting),
        None => match of_recording(zoom, &request) {
            Ok(Some(found)) => Ok(found),
            Ok(None) if request.set.is_none() => of_meeting(zoom, &request.meeting),
            Ok(None) => Err(no_recording("this set of the recording has no transcript, or not yet")),
            Err(problem) if problem.code == "recording-not-ready-or-none" && request.set.is_none() => {
                of_meeting(zoom, &request.meeting)
            }
            Err(problem) => Err(problem),
        },
    }
}

fn of_recording(zoom: &Zoom<'_>, request: &DownloadMeetingTranscript) -> Outcome<Option<DownloadedTranscript>> {
    let (recording, links) = read(zoom, &request.meeting)?;
    let fits = |file: &RecordingFile| {
        file.file_type == FileType::Transcript
            && file.status == FileStatus::Completed
            && request.set.is_none_or(|set| set == file.set)
    };
    let mut fitting = recording.files.iter().zip(links).filter(|(file, _)| fits(file));
    let (file, link) = match (fitting.next(), fitting.next()) {
        (None, _) => return Ok(None),
        (Some(only), None) => only,
        (Some(_), Some(_)) => {
            return Err(Problem {
                code: "input.ambiguous".to_owned(),
                details: Some(list(&recording, fits)),
                ..invalid("/set", "the recording has several transcripts", "give the `set` of one in the details")
            });
        }
    };
    let stored = fetch(zoom, &recording, file, link)?;
    Ok(Some(DownloadedTranscript {
        path: stored.path,
        size: stored.size,
        sha256: stored.sha256,
        source: TranscriptSource::Recording,
        meeting_uuid: Some(recording.meeting_uuid),
        topic: recording.topic,
        created_at: None,
        skipped: None,
    }))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Transcript {
    #[serde(deserialize_with = "lenient::text")]
    meeting_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    meeting_topic: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    transcript_created_time: Option<String>,
    can_download: Option<bool>,
    #[serde(deserialize_with = "lenient::text")]
    download_url: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    download_restriction_reason: Option<String>,
}

fn of_meeting(zoom: &Zoom<'_>, meeting: &str) -> Outcome<DownloadedTranscript> {
    let meeting = MeetingRef::parse("/meeting", meeting)?;
    let found: Transcript = zoom.get(format!("/meetings/{meeting}/transcript")).json(Mark::Field(&[
        "meeting_id",
        "can_download",
        "download_url",
    ]))?;
    // Zoom's own example has both a link and a reason against it: the word decides, where it is said.
    let link = match (found.can_download, found.download_url) {
        (Some(true) | None, Some(link)) => link,
        _ => return Err(restricted(found.download_restriction_reason.as_deref())),
    };
    let named = RecordingFile {
        id: None,
        file_type: FileType::Transcript,
        zoom_type: None,
        set: 1,
        name: None,
        recording_type: Some("transcript".to_owned()),
        start: found.transcript_created_time.clone(),
        end: None,
        extension: Some("vtt".to_owned()),
        size: 0,
        status: FileStatus::Completed,
        deleted_at: None,
    };
    let expect = Expectation { size: None, content_types: content_types(FileType::Transcript) };
    let stored = zoom.download(&link, &label(found.meeting_topic.as_deref(), None, &named), &expect)?;
    Ok(DownloadedTranscript {
        path: stored.path,
        size: stored.size,
        sha256: stored.sha256,
        source: TranscriptSource::Meeting,
        meeting_uuid: found.meeting_id.filter(|id| !id.bytes().all(|byte| byte.is_ascii_digit())),
        topic: found.meeting_topic,
        created_at: found.transcript_created_time,
        skipped: None,
    })
}

/// Why Zoom gives no link, in a problem's words.
fn restricted(reason: Option<&str>) -> Problem {
    let problem = match reason {
        Some("NOT_READY") => no_recording("Zoom is still making the transcript"),
        Some("DELETED_OR_TRASHED") => Problem {
            fix: Some("see `recordings.list-trash`; within 30 days it can be recovered".to_owned()),
            ..plain("not-found", "the transcript is deleted or in the trash", true)
        },
        Some("NO_TRANSCRIPT_DATA") => Problem {
            fix: Some("nothing was said, or transcripts were off: there is nothing to get".to_owned()),
            ..plain("not-found", "the meeting has no transcript", true)
        },
        Some("UNSUPPORTED") => Problem {
            fix: Some("Zoom makes no transcript of meetings of this kind".to_owned()),
            ..plain("feature-off", "Zoom supports no transcript here", true)
        },
        _ => Problem {
            fix: Some("see Zoom's word in the details".to_owned()),
            ..plain("download-refused", "Zoom does not let this transcript be downloaded", true)
        },
    };
    Problem { details: Some(json!({ "reason": reason }).to_string()), ..problem }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{fails, run, script, stored};

    const FILES: &str = "GET /meetings/abcdefgh%3D%3D/recordings";
    const WORDS: &str = "GET /meetings/abcdefgh%3D%3D/transcript";
    const LINK: &str = "GET https://z/rec/t";

    fn recording(starts: &[&str]) -> String {
        let files: Vec<_> = starts
            .iter()
            .map(|start| {
                json!({"id": start, "file_type": "TRANSCRIPT", "file_extension": "VTT", "file_size": 3, "status": "completed",
                    "recording_start": start, "recording_end": "x", "download_url": "https://z/rec/t"})
            })
            .collect();
        json!({"uuid": "abcdefgh==", "topic": "Sync", "recording_files": files}).to_string()
    }

    #[test]
    fn the_recordings_own_file_comes_first() {
        let one = script(FILES, 200, &recording(&["2026-01-05T10:00:00Z"])).then_download(LINK, Ok(stored(3)));
        let answer = run("recordings.download-transcript", r#"{"meeting":"abcdefgh=="}"#, &one).unwrap();
        assert_eq!((&answer["source"], &answer["size"]), (&json!("recording"), &json!(3)));
        assert!(one.downloaded().0.ends_with(".vtt"));
    }

    #[test]
    fn of_several_sets_one_is_chosen() {
        let two = recording(&["2026-01-05T10:00:00Z", "2026-01-05T11:00:00Z"]);
        let input = r#"{"meeting":"abcdefgh=="}"#;
        let problem =
            fails("recordings.download-transcript", input, script(FILES, 200, &two), "input.ambiguous", Some("/set"));
        assert!(problem.details.unwrap().contains("11:00"));
        let second = script(FILES, 200, &two).then_download(LINK, Ok(stored(3)));
        run("recordings.download-transcript", r#"{"meeting":"abcdefgh==","set":2}"#, &second).unwrap();
    }

    #[test]
    fn the_meetings_own_transcript_is_the_second_way_and_needs_no_recording() {
        let wire = r#"{"meeting_id":"abcdefgh==","meeting_topic":"Sync","transcript_created_time":"2026-01-05T12:00:00Z",
            "can_download":true,"download_url":"https://z/rec/t","download_restriction_reason":"NOT_READY"}"#;
        for (status, body) in [(200, recording(&[])), (404, r#"{"code":3301,"message":"x"}"#.to_owned())] {
            let script_ = script(FILES, status, &body).then(WORDS, 200, wire).then_download(LINK, Ok(stored(9)));
            let answer = run("recordings.download-transcript", r#"{"meeting":"abcdefgh=="}"#, &script_).unwrap();
            assert_eq!((&answer["source"], &answer["created_at"]), (&json!("meeting"), &json!("2026-01-05T12:00:00Z")));
            assert_eq!(script_.downloaded().0, "Sync 2026-01-05T12-00-00Z transcript.vtt");
        }
    }

    #[test]
    fn every_reason_against_it_is_told_apart() {
        let input = r#"{"meeting":"abcdefgh==","source":"meeting"}"#;
        for (reason, code) in [
            ("NOT_READY", "recording-not-ready-or-none"),
            ("DELETED_OR_TRASHED", "not-found"),
            ("NO_TRANSCRIPT_DATA", "not-found"),
            ("UNSUPPORTED", "feature-off"),
            ("SOMETHING_NEW", "download-refused"),
        ] {
            let wire = json!({"can_download": false, "download_restriction_reason": reason}).to_string();
            let problem = fails("recordings.download-transcript", input, script(WORDS, 200, &wire), code, None);
            assert!(problem.details.unwrap().contains(reason));
        }
        let none = r#"{"code":3322,"message":"x"}"#;
        fails("recordings.download-transcript", input, script(WORDS, 404, none), "recording-not-ready-or-none", None);
    }

    #[test]
    fn seed_ensemble_49_a_page_in_place_of_captions_is_never_stored() {
        let page = crate::testing::page(200, "text/html", "<html>");
        let script_ = script(FILES, 200, &recording(&["2026-01-05T10:00:00Z"])).then_download(LINK, Err(page));
        let problem =
            fails("recordings.download-transcript", r#"{"meeting":"abcdefgh=="}"#, script_, "download-refused", None);
        assert!(problem.details.unwrap().contains("page"));
    }
}
