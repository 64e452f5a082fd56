//! `--connector` and `switchboard connector`.

pub mod load_file;
