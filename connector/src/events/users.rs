//! Users of the account.

use super::changes;
use super::delivery::Delivery;
use super::fields::Fields;
use crate::bindings::events::{EventUser, UserEvent, UserUpdate};
use crate::bindings::users::License;
use crate::wire::user::license_of;

/// Created, activated, deactivated, deleted, disassociated.
pub fn changed(delivery: Delivery) -> Option<UserEvent> {
    let (event, at) = (delivery.event.clone(), delivery.at.clone());
    let mut payload = delivery.payload()?;
    Some(UserEvent {
        event,
        at,
        account_id: payload.account_id.take(),
        actor: payload.actor.take(),
        creation_type: payload.fields.text("creation_type"),
        user: user(std::mem::take(&mut payload.object))?,
        more: payload.more(),
    })
}

pub fn updated(delivery: Delivery) -> Option<UserUpdate> {
    let (event, at) = (delivery.event.clone(), delivery.at.clone());
    let mut payload = delivery.payload()?;
    let now = payload.object.whole();
    let old = payload.fields.object("old_object").unwrap_or_default();
    Some(UserUpdate {
        event,
        at,
        account_id: payload.account_id.take(),
        actor: payload.actor.take(),
        changed_at: payload.fields.millis("time_stamp"),
        user: user(std::mem::take(&mut payload.object))?,
        changes: changes::between(&old.whole(), &now),
        more: payload.more(),
    })
}

/// `None` without an id.
fn user(mut object: Fields) -> Option<EventUser> {
    let number = object.number("type");
    let license = number.map(|number| license_of(Some(number.into())));
    if let Some(number) = number.filter(|_| license == Some(License::Other)) {
        object.put_back("type", number.into());
    }
    Some(EventUser {
        id: object.text("id")?,
        email: object.text("email"),
        first_name: object.text("first_name"),
        last_name: object.text("last_name"),
        display_name: object.text("display_name"),
        license,
        more: object.rest(),
    })
}
