//! `wait`: until a moment.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Run, RunError};
use crate::activity::StepError;
use crate::durable::{Durable, StepPlace};
use crate::duration;
use crate::expr::Scope;
use crate::model::Wait;

impl<D: Durable> Run<'_, D> {
    /// Waits, and gives the moment as `until`. The moment is counted from the recorded beginning of the step, so a run that is
    /// carried on waits for what is left.
    pub(super) async fn wait(&self, wait: &Wait, place: &StepPlace, scope: &Scope) -> Result<Value, RunError> {
        let read = |key: &str, text: &str| {
            let value = self.resolve(&Value::from(text), place, &format!("wait/{key}"), scope)?;
            value.as_str().map(str::to_owned).ok_or_else(|| wrong(self, place, key, &format!("{value} is not a text")))
        };
        let moment = match (&wait.duration, &wait.until) {
            (Some(text), None) => {
                let ms =
                    duration::millis(&read("for", text)?).map_err(|message| wrong(self, place, "for", &message))?;
                place.started_at.saturating_add(i64::try_from(ms).unwrap_or(i64::MAX))
            }
            (None, Some(text)) => {
                moment(&read("until", text)?).map_err(|message| wrong(self, place, "until", &message))?
            }
            _ => return Err(wrong(self, place, "for", "`wait` needs one of `for` and `until`")),
        };
        let moment = moment.max(place.started_at);
        // A run that cannot wait so long fails before it waits.
        self.budget.time(moment).map_err(|cause| self.error(place, cause))?;
        let until =
            Timestamp::from_millisecond(moment).map_err(|error| wrong(self, place, "for", &error.to_string()))?;
        let waited = self.engine.sleep_until(place, moment).await;
        waited.map_err(|error| self.unrecorded(&place.path, &error))?;
        Ok(json!({"until": until.to_string()}))
    }
}

/// A time with its zone, as milliseconds since 1970.
pub(crate) fn moment(text: &str) -> Result<i64, String> {
    let time: Result<Timestamp, _> = text.parse();
    time.map(Timestamp::as_millisecond)
        .map_err(|_| format!("`{text}` is not a time with its zone; write for example `2026-12-24T08:00:00+01:00`"))
}

fn wrong<D: Durable>(run: &Run<'_, D>, place: &StepPlace, key: &str, message: &str) -> RunError {
    let pointer = format!("{}/wait/{key}", place.pointer);
    RunError::new(run.doc, Some(&place.path), &pointer, StepError::problem("wait", message))
}
