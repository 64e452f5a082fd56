//! List what a user has in the trash. Zoom's trash knows no dates, so its own page tokens lead through it.

use std::collections::BTreeSet;

use crate::bindings::recordings::{ListTrashed, Recording, TrashKind, TrashList, TrashedRecording};
use crate::bindings::types::Coverage;
use crate::dates::Moment;
use crate::ids::UserRef;
use crate::input;
use crate::paging::{PAGE_SIZE, Page, covers, reason};
use crate::problem::{Trouble, broken, invalid};
use crate::service::Outcome;
use crate::wire::error::Kind;
use crate::wire::recording::RecordingPage;
use crate::zoom::Zoom;

/// Zoom's trash keeps what is in it for 30 days.
pub const KEPT_MS: i64 = 30 * 86_400_000;
/// Recordings of a call without `limit`.
const ENOUGH: u32 = 1_000;
const MOST: u32 = 2_000;
/// List a user's trash.
pub fn list_trash(zoom: &Zoom<'_>, request: ListTrashed) -> Outcome<TrashList> {
    let user = UserRef::parse(request.user.as_deref())?;
    input::within("/limit", request.limit, 1..=MOST)?;
    let limit = usize::try_from(request.limit.unwrap_or(ENOUGH)).unwrap_or(usize::MAX);
    let kind = match request.kind.unwrap_or(TrashKind::Recordings) {
        TrashKind::Recordings => "meeting_recordings",
        TrashKind::Files => "recording_file",
    };
    let mut place = match request.next.as_deref() {
        Some(next) => Place::parse(next).ok_or_else(|| wrong_token("this is not a token of this list"))?,
        None => Place::default(),
    };
    let mut again = request.next.is_none();
    let (mut found, mut seen, mut pages) = (Vec::new(), BTreeSet::new(), 0);
    let mut ended = true;
    let next = loop {
        let call = zoom
            .get(format!("/users/{user}/recordings"))
            .query("trash", Some(true))
            .query("trash_type", Some(kind))
            .query("page_size", Some(PAGE_SIZE))
            .query("next_page_token", Some(&place.token).filter(|token| !token.is_empty()));
        let mut page: RecordingPage = match call.fetch() {
            Err(Trouble::Refused(refusal)) if refusal.kind == Kind::Invalid && !place.token.is_empty() => {
                if !again {
                    return Err(wrong_token("the token is older than 15 minutes"));
                }
                (again, place) = (false, Place::default());
                continue;
            }
            // Zoom's other way to say that there is nothing.
            Err(Trouble::Refused(refusal)) if refusal.kind == Kind::NoRecording => {
                pages += 1;
                break None;
            }
            other => other?,
        };
        pages += 1;
        let token = page.next().filter(|token| !token.is_empty());
        let items = page.items();
        let whole = items.len();
        for (at, wire) in items.into_iter().enumerate().skip(place.skip) {
            if found.len() == limit {
                place.skip = at;
                break;
            }
            let recording = wire.public().ok_or_else(|| broken("a recording of Zoom's list has no uuid"))?;
            place.skip = at + 1;
            if seen.insert(recording.meeting_uuid.clone()) {
                found.push(trashed(recording));
            }
        }
        if place.skip < whole {
            break Some(place);
        }
        let Some(token) = token else { break None };
        if token == place.token {
            // It would go on for ever; what is behind it stays unknown.
            ended = false;
            break None;
        }
        place = Place { skip: 0, token };
        zoom.progress(found.len(), "items");
        if found.len() == limit {
            break Some(place);
        }
    };
    let coverage = covers(pages, found.len(), reason(ended, next.is_some()));
    let next = next.map(|place| format!("{}~{}", place.skip, place.token));
    let coverage = Coverage { next, ..coverage };
    Ok(TrashList { recordings: found, coverage })
}

/// A page by the token that leads to it, and how many of its items were given.
#[derive(Default)]
struct Place {
    skip: usize,
    token: String,
}

impl Place {
    fn parse(text: &str) -> Option<Self> {
        let (skip, token) = text.split_once('~')?;
        Some(Self { skip: skip.parse().ok()?, token: token.to_owned() })
    }
}

fn wrong_token(message: &str) -> crate::bindings::contract::Problem {
    invalid("/next", message, "leave `next` out, to begin the list again")
}

fn trashed(recording: Recording) -> TrashedRecording {
    let deleted_at = recording.files.iter().filter_map(|file| file.deleted_at.clone()).min();
    let removed_at = deleted_at.as_deref().and_then(Moment::parse).map(|at| Moment(at.0 + KEPT_MS).to_string());
    TrashedRecording { recording, deleted_at, removed_at }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{fails, run, script};

    const FIRST: &str = "GET /users/me/recordings?trash=true&trash_type=meeting_recordings&page_size=300";

    fn page(token: &str, uuids: &[&str]) -> String {
        let files = json!([{"id": "f", "file_type": "MP4", "recording_end": "x", "deleted_time": "2026-07-20T10:00:00Z"},
            {"id": "g", "file_type": "M4A", "recording_end": "x", "deleted_time": "2026-07-19T10:00:00Z"}]);
        let meetings: Vec<_> = uuids.iter().map(|uuid| json!({"uuid": uuid, "recording_files": files})).collect();
        json!({"from": "2026-07-30", "next_page_token": token, "meetings": meetings}).to_string()
    }

    #[test]
    fn seed_ensemble_27_the_trash_says_when_each_recording_is_removed_for_good() {
        let answer = run("recordings.list-trash", "{}", &script(FIRST, 200, &page("", &["a"]))).unwrap();
        let first = &answer["recordings"][0];
        assert_eq!(
            (&first["deleted_at"], &first["removed_at"]),
            (&json!("2026-07-19T10:00:00Z"), &json!("2026-08-18T10:00:00Z"))
        );
        assert_eq!(answer["coverage"], json!({"pages": 1, "count": 1, "complete": true}));
    }

    #[test]
    fn a_limit_stops_within_a_page_and_its_token_goes_on_there() {
        let answer =
            run("recordings.list-trash", r#"{"limit":2}"#, &script(FIRST, 200, &page("t", &["a", "b", "c"]))).unwrap();
        assert_eq!((&answer["coverage"]["count"], &answer["coverage"]["next"]), (&json!(2), &json!("2~")));
        let rest = script(FIRST, 200, &page("t", &["a", "b", "c"])).then(
            &format!("{FIRST}&next_page_token=t"),
            200,
            &page("", &["d"]),
        );
        let answer = run("recordings.list-trash", r#"{"next":"2~"}"#, &rest).unwrap();
        assert_eq!((&answer["coverage"]["count"], &answer["coverage"]["complete"]), (&json!(2), &json!(true)));
        assert!(rest.is_used_up());
    }

    #[test]
    fn an_expired_token_begins_again_or_says_so() {
        let expired = r#"{"code":300,"message":"x"}"#;
        let second = format!("{FIRST}&next_page_token=t");
        let pages =
            script(FIRST, 200, &page("t", &["a"])).then(&second, 400, expired).then(FIRST, 200, &page("", &["a", "b"]));
        let answer = run("recordings.list-trash", "{}", &pages).unwrap();
        assert_eq!((&answer["coverage"]["count"], &answer["coverage"]["complete"]), (&json!(2), &json!(true)));
        let old = script(&second, 400, expired);
        fails("recordings.list-trash", r#"{"next":"0~t"}"#, old, "input.invalid", Some("/next"));
        fails("recordings.list-trash", r#"{"next":"t"}"#, script("", 0, ""), "input.invalid", Some("/next"));
    }

    #[test]
    fn single_files_are_another_list() {
        let asked = FIRST.replace("meeting_recordings", "recording_file");
        let none = r#"{"code":3301,"message":"x"}"#;
        let answer = run("recordings.list-trash", r#"{"kind":"files"}"#, &script(&asked, 404, none)).unwrap();
        assert_eq!(answer["coverage"]["complete"], true);
    }
}
