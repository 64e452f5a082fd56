//! What the emulated account holds: the world and its parts. Nothing here reads a request.

pub mod approval;
pub mod fixed_text;
pub mod limits;
pub mod livestreams;
pub mod media;
pub mod meeting_instances;
pub mod meetings;
pub mod patches;
pub mod people;
pub mod plan;
pub mod recordings;
pub mod recurrence;
pub mod registrations;
pub mod rights;
pub mod schedule;
pub mod shared;
pub mod webinars;
pub mod world;
