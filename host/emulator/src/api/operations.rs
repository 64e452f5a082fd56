//! What every operation has in common: path, scopes, rate label, handler. Each area keeps its own table of them.

use std::collections::BTreeSet;

use super::Caller;
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::state::world::World;

/// What answers: the world, the request, and the path's variable segments in order, undecoded.
pub type Handler = fn(&mut World, &Call, &Caller, &[&str]) -> Result<Answer, Answer>;

/// One row of an area's table.
pub struct Operation {
    method: &'static str,
    /// Under `/v2/`; `*` stands for one segment.
    path: &'static str,
    classic: &'static [&'static str],
    granular: &'static str,
    pub label: &'static str,
    /// Only the `:admin` level exists.
    admin_only: bool,
    pub run: Handler,
}

/// An operation of a user's own data; an administrator's scope opens that of the account.
pub const fn row(
    method: &'static str,
    path: &'static str,
    classic: &'static [&'static str],
    granular: &'static str,
    label: &'static str,
    run: Handler,
) -> Operation {
    Operation { method, path, classic, granular, label, admin_only: false, run }
}

/// An operation that only an administrator's scope opens.
pub const fn admin(
    method: &'static str,
    path: &'static str,
    classic: &'static [&'static str],
    granular: &'static str,
    label: &'static str,
    run: Handler,
) -> Operation {
    Operation { method, path, classic, granular, label, admin_only: true, run }
}

/// The tables of all areas.
const AREAS: &[&[Operation]] = &[
    super::users::OPERATIONS,
    super::groups::OPERATIONS,
    super::roles::OPERATIONS,
    super::account::OPERATIONS,
    super::reports::OPERATIONS,
    super::apps::OPERATIONS,
    super::meetings::OPERATIONS,
    super::recordings::OPERATIONS,
    super::registrants::OPERATIONS,
    super::livestream::OPERATIONS,
    super::webinars::OPERATIONS,
];

fn all() -> impl Iterator<Item = &'static Operation> {
    AREAS.iter().copied().flatten()
}

/// The operation of a path with the segments that its `*` stand for. Fixed segments win over `*`.
pub fn find<'a>(method: &str, path: &[&'a str]) -> Option<(&'static Operation, Vec<&'a str>)> {
    all()
        .filter(|operation| operation.method == method)
        .filter_map(|operation| Some((operation, stars(operation.path, path)?)))
        .min_by_key(|(_, stars)| stars.len())
}

/// The operation's method and path pattern, such as `GET meetings/*/recordings`, of a request to the API.
pub fn name(call: &Call) -> Option<String> {
    let segments = call.segments();
    let (operation, _) = find(&call.method, segments.get(1..).filter(|_| segments.first() == Some(&"v2"))?)?;
    Some(format!("{} {}", operation.method, operation.path))
}

/// All names as [`name`] gives them.
pub fn names() -> impl Iterator<Item = String> {
    all().map(|operation| format!("{} {}", operation.method, operation.path))
}

fn stars<'a>(known: &str, sent: &[&'a str]) -> Option<Vec<&'a str>> {
    let known: Vec<&str> = known.split('/').collect();
    let fits = known.len() == sent.len()
        && known.iter().zip(sent).all(|(known, sent)| *known == "*" && !sent.is_empty() || known == sent);
    fits.then(|| known.iter().zip(sent).filter(|(known, _)| **known == "*").map(|(_, sent)| *sent).collect())
}

/// Every granular scope, as a user-managed app has them, or with `:admin`.
pub fn granular(at_admin: bool) -> Vec<String> {
    let named: BTreeSet<String> = all()
        .filter(|operation| at_admin || !operation.admin_only)
        .map(|operation| if at_admin { format!("{}:admin", operation.granular) } else { operation.granular.to_owned() })
        .collect();
    named.into_iter().collect()
}

/// Every classic scope without a level.
pub fn classic() -> Vec<String> {
    let named: BTreeSet<String> = all()
        .filter(|operation| !operation.admin_only)
        .flat_map(|operation| operation.classic)
        .map(|scope| (*scope).to_owned())
        .collect();
    named.into_iter().collect()
}

impl Operation {
    /// Whether the caller may touch the whole account; the refusal lists the scopes that would do.
    pub fn check(&self, scopes: &[String]) -> Result<bool, Answer> {
        let admin = |scope: &str| scopes.iter().any(|held| *held == format!("{scope}:admin"));
        if admin(self.granular) || self.classic.iter().any(|scope| admin(scope)) {
            return Ok(true);
        }
        let own = |scope: &str| scopes.iter().any(|held| held == scope);
        if !self.admin_only && (own(self.granular) || self.classic.iter().any(|scope| own(scope))) {
            return Ok(false);
        }
        let classic = scopes.iter().any(|scope| is_classic(scope));
        let names = if classic { self.classic.to_vec() } else { vec![self.granular] };
        let plain = names.iter().filter(|_| !self.admin_only).map(|name| (*name).to_owned());
        let list: Vec<String> = plain.chain(names.iter().map(|name| format!("{name}:admin"))).collect();
        let text = format!("Invalid access token, does not contain scopes:[{}].", list.join(", "));
        Err(Answer::error(400, 4711, text))
    }
}

/// `meeting:write` and `meeting:write:admin`, not `meeting:write:meeting`.
fn is_classic(scope: &str) -> bool {
    scope.split(':').nth(2).is_none_or(|third| matches!(third, "admin" | "master"))
}
