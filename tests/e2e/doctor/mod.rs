//! `switchboard doctor`, and the remedies that every surface names.

mod advice;
mod causes;
mod diagnosis;
mod failed_sign_ins;
mod findings;
mod guides;
mod plans;
mod printed_commands;
mod remedies;
mod role_rights;
mod scope_advice;
