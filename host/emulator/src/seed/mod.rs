//! The data an emulator starts with. Everything but ids of sessions and tokens is the same on every start.

mod broken;
pub mod build;
mod campus;
mod known;
mod meetings;
mod people;
mod recordings;
mod registrants;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Options;
use crate::api::operations;
use crate::events::Events;
use crate::oauth::Devices;
use crate::state::approval::Approval;
use crate::state::limits::Counters;
use crate::state::livestreams::Livestreams;
use crate::state::meetings::MeetingExtras;
use crate::state::registrations::Registrations;
use crate::state::webinars::Webinars;
use crate::state::world::{App, AppKind, Settings, World, hash, real_ms};

pub const ACCOUNT: &str = "AcEmulatorAccount0000A";
pub const DEMO_APP: (&str, &str) = ("switchboard-demo", "demo-secret-not-a-secret");
pub const ADMIN_APP: (&str, &str) = ("switchboard-admin", "admin-secret-not-a-secret");
pub const CLASSIC_APP: (&str, &str) = ("switchboard-classic", "classic-secret-not-a-secret");
pub const SERVER_APP: (&str, &str) = ("switchboard-server", "server-secret-not-a-secret");
/// The password of every seeded user on the sign-in page.
pub const PASSWORD: &str = "demo";

/// The client secrets of all apps.
pub fn app_secrets() -> [&'static str; 4] {
    [DEMO_APP, ADMIN_APP, CLASSIC_APP, SERVER_APP].map(|app| app.1)
}

/// What the emulator is filled with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seed {
    /// Seven users, three groups, and recordings from January to November 2026.
    #[default]
    Small,
    /// The same users and apps, no recordings.
    Empty,
    /// 5,000 users in three states, 100,000 recordings over the three years before the start.
    Campus,
    /// The small seed, with rows that Zoom's documents do not allow: missing fields, wrong types, unknown values.
    Broken,
}

impl FromStr for Seed {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        serde_json::from_value(name.into()).map_err(|_| format!("no seed `{name}`: small, empty, campus or broken"))
    }
}

/// The world at the start.
pub fn world(options: &Options, seed: Seed, origin: &str, download_origin: &str) -> World {
    let offset = options.at_ms.map_or(0, |at| at - real_ms());
    let now = real_ms() + offset;
    let users = if seed == Seed::Campus { campus::users() } else { people::small() };
    let recordings = match seed {
        Seed::Small => recordings::small(&users, now),
        Seed::Empty => Vec::new(),
        Seed::Campus => recordings::campus(&users, campus::RECORDINGS, now),
        Seed::Broken => broken::recordings(&users, now),
    };
    let patches = if seed == Seed::Broken { broken::patches(&users) } else { Vec::new() };
    let mut world = World {
        seed,
        patches,
        origin: origin.into(),
        download_origin: download_origin.into(),
        access_ttl_s: options.access_ttl_s,
        clock_offset_ms: offset,
        settings: Settings { rate_limits: options.rate_limits, ..Settings::default() },
        approval: Approval::seeded(),
        devices: Devices::default(),
        users: users.into_iter().collect(),
        directory: people::directory(),
        apps: apps(),
        redirect_uris: options.redirect_uris.clone(),
        meetings: BTreeMap::new(),
        meeting_extras: MeetingExtras::default(),
        recordings: recordings.into(),
        registrations: Registrations::default(),
        livestreams: Livestreams::default(),
        webinars: Webinars::default(),
        past: Vec::new(),
        events: Events::default(),
        grants: Vec::new(),
        access: HashMap::new(),
        issued: Vec::new(),
        codes: HashMap::new(),
        sessions: HashMap::new(),
        pages: HashMap::new(),
        tickets: HashMap::new(),
        counters: Counters::default(),
        faults: Vec::new(),
        log: VecDeque::new(),
        requests: 0,
    };
    if seed == Seed::Small {
        meetings::small(&mut world);
        registrants::fill(&mut world);
    }
    world
}

fn apps() -> Vec<App> {
    let (plain, admin) = (operations::granular(false), operations::granular(true));
    let app = |(client_id, secret): (&str, &str), name: &str, kind, scopes| App {
        client_id: client_id.into(),
        secret_hash: hash(secret),
        name: name.into(),
        kind,
        scopes,
    };
    vec![
        app(DEMO_APP, "Switchboard", AppKind::User, plain),
        app(ADMIN_APP, "Switchboard for admins", AppKind::Admin, admin.clone()),
        app(CLASSIC_APP, "Switchboard classic", AppKind::User, operations::classic()),
        app(SERVER_APP, "Switchboard server", AppKind::Server, admin),
    ]
}
