//! List what a user has in the trash. Zoom's trash knows no dates, so its own page tokens lead through it.

use std::collections::BTreeSet;

use crate::bindings::recordings::{ListTrashed, Recording, TrashKind, TrashList, TrashedRecording};
use crate::bindings::types::Coverage;
use crate::dates::Moment;
use crate::ids::UserRef;
use crate::input;
use crate::paging::{Judge, PAGE_SIZE, PAGE_TOKEN, Proof, Step, page};
use crate::problem::{Trouble, invalid};
use crate::service::Outcome;
use crate::wire::error::Kind;
use crate::wire::recording::Recording as Row;
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
    let resumed = request.next.is_some();
    let mut again = !resumed;
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    let mut proof = Proof::default();
    let mut judge = if resumed { Judge::resumed() } else { Judge::default() };
    let next = loop {
        let call = zoom
            .get(format!("/users/{user}/recordings"))
            .query("trash", Some(true))
            .query("trash_type", Some(kind))
            .query("page_size", Some(PAGE_SIZE))
            .query("next_page_token", Some(&place.token).filter(|token| !token.is_empty()));
        let (rows, step) = match page::<Row>(call, "meetings", &mut judge, &mut proof) {
            Err(Trouble::Refused(refusal)) if refusal.kind == Kind::Invalid && !place.token.is_empty() => {
                if resumed && proof.pages == 0 {
                    return Err(wrong_token("the token is older than 15 minutes"));
                }
                if !again {
                    proof.miss(PAGE_TOKEN);
                    break None;
                }
                (again, place, judge) = (false, Place::default(), Judge::default());
                continue;
            }
            // Zoom's other way to say that there is nothing.
            Err(Trouble::Refused(refusal)) if refusal.kind == Kind::NoRecording => {
                proof.pages += 1;
                break None;
            }
            other => other?,
        };
        let whole = rows.len();
        for (at, row) in rows.into_iter().enumerate().skip(place.skip) {
            if found.len() == limit {
                place.skip = at;
                break;
            }
            place.skip = at + 1;
            let Some((row, left_out)) = row else { continue };
            let Some(recording) = row.public(&left_out) else {
                proof.leave_out(&format!("page {}, /meetings/{at}", proof.pages), "it has no uuid");
                continue;
            };
            if seen.insert(recording.meeting_uuid.clone()) {
                found.push(trashed(recording));
            }
        }
        if place.skip < whole {
            break Some(place);
        }
        zoom.progress(found.len(), "items");
        let Step::Next(token) = step else { break None };
        place = Place { skip: 0, token };
        if found.len() == limit {
            break Some(place);
        }
    };
    if next.is_some() {
        proof.limit();
    }
    let next = next.map(|place| format!("{}~{}", place.skip, place.token));
    let coverage = Coverage { next, ..proof.coverage(found.len()) };
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
