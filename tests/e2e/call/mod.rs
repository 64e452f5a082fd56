//! `switchboard call`.

mod answers;
mod confirm;
mod database_busy;
mod did_you_mean;
mod download;
mod errors;
mod network;
mod one_at_a_time;
mod outcome;
mod output;
mod partial_change;
mod rate_limits;
mod timeouts;
mod trace;
