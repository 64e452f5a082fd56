//! Users who leave: disassociated they keep an account of their own, deleted they are gone. Their things go to somebody or are lost.

use super::{note, reach};
use crate::answer::Answer;
use crate::api::{Caller, segment};
use crate::call::Call;
use crate::world::{User, World};

pub fn remove(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let user = reach(world, caller, segment(stars, 0), "User:Edit")?;
    let action = call.query("action").unwrap_or("disassociate");
    if !matches!(action, "disassociate" | "delete") {
        return Err(Answer::invalid("action", "Invalid parameter: action."));
    }
    permitted(world, &user, action)?;
    let heir = heir(world, call, &user)?;
    let on = |name: &str| call.query(name) == Some("true");
    pass_on(world, &user.id, heir.as_ref(), on("transfer_meeting"), on("transfer_recording"));
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

/// Meetings and recordings of somebody who leaves: to the heir if asked for, else gone.
fn pass_on(world: &mut World, from: &str, heir: Option<&User>, meetings: bool, recordings: bool) {
    let to = heir.map(|heir| heir.id.clone());
    let moved = to.clone().filter(|_| meetings);
    world.meetings.retain(|_, meeting| {
        if meeting.host == from {
            match &moved {
                Some(to) => to.clone_into(&mut meeting.host),
                None => return false,
            }
        }
        true
    });
    if let Some(to) = to.filter(|_| recordings) {
        world.recordings.transfer(from, &to);
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
