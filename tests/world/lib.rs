//! What the boundary tests share: an emulator, a home folder, and the `switchboard` command over both.

pub mod ended;
pub mod leaks;
mod sealed;
mod watch;
pub mod world;
