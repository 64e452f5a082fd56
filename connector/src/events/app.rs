//! The app itself.

use super::delivery::Delivery;
use crate::bindings::events::AppEvent;

/// Somebody removed the app. Here alone the payload has no `object`.
pub fn removed(delivery: Delivery) -> Option<AppEvent> {
    let (event, at) = (delivery.event.clone(), delivery.at.clone());
    let mut payload = delivery.payload()?;
    // An older proof of origin. The header's signature is what counts, and the host has checked it.
    payload.fields.forget(&["signature"]);
    let removed_at = payload.fields.time("deauthorization_time");
    if let Some(rest) = std::mem::take(&mut payload.object).rest() {
        payload.fields.put_back("object", rest.into());
    }
    Some(AppEvent {
        event,
        at: removed_at.or(at),
        account_id: payload.account_id.take(),
        user_id: payload.fields.text("user_id"),
        client_id: payload.fields.text("client_id")?,
        may_keep_data: payload.fields.flag("user_data_retention"),
        more: payload.more(),
    })
}
