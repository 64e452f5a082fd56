//! The two addresses: what is read from the network, logged, and sent back.

pub mod answer;
pub mod body;
pub mod call;
pub mod listener;
pub mod log;
pub mod server;
pub mod write_conflicts;
