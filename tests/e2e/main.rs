//! Every test that crosses a boundary, in one binary.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod call;
mod check;
mod connect;
mod connection;
mod connector;
mod data_folder;
mod docs;
mod doctor;
mod echo;
mod embed;
mod error;
mod event;
mod fuzz;
mod hostile;
mod journeys;
mod kills;
mod output;
mod repository;
mod run;
mod secrets;
mod terminal;
mod trying;
