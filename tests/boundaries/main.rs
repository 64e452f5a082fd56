//! Every test that crosses a boundary, in one binary.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod accounts;
mod burst;
mod checklist;
mod confirming;
mod connecting;
mod doctor;
mod embed;
mod events;
mod files;
mod government;
mod hostile;
mod journey;
mod journeys;
mod kept;
mod keys;
mod killed;
mod mistakes;
mod person;
mod readdressed;
mod readme;
mod refused;
mod rules;
mod secrets;
mod shown;
mod slips;
mod told;
mod trying;
