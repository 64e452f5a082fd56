//! Many processes with many callers whose token ends again and again, some of them killed in the middle.
//!
//! The token service is strict: a refresh token works once, and one that is used again kills its whole family. The only
//! result that passes is one POST for each expiry.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on may panic")]

mod referee;
mod worker;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use referee::Referee;
use serde_json::Value;
use switchboard_leaks::{Home, said};

const PROCESSES: usize = 8;
const CALLERS: usize = 1_000;
/// A round that hangs is a failed caller.
const PATIENCE: Duration = Duration::from_secs(120);

/// One process, the test binary itself in its other role.
struct Worker {
    child: Child,
    input: ChildStdin,
}

/// What a worker said, and which.
type Said = (usize, Value);

struct Storm {
    home: Home,
    referee: Referee,
    workers: Vec<Worker>,
    said: Receiver<Said>,
    say: Sender<Said>,
}

/// What a storm came to.
#[derive(Debug, Default)]
struct Figures {
    expiries: usize,
    killed: usize,
    callers: usize,
    /// Expiries with another number of POSTs than one.
    not_one_post: usize,
    invalid_grants: usize,
    failed_callers: usize,
}

impl Figures {
    fn good(&self) -> bool {
        self.not_one_post == 0 && self.invalid_grants == 0 && self.failed_callers == 0
    }
}

impl Storm {
    fn new(processes: usize) -> Storm {
        let referee = Referee::start();
        let home = Home::new();
        for canary in ["canary-access-", "canary-refresh-", "canary-code-", "canary-app-secret"] {
            home.add_secret(canary, canary);
        }
        worker::connect(home.path(), &referee.base);
        let (say, said) = channel();
        let mut storm = Storm { home, referee, workers: Vec::new(), said, say };
        for number in 0..processes {
            let worker = storm.spawn(number);
            storm.workers.push(worker);
        }
        storm
    }

    fn spawn(&self, number: usize) -> Worker {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["worker_process", "--exact", "--nocapture", "--include-ignored"])
            .env("STORM_WORKER", self.home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        self.home.watch(child.id(), &command);
        let say = self.say.clone();
        std::thread::spawn(move || {
            // The test harness prints lines of its own.
            for line in output.lines().map_while(Result::ok) {
                let Ok(value) = serde_json::from_str(&line) else { continue };
                said("a line of a process", line);
                if say.send((number, value)).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take().unwrap();
        Worker { child, input }
    }

    fn tell(&mut self, number: usize, text: &str) {
        writeln!(self.workers[number].input, "{text}").unwrap();
    }

    /// One expiry. `kill` names the stage at which the leader is killed with -9.
    fn round(&mut self, round: usize, kill: Option<&str>, figures: &mut Figures) {
        let armed = self.home.path().join("armed");
        if let Some(stage) = kill {
            std::fs::write(&armed, stage).unwrap();
        }
        let before = self.referee.counts();
        let line = format!("{round} {CALLERS}");
        for number in 0..self.workers.len() {
            self.tell(number, &line);
        }
        let mut waiting: BTreeSet<usize> = (0..self.workers.len()).collect();
        let mut tokens = BTreeSet::new();
        while !waiting.is_empty() {
            let Ok((number, said)) = self.said.recv_timeout(PATIENCE) else {
                figures.failed_callers += waiting.len() * CALLERS;
                break;
            };
            if said["leader"] == true {
                self.workers[number].child.kill().unwrap();
                self.workers[number].child.wait().unwrap();
                figures.killed += 1;
                self.workers[number] = self.spawn(number);
                self.tell(number, &line);
                continue;
            }
            waiting.remove(&number);
            figures.callers += usize::try_from(said["good"].as_u64().unwrap()).unwrap();
            let failed = said["failed"].as_array().unwrap();
            figures.failed_callers += failed.len();
            if let Some(first) = failed.first() {
                eprintln!("round {round}: {first}");
            }
            tokens.extend(said["tokens"].as_array().unwrap().iter().map(ToString::to_string));
        }
        let after = self.referee.counts();
        figures.expiries += 1;
        figures.invalid_grants += after.refused - before.refused;
        // Everybody has the one new token as well.
        let one = after.posts - before.posts == 1 && tokens.len() == 1;
        figures.not_one_post += usize::from(!one);
    }
}

impl Drop for Storm {
    fn drop(&mut self) {
        for worker in &mut self.workers {
            let _ = worker.child.kill();
            let _ = worker.child.wait();
        }
    }
}

fn expiries() -> usize {
    std::env::var("STORM_EXPIRIES").ok().and_then(|text| text.parse().ok()).unwrap_or(50)
}

fn storm(processes: usize, expiries: usize) -> Figures {
    let mut storm = Storm::new(processes);
    let mut figures = Figures::default();
    for round in 1..=expiries {
        let kill = match round % 6 {
            2 => Some("sending"),
            5 => Some("kept"),
            _ => None,
        };
        storm.round(round, kill, &mut figures);
    }
    figures
}

#[test]
fn g08_refresh_storm_seed_uipath_20() {
    let started = std::time::Instant::now();
    let figures = storm(PROCESSES, expiries());
    eprintln!("{figures:?} in {:?}", started.elapsed());
    assert!(figures.good(), "{figures:?}");
    assert_eq!(figures.expiries, expiries());
    assert_eq!(figures.callers, expiries() * PROCESSES * CALLERS);
    assert_eq!(figures.killed, (1..=expiries()).filter(|round| round % 3 == 2).count());
}

/// So many rounds two processes have to meet in one.
const ROUNDS: usize = 10;

/// The same storm with the lease taken away: its files vanish while they are held, so everybody believes to be alone. Who is
/// about to send the token waits for another one that is.
#[test]
fn g08_the_storm_fails_without_the_lease() {
    let mut storm = Storm::new(4);
    let locks = storm.home.path().join("locks");
    let end = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let saboteur = std::thread::spawn({
        let end = end.clone();
        move || {
            while !end.load(std::sync::atomic::Ordering::SeqCst) {
                for file in std::fs::read_dir(&locks).into_iter().flatten().flatten() {
                    if file.file_name().to_string_lossy().starts_with("token") {
                        let _ = std::fs::remove_file(file.path());
                    }
                }
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    });
    let mut figures = Figures::default();
    let meeting = storm.home.path().join(worker::MEETING);
    // On a busy machine processes may come one after the other, and each then finds the lease of the next.
    for round in 1..=ROUNDS {
        std::fs::create_dir(&meeting).unwrap();
        storm.round(round, None, &mut figures);
        std::fs::remove_dir_all(&meeting).unwrap();
        if figures.not_one_post > 0 {
            break;
        }
    }
    end.store(true, std::sync::atomic::Ordering::SeqCst);
    saboteur.join().unwrap();
    assert!(figures.not_one_post > 0 && !figures.good(), "{figures:?}");
}

/// The other role of this binary.
#[test]
#[ignore = "a process of the storm, not a test"]
fn worker_process() {
    if let Some(home) = std::env::var_os("STORM_WORKER") {
        worker::run(Path::new(&home));
    }
}
