//! A document that was read and found to be well formed.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::DocumentReport;
use crate::limits::{Allowance, ITEMS, RUN_TIME};
use crate::model::{Automation, DocumentLimits, Step};
use crate::span::{Spans, position};

/// A well-formed document and the text it came from.
#[derive(Clone, Debug)]
pub struct Document {
    /// What it says.
    pub automation: Automation,
    /// Its text.
    pub source: String,
    /// Name of the file, as given.
    pub file: String,
    /// Hash of the text, in hex.
    pub sha256: String,
    /// Limits of its runs: the caller's, then its own, then the usual ones.
    pub limits: Allowance,
}

impl Document {
    /// The ids of the steps that a failure leads to: those of `catch` and `finally`, at any depth.
    pub fn cleanup_ids(&self) -> Vec<&str> {
        let mut ids = Vec::new();
        collect_cleanup(&self.automation.steps, false, &mut ids);
        for catch in self.automation.catch.iter().flatten() {
            collect_cleanup(&catch.steps, true, &mut ids);
        }
        collect_cleanup(self.automation.finally.as_deref().unwrap_or_default(), true, &mut ids);
        ids
    }

    /// Line and column of a value of the document.
    pub fn position(&self, pointer: &str) -> (usize, usize) {
        position(&self.source, Spans::of(&self.source).value(pointer).start)
    }
}

fn collect_cleanup<'a>(steps: &'a [Step], is_cleanup: bool, ids: &mut Vec<&'a str>) {
    for step in steps {
        if is_cleanup {
            ids.push(&step.id);
        }
        for catch in step.catch.iter().flatten() {
            collect_cleanup(&catch.steps, true, ids);
        }
        let choices = step.choose.iter().flatten().map(|choice| choice.steps.as_slice());
        let branches = step.parallel.iter().flatten().map(|branch| branch.steps.as_slice());
        let bodies = step.steps.iter().chain(&step.otherwise).map(Vec::as_slice);
        for body in bodies.chain(choices).chain(branches) {
            collect_cleanup(body, is_cleanup, ids);
        }
    }
}

/// Reads a document: its syntax, keys, references and expressions are checked, its activities are not (see [`crate::check`]).
pub fn parse(source: &str, file: &str) -> Result<Document, DocumentReport> {
    parse_within(source, file, &Allowance::default())
}

/// Reads a document with other limits than the usual ones. They go before those that the document asks for.
pub fn parse_within(source: &str, file: &str, limits: &Allowance) -> Result<Document, DocumentReport> {
    let (mut report, value) = crate::check::inspect(source, file, None, limits);
    let automation = match value.map(serde_json::from_value::<Automation>) {
        Some(Ok(automation)) if report.is_ok() => automation,
        Some(Err(error)) if report.is_ok() => {
            report.add("shape", "", 0..1, format!("the document cannot be read: {error}"), None);
            return Err(report);
        }
        _ => return Err(report),
    };
    let mut limits = limits.clone();
    if let Some(DocumentLimits { items, run_time }) = &automation.limits {
        items.iter().for_each(|items| limits.or(&ITEMS, *items));
        run_time.iter().filter_map(|text| RUN_TIME.read(text).ok()).for_each(|time| limits.or(&RUN_TIME, time));
    }
    Ok(Document {
        automation,
        source: source.to_owned(),
        file: file.to_owned(),
        sha256: sha256(source.as_bytes()),
        limits,
    })
}

/// The JSON Schema of documents.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Automation).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".into(), "Switchboard automation".into());
    }
    schema
}

/// Lower-case hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}
