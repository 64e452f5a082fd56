//! Downloads: the first address wants a bearer token and redirects to a second host, which wants none.

pub mod versions;

use crate::http::answer::{Answer, Content};
use crate::http::call::Call;
use crate::state::media;
use crate::state::recordings::{RecordedFile, Recording};
use crate::state::world::{AppKind, Ticket, World, hash, random};
use serde_json::json;

/// A signed storage address works for five minutes.
const TICKET_MS: i64 = 300_000;

/// `/rec/download/{file}` on the API host. `blob-N` in place of a file is N made-up bytes.
pub fn first_hop(world: &mut World, call: &Call) -> Answer {
    let segments = call.segments();
    let ["rec", "download", key] = segments.as_slice() else {
        return gone();
    };
    if call.query("access_token").is_some() {
        return forbidden();
    }
    let Some(token) = call.bearer() else {
        return page("Sign in to view this recording");
    };
    let now = world.now_ms();
    let Some(access) = world.access.get(&hash(token)).filter(|access| access.until_ms > now) else {
        return forbidden();
    };
    // A webhook's download token needs no grant: it is the account's word.
    let grant = world.grant(access.grant).filter(|grant| grant.live);
    if grant.is_none() && (access.grant != 0 || access.only_uuid.is_none()) {
        return forbidden();
    }
    if world.settings.downloads_disabled {
        return Answer::error(200, 200, "Download has been disabled by the administrator");
    }
    if !key.starts_with("blob-") {
        let Some((recording, _)) = find(world, key) else {
            return gone();
        };
        let wrong = access.only_uuid.as_ref().is_some_and(|uuid| *uuid != recording.uuid);
        let stranger = grant.is_some_and(|grant| {
            let own = world.app(&grant.client_id).is_none_or(|app| app.kind == AppKind::User);
            own && grant.user != recording.host
        });
        if wrong || stranger {
            return page("Only the host can download this recording");
        }
    }
    let ticket = random(24);
    let to = format!("{}/replay/{key}/{ticket}", world.download_origin);
    world.tickets.insert(hash(&ticket), Ticket { key: (*key).into(), until_ms: now + TICKET_MS });
    Answer::redirect(&to)
}

/// The second host.
pub fn storage(world: &World, call: &Call) -> Answer {
    let segments = call.segments();
    let ["replay", key, ticket] = segments.as_slice() else {
        return gone();
    };
    let known = world.tickets.get(&hash(ticket));
    if !known.is_some_and(|ticket| ticket.key == **key && ticket.until_ms > world.now_ms()) {
        return Answer::bytes(403, "application/xml", b"<Error><Code>AccessDenied</Code></Error>".to_vec());
    }
    if let Some(size) = key.strip_prefix("blob-").and_then(|size| size.parse().ok()) {
        return blob(size);
    }
    match find(world, key) {
        Some((_, file)) => Answer::bytes(200, file.media.content_type(), media::content(file.media, &file.id)),
        None => gone(),
    }
}

pub fn blob(size: u64) -> Answer {
    let answer = Answer { status: 200, headers: Vec::new(), content: Content::Blob { from: 0, to: size, version: 0 } };
    answer.with("content-type", "video/mp4")
}

/// The file behind a key `place.generation.id`, unless it or a sibling went since the address was given out.
fn find<'a>(world: &'a World, key: &str) -> Option<(&'a Recording, &'a RecordedFile)> {
    let (place, rest) = key.split_once('.')?;
    let (generation, id) = rest.split_once('.')?;
    let recording = world.recordings.at(place.parse().ok()?)?;
    if generation.parse() != Ok(recording.generation) {
        return None;
    }
    let apart = recording.more.iter().flat_map(|more| more.voices.iter().chain(&more.transcript));
    let file = recording.live(world.now_ms()).chain(apart).find(|file| file.id == id)?;
    Some((recording, file))
}

/// The other error shape, used only here.
fn forbidden() -> Answer {
    Answer::json(401, &json!({"status": false, "errorCode": 124, "errorMessage": "Forbidden"}))
}

/// Refusals for people come as HTTP 200.
fn page(text: &str) -> Answer {
    Answer::html(200, format!("<!doctype html><title>Zoom</title><h1>{text}</h1>"))
}

fn gone() -> Answer {
    Answer::html(404, "<!doctype html><title>Error - Zoom</title><h1>This recording does not exist</h1>")
}
