//! Meetings and who is in them.

use super::changes;
use super::delivery::Delivery;
use super::fields::Fields;
use crate::bindings::events::{
    EventMeeting, MeetingEvent, MeetingUpdate, Participant, ParticipantEvent, RegistrationEvent,
};
use crate::bindings::meeting_options::TrackingField;
use crate::bindings::meetings::{MeetingKind, Occurrence, Recurrence};
use crate::bindings::registrants::{Registrant, RegistrantStatus};
use crate::json;
use crate::wire;

/// Created, deleted, started, ended.
pub fn changed(delivery: Delivery) -> Option<MeetingEvent> {
    let (event, at) = (delivery.event.clone(), delivery.at.clone());
    let mut payload = delivery.payload()?;
    let mut meeting = meeting(std::mem::take(&mut payload.object))?;
    // Zoom names the occurrences that are gone, with the state they had.
    if event.ends_with("deleted") {
        meeting.occurrences.iter_mut().for_each(|occurrence| occurrence.available = false);
    }
    Some(MeetingEvent {
        event,
        at,
        account_id: payload.account_id.take(),
        actor: payload.actor.take(),
        extent: payload.extent("operation"),
        meeting,
        more: payload.more(),
    })
}

pub fn updated(delivery: Delivery) -> Option<MeetingUpdate> {
    let (event, at) = (delivery.event.clone(), delivery.at.clone());
    let mut payload = delivery.payload()?;
    let now = payload.object.whole();
    let old = payload.fields.object("old_object").unwrap_or_default();
    // One delivery says it twice, by two names.
    let extent = payload.extent("scope");
    let said = payload.extent("operation");
    Some(MeetingUpdate {
        event,
        at,
        account_id: payload.account_id.take(),
        actor: payload.actor.take(),
        extent: extent.or(said),
        changed_at: payload.fields.millis("time_stamp"),
        meeting: meeting(std::mem::take(&mut payload.object))?,
        changes: changes::between(&old.whole(), &now),
        more: payload.more(),
    })
}

/// Joined or left.
pub fn moved(delivery: Delivery) -> Option<ParticipantEvent> {
    let (event, at) = (delivery.event.clone(), delivery.at.clone());
    let mut payload = delivery.payload()?;
    let mut object = std::mem::take(&mut payload.object);
    let mut person = object.object("participant")?;
    // Documents say `date_time`; what arrives says `join_time` or `leave_time`, or both.
    let named = if event.ends_with("joined") { "join_time" } else { "leave_time" };
    let exact = person.time(named);
    let moved_at = match exact {
        Some(exact) => Some(exact),
        None => person.time("date_time"),
    };
    let reason = person.text("leave_reason");
    Some(ParticipantEvent {
        event,
        at,
        account_id: payload.account_id.take(),
        meeting: meeting(object)?,
        participant: participant(person),
        moved_at,
        reason,
        more: {
            if let Some(actor) = payload.actor.take() {
                payload.fields.put_back("operator", actor.email.into());
                payload.fields.put_back("operator_id", actor.id.into());
            }
            payload.more()
        },
    })
}

pub fn registered(delivery: Delivery) -> Option<RegistrationEvent> {
    let (event, at) = (delivery.event.clone(), delivery.at.clone());
    let mut payload = delivery.payload()?;
    let mut object = std::mem::take(&mut payload.object);
    let mut person = object.object("registrant")?;
    let registrant = registrant(&mut person)?;
    if let Some(rest) = person.rest() {
        payload.fields.put_back("registrant", rest.into());
    }
    Some(RegistrationEvent {
        event,
        at,
        account_id: payload.account_id.take(),
        actor: payload.actor.take(),
        meeting: meeting(object)?,
        registrant,
        more: payload.more(),
    })
}

/// `None` without an id.
pub fn meeting(mut object: Fields) -> Option<EventMeeting> {
    let number = object.number("type");
    let kind = number.map(|number| wire::meeting::kind(Some(number.into())));
    if let Some(number) = number.filter(|_| kind == Some(MeetingKind::Other)) {
        object.put_back("type", number.into());
    }
    Some(EventMeeting {
        id: object.text("id")?,
        uuid: object.text("uuid"),
        host_id: object.text("host_id"),
        host_email: object.text("host_email"),
        topic: object.text("topic"),
        kind,
        start_time: object.time("start_time"),
        end_time: object.time("end_time"),
        duration: object.number("duration"),
        timezone: object.text("timezone"),
        agenda: object.text("agenda"),
        join_url: object.text("join_url"),
        passcode: object.text("password"),
        personal_id: object.text("pmi"),
        registration_url: object.text("registration_url"),
        occurrences: object.list("occurrences", occurrence).unwrap_or_default(),
        recurrence: recurrence(&mut object),
        tracking_fields: object.list("tracking_fields", tracking).unwrap_or_default(),
        settings: object.object("settings").and_then(Fields::rest),
        more: object.rest(),
    })
}

fn occurrence(mut fields: Fields) -> Option<Occurrence> {
    let id = fields.text("occurrence_id")?;
    let (start_time, duration) = (fields.time("start_time"), fields.number("duration"));
    let available = fields.text("status").as_deref() != Some("deleted");
    fields.rest().is_none().then_some(Occurrence { id, start_time, duration, available })
}

fn tracking(mut fields: Fields) -> Option<TrackingField> {
    let (field, value) = (fields.text("field")?, fields.text("value"));
    fields.rest().is_none().then_some(TrackingField { field, value })
}

fn recurrence(object: &mut Fields) -> Option<Recurrence> {
    let raw = object.value("recurrence")?;
    let read = json::read::<wire::recurrence::Recurrence>(raw.to_string().as_bytes()).ok();
    let public = read.and_then(|(rule, _)| rule.public());
    if public.is_none() {
        object.put_back("recurrence", raw);
    }
    public
}

fn participant(mut person: Fields) -> Participant {
    let id = person.text("id");
    let other = person.text("participant_user_id");
    let user_id = match (id, other) {
        (Some(id), Some(other)) if id != other => {
            person.put_back("participant_user_id", other.into());
            Some(id)
        }
        (id, other) => id.or(other),
    };
    Participant {
        session_id: person.text("user_id"),
        uuid: person.text("participant_uuid"),
        user_id,
        name: person.text("user_name"),
        email: person.text("email"),
        registrant_id: person.text("registrant_id"),
        customer_key: person.text("customer_key"),
        phone: person.text("phone_number"),
        public_ip: person.text("public_ip"),
        private_ip: person.text("private_ip"),
        more: person.rest(),
    }
}

/// Takes what the public record has; a state that it has not stays.
fn registrant(person: &mut Fields) -> Option<Registrant> {
    const KNOWN: [&str; 21] = [
        "id",
        "email",
        "first_name",
        "last_name",
        "address",
        "city",
        "country",
        "zip",
        "state",
        "phone",
        "industry",
        "org",
        "job_title",
        "purchasing_time_frame",
        "role_in_purchase_process",
        "no_of_employees",
        "comments",
        "custom_questions",
        "create_time",
        "join_url",
        "participant_pin_code",
    ];
    let text = person.whole().to_string();
    let public = json::read::<wire::registrant::Registrant>(text.as_bytes()).ok()?.0.public()?;
    person.forget(&KNOWN);
    if public.status != RegistrantStatus::Other {
        person.forget(&["status"]);
    }
    Some(public)
}
