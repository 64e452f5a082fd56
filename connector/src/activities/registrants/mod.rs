//! People who register for a meeting.

mod add;
mod add_batch;
pub mod checked;
mod decision;
mod get;
mod list;
mod questions_get;
mod questions_set;
mod remove;
mod set_status;

pub use add::add;
pub use add_batch::add_batch;
pub use decision::{Decision, decide};
pub use get::get;
pub use list::{list, states};
pub use questions_get::questions_get;
pub use questions_set::questions_set;
pub use remove::remove;
pub use set_status::set_status;

area!("registrants", registrants:
    "list" => list(ListRegistrants) -> RegistrantList,
    "get" => get(GetRegistrant) -> Registrant,
    "add" => add(AddRegistrant) -> AddedRegistrant,
    "add-batch" => add_batch(AddRegistrants) -> BatchResult,
    "set-status" => set_status(ChangeStatus) -> ChangedStatus,
    "remove" => remove(RemoveRegistrant) -> RemovedRegistrant,
    "questions-get" => questions_get(GetQuestions) -> Questions,
    "questions-set" => questions_set(SetQuestions) -> SavedQuestions,
);
