//! Attacks by a connector: contained with the error that each names, within time and memory, and the next call works. Most are
//! files in `tests/hostile`, run by the built program; its README lists which attack is covered where.

mod calls;
mod compiler;
mod component;
mod embedding;
mod interruption;
mod list;
mod loading;
mod program;
mod running;
mod service;

pub use component::{HONEST, component, component_of, manifest};
pub use embedding::runtime;
