//! How a connection ends: disconnect, revocation, the service's own event.

pub(crate) mod deauthorize;
pub(crate) mod disconnect;
pub(crate) mod revocation;
