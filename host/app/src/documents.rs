//! Automation documents: reading and checking them.

use std::io::Read;
use std::path::Path;

use switchboard_automation::limits::DOCUMENT;
use switchboard_runtime::Connector;
use switchboard_text_file::TextFileError;

pub use switchboard_automation::limits::MISTAKES;
pub use switchboard_automation::{Allowance, DocumentReport};

use crate::runs::runner::ManifestCatalog;
use crate::{AppError, NextStep, files, message};

/// Checks a document: every mistake, with its place and its fix.
pub fn check(connector: &Connector, source: &str, name: &str, limits: &Allowance) -> DocumentReport {
    switchboard_automation::check_within(source, name, &ManifestCatalog(connector.manifest()), limits)
}

/// The text of a document's file.
pub fn read(file: &Path, limits: &Allowance) -> Result<String, AppError> {
    switchboard_text_file::read(file, limits.get(&DOCUMENT)).map_err(document_error)
}

/// The text of a document that comes from a stream. `name` stands for it in errors.
pub fn read_stream(stream: impl Read, name: &str, limits: &Allowance) -> Result<String, AppError> {
    switchboard_text_file::read_stream(stream, name, limits.get(&DOCUMENT)).map_err(document_error)
}

fn document_error(error: TextFileError) -> AppError {
    match error {
        TextFileError::TooLarge { .. } => files::file_error(&error).with_fix(message![
            format!("make it smaller, or raise the limit `{}`, at most {}: ", DOCUMENT.name, DOCUMENT.max),
            NextStep::ChangeLimit(DOCUMENT.name.to_owned()),
        ]),
        TextFileError::Unreadable { .. } => AppError::usage(
            error.to_string(),
            "name an automation file, for example manifests/automations/schedule-meeting.json",
        ),
        error => files::file_error(&error),
    }
}

/// Every activity that a document names, with the input as it is written there.
pub fn activities(document: &serde_json::Value) -> Vec<(String, serde_json::Value)> {
    let mut found = Vec::new();
    collect(document, &mut found);
    found
}

fn collect(node: &serde_json::Value, found: &mut Vec<(String, serde_json::Value)>) {
    match node {
        serde_json::Value::Object(fields) => {
            if let Some(serde_json::Value::String(id)) = fields.get("use") {
                found.push((id.clone(), fields.get("with").cloned().unwrap_or_default()));
            }
            fields.values().for_each(|inner| collect(inner, found));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|inner| collect(inner, found)),
        _ => {}
    }
}
