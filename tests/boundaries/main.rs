//! Every test that crosses a boundary, in one binary.

mod hostile;
mod journey;
mod mistakes;
mod rules;
mod secrets;
