//! What a role permits. Which role has which right is state, in the account's directory.

use crate::http::answer::Answer;
use crate::state::world::{User, World};

impl World {
    /// Whether the user's role gives this right, such as `User:Read`. The owner has every right.
    pub fn has_right(&self, user: &User, right: &str) -> bool {
        user.role == "0" || self.directory.role(&user.role).is_some_and(|role| role.has(right))
    }
}

/// Refuse with HTTP 200 and code 200 inside, as Zoom does for a missing right, when the user's role lacks this one.
pub fn require_right(world: &World, user: &User, right: &str) -> Result<(), Answer> {
    if world.has_right(user, right) { Ok(()) } else { Err(refused("You do not have the right permissions.")) }
}

/// A refusal that comes as HTTP 200 with code 200 in the body.
pub fn refused(message: &str) -> Answer {
    Answer::error(200, 200, message)
}
