//! Whole tasks of a person.

mod newcomer;
mod products;
