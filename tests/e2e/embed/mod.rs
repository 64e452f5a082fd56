//! A program that embeds the runtime or the connections.

mod accounts;
mod runtime;
mod surface;
