//! Rules about the sources and documents.

mod architecture;
mod oauth_checklist;
mod readme;
mod setup;
