//! Zoom's own shapes, with their quirks. Nothing here is public; each module maps to the public types explicitly.

pub mod answers;
pub mod error;
pub mod invitation;
pub mod invite_links;
pub mod lenient;
pub mod license;
pub mod livestream;
pub mod meeting;
pub mod members;
pub mod past;
pub mod poll;
pub mod question;
pub mod recording;
pub mod recording_registrant;
pub mod recording_settings;
pub mod recurrence;
pub mod registrant;
pub mod role;
pub mod settings;
pub mod summary;
pub mod upcoming;
pub mod user;
pub mod webinar;
pub mod xml;
