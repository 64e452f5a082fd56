//! One process of the storm: opens the home and, round by round, lets all its callers ask for the token at once.

use std::collections::BTreeSet;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use switchboard_connections::{App, Connections, KeySource, Loopback, Method, Options, Service, Stage, Vault, Watch};
use switchboard_egress::{Connection, Egress};
use switchboard_store::Store;
use url::Url;

use crate::referee::LIFE_S;

/// Signs in once, for all.
pub fn connect(home: &Path, base: &str) {
    let threads = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    threads.block_on(async {
        let connections = open(home, Options::default());
        let service = Service {
            connector: "demo".into(),
            api_base: Url::parse(&format!("{base}/v2")).unwrap(),
            oauth_base: Url::parse(&format!("{base}/oauth")).unwrap(),
            authorize_path: "/authorize".into(),
            token_path: "/token".into(),
            revoke_path: "/revoke".into(),
            api_hosts: vec![],
            credential_hosts: vec![],
            download_hosts: vec![],
            issuer: None,
            token_errors: Default::default(),
        };
        let app = App { client_id: "app".into(), client_secret: Some("canary-app-secret".into()) };
        let loopback = Loopback { port: 7910, listen: false };
        let pending = connections.begin(&service, app, &[], loopback).await.unwrap();
        let state = pending.authorize_url.query_pairs().find(|(name, _)| name == "state").unwrap().1;
        let grant = pending.paste(&format!("{}?code=canary-code-1&state={state}", pending.redirect_uri)).await.unwrap();
        connections.save("work", Method::Byo, &service, grant, None).unwrap();
    });
}

fn open(home: &Path, options: Options) -> Connections {
    let store = Store::open(home).unwrap();
    let vault = Vault::open(&store, KeySource::File(home.join("key"))).unwrap();
    Connections::open_with(store, vault, Egress::new().unwrap(), options)
}

/// Rounds from standard input, results to standard output, until the input ends.
pub fn run(home: &Path) {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let offset = Arc::new(AtomicI64::new(0));
    let moved = offset.clone();
    let clock = Arc::new(move || {
        let real = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
        i64::try_from(real).unwrap() + moved.load(Ordering::SeqCst)
    });
    let watch: Arc<dyn Watch> = Arc::new(Trap { armed: home.join("armed"), meeting: home.join(MEETING) });
    let connections = open(home, Options { clock, watch: Some(watch) });
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let (round, callers) = line.split_once(' ').unwrap();
        let rounds: i64 = round.parse().unwrap();
        // Each round begins when the token of the one before has ended.
        offset.store(rounds * i64::try_from(LIFE_S).unwrap() * 1_000, Ordering::SeqCst);
        let said = threads.block_on(callers_at_once(&connections, callers.parse().unwrap()));
        println!("{said}");
    }
}

async fn callers_at_once(connections: &Connections, callers: usize) -> serde_json::Value {
    let live = match connections.open_connection(None) {
        Ok(live) => Arc::new(live),
        Err(error) => return json!({ "good": 0, "failed": vec![error.to_string(); callers], "tokens": [] }),
    };
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..callers {
        let live = live.clone();
        asking.spawn(async move {
            live.credential(None).await.map(|token| token.fingerprint()).map_err(|error| error.to_string())
        });
    }
    let (mut good, mut failed, mut tokens) = (0, Vec::new(), BTreeSet::new());
    while let Some(answer) = asking.join_next().await {
        match answer.unwrap() {
            Ok(token) => {
                good += 1;
                tokens.insert(token);
            }
            Err(error) => failed.push(error),
        }
    }
    json!({ "good": good, "failed": failed, "tokens": tokens })
}

/// A folder in the home: while it is there, whoever is about to send the token waits in it for another process.
pub const MEETING: &str = "meeting";
/// Where the lease holds nobody else comes.
const LONGEST_MEETING: Duration = Duration::from_secs(5);

/// Stops the first process that comes to the armed stage, so that it can be killed there.
struct Trap {
    armed: PathBuf,
    meeting: PathBuf,
}

impl Trap {
    /// Waits until two processes are about to send the same token.
    fn meet(&self) {
        let begun = Instant::now();
        let present = || self.meeting.read_dir().map_or(usize::MAX, |folder| folder.count());
        if self.meeting.exists() {
            std::fs::write(self.meeting.join(std::process::id().to_string()), "").unwrap();
        }
        while present() < 2 && begun.elapsed() < LONGEST_MEETING {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Watch for Trap {
    fn rotation(&self, _: &str, stage: Stage) {
        if matches!(stage, Stage::Sending) {
            self.meet();
        }
        let name = match stage {
            Stage::Sending => "sending",
            Stage::Kept => "kept",
        };
        let here = std::fs::read_to_string(&self.armed).is_ok_and(|armed| armed == name);
        if here && std::fs::remove_file(&self.armed).is_ok() {
            println!("{}", json!({ "leader": true }));
            loop {
                std::thread::park();
            }
        }
    }
}
