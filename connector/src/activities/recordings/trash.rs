//! Into the trash, out of it, and gone for good.

use serde::Serialize;

use super::list_trash::KEPT_MS;
use crate::bindings::contract::Problem;
use crate::bindings::recordings::{
    DeleteRecording, DeleteRecordingFile, Deleted, RecoverRecording, RecoverRecordingFile, Recovered, TrashRecording,
    TrashRecordingFile, Trashed,
};
use crate::dates::Moment;
use crate::ids::{FileId, MeetingRef, MeetingUuid};
use crate::problem::{Trouble, plain};
use crate::service::Outcome;
use crate::wire::error::Kind;
use crate::zoom::Zoom;

/// Move a recording to the trash.
pub fn trash(zoom: &Zoom<'_>, request: TrashRecording) -> Outcome<Trashed> {
    let meeting = MeetingRef::parse("/meeting", &request.meeting)?;
    zoom.delete(format!("/meetings/{meeting}/recordings")).query("action", Some("trash")).done()?;
    Ok(Trashed { meeting: request.meeting, file: None, removed_at: removed_at(zoom) })
}

/// Move one file to the trash.
pub fn trash_file(zoom: &Zoom<'_>, request: TrashRecordingFile) -> Outcome<Trashed> {
    let meeting = MeetingRef::parse("/meeting", &request.meeting)?;
    let file = FileId::parse("/file", &request.file)?;
    zoom.delete(format!("/meetings/{meeting}/recordings/{file}")).query("action", Some("trash")).done()?;
    Ok(Trashed { meeting: request.meeting, file: Some(request.file), removed_at: removed_at(zoom) })
}

/// Take a recording out of the trash.
pub fn recover(zoom: &Zoom<'_>, request: RecoverRecording) -> Outcome<Recovered> {
    let meeting = instance(&request.meeting)?;
    put_back(zoom, format!("/meetings/{meeting}/recordings/status"))?;
    Ok(Recovered { meeting: request.meeting, file: None })
}

/// Take one file out of the trash.
pub fn recover_file(zoom: &Zoom<'_>, request: RecoverRecordingFile) -> Outcome<Recovered> {
    let meeting = MeetingRef::parse("/meeting", &request.meeting)?;
    let file = FileId::parse("/file", &request.file)?;
    put_back(zoom, format!("/meetings/{meeting}/recordings/{file}/status"))?;
    Ok(Recovered { meeting: request.meeting, file: Some(request.file) })
}

/// Delete a recording for good.
pub fn delete_permanently(zoom: &Zoom<'_>, request: DeleteRecording) -> Outcome<Deleted> {
    let meeting = instance(&request.meeting)?;
    zoom.delete(format!("/meetings/{meeting}/recordings")).query("action", Some("delete")).done()?;
    Ok(Deleted { meeting: request.meeting, file: None })
}

/// Delete one file for good.
pub fn delete_file_permanently(zoom: &Zoom<'_>, request: DeleteRecordingFile) -> Outcome<Deleted> {
    let meeting = instance(&request.meeting)?;
    let file = FileId::parse("/file", &request.file)?;
    zoom.delete(format!("/meetings/{meeting}/recordings/{file}")).query("action", Some("delete")).done()?;
    Ok(Deleted { meeting: request.meeting, file: Some(request.file) })
}

/// An instance, never a number: by the time of the call the number could mean another one.
fn instance(uuid: &str) -> Outcome<MeetingUuid> {
    if uuid.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(crate::problem::invalid(
            "/meeting",
            "a meeting's id does not say which instance is meant",
            "give the `meeting_uuid` that `recordings.list` or `recordings.list-trash` shows",
        ));
    }
    MeetingUuid::parse("/meeting", uuid)
}

#[derive(Serialize)]
struct Action {
    action: &'static str,
}

fn put_back(zoom: &Zoom<'_>, path: String) -> Outcome<()> {
    match zoom.put(path).body(&Action { action: "recover" })?.answer() {
        // Here Zoom's code means the trash: nothing is being processed there.
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::NoRecording => Err(Problem {
            fix: Some(
                "see `recordings.list-trash`; 30 days after it was moved there a recording is gone for good".to_owned(),
            ),
            ..plain("not-found", "it is not in the trash, or no longer", true)
        }),
        Err(trouble) => Err(trouble.into()),
        Ok(()) => Ok(()),
    }
}

fn removed_at(zoom: &Zoom<'_>) -> String {
    Moment(i64::try_from(zoom.now()).unwrap_or(i64::MAX - KEPT_MS) + KEPT_MS).to_string()
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const ODD: &str = "/ajXp112QmuoKj4854875==";
    const PATH: &str = "/meetings/%252FajXp112QmuoKj4854875%253D%253D/recordings";

    #[test]
    fn seed_ensemble_26_removing_means_the_trash_never_a_permanent_deletion() {
        let script = script(&format!("DELETE {PATH}?action=trash"), 204, "");
        let expected = r#"{"meeting":"/ajXp112QmuoKj4854875==","removed_at":"2026-08-29T00:00:00Z"}"#;
        check("recordings.trash", &format!(r#"{{"meeting":"{ODD}"}}"#), script, expected);
    }

    #[test]
    fn one_file_goes_alone() {
        let request = "DELETE /meetings/81234567890/recordings/f-1?action=trash";
        let expected = r#"{"meeting":"81234567890","file":"f-1","removed_at":"2026-08-29T00:00:00Z"}"#;
        let input = r#"{"meeting":"81234567890","file":"f-1"}"#;
        check("recordings.trash-file", input, script(request, 204, ""), expected);
        let unfinished = r#"{"code":3303,"message":"x"}"#;
        fails("recordings.trash-file", input, script(request, 400, unfinished), "conflict", None);
        let used = r#"{"code":3310,"message":"x"}"#;
        fails("recordings.trash-file", input, script(request, 400, used), "conflict", None);
        let climb = r#"{"meeting":"81234567890","file":"../../users"}"#;
        fails("recordings.trash-file", climb, script("", 0, ""), "input.invalid", Some("/file"));
    }

    #[test]
    fn what_is_in_the_trash_comes_back_whatever_success_zoom_answers_with() {
        let request = format!("PUT {PATH}/status");
        for (status, body) in [(200, ""), (204, ""), (200, r#"{"code":0,"message":"success"}"#)] {
            let script = script(&request, status, body).with_body(r#"{"action":"recover"}"#);
            let input = format!(r#"{{"meeting":"{ODD}"}}"#);
            check("recordings.recover", &input, script, &format!(r#"{{"meeting":"{ODD}"}}"#));
        }
        let file = "PUT /meetings/81234567890/recordings/f-1/status";
        let input = r#"{"meeting":"81234567890","file":"f-1"}"#;
        check("recordings.recover-file", input, script(file, 204, ""), input);
    }

    #[test]
    fn seed_ensemble_27_recovery_after_30_days_says_that_it_is_gone() {
        let none = r#"{"code":3301,"message":"x"}"#;
        let problem = fails(
            "recordings.recover",
            r#"{"meeting":"abcdefgh=="}"#,
            script("PUT /meetings/abcdefgh%3D%3D/recordings/status", 404, none),
            "not-found",
            None,
        );
        assert!(problem.fix.unwrap().contains("30 days"));
    }

    #[test]
    fn a_full_storage_and_a_missing_right_inside_http_200_are_told_apart() {
        let request = "PUT /meetings/abcdefgh%3D%3D/recordings/status";
        let input = r#"{"meeting":"abcdefgh=="}"#;
        let full = r#"{"code":3309,"message":"x"}"#;
        fails("recordings.recover", input, script(request, 400, full), "limit-reached", None);
        let right = r#"{"code":200,"message":"x"}"#;
        fails("recordings.recover", input, script(request, 200, right), "forbidden", None);
        let stranger = r#"{"code":1010,"message":"x"}"#;
        fails("recordings.recover", input, script(request, 400, stranger), "not-found", None);
    }

    #[test]
    fn what_cannot_be_undone_names_the_instance() {
        for (activity, input) in [
            ("recordings.delete-permanently", r#"{"meeting":"81234567890"}"#),
            ("recordings.delete-file-permanently", r#"{"meeting":"81234567890","file":"f"}"#),
            ("recordings.recover", r#"{"meeting":"81234567890"}"#),
        ] {
            fails(activity, input, script("", 0, ""), "input.invalid", Some("/meeting"));
        }
        let whole = script(&format!("DELETE {PATH}?action=delete"), 204, "");
        let input = format!(r#"{{"meeting":"{ODD}"}}"#);
        check("recordings.delete-permanently", &input, whole, &input);
        let file = script(&format!("DELETE {PATH}/f?action=delete"), 204, "");
        let input = format!(r#"{{"meeting":"{ODD}","file":"f"}}"#);
        check("recordings.delete-file-permanently", &input, file, &input);
    }
}
