//! Misbehaviour on request.

pub mod echo;
pub mod fault;
pub mod fault_parse;
pub mod refusals;
pub mod wrong_answer;
