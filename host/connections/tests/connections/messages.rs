//! What the library answers, and the errors it makes, are kept as they are, to be searched for secrets when the test ends.

use std::fmt::{Debug, Display};
use std::panic::Location;

use switchboard_leaks::said;

/// In place of `unwrap` and `unwrap_err`.
pub trait Told<T, E> {
    /// The answer.
    fn told(self) -> T;
    /// The error.
    fn refused(self) -> E;
}

impl<T: Debug, E: Debug + Display> Told<T, E> for Result<T, E> {
    #[track_caller]
    fn told(self) -> T {
        note(&self);
        self.unwrap()
    }

    #[track_caller]
    fn refused(self) -> E {
        note(&self);
        self.unwrap_err()
    }
}

#[track_caller]
fn note<T: Debug, E: Debug + Display>(result: &Result<T, E>) {
    let place = Location::caller();
    match result {
        Ok(answer) => said(format!("the answer at {place}"), format!("{answer:?}\n{answer:#?}")),
        Err(error) => said(format!("the error at {place}"), format!("{error}\n{error:?}")),
    }
}
