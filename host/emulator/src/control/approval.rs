//! `/_emulator/approval`: who may install which app.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::answer::Answer;
use crate::state::people::Group;
use crate::state::world::{User, World, hash};

/// The control call: any of the switches, and whole apps.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// Switched and confirmed at once.
    required: Option<bool>,
    /// Switched, but the dialog is still open.
    ask: Option<bool>,
    #[serde(default)]
    confirm: bool,
    allow_zoom_apps: Option<bool>,
    allow_account_apps: Option<bool>,
    /// By client id: fields to change, the others stay.
    #[serde(default)]
    apps: BTreeMap<String, serde_json::Map<String, Value>>,
    /// Pre-approve: `{"client_id", "users": [e-mails], "groups": [names]}`; without both, for everybody.
    pre_approve: Option<PreApprove>,
    /// Members, by e-mail or id, of groups, by name; a group that is not there is made.
    #[serde(default)]
    groups: BTreeMap<String, Vec<String>>,
    /// Client version by e-mail or id.
    #[serde(default)]
    clients: BTreeMap<String, String>,
    /// `active` or `inactive` by e-mail or id.
    #[serde(default)]
    users: BTreeMap<String, String>,
    /// `0` owner, `1` administrator, `2` member, by e-mail or id.
    #[serde(default)]
    roles: BTreeMap<String, String>,
    /// The rights of a role, by its id.
    #[serde(default)]
    rights: BTreeMap<String, Vec<String>>,
    /// The new e-mail address by id or the present one.
    #[serde(default)]
    emails: BTreeMap<String, String>,
    /// Addresses registered for every app from now on.
    redirect_uris: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PreApprove {
    client_id: String,
    users: Option<Vec<String>>,
    groups: Option<Vec<String>>,
}

/// `GET` and `POST /_emulator/approval`.
pub fn answer(world: &mut World, method: &str, body: Value) -> Answer {
    if method == "POST"
        && let Err(text) = change(world, body)
    {
        return Answer::json(400, &json!({"error": text}));
    }
    Answer::json(200, &json!(world.approval))
}

fn change(world: &mut World, body: Value) -> Result<(), String> {
    let change: Change = serde_json::from_value(body).map_err(|error| error.to_string())?;
    for (name, members) in change.groups {
        group(world, &name, &members)?;
    }
    for (user, version) in change.clients {
        found(world, &user)?.client_version = Some(version);
    }
    for (user, status) in change.users {
        found(world, &user)?.status = status;
    }
    for (user, role) in change.roles {
        found(world, &user)?.role = role;
    }
    for (id, rights) in change.rights {
        let role = world.directory.roles.iter_mut().find(|role| role.id == id);
        role.ok_or_else(|| format!("`{id}` is not a role"))?.privileges = rights;
    }
    for (user, email) in change.emails {
        world.users.readdress(&user, &email)?;
    }
    for (client_id, fields) in change.apps {
        let mut state = json!(world.approval.app(&client_id));
        if let Some(all) = state.as_object_mut() {
            all.extend(fields);
        }
        let state = serde_json::from_value(state).map_err(|error| error.to_string())?;
        world.approval.apps.insert(client_id, state);
    }
    if let Some(wanted) = change.pre_approve {
        let listed = (wanted.users.is_some() || wanted.groups.is_some())
            .then(|| (wanted.users.unwrap_or_default(), wanted.groups.unwrap_or_default()));
        world.pre_approve(&wanted.client_id, listed).map_err(|unknown| format!("`{unknown}` is not known"))?;
    }
    world.approval.allow_zoom_apps = change.allow_zoom_apps.unwrap_or(world.approval.allow_zoom_apps);
    world.approval.allow_account_apps = change.allow_account_apps.unwrap_or(world.approval.allow_account_apps);
    if let Some(required) = change.ask.or(change.required) {
        world.ask_approval(required);
    }
    if change.confirm || change.required.is_some() {
        world.confirm_approval();
    }
    if let Some(addresses) = change.redirect_uris {
        world.redirect_uris = addresses;
    }
    Ok(())
}

/// Makes these the members of a group.
fn group(world: &mut World, name: &str, members: &[String]) -> Result<(), String> {
    let known = world.directory.groups.iter().find(|group| group.name == name).map(|group| group.id.clone());
    let id = known.unwrap_or_else(|| {
        let id = format!("group-{}", hash(name).chars().take(16).collect::<String>());
        world.directory.groups.push(Group { id: id.clone(), name: name.to_owned() });
        id
    });
    world.users.iter_mut().for_each(|user| user.groups.retain(|group| *group != id));
    for user in members {
        found(world, user)?.groups.push(id.clone());
    }
    Ok(())
}

fn found<'a>(world: &'a mut World, user: &str) -> Result<&'a mut User, String> {
    world.users.find_mut(user).ok_or_else(|| format!("`{user}` is not known"))
}
