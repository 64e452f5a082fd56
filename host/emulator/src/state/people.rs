//! The people of the account: users (indexed, because an account can have thousands), groups and roles.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct User {
    /// Given at creation, but not shown while the invitation is pending.
    pub id: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// Absent: first and last name.
    pub display_name: Option<String>,
    /// 1 Basic, 2 Licensed, 4 Unassigned, 99 None.
    pub kind: u8,
    /// `active`, `inactive` or `pending`.
    pub status: String,
    /// `0` owner, `1` admin, `2` member, else the id of a custom role.
    pub role: String,
    pub pmi: i64,
    pub timezone: String,
    pub created_ms: i64,
    pub verified: bool,
    /// Never: absent.
    pub last_login_ms: Option<i64>,
    pub client_version: Option<String>,
    pub login_types: Vec<u8>,
    /// Ids of groups.
    pub groups: Vec<String>,
    /// Further fields of the profile as they are on the wire: `dept`, `job_title`, `phone_numbers`, `zoom_one_type` …
    pub profile: Map<String, Value>,
    /// Sections and values that differ from the account's defaults.
    pub settings: Map<String, Value>,
    /// Users who may schedule for this one.
    pub assistants: Vec<String>,
    /// The role right to see what is inside recordings.
    pub views_recordings: bool,
}

impl User {
    /// An active, verified, basic member who signs in with a Zoom password and has never done so.
    pub fn new(id: impl Into<String>, email: impl Into<String>, first_name: &str, last_name: &str) -> Self {
        Self {
            id: id.into(),
            email: email.into(),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            display_name: None,
            kind: 1,
            status: "active".to_owned(),
            role: "2".to_owned(),
            pmi: 0,
            timezone: "UTC".to_owned(),
            created_ms: 0,
            verified: true,
            last_login_ms: None,
            client_version: None,
            login_types: vec![100],
            groups: Vec::new(),
            profile: Map::new(),
            settings: Map::new(),
            assistants: Vec::new(),
            views_recordings: true,
        }
    }

    pub fn pending(&self) -> bool {
        self.status == "pending"
    }

    pub fn name(&self) -> String {
        self.display_name.clone().unwrap_or_else(|| format!("{} {}", self.first_name, self.last_name))
    }

    /// The part of the address after `@`, in lower case.
    pub fn domain(&self) -> String {
        self.email.rsplit('@').next().unwrap_or_default().to_lowercase()
    }

    /// Owner or administrator.
    pub fn manages(&self) -> bool {
        matches!(self.role.as_str(), "0" | "1")
    }
}

/// All users in the order of their creation, found by id or address without a search.
#[derive(Debug, Default)]
pub struct People {
    rows: BTreeMap<u64, User>,
    by_id: HashMap<String, u64>,
    by_email: HashMap<String, u64>,
    next: u64,
}

impl People {
    pub fn add(&mut self, user: User) {
        self.by_id.insert(user.id.clone(), self.next);
        self.by_email.insert(user.email.to_lowercase(), self.next);
        self.rows.insert(self.next, user);
        self.next += 1;
    }

    pub fn find(&self, id_or_email: &str) -> Option<&User> {
        self.rows.get(&self.place(id_or_email)?)
    }

    /// To change anything but id and address.
    pub fn find_mut(&mut self, id_or_email: &str) -> Option<&mut User> {
        let place = self.place(id_or_email)?;
        self.rows.get_mut(&place)
    }

    /// Gives a user another address, which must be of nobody else. The id stays, and with it everything that is theirs.
    pub fn readdress(&mut self, id_or_email: &str, email: &str) -> Result<(), String> {
        let place = self.place(id_or_email).ok_or_else(|| format!("`{id_or_email}` is not known"))?;
        let (key, unknown) = (email.to_lowercase(), || format!("`{id_or_email}` is not known"));
        if !email.contains('@') || self.by_email.get(&key).is_some_and(|other| *other != place) {
            return Err(format!("`{email}` is not an address, or it is another user's"));
        }
        let user = self.rows.get_mut(&place).ok_or_else(unknown)?;
        self.by_email.remove(&user.email.to_lowercase());
        email.clone_into(&mut user.email);
        self.by_email.insert(key, place);
        Ok(())
    }

    pub fn remove(&mut self, id_or_email: &str) -> Option<User> {
        let user = self.rows.remove(&self.place(id_or_email)?)?;
        self.by_id.remove(&user.id);
        self.by_email.remove(&user.email.to_lowercase());
        Some(user)
    }

    pub fn iter(&self) -> impl Iterator<Item = &User> {
        self.rows.values()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut User> {
        self.rows.values_mut()
    }

    fn place(&self, id_or_email: &str) -> Option<u64> {
        self.by_id.get(id_or_email).or_else(|| self.by_email.get(&id_or_email.to_lowercase())).copied()
    }
}

/// Written as the list of users; the index is made again.
impl Serialize for People {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.rows.values())
    }
}

impl<'de> Deserialize<'de> for People {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Vec::<User>::deserialize(from).map(|users| users.into_iter().collect())
    }
}

impl FromIterator<User> for People {
    fn from_iter<T: IntoIterator<Item = User>>(users: T) -> Self {
        let mut people = Self::default();
        users.into_iter().for_each(|user| people.add(user));
        people
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Group {
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Role {
    pub id: String,
    pub name: String,
    pub description: String,
    /// `User:Read`, `User:Edit`, `Group:Read` …; the owner has every right, named or not.
    pub privileges: Vec<String>,
}

impl Role {
    pub fn has(&self, right: &str) -> bool {
        self.id == "0" || self.privileges.iter().any(|held| held == right)
    }
}

/// What the account may hold, and what it enforces.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// Meeting licences bought.
    pub licences: usize,
    /// Most users of any kind.
    pub most_users: usize,
    /// Users created with an invitation per UTC day: 50 Free, 1,500 Pro, 10,000 Business and above.
    pub creates_per_day: u32,
    /// Users of these domains belong to the account and cannot leave it.
    pub managed_domains: Vec<String>,
    /// Nobody of these domains can be invited.
    pub blocked_domains: Vec<String>,
    /// Domains that the service itself keeps out of every account.
    #[serde(default)]
    pub unsafe_domains: Vec<String>,
    /// Whether single sign-on and its pre-provisioning are on.
    pub sso: bool,
    /// Settings that users cannot change: sections with the forced values.
    pub locked: Value,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            licences: 6,
            most_users: 10_000,
            creates_per_day: 1_500,
            managed_domains: vec!["managed.test".into()],
            blocked_domains: vec!["blocked.test".into()],
            unsafe_domains: vec!["unsafe.test".into()],
            sso: true,
            locked: json!({"recording": {"host_pause_stop_recording": false}, "in_meeting": {"e2e_encryption": false}}),
        }
    }
}

/// The account beside its users.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Directory {
    pub account: Account,
    pub groups: Vec<Group>,
    pub roles: Vec<Role>,
    /// Invitations sent, by UTC day.
    pub created: HashMap<String, u32>,
    /// What administrators did, oldest first.
    pub operations: Vec<LoggedOperation>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoggedOperation {
    pub at_ms: i64,
    /// Address of who did it.
    pub operator: String,
    /// `user`, `role`, `user_settings` …
    pub category: String,
    /// `Add`, `Update`, `Delete` …
    pub action: String,
    pub detail: String,
}

impl Directory {
    pub fn role(&self, id: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id)
    }

    pub fn group(&self, id: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id)
    }
}
