//! The events of a connector: finding them.

use switchboard_manifest::{EventEntry, Manifest};

use crate::activities::{contains, suggestion};
use crate::{AppError, Class, NextStep};

/// Id of an event.
pub fn id(manifest: &Manifest, event: &EventEntry) -> String {
    format!("{}.{}", manifest.connector, event.name)
}

/// The events whose id or title contains a text, in any case. An empty text matches all.
pub fn search<'a>(manifest: &'a Manifest, text: &str) -> Vec<&'a EventEntry> {
    manifest.events.iter().filter(|event| contains(text, &[&id(manifest, event), &event.title])).collect()
}

/// The event of an id, or the error that names the nearest one.
pub fn find<'a>(manifest: &'a Manifest, id: &str) -> Result<&'a EventEntry, AppError> {
    manifest.event(id).ok_or_else(|| AppError::Failed {
        code: "event.unknown".into(),
        message: format!("there is no event `{id}`"),
        fix: Some(suggestion(manifest.nearest_event(id).as_deref()).with(NextStep::ListEvents).with(" shows all")),
        class: Class::Usage,
    })
}
