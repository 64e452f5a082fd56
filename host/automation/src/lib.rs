//! Automation documents: what they are, how they are checked, how they run.
//!
//! Here: the document's types and schema, one validator that reports every mistake with its place, expressions, and an
//! interpreter that is a pure function over one trait, [`Durable`]. [`JournalEngine`] implements it over three more:
//! [`ActivityRunner`] (calls the connector), [`Journal`] (keeps what happened) and [`Clock`]. Not here: a database, the
//! machine's time, connections, the sandbox, triggers.
//!
//! Start at [`check`] and [`run`].

#![expect(clippy::result_large_err, reason = "a run fails once; every field is shown to people")]

mod activity;
mod check;
mod choice;
mod clock;
mod document;
mod durable;
mod duration;
mod engine;
mod excerpt;
pub mod expr;
pub mod journal;
pub mod limits;
mod measure;
pub mod model;
mod report;
mod run;
mod span;
mod text;
mod types;

pub use activity::{ActivityCall, ActivityInfo, ActivityRunner, Catalog, Family, RetryHint, StepError};
pub use check::{check, check_within};
pub use clock::Clock;
pub use document::{Document, parse, parse_within, schema};
pub use durable::{Branches, Durable, Invocation, Note, StepPlace, TimeLimit};
pub use engine::{FormerRun, JournalEngine};
pub use journal::{Journal, JournalError, RunStart};
pub use limits::Allowance;
pub use report::{Diagnostic, DocumentReport};
pub use run::{ItemCount, RunError, RunOutcome, prepare_inputs, run};
pub use switchboard_manifest::{Effect, Idempotency};
