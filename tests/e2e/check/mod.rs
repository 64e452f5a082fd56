//! `switchboard check`.

mod standard_input;
