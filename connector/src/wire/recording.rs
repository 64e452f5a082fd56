//! Zoom's recordings: types that change, empty texts while Zoom works, files without ids.

use serde::Deserialize;

use super::lenient::{self, small};
use crate::bindings::recordings::{FileStatus, FileType, Recording as Public, RecordingFile, RecordingKind};
use crate::json;
use crate::paging::Missing;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Recording {
    #[serde(deserialize_with = "lenient::text")]
    uuid: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    host_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    topic: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    start_time: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    timezone: Option<String>,
    #[serde(deserialize_with = "lenient::number")]
    duration: Option<i64>,
    #[serde(deserialize_with = "lenient::number")]
    total_size: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    share_url: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient::number")]
    kind: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    host_email: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    recording_play_passcode: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    auto_delete_date: Option<String>,
    recording_files: Option<Vec<File>>,
    /// Only of one meeting, and only when each participant's sound is kept apart.
    participant_audio_files: Option<Vec<File>>,
}

/// One file, with the link that stays inside.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct File {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    file_type: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    file_extension: Option<String>,
    #[serde(deserialize_with = "lenient::number")]
    file_size: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    recording_type: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    recording_start: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    recording_end: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    status: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    download_url: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    file_name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    deleted_time: Option<String>,
}

impl Recording {
    /// The public form; `None` when Zoom left out the UUID. `left_out` is what of it could not be read.
    pub fn public(self, left_out: &[json::LeftOut]) -> Option<Public> {
        self.with_links(left_out).map(|(recording, _)| recording)
    }

    /// The public form, and the link of each file in the same order.
    pub fn with_links(self, left_out: &[json::LeftOut]) -> Option<(Public, Vec<Option<String>>)> {
        let mut missing = Missing::default();
        left_out.iter().for_each(|part| missing.add(&part.at, &part.why));
        let files = self.recording_files.into_iter().flatten().map(|file| file.public(false));
        let voices = self.participant_audio_files.into_iter().flatten().map(|file| file.public(true));
        let (mut files, links): (Vec<_>, Vec<_>) = files.chain(voices).unzip();
        number_sets(&mut files);
        let recording = Public {
            meeting_uuid: self.uuid?,
            meeting_id: self.id,
            kind: kind(self.kind),
            host_id: self.host_id,
            host_email: self.host_email,
            topic: self.topic,
            start_time: self.start_time,
            timezone: self.timezone,
            duration: small(self.duration),
            total_size: size(self.total_size),
            share_url: self.share_url,
            play_passcode: self.recording_play_passcode,
            auto_delete_date: self.auto_delete_date,
            left_out: missing.public(),
            // A file that nobody could read may be the video.
            ready: left_out.is_empty()
                && !files.is_empty()
                && files.iter().all(|file| file.status == FileStatus::Completed),
            files,
        };
        Some((recording, links))
    }
}

impl File {
    fn public(self, of_participant: bool) -> (RecordingFile, Option<String>) {
        // A file without type or end is still being recorded, whatever its status says.
        let working =
            self.status.as_deref() == Some("processing") || self.file_type.is_none() || self.recording_end.is_none();
        let file = RecordingFile {
            file_type: file_type(self.file_type.as_deref()),
            id: self.id,
            zoom_type: self.file_type,
            set: 1,
            name: self.file_name,
            recording_type: self
                .recording_type
                .or_else(|| of_participant.then(|| "audio_only_each_participant".to_owned())),
            start: self.recording_start,
            end: self.recording_end,
            extension: self.file_extension.map(|extension| extension.to_ascii_lowercase()),
            size: size(self.file_size),
            status: if working { FileStatus::Processing } else { FileStatus::Completed },
            deleted_at: self.deleted_time,
        };
        (file, self.download_url)
    }
}

/// Files that began at the same moment belong together. One without a start is taken for part of the first set.
fn number_sets(files: &mut [RecordingFile]) {
    let mut starts: Vec<String> = files.iter().filter_map(|file| file.start.clone()).collect();
    starts.sort();
    starts.dedup();
    for file in files {
        let at = file.start.as_ref().and_then(|start| starts.iter().position(|other| other == start)).unwrap_or(0);
        file.set = u32::try_from(at).map_or(u32::MAX, |at| at.saturating_add(1));
    }
}

fn kind(number: Option<i64>) -> RecordingKind {
    match number {
        Some(1) => RecordingKind::InstantMeeting,
        Some(2) => RecordingKind::ScheduledMeeting,
        Some(3) => RecordingKind::RecurringMeeting,
        Some(4) => RecordingKind::PersonalMeeting,
        Some(5) => RecordingKind::Webinar,
        Some(6) => RecordingKind::RecurringWebinar,
        Some(7) => RecordingKind::AudioConference,
        Some(8) => RecordingKind::RecurringMeetingFixed,
        Some(9) => RecordingKind::RecurringWebinarFixed,
        Some(99) => RecordingKind::Upload,
        Some(100) => RecordingKind::BreakoutRoom,
        _ => RecordingKind::Unknown,
    }
}

fn size(number: Option<i64>) -> u64 {
    number.and_then(|number| u64::try_from(number).ok()).unwrap_or(0)
}

fn file_type(text: Option<&str>) -> FileType {
    match text {
        Some("MP4") => FileType::Mp4,
        Some("M4A") => FileType::M4a,
        Some("TRANSCRIPT") => FileType::Transcript,
        Some("CC") => FileType::Captions,
        Some("CHAT") => FileType::Chat,
        Some("CHAT_MESSAGE") => FileType::ChatMessage,
        Some("CSV") => FileType::Csv,
        Some("TIMELINE") => FileType::Timeline,
        Some("SUMMARY") => FileType::Summary,
        Some("TB") => FileType::Thumbnail,
        _ => FileType::Unknown,
    }
}
