//! What Zoom stored of a webinar differently from what was asked.

use serde::Serialize;

use crate::activities::meetings::adjusted::differences;
use crate::activities::meetings::series::Shown;
use crate::activities::meetings::when::Start;
use crate::bindings::meetings::Recurrence;
use crate::bindings::types::Adjustment;
use crate::bindings::webinars::{Webinar, WebinarSettings};
use crate::json;

/// What was asked, in public words. Absent fields were not asked.
#[derive(Serialize, Default)]
pub struct Asked<'a> {
    pub topic: Option<&'a str>,
    pub duration: Option<u32>,
    pub timezone: Option<&'a str>,
    pub agenda: Option<&'a str>,
    pub recurrence: Option<&'a Recurrence>,
    pub settings: Option<&'a WebinarSettings>,
    /// As written, and as checked.
    #[serde(skip)]
    pub start: Option<(&'a str, &'a Start)>,
    /// Compared, never shown.
    #[serde(skip)]
    pub passcode: Option<&'a str>,
}

impl Asked<'_> {
    /// Whether nothing was asked.
    pub fn is_empty(&self) -> bool {
        json::tree(self).as_object().is_none_or(serde_json::Map::is_empty)
            && self.start.is_none()
            && self.passcode.is_none()
    }

    /// Compare with the webinar that Zoom shows. Of one occurrence's change the others say nothing.
    pub fn adjusted(&self, stored: &Webinar, occurrence: Option<&str>, now: u64) -> Vec<Adjustment> {
        let shown = Shown {
            start_time: stored.start_time.as_deref(),
            timezone: stored.timezone.as_deref(),
            occurrences: stored.occurrences.as_deref().filter(|_| occurrence.is_none()),
        };
        let mut found = shown.differences(self.start, self.recurrence, now);
        let known: Vec<String> = found.iter().map(|one| one.field.clone()).collect();
        if self.passcode.is_some() && self.passcode != stored.passcode.as_deref() {
            found.push(Adjustment { field: "/passcode".to_owned(), asked: "\"(not shown)\"".to_owned(), stored: None });
        }
        found.extend(differences(self, stored).into_iter().filter(|one| !known.contains(&one.field)));
        found
    }
}
