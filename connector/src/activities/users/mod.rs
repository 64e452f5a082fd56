//! People of the connected account.

mod get;
mod me;

pub use get::get;
pub use me::me;

area!("users", users:
    "me" => me() -> User,
    "get" => get(GetUser) -> User,
);
