//! Groups of users.

mod add_members;
mod list;
mod members;
mod remove_member;

pub use add_members::add_members;
pub use list::{all, list};
pub use members::members;
pub use remove_member::remove_member;

area!("groups", groups:
    "list" => list(ListGroups) -> GroupList,
    "members" => members(ListMembers) -> MemberList,
    "add-members" => add_members(NewMembers) -> AddedMembers,
    "remove-member" => remove_member(LeavingMember) -> LeavingMemberDone,
);
