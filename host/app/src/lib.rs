//! The application: everything that a surface asks for. Functions take typed requests and give typed values, or an [`AppError`].
//!
//! A surface (the command line, a server, a test) implements [`Ui`], by which the application notifies and asks a person. Nothing here
//! prints, and nothing here names a flag or a command: what a person can do next is a [`NextStep`], which the surface spells.
//! Start at [`App::new`].

pub mod activities;
mod address;
mod app;
pub mod blocking;
pub mod calls;
mod cloud;
mod compile;
pub mod connect;
pub mod connection;
pub mod connection_step;
pub mod connectors;
pub mod doctor;
pub mod documents;
mod error;
pub mod error_catalog;
pub mod events;
pub mod files;
pub mod guides;
mod home;
pub mod housekeeping;
pub mod identity;
pub mod input;
pub mod key;
pub mod memory;
mod message;
mod named_step;
pub mod network;
pub mod next_step;
mod original_request;
mod policy;
pub mod remedy;
mod report;
pub mod runs;
pub mod service;
pub mod size;
pub mod time;
pub mod ui;
pub mod webhooks;

pub use address::without_user;
pub use app::{App, Config, Downloads, SIGN_IN};
pub use cloud::Cloud;
pub use error::{AppError, Class, class, with_common_code};
pub use message::{Message, Part};
pub use named_step::NamedStep;
pub use next_step::NextStep;
pub use original_request::OriginalRequest;
pub use report::{CHECK_BEFORE_REPEAT, ErrorReport, MAX_INLINE_STEPS, time_after};
pub use switchboard_automation::{Family, RunError};
/// Whether a terminal or a page shows a character as nothing, or as another one.
pub use switchboard_egress::is_hidden;
/// The manifest of a connector: pure data.
pub use switchboard_manifest as manifest;
pub use switchboard_runtime::{Connector, Identity};
pub use ui::{Confirmation, Ui};
