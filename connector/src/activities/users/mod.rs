//! People of the connected account.

mod create;
mod delegates;
mod email_exists;
mod get;
mod leave;
mod list;
mod me;
mod permissions;
mod settings_get;
mod settings_set;
mod status;
mod summary;
mod update;

pub use create::create;
pub use delegates::{assistants, schedulers};
pub use email_exists::email_exists;
pub use get::get;
pub use leave::{delete, disassociate};
pub use list::list;
pub use me::me;
pub use permissions::permissions;
pub use settings_get::settings_get;
pub use settings_set::settings_set;
pub use status::{activate, deactivate};
pub use summary::summary;
pub use update::update;

area!("users", users:
    "me" => me() -> User,
    "get" => get(GetUser) -> User,
    "list" => list(ListUsers) -> UserList,
    "summary" => summary() -> UserCounts,
    "create" => create(CreateUser) -> CreatedUser,
    "update" => update(UpdateUser) -> ChangedUser,
    "activate" => activate(OneUser) -> StatusChange,
    "deactivate" => deactivate(OneUser) -> StatusChange,
    "delete" => delete(LeavingUser) -> LeftUser,
    "disassociate" => disassociate(LeavingUser) -> LeftUser,
    "settings-get" => settings_get(GetUser) -> UserSettings,
    "settings-set" => settings_set(SetUserSettings) -> SavedUserSettings,
    "email-exists" => email_exists(EmailQuery) -> EmailKnown,
    "permissions" => permissions(GetUser) -> UserPermissions,
    "assistants" => assistants(GetUser) -> Delegates,
    "schedulers" => schedulers(GetUser) -> Delegates,
);
