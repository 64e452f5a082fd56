//! What the end-to-end tests share: an emulator, a home folder, and the `switchboard` command over both.

pub mod browser;
pub mod connection;
pub mod context;
mod own_app;
pub mod printed_command;
pub mod terminal;
pub mod video;
