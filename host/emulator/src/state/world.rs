//! Everything the emulated Zoom knows. Tokens are kept as hashes only.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use sha2::{Digest, Sha256};

use crate::events::Events;
use crate::faults::fault::{Fault, RetryAfter};
use crate::http::log::LogEntry;
use crate::oauth::Devices;
use crate::seed::Seed;
use crate::state::approval::Approval;
use crate::state::limits::Counters;
use crate::state::livestreams::Livestreams;
use crate::state::meeting_instances::Instance;
pub use crate::state::meetings::Meeting;
use crate::state::meetings::MeetingExtras;
use crate::state::patches::Patch;
pub use crate::state::people::User;
use crate::state::people::{Directory, People};
use crate::state::plan::Plan;
use crate::state::recordings::Recordings;
use crate::state::registrations::Registrations;
use crate::state::webinars::Webinars;

/// The whole state behind one lock. What areas add here must be readable from and writable to JSON, for snapshots.
#[derive(Serialize, Deserialize)]
pub struct World {
    /// What it was filled with, and returns to on reset.
    pub seed: Seed,
    /// Objects whose answers are not as they should be.
    pub patches: Vec<Patch>,
    /// Addresses belong to the process, not to a snapshot.
    #[serde(skip)]
    pub origin: String,
    #[serde(skip)]
    pub download_origin: String,
    pub access_ttl_s: u64,
    /// Added to the real time.
    pub clock_offset_ms: i64,
    pub settings: Settings,
    pub approval: Approval,
    pub devices: Devices,
    pub users: People,
    /// Groups, roles and the account's rules.
    pub directory: Directory,
    pub apps: Vec<App>,
    /// Exact addresses; empty means the loopback call-back on any port.
    pub redirect_uris: Vec<String>,
    pub meetings: BTreeMap<i64, Meeting>,
    /// Polls, summaries and what else belongs to meetings.
    pub meeting_extras: MeetingExtras,
    pub recordings: Recordings,
    /// Registrants and registration questions of meetings and webinars.
    pub registrations: Registrations,
    pub livestreams: Livestreams,
    pub webinars: Webinars,
    /// Meetings that were held or are running, oldest first.
    pub past: Vec<Instance>,
    /// Webhook endpoints, what waits to be delivered, and what happened.
    pub events: Events,
    pub grants: Vec<Grant>,
    pub access: HashMap<String, Access>,
    /// Every token, code and proof of a code in clear, for tests that look for leaks. In memory only; no address shows it.
    #[serde(skip)]
    pub issued: Vec<String>,
    pub codes: HashMap<String, Code>,
    pub sessions: HashMap<String, Session>,
    pub pages: HashMap<String, PageToken>,
    pub tickets: HashMap<String, Ticket>,
    /// Requests counted against limits.
    pub counters: Counters,
    pub faults: Vec<Fault>,
    pub log: VecDeque<LogEntry>,
    pub requests: u64,
}

/// Switches that change behaviour, set through `/_emulator/settings`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub rate_limits: bool,
    /// Of error messages: `en`, `es` or `ru`.
    pub language: String,
    /// Downloads answer with an error inside HTTP 200.
    pub downloads_disabled: bool,
    /// Which polls meetings may have: `all`, `basic` (no advanced ones, no quizzes) or `none`.
    pub polls: String,
    /// Summaries are sent by e-mail only.
    pub summaries_restricted: bool,
    /// Ids or addresses of users who may neither host nor schedule meetings.
    pub no_meetings: Vec<String>,
    /// `free`, `pro` or `business`.
    pub plan: Plan,
    /// How `Retry-After` is written: `iso`, `http-date` or `seconds`.
    pub retry_after: RetryAfter,
    /// Minutes from the end of processing until a played meeting's transcript is there.
    pub transcript_delay_min: i64,
    /// Every second webhook is sent late, so that the next one overtakes it.
    pub webhook_disorder: bool,
    /// Every webhook is sent twice, with the same request id.
    pub webhook_duplicates: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rate_limits: true,
            language: "en".into(),
            downloads_disabled: false,
            polls: "all".into(),
            summaries_restricted: false,
            no_meetings: Vec::new(),
            plan: Plan::default(),
            retry_after: RetryAfter::default(),
            transcript_delay_min: 0,
            webhook_disorder: false,
            webhook_duplicates: false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppKind {
    User,
    Admin,
    Server,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct App {
    pub client_id: String,
    pub secret_hash: String,
    pub name: String,
    pub kind: AppKind,
    pub scopes: Vec<String>,
}

/// One consent, or one Server-to-Server token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Grant {
    pub id: u64,
    pub client_id: String,
    pub user: String,
    pub scopes: Vec<String>,
    pub refresh: Option<String>,
    pub refresh_until_ms: i64,
    pub live: bool,
}

/// An access token, by its hash.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Access {
    pub grant: u64,
    pub until_ms: i64,
    /// A download token opens one meeting's files and nothing else.
    pub only_uuid: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Code {
    pub client_id: String,
    pub user: String,
    pub redirect_uri: String,
    pub scopes: Vec<String>,
    pub challenge: Option<(String, String)>,
    pub until_ms: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    pub user: String,
    pub csrf: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PageToken {
    pub bound_to: String,
    pub offset: usize,
    pub until_ms: i64,
}

/// A signed storage address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ticket {
    pub key: String,
    pub until_ms: i64,
}

impl World {
    pub fn now_ms(&self) -> i64 {
        real_ms() + self.clock_offset_ms
    }

    pub fn user(&self, id_or_email: &str) -> Option<&User> {
        self.users.find(id_or_email)
    }

    pub fn app(&self, client_id: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.client_id == client_id)
    }

    pub fn grant(&self, id: u64) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.id == id)
    }
}

/// Milliseconds since 1970 by the machine's clock.
pub fn real_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A URL-safe secret of that many random bytes.
pub fn random(bytes: usize) -> String {
    let drawn: Vec<u8> = (0..bytes).map(|_| rand::random::<u8>()).collect();
    URL_SAFE_NO_PAD.encode(drawn)
}

/// SHA-256 in hexadecimal.
pub fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
