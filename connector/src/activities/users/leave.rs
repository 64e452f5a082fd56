//! Users who leave the account.

use crate::bindings::users::{LeavingUser, LeftUser, Transfer};
use crate::ids::UserRef;
use crate::problem::invalid;
use crate::service::Outcome;
use crate::zoom::Zoom;

/// Delete a user for ever.
pub fn delete(zoom: &Zoom<'_>, request: LeavingUser) -> Outcome<LeftUser> {
    leave(zoom, request, "delete")
}

/// Remove a user from the account, or take back an invitation.
pub fn disassociate(zoom: &Zoom<'_>, request: LeavingUser) -> Outcome<LeftUser> {
    leave(zoom, request, "disassociate")
}

fn leave(zoom: &Zoom<'_>, request: LeavingUser, action: &str) -> Outcome<LeftUser> {
    let user = UserRef::parse(Some(&request.user))?;
    let things = things(request.transfer.as_ref());
    let to = heir(&request)?;
    let mut call = zoom.delete(format!("/users/{user}")).query("action", Some(action)).query("transfer_email", to);
    for (_, parameter, chosen) in &things {
        call = call.query(parameter, chosen.filter(|chosen| *chosen && to.is_some()));
    }
    let (transferred, lost): (Vec<_>, Vec<_>) =
        things.iter().partition(|(_, _, chosen)| to.is_some() && *chosen == Some(true));
    let names =
        |list: Vec<&(&str, &str, Option<bool>)>| list.into_iter().map(|(name, ..)| (*name).to_owned()).collect();
    let left = LeftUser {
        transferred_to: to.map(str::to_owned),
        transferred: names(transferred),
        lost: names(lost),
        user: request.user.clone(),
    };
    call.done()?;
    Ok(left)
}

/// There is no silent default: somebody gets the data, or the request says that it is lost.
fn heir(request: &LeavingUser) -> Outcome<Option<&str>> {
    match (&request.transfer, request.lose_everything) {
        (Some(transfer), None | Some(false)) if transfer.to.eq_ignore_ascii_case(&request.user) => {
            Err(invalid("/transfer/to", "this is the user who leaves", "name somebody else"))
        }
        (Some(transfer), None | Some(false)) if !transfer.to.contains('@') => Err(invalid(
            "/transfer/to",
            "this is not an e-mail address",
            "give the address of an active user, not an id",
        )),
        (Some(transfer), None | Some(false))
            if things(Some(transfer)).iter().all(|(_, _, chosen)| *chosen != Some(true)) =>
        {
            Err(invalid(
                "/transfer",
                "nothing is chosen to be transferred",
                "set `meetings`, `webinars` or `recordings` to true",
            ))
        }
        (Some(transfer), None | Some(false)) => Ok(Some(&transfer.to)),
        (None, Some(true)) => Ok(None),
        (Some(_), Some(true)) => {
            Err(invalid("/lose_everything", "this contradicts `transfer`", "give either of the two"))
        }
        (None, _) => Err(invalid(
            "/transfer",
            "it is not said what happens to the user's meetings, webinars and recordings",
            "give `transfer` with who gets what, or `lose_everything: true`",
        )),
    }
}

/// What can be passed on: our name, Zoom's parameter, whether it was chosen.
fn things(transfer: Option<&Transfer>) -> [(&'static str, &'static str, Option<bool>); 7] {
    let of = |pick: fn(&Transfer) -> Option<bool>| transfer.and_then(pick);
    [
        ("meetings", "transfer_meeting", of(|t| t.meetings)),
        ("webinars", "transfer_webinar", of(|t| t.webinars)),
        ("recordings", "transfer_recording", of(|t| t.recordings)),
        ("whiteboards", "transfer_whiteboard", of(|t| t.whiteboards)),
        ("clips", "transfer_clipfiles", of(|t| t.clips)),
        ("notes", "transfer_notes", of(|t| t.notes)),
        ("docs", "transfer_docs", of(|t| t.docs)),
    ]
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    #[test]
    fn seed_josys_17_what_is_chosen_goes_to_the_heir_and_the_rest_is_called_lost() {
        check(
            "users.delete",
            r#"{"user":"u2","transfer":{"to":"b@x.org","meetings":true,"recordings":true,"notes":false}}"#,
            script(
                "DELETE /users/u2?action=delete&transfer_email=b@x.org&transfer_meeting=true&transfer_recording=true",
                204,
                "",
            ),
            r#"{"user":"u2","transferred_to":"b@x.org","transferred":["meetings","recordings"],
                "lost":["webinars","whiteboards","clips","notes","docs"]}"#,
        );
    }

    #[test]
    fn seed_josys_16_delete_and_disassociate_are_said_to_zoom_each() {
        let expected = r#"{"user":"p@x.org","transferred":[],"lost":["meetings","webinars","recordings","whiteboards","clips","notes","docs"]}"#;
        for (name, action) in [("users.delete", "delete"), ("users.disassociate", "disassociate")] {
            let script = script(&format!("DELETE /users/p%40x.org?action={action}"), 204, "");
            check(name, r#"{"user":"p@x.org","lose_everything":true}"#, script, expected);
        }
    }

    #[test]
    fn seed_josys_17_nobody_loses_data_by_silence() {
        for (input, pointer) in [
            (r#"{"user":"u2"}"#, "/transfer"),
            (r#"{"user":"u2","lose_everything":false}"#, "/transfer"),
            (r#"{"user":"u2","transfer":{"to":"b@x.org"}}"#, "/transfer"),
            (r#"{"user":"a@x.org","transfer":{"to":"A@x.org","meetings":true}}"#, "/transfer/to"),
            (r#"{"user":"u2","transfer":{"to":"u3","meetings":true}}"#, "/transfer/to"),
            (r#"{"user":"u2","lose_everything":true,"transfer":{"to":"b@x.org","meetings":true}}"#, "/lose_everything"),
        ] {
            fails("users.delete", input, script("", 0, ""), "input.invalid", Some(pointer));
        }
    }

    #[test]
    fn refusals_have_their_own_kinds() {
        let asked = "DELETE /users/u2?action=disassociate";
        for (status, code, kind) in [
            (400, 1107, "forbidden"),
            (400, 1117, "forbidden"),
            (400, 1120, "conflict"),
            (404, 1001, "not-found"),
            (429, 429, "rate-limited"),
        ] {
            let answer = format!(r#"{{"code":{code},"message":"x"}}"#);
            fails(
                "users.disassociate",
                r#"{"user":"u2","lose_everything":true}"#,
                script(asked, status, &answer),
                kind,
                None,
            );
        }
    }
}
