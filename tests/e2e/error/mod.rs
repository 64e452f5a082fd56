//! `switchboard error`: the list of problem codes.

mod codes;
