//! List users of all states. Zoom lists one state at a time, without names of roles and groups.

use std::collections::BTreeMap;

use crate::activities::{groups, roles};
use crate::bindings::users::{ListUsers, ListedStatus, User, UserList};
use crate::input;
use crate::paging::{List, Proof, walk};
use crate::problem::invalid;
use crate::service::Outcome;
use crate::wire::user::User as Row;
use crate::zoom::Zoom;

/// List users.
pub fn list(zoom: &Zoom<'_>, request: ListUsers) -> Outcome<UserList> {
    let limit = input::limit(request.limit)?;
    let statuses = match request.statuses {
        None => vec![ListedStatus::Active, ListedStatus::Inactive, ListedStatus::Pending],
        Some(some) if some.is_empty() => {
            return Err(invalid("/statuses", "no state is asked for", "name one, or leave the field out"));
        }
        Some(some) => some,
    };
    let more = request.with_custom_attributes.filter(|wanted| *wanted).map(|_| "custom_attributes");
    let mut found = Found::default();
    let mut proof = Proof::default();
    // Who accepts an invitation or is activated while the list is read must be met again in a later state: the last is read first.
    // With a limit nothing is promised, and the first state is what is wanted.
    let mut order: Vec<_> = statuses.into_iter().enumerate().collect();
    if limit.is_none() {
        order.reverse();
    }
    for (rank, status) in order {
        let left = limit.map(|limit| limit.saturating_sub(found.users.len()));
        if left == Some(0) {
            proof.limit();
            break;
        }
        let first = || {
            zoom.get("/users".to_owned())
                .query("status", Some(word(status)))
                .query("role_id", request.role.as_deref())
                .query("include_fields", more)
        };
        let list = List { name: "users", first: &first, enough: left, most: None };
        // Without id and address nobody can be told from anybody else.
        let public = |row: Row, _: &[_]| match (&row.id, &row.email) {
            (None, None) => Err("it has neither id nor e-mail address"),
            _ => Ok(User::from(row)),
        };
        let walk = walk(zoom, &list, public)?;
        proof.add(walk.proof);
        walk.items.into_iter().for_each(|user| found.take(rank, user));
    }
    let mut users = found.in_order();
    if let Some(limit) = limit.filter(|limit| *limit < users.len()) {
        users.truncate(limit);
        proof.limit();
    }
    let not_permitted = if request.with_names == Some(true) { name(zoom, &mut users)? } else { Vec::new() };
    Ok(UserList { coverage: proof.coverage(users.len()), users, not_permitted })
}

/// Users of the states read so far, each once.
#[derive(Default)]
struct Found {
    users: Vec<(usize, User)>,
    /// By id and by address: a pending user has no id yet.
    places: BTreeMap<String, usize>,
}

impl Found {
    /// Somebody whose state changes while the list is read is met twice: the later row is the truer one.
    fn take(&mut self, rank: usize, user: User) {
        let address = user.email.as_deref().map(|email| format!("@{}", email.to_lowercase()));
        let keys: Vec<String> = user.id.clone().into_iter().chain(address).collect();
        let known = keys.iter().find_map(|key| self.places.get(key).copied());
        let at = known.unwrap_or(self.users.len());
        self.places.extend(keys.into_iter().map(|key| (key, at)));
        match self.users.get_mut(at) {
            Some(row) => *row = (rank, user),
            None => self.users.push((rank, user)),
        }
    }

    /// In the order in which the states were asked for.
    fn in_order(mut self) -> Vec<User> {
        self.users.sort_by_key(|(rank, _)| *rank);
        self.users.into_iter().map(|(_, user)| user).collect()
    }
}

fn word(status: ListedStatus) -> &'static str {
    match status {
        ListedStatus::Active => "active",
        ListedStatus::Inactive => "inactive",
        ListedStatus::Pending => "pending",
    }
}

/// Fill in what Zoom shows only elsewhere. Gives what the user's role does not let it see.
fn name(zoom: &Zoom<'_>, users: &mut [User]) -> Outcome<Vec<String>> {
    let mut hidden = Vec::new();
    let roles = visible(roles::list(zoom).map(|list| list.roles), "roles", &mut hidden)?;
    let groups = visible(groups::all(zoom), "groups", &mut hidden)?;
    let roles: BTreeMap<_, _> = roles.into_iter().filter_map(|role| Some((role.id, role.name?))).collect();
    let groups: BTreeMap<_, _> = groups.into_iter().filter_map(|group| Some((group.id, group.name?))).collect();
    for user in users {
        if let Some(name) = user.role_id.as_ref().and_then(|id| roles.get(id)) {
            user.role_name = Some(name.clone());
        }
        for group in &mut user.groups {
            group.name = groups.get(&group.id).cloned();
        }
    }
    Ok(hidden)
}

/// What a missing right of the role hides is none, and noted.
fn visible<T>(found: Outcome<Vec<T>>, what: &str, hidden: &mut Vec<String>) -> Outcome<Vec<T>> {
    match found {
        Err(problem) if problem.code == "forbidden" => {
            hidden.push(what.to_owned());
            Ok(Vec::new())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Script, fails, run, script};
    use serde_json::{Value, json};

    fn get(status: &str) -> String {
        format!("GET /users?status={status}&page_size=300")
    }

    fn three_states() -> Script {
        script(&get("pending"), 200, r#"{"users":[{"email":"P@x.org","status":"pending"},{"email":"A@x.org","status":"pending"}]}"#)
            .then(&get("inactive"), 200, r#"{"users":[{"id":"u2","status":"inactive"},{"id":"u3","type":7,"status":"frozen"}]}"#)
            .then(&get("active"), 200, r#"{"next_page_token":"t","users":[{"id":"u1","email":"a@x.org","role_id":"Rx","group_ids":["g1"],"status":"active"}]}"#)
            .then(&format!("{}&next_page_token=t", get("active")), 200, r#"{"next_page_token":"","users":[{"id":"u2","status":"active"}]}"#)
    }

    fn ids(list: &Value) -> Vec<Value> {
        list["users"].as_array().unwrap().iter().map(|user| user["id"].clone()).collect()
    }

    #[test]
    fn seed_josys_01_all_states_are_read_once_each_and_nobody_is_there_twice() {
        let pages = three_states();
        let list = run("users.list", "{}", &pages).unwrap();
        assert_eq!(ids(&list), [json!("u1"), json!("u2"), json!("u3"), Value::Null]);
        assert_eq!(list["coverage"], json!({"pages":4,"count":4,"complete":true}));
        assert!(pages.is_used_up());
    }

    #[test]
    fn seed_josys_10_a_pending_user_without_an_id_and_an_unknown_state_stay_in_the_list() {
        let list = run("users.list", "{}", &three_states()).unwrap();
        assert_eq!((&list["users"][2]["status"], &list["users"][2]["license"]), (&json!("other"), &json!("other")));
        assert_eq!((&list["users"][3]["email"], &list["users"][3]["status"]), (&json!("P@x.org"), &json!("pending")));
    }

    #[test]
    fn seed_josys_03_and_09_names_of_own_roles_and_of_groups_are_filled_in() {
        let pages = three_states().then("GET /roles", 200, r#"{"roles":[{"id":"Rx","name":"Help desk"}]}"#).then(
            "GET /groups?page_size=300",
            200,
            r#"{"groups":[{"id":"g1","name":"Teachers"}]}"#,
        );
        let list = run("users.list", r#"{"with_names":true}"#, &pages).unwrap();
        assert_eq!(list["users"][0]["role_name"], "Help desk");
        assert_eq!(list["users"][0]["groups"], json!([{"id":"g1","name":"Teachers"}]));
    }

    #[test]
    fn seed_josys_32_what_the_role_hides_is_said_and_the_list_is_there() {
        let refused = r#"{"code":200,"message":"You do not have the right permissions."}"#;
        let pages = three_states().then("GET /roles", 200, r#"{"roles":[{"id":"Rx","name":"Help desk"}]}"#).then(
            "GET /groups?page_size=300",
            200,
            refused,
        );
        let list = run("users.list", r#"{"with_names":true}"#, &pages).unwrap();
        assert_eq!(list["not_permitted"], json!(["groups"]));
        assert_eq!(list["users"][0]["groups"][0]["id"], "g1", "the id is Zoom's own");
        assert_eq!((&list["users"][0]["role_name"], list["users"].as_array().unwrap().len()), (&json!("Help desk"), 4));
    }

    #[test]
    fn a_limit_is_said() {
        let page = r#"{"next_page_token":"t","users":[{"id":"u1"},{"id":"u2"}]}"#;
        let list = run("users.list", r#"{"limit":1}"#, &script(&get("active"), 200, page)).unwrap();
        assert_eq!(list["coverage"], json!({"pages":1,"count":1,"complete":false,"reason":"limit"}));
    }

    #[test]
    fn an_expired_token_begins_the_list_again_once() {
        let page = r#"{"next_page_token":"t","users":[{"id":"u1"}]}"#;
        let with = format!("{}&next_page_token=t", get("active"));
        let gone = r#"{"code":300,"message":"x"}"#;
        let pages = script(&get("active"), 200, page).then(&with, 400, gone).then(&get("active"), 200, page).then(
            &with,
            200,
            r#"{"users":[]}"#,
        );
        let list = run("users.list", r#"{"statuses":["active"]}"#, &pages).unwrap();
        assert_eq!(list["coverage"]["complete"], true);
    }

    #[test]
    fn seed_uipath_40_a_scope_for_oneself_is_not_enough() {
        let answer = r#"{"code":4711,"message":"…scopes:[user:read:list_users:admin]."}"#;
        let problem = fails("users.list", "{}", script(&get("pending"), 400, answer), "scope-missing", None);
        assert!(problem.details.unwrap().contains("user:read:list_users:admin"));
    }

    #[test]
    fn no_state_at_all_is_refused() {
        fails("users.list", r#"{"statuses":[]}"#, script("", 0, ""), "input.invalid", Some("/statuses"));
    }
}
