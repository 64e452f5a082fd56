//! What the boundary tests share: an emulator, a home folder, and the `switchboard` command over both.

pub mod browser;
pub mod connecting;
pub mod copying;
pub mod films;
mod own_app;
pub mod world;
