//! Cloud recordings.

mod analytics;
mod cursor;
mod download;
mod files;
mod get;
mod list;
mod list_trash;
mod months;
mod period;
mod registrants;
mod settings;
mod transcript;
mod trash;
mod window;

pub use analytics::{analytics_details, analytics_summary};
pub use download::download;
pub use files::files;
pub use get::get;
pub use list::{list, list_account};
pub use list_trash::list_trash;
pub use registrants::{registrants_add, registrants_list, registrants_set_status};
pub use settings::{settings_get, settings_set};
pub use transcript::download_transcript;
pub use trash::{delete_file_permanently, delete_permanently, recover, recover_file, trash, trash_file};

area!("recordings", recordings:
    "list" => list(ListRecordings) -> RecordingList,
    "list-account" => list_account(ListAccountRecordings) -> RecordingList,
    "list-trash" => list_trash(ListTrashed) -> TrashList,
    "get" => get(GetRecording) -> Recording,
    "files" => files(ListFiles) -> FileList,
    "download" => download(DownloadRecording) -> Downloaded,
    "download-transcript" => download_transcript(DownloadMeetingTranscript) -> DownloadedTranscript,
    "settings-get" => settings_get(GetRecording) -> RecordingSettings,
    "settings-set" => settings_set(SetSettings) -> SavedSettings,
    "trash" => trash(TrashRecording) -> Trashed,
    "trash-file" => trash_file(TrashRecordingFile) -> Trashed,
    "recover" => recover(RecoverRecording) -> Recovered,
    "recover-file" => recover_file(RecoverRecordingFile) -> Recovered,
    "delete-permanently" => delete_permanently(DeleteRecording) -> Deleted,
    "delete-file-permanently" => delete_file_permanently(DeleteRecordingFile) -> Deleted,
    "registrants-list" => registrants_list(ListRecordingRegistrants) -> RecordingRegistrantList,
    "registrants-add" => registrants_add(AddRecordingRegistrant) -> AddedRecordingRegistrant,
    "registrants-set-status" => registrants_set_status(SetRecordingRegistrantsStatus) -> Decided,
    "analytics-summary" => analytics_summary(GetAnalytics) -> Analytics,
    "analytics-details" => analytics_details(GetVisits) -> VisitList,
);
