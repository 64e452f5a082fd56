//! What the boundary tests share: an emulator, a home folder, and the `switchboard` command over both.

pub mod world;
