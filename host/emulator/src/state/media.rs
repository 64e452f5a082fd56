//! The bytes behind download addresses. Video and sound are real, made by `media/make.sh`.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::time;

const MP4: &[u8] = include_bytes!("../../media/meeting.mp4");
const M4A: &[u8] = include_bytes!("../../media/meeting.m4a");
const WORDS: [&str; 4] = [
    "Ada Lovelace: Good morning, shall we start?",
    "Grace Hopper: Yes, the compiler is ready.",
    "Ada Lovelace: Then let us look at it.",
    "Grace Hopper: One moment.",
];

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Media {
    Mp4,
    M4a,
    Transcript,
    Captions,
    Chat,
    ChatMessage,
    Csv,
    Timeline,
    Summary,
    Thumbnail,
}

impl Media {
    /// `file_type` and `file_extension`.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Mp4 => ("MP4", "MP4"),
            Self::M4a => ("M4A", "M4A"),
            Self::Transcript => ("TRANSCRIPT", "VTT"),
            Self::Captions => ("CC", "VTT"),
            Self::Chat => ("CHAT", "TXT"),
            Self::ChatMessage => ("CHAT_MESSAGE", "JSON"),
            Self::Csv => ("CSV", "CSV"),
            Self::Timeline => ("TIMELINE", "JSON"),
            Self::Summary => ("SUMMARY", "JSON"),
            Self::Thumbnail => ("TB", "JPG"),
        }
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Self::Mp4 => "video/mp4",
            Self::M4a => "audio/mp4",
            Self::Transcript | Self::Captions => "text/vtt",
            Self::Chat => "text/plain;charset=UTF-8",
            Self::Csv => "text/csv",
            Self::ChatMessage | Self::Timeline | Self::Summary => "application/json",
            Self::Thumbnail => "image/jpeg",
        }
    }
}

/// The size of [`content`], without making it.
pub fn size(media: Media, id: &str) -> u64 {
    let bytes = match media {
        Media::Mp4 => MP4.len() + 8 + id.len(),
        Media::M4a => M4A.len() + 8 + id.len(),
        _ => content(media, id).len(),
    };
    u64::try_from(bytes).unwrap_or(0)
}

/// A file's bytes. Each file differs from every other by its id.
pub fn content(media: Media, id: &str) -> Vec<u8> {
    match media {
        Media::Mp4 => with_free_box(MP4, id),
        Media::M4a => with_free_box(M4A, id),
        Media::Transcript | Media::Captions => transcript(id).into_bytes(),
        Media::Chat => {
            format!("00:01:12\tAda Lovelace:\tNotes are in {id}\r\n00:02:40\tGrace Hopper:\tThanks!\r\n").into_bytes()
        }
        Media::ChatMessage => {
            json!([{"time": "00:01:12", "sender": "Ada Lovelace", "message": id}]).to_string().into_bytes()
        }
        Media::Csv => format!("#,User,Question,Answer\r\n1,Grace Hopper,Shall we ship?,{id}\r\n").into_bytes(),
        Media::Timeline => timeline(id).into_bytes(),
        Media::Summary => json!({"overall_summary": id, "items": []}).to_string().into_bytes(),
        // The smallest JPEG markers around a comment: start, comment, end.
        Media::Thumbnail => [b"\xFF\xD8\xFF\xFE\x00\x26", id.as_bytes(), b"\xFF\xD9"].concat(),
    }
}

/// MP4 allows a trailing `free` box, which players skip.
fn with_free_box(media: &[u8], id: &str) -> Vec<u8> {
    let length = u32::try_from(8 + id.len()).unwrap_or(8);
    [media, &length.to_be_bytes(), b"free", id.as_bytes()].concat()
}

fn transcript(id: &str) -> String {
    let cues = WORDS.iter().zip(1i64..).map(|(words, n)| {
        format!("{n}\r\n{} --> {}\r\n{words}\r\n\r\n", time::offset(n * 2_500), time::offset(n * 2_500 + 2_000))
    });
    format!("WEBVTT\r\n\r\nNOTE {id}\r\n\r\n{}", cues.collect::<String>())
}

fn timeline(id: &str) -> String {
    let user = json!({"username": "Ada Lovelace", "multiple_people": false, "user_id": "16778240", "zoom_userid": id,
        "avatar_url": "", "email_address": "", "client_type": 5});
    json!({"timeline": [{"ts": "00:00:00.000", "users": [user]}, {"ts": "00:00:09.500", "users": []}], "timeline_refine": []})
        .to_string()
}
