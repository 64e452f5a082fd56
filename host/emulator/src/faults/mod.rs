//! Misbehaviour on request.

pub mod echo;
pub mod error_catalogue;
pub mod fault;
pub mod fault_parse;
pub mod wrong_answer;
