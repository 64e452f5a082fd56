//! Whether a user may install an app.

use super::pages::{self, RequestButton};
use crate::http::answer::Answer;
use crate::state::world::{App, User, World};

/// The page of what keeps `user` from installing `app`.
pub fn barred(world: &World, app: &App, user: &User, query: &str, csrf: &str) -> Option<Answer> {
    let barrier = world.barrier(app, user)?;
    Some(pages::barred(&app.name, barrier, RequestButton { client_id: &app.client_id, query, csrf }))
}
