//! Streaming a meeting live to a service of one's own.

mod command;
mod get;
mod set;

pub use command::{start, stop};
pub use get::get;
pub use set::set;

area!("livestream", livestream:
    "get" => get(GetStream) -> LivestreamSettings,
    "set" => set(SetStream) -> SavedStream,
    "start" => start(StartStream) -> StreamCommand,
    "stop" => stop(StopStream) -> StreamCommand,
);
