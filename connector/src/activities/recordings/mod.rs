//! Cloud recordings.

mod download;
mod get;
mod list;

pub use download::download;
pub use get::get;
pub use list::list;
