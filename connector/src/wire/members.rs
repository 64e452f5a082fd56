//! Members of groups and of roles, and how they are added.

use serde::{Deserialize, Serialize};

use super::lenient;
use crate::mark::Mark;
use crate::problem::invalid;
use crate::service::Outcome;
use crate::zoom::Zoom;

/// Zoom's maximum for one request.
const AT_ONCE: usize = 30;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Member {
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub email: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub first_name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub last_name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub department: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient::number")]
    pub kind: Option<i64>,
}

#[derive(Serialize)]
struct Body<'a> {
    members: Vec<Name<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Name<'a> {
    Id(&'a str),
    Email(&'a str),
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Added {
    /// Ids with commas between them.
    #[serde(deserialize_with = "lenient::text")]
    ids: Option<String>,
    /// Roles say `add_at`.
    #[serde(alias = "add_at", deserialize_with = "lenient::text")]
    added_at: Option<String>,
}

/// Add users by id or address, 30 at a time. The ids that Zoom confirmed, and when.
pub fn add(zoom: &Zoom<'_>, path: &str, users: &[String]) -> Outcome<(Vec<String>, Option<String>)> {
    if users.is_empty() {
        return Err(invalid("/users", "nobody is named", "give at least one id or e-mail address"));
    }
    let (mut ids, mut at) = (Vec::new(), None);
    for part in users.chunks(AT_ONCE) {
        let name = |user: &'_ String| user.contains('@');
        let members = part.iter().map(|user| if name(user) { Name::Email(user) } else { Name::Id(user) }).collect();
        let added: Added =
            zoom.post(path.to_owned()).body(&Body { members })?.json(Mark::Field(&["ids", "added_at", "add_at"]))?;
        let confirmed = added.ids.unwrap_or_default();
        ids.extend(confirmed.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned));
        at = added.added_at.or(at);
    }
    Ok((ids, at))
}
