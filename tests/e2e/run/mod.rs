//! `switchboard run` and `runs`.

mod accounts;
mod connections;
mod interrupted;
mod limits;
mod partly_failed;
mod resume;
