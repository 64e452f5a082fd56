//! Who may install which app: pre-approval by the account's administrators, the state of each app, and the notices that
//! Zoom sends about them. Set through `/_emulator/approval`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::seed::{CLASSIC_APP, DEMO_APP, SERVER_APP};
use crate::state::world::{App, AppKind, User, World};

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
