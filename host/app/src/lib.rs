//! The application: everything that a surface asks for. Functions take typed requests and give typed values, or an [`AppError`].
//!
//! A surface (the command line, a server, a test) implements [`Ui`], by which the application notifies and asks a person. Nothing here
//! prints, and nothing here names a flag or a command: what a person can do next is a [`NextStep`], which the surface spells.
//! Start at [`App::new`].

pub mod activities;
mod address;
mod app;
pub mod calls;
mod compile;
pub mod connection_step;
pub mod documents;
mod error;
pub mod files;
mod home;
pub mod housekeeping;
pub mod identity;
pub mod memory;
mod message;
pub mod network;
pub mod next_step;
mod original_request;
mod policy;
pub mod remedy;
mod report;
pub mod runs;
pub mod service;
pub mod size;
mod ui;
pub mod webhooks;

pub use address::without_user;
pub use app::{App, Config, Downloads, SIGN_IN};
pub use error::{AppError, Class, class, named_alike};
pub use message::{Message, Part};
pub use next_step::NextStep;
pub use original_request::OriginalRequest;
pub use report::{FEW, LOOK_FIRST, Report, moment};
pub use ui::{Confirmation, Ui};
