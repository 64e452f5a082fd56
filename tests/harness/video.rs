//! A recording of ada's whose video is made up by the emulator, of any size.
#![expect(clippy::expect_used, clippy::panic, reason = "test support: a broken context is a failed test")]

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::context::TestContext;

/// What the folder that egress keeps beside downloads is called.
const PARTS: &str = ".switchboard";

/// One video of one recording.
pub struct Video {
    pub meeting: String,
    pub file: String,
}

impl Video {
    /// The first that ada's recordings have.
    pub fn any(context: &TestContext) -> Video {
        let list = context.json(&["call", "zoom.recordings.list", "from=2026-11-01", "to=2026-11-23", "--json"]);
        let recordings = list.get("recordings").and_then(Value::as_array).expect("recordings");
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let video = recordings.iter().find_map(|recording| {
            let files = recording.get("files").and_then(Value::as_array)?;
            let file = files.iter().find(|file| text(file, "file_type").as_deref() == Some("mp4"))?;
            Some(Video { meeting: text(recording, "meeting_uuid")?, file: text(file, "id")? })
        });
        video.unwrap_or_else(|| panic!("no video: {list}"))
    }

    /// The same with so many bytes.
    pub fn of(context: &TestContext, bytes: u64) -> Video {
        let video = Video::any(context);
        let link = format!("http://127.0.0.1:{}/rec/download/blob-{bytes}", context.port());
        video.set(context, &json!({ "file_size": bytes, "download_url": link }));
        video
    }

    /// Changes what the service says of it.
    pub fn set(&self, context: &TestContext, fields: &Value) {
        let patch = json!({ "key": self.file, "set": fields });
        assert_eq!(context.ask("POST", "/_emulator/patches", &patch).0, 200);
    }

    /// The arguments of the call that downloads it.
    pub fn download<'a>(&'a self, more: &[&'a str]) -> Vec<String> {
        let fields = [format!("meeting={}", self.meeting), format!("file={}", self.file)];
        let call = ["call", "zoom.recordings.download"].map(str::to_owned);
        call.into_iter().chain(fields).chain(more.iter().map(|&one| one.to_owned())).collect()
    }
}

/// How the storage host misbehaves from now on; null for not at all.
pub fn set_storage_fault(context: &TestContext, fault: Value) {
    assert!(context.ask("DELETE", "/_emulator/faults", &Value::Null).0 < 300);
    if let Value::Object(mut fields) = fault {
        fields.insert("path".to_owned(), "/replay/".into());
        assert!(context.ask("POST", "/_emulator/faults", &Value::Object(fields)).0 < 300);
    }
}

/// How often the storage host was asked, and whether for a part.
pub fn storage_requests(context: &TestContext) -> Vec<bool> {
    let (_, log) = context.ask("GET", "/_emulator/requests", &Value::Null);
    let entries = log.get("requests").or(Some(&log)).and_then(Value::as_array).cloned().unwrap_or_default();
    let of_storage =
        |entry: &&Value| entry.get("path").and_then(Value::as_str).is_some_and(|path| path.contains("/replay/"));
    let status = |entry: &Value| entry.get("status").and_then(Value::as_u64);
    entries.iter().filter(of_storage).map(|entry| status(entry) == Some(206)).collect()
}

/// The SHA-256 of a file in hex.
pub fn sha256(file: &Path) -> String {
    let bytes = std::fs::read(file).expect("the file is there");
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The files that a folder has under their names.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// The files on their way to a folder.
pub fn parts(folder: &Path) -> Vec<PathBuf> {
    let is_part = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "part");
    files(&folder.join(PARTS)).into_iter().filter(is_part).collect()
}
