//! Who may install which app: pre-approval by the account's administrators, the state of each app, and the notices that
//! Zoom sends about them. Set through `/_emulator/approval`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::people::Group;
use crate::seed::{CLASSIC_APP, DEMO_APP, SERVER_APP};
use crate::world::{App, AppKind, User, World, hash};

/// Clients from this version on tell their users that pre-approval was switched off.
const TELLS_FROM: [u32; 3] = [5, 9, 6];

/// The account's rules about apps. Everything is off at the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// "Require publicly listed apps on the Zoom App Marketplace to be pre-approved for your users".
    pub required: bool,
    /// What `required` becomes once the dialog is answered with Turn On.
    pub unconfirmed: Option<bool>,
    /// Apps made by Zoom need no pre-approval.
    pub allow_zoom_apps: bool,
    /// Apps made by users of the account need no pre-approval.
    pub allow_account_apps: bool,
    /// By client id; an app without an entry is listed, active and not pre-approved.
    pub apps: BTreeMap<String, AppState>,
    /// What users asked their administrators for, oldest first.
    pub requests: Vec<Request>,
    /// What Zoom told people, oldest first.
    pub notices: Vec<Notice>,
}

/// Who made an app.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Another company; listed on the Marketplace.
    #[default]
    Listed,
    /// A user of this account.
    Account,
    /// Zoom itself.
    Zoom,
}

/// One app in this account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AppState {
    pub origin: Origin,
    /// False: made but never activated, or deactivated.
    pub active: bool,
    /// The device flow is switched on in the app.
    pub device: bool,
    /// The toggle under "Who can install".
    pub pre_approved: bool,
    /// "Allow all users on your account to install this app"; false: those listed alone.
    pub all_users: bool,
    /// User ids.
    pub users: Vec<String>,
    /// Group ids.
    pub groups: Vec<String>,
}

impl Default for AppState {
    fn default() -> Self {
        Self {
            origin: Origin::Listed,
            active: true,
            device: false,
            pre_approved: false,
            all_users: true,
            users: Vec::new(),
            groups: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub client_id: String,
    pub user: String,
    pub at_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub user: String,
    /// `approval_on`, `approval_off`, `app_pre_approved`, `approval_requested`.
    pub kind: String,
    /// `email` or `client`.
    pub by: String,
    pub client_id: Option<String>,
}

/// Why somebody may not install an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barrier {
    /// The app is not active.
    Inactive,
    /// Apps of this kind are for administrators.
    AdminOnly,
    /// The app is not pre-approved.
    NotApproved,
    /// The app is pre-approved, but not for this user.
    NotForYou,
    /// The user has asked already.
    Requested,
}

impl AppState {
    /// Whether it is approved for this user by name or by a group.
    fn lists(&self, user: &User) -> bool {
        self.users.contains(&user.id) || self.groups.iter().any(|group| user.groups.contains(group))
    }
}

impl Approval {
    /// The state of an emulator's apps at the start.
    pub fn seeded() -> Self {
        let with = |origin, device| AppState { origin, device, ..AppState::default() };
        let apps = [
            (DEMO_APP.0, with(Origin::Listed, true)),
            (CLASSIC_APP.0, with(Origin::Account, false)),
            (SERVER_APP.0, with(Origin::Account, false)),
        ];
        Self { apps: apps.map(|(id, state)| (id.to_owned(), state)).into(), ..Self::default() }
    }

    pub fn app(&self, client_id: &str) -> AppState {
        self.apps.get(client_id).cloned().unwrap_or_default()
    }

    pub fn app_mut(&mut self, client_id: &str) -> &mut AppState {
        self.apps.entry(client_id.to_owned()).or_default()
    }
}

impl World {
    /// What keeps `user` from installing `app`; administrators are approved by themselves.
    pub fn barrier(&self, app: &App, user: &User) -> Option<Barrier> {
        let state = self.approval.app(&app.client_id);
        if !state.active {
            return Some(Barrier::Inactive);
        }
        if user.manages() {
            return None;
        }
        if app.kind == AppKind::Admin {
            return Some(Barrier::AdminOnly);
        }
        let exempt = match state.origin {
            Origin::Listed => false,
            Origin::Account => self.approval.allow_account_apps,
            Origin::Zoom => self.approval.allow_zoom_apps,
        };
        if !self.approval.required || exempt {
            return None;
        }
        let listed = state.lists(user);
        let asked =
            self.approval.requests.iter().any(|asked| asked.client_id == app.client_id && asked.user == user.id);
        match (state.pre_approved, state.all_users || listed) {
            (true, true) => None,
            _ if asked => Some(Barrier::Requested),
            (true, false) => Some(Barrier::NotForYou),
            (false, _) => Some(Barrier::NotApproved),
        }
    }

    /// The button on the page of a user who may not install the app: recorded once, and told to the administrators.
    pub fn request_approval(&mut self, client_id: &str, user: &str) {
        let (client_id, user) = (client_id.to_owned(), user.to_owned());
        if self.approval.requests.iter().any(|asked| asked.client_id == client_id && asked.user == user) {
            return;
        }
        let admins: Vec<String> = self.users.iter().filter(|one| one.manages()).map(|one| one.id.clone()).collect();
        self.notify(admins, "approval_requested", Some(&client_id));
        let at_ms = self.now_ms();
        self.approval.requests.push(Request { client_id, user, at_ms });
    }

    /// Pre-approve an app for everybody (`who` is none) or for these users and groups, and tell those who gained by it.
    /// The error names what is unknown.
    pub fn pre_approve(&mut self, client_id: &str, who: Option<(Vec<String>, Vec<String>)>) -> Result<(), String> {
        let who = match who {
            None => None,
            Some((users, groups)) => {
                let users =
                    users.iter().map(|user| self.user(user).map(|user| user.id.clone()).ok_or_else(|| user.clone()));
                let groups = groups.iter().map(|name| {
                    let mut known = self.directory.groups.iter();
                    known
                        .find(|group| group.id == *name || group.name == *name)
                        .map(|group| group.id.clone())
                        .ok_or(name.clone())
                });
                Some((users.collect::<Result<Vec<_>, _>>()?, groups.collect::<Result<Vec<_>, _>>()?))
            }
        };
        let Some(app) = self.app(client_id).cloned() else {
            return Err(client_id.to_owned());
        };
        let state = self.approval.app_mut(client_id);
        state.pre_approved = true;
        state.all_users = who.is_none();
        (state.users, state.groups) = who.unwrap_or_default();
        self.approval.requests.retain(|asked| asked.client_id != client_id);
        let state = self.approval.app(client_id);
        let members = self.users.iter().filter(|user| !user.manages() && user.status == "active");
        let gained = members.filter(|user| state.all_users || state.lists(user));
        let gained = gained.map(|user| user.id.clone()).collect();
        self.notify(gained, "app_pre_approved", Some(&app.client_id));
        Ok(())
    }

    /// Ask for another value of the account's toggle. It stays as it is until [`World::confirm_approval`].
    pub fn ask_approval(&mut self, required: bool) {
        self.approval.unconfirmed = Some(required);
    }

    /// The dialog's Turn On. Everybody is told by e-mail when it is switched on; when it is switched off, those whose
    /// client is new enough.
    pub fn confirm_approval(&mut self) {
        let Some(required) = self.approval.unconfirmed.take() else {
            return;
        };
        if std::mem::replace(&mut self.approval.required, required) == required {
            return;
        }
        let new_enough = |user: &&User| user.client_version.as_deref().is_some_and(tells);
        let told = self.users.iter().filter(|user| required || new_enough(user)).map(|user| user.id.clone()).collect();
        self.notify(told, if required { "approval_on" } else { "approval_off" }, None);
    }

    fn notify(&mut self, users: Vec<String>, kind: &str, client_id: Option<&str>) {
        let by = if kind == "approval_off" { "client" } else { "email" };
        let notices = users.into_iter().map(|user| Notice {
            user,
            kind: kind.to_owned(),
            by: by.to_owned(),
            client_id: client_id.map(str::to_owned),
        });
        self.approval.notices.extend(notices);
    }
}

fn tells(version: &str) -> bool {
    let parts: Vec<u32> = version.split('.').map(|part| part.parse().unwrap_or(0)).collect();
    parts.as_slice() >= TELLS_FROM.as_slice()
}

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
pub fn control(world: &mut World, method: &str, body: Value) -> Answer {
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
