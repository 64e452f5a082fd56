//! Polls of a meeting.

mod check;
mod create;
mod delete;
mod get;
mod list;
mod update;

pub use create::polls_create;
pub use delete::polls_delete;
pub use get::polls_get;
pub use list::polls_list;
pub use update::polls_update;
