//! Webinars, their registrants and who attended.

mod adjusted;
mod create;
mod delete;
mod get;
mod list;
mod past_participants;
mod registrants;
mod update;

pub use create::create;
pub use delete::delete;
pub use get::get;
pub use list::list;
pub use past_participants::past_participants;
pub use registrants::{registrants_add, registrants_list, registrants_set_status};
pub use update::update;

area!("webinars", webinars:
    "create" => create(CreateWebinar) -> SavedWebinar,
    "get" => get(GetWebinar) -> Webinar,
    "list" => list(ListWebinars) -> WebinarList,
    "update" => update(UpdateWebinar) -> SavedWebinar,
    "delete" => delete(DeleteWebinar) -> DeletedWebinar,
    "registrants-list" => registrants_list(ListWebinarRegistrants) -> RegistrantList,
    "registrants-add" => registrants_add(AddWebinarRegistrant) -> AddedRegistrant,
    "registrants-set-status" => registrants_set_status(ChangeWebinarStatus) -> ChangedStatus,
    "past-participants" => past_participants(ListPastParticipants) -> ParticipantList,
);
