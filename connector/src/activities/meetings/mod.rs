//! Scheduled meetings.

mod adjusted;
mod create;
mod delete;
mod get;
mod invitation;
mod list;
mod update;
mod when;

pub use create::create;
pub use delete::delete;
pub use get::get;
pub use invitation::invitation;
pub use list::list;
pub use update::update;

area!("meetings", meetings:
    "create" => create(CreateMeeting) -> SavedMeeting,
    "get" => get(GetMeeting) -> Meeting,
    "invitation" => invitation(GetInvitation) -> MeetingInvitation,
    "list" => list(ListMeetings) -> MeetingList,
    "update" => update(UpdateMeeting) -> SavedMeeting,
    "delete" => delete(DeleteMeeting) -> DeletedMeeting,
);
