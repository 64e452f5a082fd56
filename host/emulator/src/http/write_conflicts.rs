//! Simultaneous writes to one object: the second is refused while the first is not answered.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::api;
use crate::http::call::{Call, decode};
use crate::state::world::World;

/// Names of the objects in work, such as `users/…` and `meetings/…`.
#[derive(Default)]
pub struct WriteLocks(Mutex<BTreeSet<String>>);

/// Frees its object when dropped, also when the client went away.
pub struct WriteLock<'a> {
    locks: &'a WriteLocks,
    object: Option<String>,
}

/// Another write to the same object is not answered yet.
pub struct Conflict;

/// Take the object that this request writes to. Reads, and everything with `rate_limits` off, lock nothing.
pub fn lock<'a>(locks: &'a WriteLocks, world: &World, call: &Call) -> Result<WriteLock<'a>, Conflict> {
    let Some(object) = object(world, call) else {
        return Ok(WriteLock { locks, object: None });
    };
    let mut all = locks.0.lock().unwrap_or_else(PoisonError::into_inner);
    // Creating a user blocks, and waits for, every write to users of the account.
    let blocked = match object.as_str() {
        "users" => all.iter().any(|other| other.starts_with("users")),
        other => all.contains(other) || other.starts_with("users/") && all.contains("users"),
    };
    if blocked {
        return Err(Conflict);
    }
    all.insert(object.clone());
    Ok(WriteLock { locks, object: Some(object) })
}

impl Drop for WriteLock<'_> {
    fn drop(&mut self) {
        if let Some(object) = &self.object {
            self.locks.0.lock().unwrap_or_else(PoisonError::into_inner).remove(object);
        }
    }
}

fn object(world: &World, call: &Call) -> Option<String> {
    let segments = call.segments();
    if !world.settings.rate_limits || call.method == "GET" || segments.first() != Some(&"v2") {
        return None;
    }
    let (area, name) = (segments.get(1)?, segments.get(2));
    let Some(name) = name.map(|name| decode(name)) else {
        return Some((*area).to_owned());
    };
    let id = match *area {
        "users" if name == "me" => api::authenticate(world, call).ok()?.0.id,
        "users" => world.user(&name).map_or(name, |user| user.id.clone()),
        _ => name,
    };
    Some(format!("{area}/{id}"))
}
