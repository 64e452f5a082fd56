//! Roles and the rights they give.

mod assign;
mod get;
mod list;
mod members;

pub use assign::{assign, unassign};
pub use get::get;
pub use list::list;
pub use members::members;

area!("roles", roles:
    "list" => list() -> RoleList,
    "get" => get(GetRole) -> Role,
    "members" => members(ListRoleMembers) -> RoleMemberList,
    "assign" => assign(AssignRole) -> AssignedRole,
    "unassign" => unassign(UnassignRole) -> UnassignedRole,
);
