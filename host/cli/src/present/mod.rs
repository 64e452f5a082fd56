//! How the command line shows what the application gives: values of the application in, lines and JSON out.

pub mod access;
pub mod document;
pub mod error;
pub mod finding;
pub mod method;
pub mod named_step;
pub mod next_step;
pub mod remedy;
pub mod sign_in;
