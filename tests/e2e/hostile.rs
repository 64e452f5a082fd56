//! Attacks by a connector: contained with the error that each names, within time and memory, and the next call works. Most are
//! files in `tests/hostile`, run by the built program; its README lists which attack is covered where.

mod beside;
mod calls;
mod clock;
mod compiler;
mod component;
mod embedding;
mod families;
mod interruption;
mod journal;
mod list;
mod loading;
mod program;
mod running;
mod service;
mod update;

pub use component::{HONEST, component, component_of, manifest};
pub use embedding::runtime;
