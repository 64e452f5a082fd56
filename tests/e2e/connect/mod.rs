//! `switchboard connect` and `connection reconnect`.

mod another_machine;
mod app_approval;
mod app_kinds;
pub mod browser;
mod clouds;
mod interrupted;
mod killed;
pub mod link;
mod link_limits;
mod output;
mod progress;
mod reconnect;
mod rejected;
mod same_user_twice;
mod scopes;
mod secret_input;
mod server_to_server;
