//! `switchboard connection`, and the key that seals what it keeps.

mod address_change;
mod foreign_token;
mod keys;
mod labels;
mod list_show_export;
mod states;
mod wording;
