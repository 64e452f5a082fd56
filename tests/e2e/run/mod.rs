//! `switchboard run` and `runs`.

mod accounts;
mod connections;
mod interrupted;
mod limits;
