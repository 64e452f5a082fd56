//! Cloud recordings.

mod download;
mod get;
mod list;

pub use download::download;
pub use get::get;
pub use list::list;

area!("recordings", recordings:
    "list" => list(ListRecordings) -> RecordingList,
    "get" => get(GetRecording) -> Recording,
    "download" => download(DownloadRecording) -> Downloaded,
);
