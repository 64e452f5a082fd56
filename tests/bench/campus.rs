//! A whole account: 5,000 users in three states and 100,000 recordings of three years, listed as a workflow would, in a
//! program of its own, from a service that enforces its limits.

use std::collections::{HashMap, HashSet};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use switchboard_egress::Egress;
use switchboard_emulator::{Emulator, Options, Seed};
use switchboard_runtime::{CallOptions, Connector, Runtime, RuntimeConfig};
use tokio::runtime::Runtime as Threads;

use crate::report::Report;
use crate::steady::Steady;
use crate::{BUNDLED, Failed, beside, process};

const USERS: usize = 5_000;
const RECORDINGS: usize = 100_000;
/// All that listing needs.
const SCOPES: [&str; 2] = ["user:read:list_users:admin", "cloud_recording:read:list_account_recordings:admin"];
/// Most items of a page, for both lists.
const PAGE: usize = 300;
/// Characters of a year and month, which no two states of users share either.
const MONTH: usize = 7;
const PATIENCE: Duration = Duration::from_secs(600);

/// Start the emulator with the campus and the program below.
pub fn measure(threads: &Threads, report: &mut Report) -> Result<(), Failed> {
    let options = Options { seed: Seed::Campus, rate_limits: true, ..Options::default() };
    let emulator = threads.block_on(switchboard_emulator::start(options))?;
    let mut child = Command::new(beside("bench")?);
    let scopes = SCOPES.map(str::to_owned);
    let token = emulator.issue_token_with("ada@emulator.test", &scopes).ok_or("the emulator does not know ada")?;
    child.args(["campus", &emulator.api_base(), &token]);
    let (used, said) = process::listen(&mut child)?;
    let listed: Vec<Listed> = serde_json::from_str(&said)?;
    let (asked, refused) = requests(&emulator)?;
    for (list, name) in listed.iter().zip(["5,000 users, all states", "100,000 recordings of three years"]) {
        report.other(&format!("{name}, listed"), list.items as f64 / list.seconds, "/s");
        report.other(&format!("{name}, requests ÷ fewest possible"), list.requests as f64 / list.fewest as f64, "x");
    }
    report.other("the program that listed both, peak memory", used.peak as f64 / 1024.0, "MiB");
    report.note(&format!(
        "the service was asked {asked} times within its limits and refused {refused}; every item came once"
    ));
    Ok(())
}

/// How often the service was asked, and how often it said that it was too often.
fn requests(emulator: &Emulator) -> Result<(usize, usize), Failed> {
    let log =
        Command::new("curl").args(["--silent", "--fail", &format!("{}/requests", emulator.control_base())]).output()?;
    let Log { requests } = serde_json::from_slice(&log.stdout)?;
    let api: Vec<Entry> = requests.into_iter().filter(|entry| entry.host == "api").collect();
    Ok((api.len(), api.iter().filter(|entry| entry.status == Some(429)).count()))
}

/// The program that is measured: lists everything and prints what it took.
pub fn list(api_base: &str, token: &str) -> Result<(), Failed> {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let runtime = Runtime::new(RuntimeConfig::default(), Egress::new()?)?;
    let account = Account {
        threads: &threads,
        connector: runtime.load_bundle(BUNDLED)?,
        connection: Steady::many(api_base, token, 1)?.pop().ok_or("no connection")?,
    };
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let from = today.saturating_sub(jiff::Span::new().years(3)).to_string();
    // the service lists one state, or one month, at a time
    let users = List { activity: "zoom.users.list", items: "users", key: "email", part: "status", expected: USERS };
    let users = account.all(&users, Map::new())?;
    let recordings = List {
        activity: "zoom.recordings.list-account",
        items: "recordings",
        key: "meeting_uuid",
        part: "start_time",
        expected: RECORDINGS,
    };
    let recordings = account.all(&recordings, Map::from_iter([("from".to_owned(), from.into())]))?;
    println!("{}", serde_json::to_string(&[users, recordings])?);
    Ok(())
}

/// What one list took.
#[derive(Serialize, Deserialize)]
struct Listed {
    items: usize,
    seconds: f64,
    requests: u64,
    fewest: usize,
}

/// The emulator's log.
#[derive(Deserialize)]
struct Log {
    requests: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    host: String,
    status: Option<u16>,
}

/// A list and what it should hold.
struct List {
    activity: &'static str,
    items: &'static str,
    key: &'static str,
    /// The field by which the service divides it: its first characters, as many as `2026-01` has.
    part: &'static str,
    expected: usize,
}

struct Account<'a> {
    threads: &'a Threads,
    connector: Connector,
    connection: Arc<Steady>,
}

impl Account<'_> {
    /// Follows `coverage.next` to the end. Only counts are kept, as a workflow would that hands each part on.
    fn all(&self, list: &List, mut input: Map<String, Value>) -> Result<Listed, Failed> {
        let List { activity, items, key, part, expected } = list;
        let options = CallOptions { deadline: PATIENCE, ..CallOptions::default() };
        let (mut seen, mut parts, mut requests) = (HashSet::new(), HashMap::<String, usize>::new(), 0);
        let start = Instant::now();
        let text = |item: &Value, name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        loop {
            let call = self.connector.call(activity, input.clone().into(), self.connection.clone(), &options);
            let output = self.threads.block_on(call).map_err(|error| format!("{activity}: {error}"))?;
            for item in output.get(items).and_then(Value::as_array).into_iter().flatten() {
                if !seen.insert(text(item, key)) {
                    return Err(format!("{activity}: {} came twice", text(item, key)).into());
                }
                *parts.entry(text(item, part).chars().take(MONTH).collect()).or_default() += 1;
            }
            let coverage = output.get("coverage").ok_or("a list without coverage")?;
            requests += coverage.get("pages").and_then(Value::as_u64).unwrap_or_default();
            match coverage.get("next").filter(|next| next.is_string()) {
                Some(next) => drop(input.insert("next".to_owned(), next.clone())),
                None if coverage.get("complete") == Some(&Value::Bool(true)) => break,
                None => return Err(format!("{activity}: not complete: {coverage}").into()),
            }
        }
        if seen.len() != *expected {
            return Err(format!("{activity}: {} of {expected}", seen.len()).into());
        }
        let fewest = parts.values().map(|count| count.div_ceil(PAGE)).sum();
        Ok(Listed { items: seen.len(), seconds: start.elapsed().as_secs_f64(), requests, fewest })
    }
}
