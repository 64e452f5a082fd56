//! `switchboard event`.

mod receive;
