//! Users who leave: disassociated they keep an account of their own, deleted they are gone. Their things go to somebody or are lost.

use super::{note, reach};
use crate::api::{Caller, segment};
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::state::world::{User, World};

pub fn remove(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let user = reach(world, caller, segment(stars, 0), "User:Edit")?;
    let action = call.query("action").unwrap_or("disassociate");
    if !matches!(action, "disassociate" | "delete") {
        return Err(Answer::invalid("action", "Invalid parameter: action."));
    }
    permitted(world, &user, action)?;
    let heir = heir(world, call, &user)?;
    let on = |name: &str| call.query(name) == Some("true");
    let heir = heir.as_ref().map(|heir| heir.id.as_str());
    hand_meetings(world, &user.id, heir.filter(|_| on("transfer_meeting")));
    hand_webinars(world, &user.id, heir.filter(|_| on("transfer_webinar")));
    hand_recordings(world, &user.id, heir.filter(|_| on("transfer_recording")));
    world.users.remove(&user.id);
    for other in world.users.iter_mut() {
        other.assistants.retain(|id| *id != user.id);
    }
    sign_out(world, &user.id);
    let event = if action == "delete" { "user.deleted" } else { "user.disassociated" };
    super::tell(world, caller, event, &user, serde_json::Map::new());
    note(world, caller, "user", "Delete", format!("{action} User - {}", user.email));
    Ok(Answer::empty(204))
}

fn permitted(world: &World, user: &User, action: &str) -> Result<(), Answer> {
    if user.role == "0" {
        return Err(Answer::error(400, 200, "The account owner cannot be deleted or unlinked."));
    }
    if action == "delete" {
        return if user.pending() {
            Err(Answer::error(400, 1120, "The invitation was not accepted: unlink this user instead."))
        } else {
            Ok(())
        };
    }
    if user.pending() {
        return Ok(());
    }
    if world.directory.account.managed_domains.contains(&user.domain()) {
        return Err(Answer::error(400, 1107, "You cannot unlink a user who is in the account's managed domain."));
    }
    if user.role == "1" {
        return Err(Answer::error(400, 1117, "You cannot unlink an administrator."));
    }
    Ok(())
}

/// Who gets the things: an active user of the account, and somebody else.
fn heir(world: &World, call: &Call, user: &User) -> Result<Option<User>, Answer> {
    let Some(email) = call.query("transfer_email").filter(|email| !email.is_empty()) else {
        return Ok(None);
    };
    if email.eq_ignore_ascii_case(&user.email) {
        let text = "The transfer-to email address cannot be the same as the unlinked or deleted user's email address.";
        return Err(Answer::error(400, 300, text));
    }
    match world.user(email).filter(|heir| heir.status == "active") {
        Some(heir) => Ok(Some(heir.clone())),
        None => Err(Answer::error(400, 300, format!("The destination user {email} does not exist."))),
    }
}

/// Meetings of somebody who leaves: to the heir, else gone.
fn hand_meetings(world: &mut World, from: &str, to: Option<&str>) {
    world.meetings.retain(|_, meeting| {
        if meeting.host != from {
            return true;
        }
        to.is_some_and(|to| {
            to.clone_into(&mut meeting.host);
            true
        })
    });
}

/// The same with webinars. The heir hosts them without the licence; the plan of who leaves ends.
fn hand_webinars(world: &mut World, from: &str, to: Option<&str>) {
    world.webinars.plans.remove(from);
    world.webinars.rows.retain(|_, webinar| {
        if webinar.host != from {
            return true;
        }
        to.is_some_and(|to| {
            to.clone_into(&mut webinar.host);
            true
        })
    });
}

/// The same with recordings, of meetings and of webinars.
fn hand_recordings(world: &mut World, from: &str, to: Option<&str>) {
    if let Some(to) = to {
        world.recordings.transfer(from, to);
    }
    let lost: Vec<usize> = world.recordings.of_host(from).filter_map(|row| world.recordings.place(&row.uuid)).collect();
    for place in lost {
        world.recordings.remove(place);
    }
}

/// Every grant of the user dies.
pub fn sign_out(world: &mut World, user: &str) {
    for grant in world.grants.iter_mut().filter(|grant| grant.user == user) {
        grant.live = false;
        grant.refresh = None;
    }
}
