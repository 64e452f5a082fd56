//! Keeping the token of a connection fresh: one request per rotation over all threads and processes.

pub(crate) mod identity_check;
pub(crate) mod in_flight;
pub(crate) mod rotation;
