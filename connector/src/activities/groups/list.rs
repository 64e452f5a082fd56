//! List the account's groups.

use serde::Deserialize;

use crate::bindings::groups::{Group, GroupList, ListGroups};
use crate::input;
use crate::paging::whole;
use crate::service::Outcome;
use crate::wire::lenient;
use crate::zoom::Zoom;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wire {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(deserialize_with = "lenient::number")]
    total_members: Option<i64>,
}

/// List the account's groups.
pub fn list(zoom: &Zoom<'_>, request: ListGroups) -> Outcome<GroupList> {
    let limit = input::limit(request.limit)?;
    let public = |wire: Wire| {
        let total_members = lenient::small(wire.total_members);
        Ok(Group { id: wire.id.ok_or("it has no id")?, name: wire.name, total_members })
    };
    let (groups, coverage) = whole(zoom, "groups", &|| zoom.get("/groups".to_owned()), limit, public)?;
    Ok(GroupList { groups, coverage })
}

/// Every group.
pub fn all(zoom: &Zoom<'_>) -> Outcome<Vec<Group>> {
    Ok(list(zoom, ListGroups { limit: None })?.groups)
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const FIRST: &str = "GET /groups?page_size=300";

    #[test]
    fn seed_josys_09_groups_of_every_page_have_names() {
        let pages =
            script(FIRST, 200, r#"{"next_page_token":"t","groups":[{"id":"g1","name":"Teachers","total_members":2}]}"#)
                .then(
                    &format!("{FIRST}&next_page_token=t"),
                    200,
                    r#"{"next_page_token":"","groups":[{"id":"g2","name":""}]}"#,
                );
        check(
            "groups.list",
            "{}",
            pages,
            r#"{"groups":[{"id":"g1","name":"Teachers","total_members":2},{"id":"g2"}],"coverage":{"pages":2,"count":2,"complete":true}}"#,
        );
    }

    #[test]
    fn a_refusal_inside_http_200_is_forbidden() {
        fails("groups.list", "{}", script(FIRST, 200, r#"{"code":200,"message":"x"}"#), "forbidden", None);
        fails("groups.list", r#"{"limit":0}"#, script("", 0, ""), "input.invalid", Some("/limit"));
    }
}
