//! REST: token, endpoint, scope, rate, then the operation.

mod account;
mod apps;
mod groups;
mod livestream;
mod meetings;
pub mod operations;
pub mod paging;
mod recordings;
mod registrants;
mod reports;
mod roles;
mod users;
pub mod webinars;

use crate::http::answer::Answer;
use crate::http::call::{Call, decode};
use crate::state::limits;
use crate::state::patches;
use crate::state::world::{User, World, hash};

pub use recordings::shown as shown_recording;

/// Who is calling.
pub struct Caller {
    pub user: User,
    pub grant: u64,
    /// May touch other users of the account.
    pub admin: bool,
}

pub fn answer(world: &mut World, call: &Call) -> Answer {
    run(world, call).unwrap_or_else(|refusal| refusal)
}

fn run(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let (user, grant, scopes) = authenticate(world, call)?;
    let segments = call.segments();
    let rest = segments.get(1..).unwrap_or_default();
    let Some((operation, stars)) = operations::find(&call.method, rest) else {
        return Err(unknown());
    };
    let admin = operation.check(&scopes)?;
    let caller = Caller { user, grant, admin };
    let left = limits::count(world, operation.label)?;
    let answer = (operation.run)(world, call, &caller, &stars)?;
    let answer = patches::apply(&world.patches, answer);
    Ok(match left {
        Some((limit, left)) => answer
            .with("x-ratelimit-category", operation.label)
            .with("x-ratelimit-limit", limit.to_string())
            .with("x-ratelimit-remaining", left.to_string()),
        None => answer,
    })
}

pub fn authenticate(world: &World, call: &Call) -> Result<(User, u64, Vec<String>), Answer> {
    if call.query("access_token").is_some() {
        let text = "Invalid access token, this access token is not supported as query parameter string.";
        return Err(Answer::error(401, 124, text));
    }
    let invalid = || Answer::error(401, 124, "Invalid access token.");
    let access = call.bearer().and_then(|token| world.access.get(&hash(token))).ok_or_else(invalid)?;
    if access.until_ms <= world.now_ms() {
        return Err(Answer::error(401, 124, "Access token is expired."));
    }
    let grant =
        world.grant(access.grant).filter(|grant| grant.live && access.only_uuid.is_none()).ok_or_else(invalid)?;
    let user = world.user(&grant.user).ok_or_else(invalid)?;
    Ok((user.clone(), grant.id, grant.scopes.clone()))
}

/// The user a path names: `me`, an id or an e-mail.
pub fn target<'a>(world: &'a World, caller: &Caller, segment: &str) -> Result<&'a User, Answer> {
    let name = decode(segment);
    let wanted = if name == "me" { &caller.user.id } else { &name };
    let found = world.user(wanted);
    if found.is_some_and(|user| user.id != caller.user.id) || found.is_none() {
        require_admin(caller)?;
    }
    match found {
        Some(user) if user.status == "pending" => Err(Answer::error(400, 1120, "The invitation was not accepted.")),
        Some(user) => Ok(user),
        None => Err(Answer::error(404, 1001, format!("User does not exist: {name}."))),
    }
}

pub fn require_admin(caller: &Caller) -> Result<(), Answer> {
    let text = "Authenticated user has not permitted access to the targeted resource.";
    if caller.admin { Ok(()) } else { Err(Answer::error(403, 403, text)) }
}

/// The path's variable segment of that number.
pub fn segment<'a>(stars: &[&'a str], n: usize) -> &'a str {
    stars.get(n).copied().unwrap_or_default()
}

pub fn unknown() -> Answer {
    Answer::error(404, 2300, "This API endpoint is not recognized.")
}
