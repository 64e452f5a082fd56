//! Scheduled meetings.

mod address;
pub mod adjusted;
pub mod create;
mod delete;
mod end;
mod get;
mod invitation;
mod invite_links;
mod list;
mod participants;
mod past;
mod past_instances;
mod poll_answers;
mod polls;
pub mod repeats;
pub mod series;
mod summary;
mod upcoming;
mod update;
pub mod when;

pub use create::create;
pub use delete::delete;
pub use end::end;
pub use get::get;
pub use invitation::invitation;
pub use invite_links::invite_links;
pub use list::list;
pub use participants::{past_participants, report_participants};
pub use past::past;
pub use past_instances::past_instances;
pub use poll_answers::{polls_results, qa};
pub use polls::{polls_create, polls_delete, polls_get, polls_list, polls_update};
pub use summary::summary;
pub use upcoming::upcoming;
pub use update::update;

area!("meetings", meetings:
    "create" => create(CreateMeeting) -> SavedMeeting,
    "get" => get(GetMeeting) -> Meeting,
    "invitation" => invitation(GetInvitation) -> MeetingInvitation,
    "invite-links" => invite_links(CreateInviteLinks) -> InviteLinkList,
    "list" => list(ListMeetings) -> MeetingList,
    "upcoming" => upcoming(UpcomingMeetings) -> UpcomingList,
    "update" => update(UpdateMeeting) -> SavedMeeting,
    "delete" => delete(DeleteMeeting) -> DeletedMeeting,
    "end" => end(EndMeeting) -> EndedMeeting,
    "past" => past(GetPastMeeting) -> PastMeeting,
    "past-instances" => past_instances(ListPastInstances) -> PastInstancesList,
    "past-participants" => past_participants(ListParticipants) -> ParticipantList,
    "report-participants" => report_participants(ListParticipants) -> ParticipantList,
    "summary" => summary(GetSummary) -> MeetingSummary,
    "polls-list" => polls_list(ListPolls) -> PollList,
    "polls-get" => polls_get(GetPoll) -> Poll,
    "polls-create" => polls_create(CreatePoll) -> SavedPoll,
    "polls-update" => polls_update(UpdatePoll) -> SavedPoll,
    "polls-delete" => polls_delete(GetPoll) -> DeletedPoll,
    "polls-results" => polls_results(GetPastMeeting) -> AnswerSheets,
    "qa" => qa(GetPastMeeting) -> AnswerSheets,
);
