//! Deciding about registrations, of meetings and webinars. Zoom accepts decisions about people who never registered, so the list of the new
//! state is read back: only who is in it counts.

use super::checked;
use crate::bindings::registrants::{ChangedStatus, Registrant, RegistrantRef, StatusAction};
use crate::paging::{List, walk};
use crate::service::Outcome;
use crate::wire::lenient::small;
use crate::wire::registrant::{Registrant as Row, StatusBody};
use crate::zoom::{Call, Zoom};

/// A checked decision.
pub struct Decision<'a> {
    /// The meeting's or webinar's number, as it was given.
    pub meeting: String,
    pub action: StatusAction,
    pub registrants: Vec<RegistrantRef>,
    /// The list of registrants, without a state.
    pub list: &'a dyn Fn() -> Call<'a>,
}

/// Send a decision and say whom it found.
pub fn decide(zoom: &Zoom<'_>, call: Call<'_>, decision: Decision<'_>) -> Outcome<ChangedStatus> {
    let Decision { meeting, action, registrants, list } = decision;
    call.body(&StatusBody::new(action, registrants.clone()))?.answer().map_err(checked::in_registration)?;
    let state = match action {
        StatusAction::Approve => "approved",
        StatusAction::Deny | StatusAction::Cancel => "denied",
    };
    let first = || list().query("status", Some(state));
    let list = List { name: "registrants", first: &first, enough: None, most: None };
    let rows = walk(zoom, &list, |row: Row, _| row.public().ok_or("it has no id")).map(|walk| walk.items);
    // The decision is made; a connection that may not read the list has only no proof.
    let rows = rows.unwrap_or_default();
    let found = |one: &&RegistrantRef| rows.iter().any(|row| is(one, row));
    let unconfirmed: Vec<String> =
        registrants.iter().filter(|one| !found(one)).filter_map(|one| one.id.clone().or(one.email.clone())).collect();
    let count = registrants.len().saturating_sub(unconfirmed.len());
    let count = small(i64::try_from(count).ok()).unwrap_or(u32::MAX);
    Ok(ChangedStatus { meeting: Some(meeting), webinar: None, action, count, unconfirmed })
}

/// Zoom goes by the id where it is given.
fn is(named: &RegistrantRef, row: &Registrant) -> bool {
    match (&named.id, &named.email) {
        (Some(id), _) => *id == row.id,
        (None, Some(email)) => row.email.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(email)),
        (None, None) => false,
    }
}
