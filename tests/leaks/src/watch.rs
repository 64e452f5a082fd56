//! What other processes of the machine can see of a command and of what it starts: arguments and environment.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Result;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crate::gone;

/// The key may be given to the command itself in these, and to nobody it starts.
const KEY_VARIABLES: [&[u8]; 2] = [b"SWITCHBOARD_KEY=", b"SWITCHBOARD_KEY_NEXT="];
/// Between two looks, while nothing new is followed.
const PAUSE: Duration = Duration::from_millis(50);

/// Everything seen, each once. It looks until every process that it follows, and what those started, has ended, or until it is
/// dropped.
#[derive(Default)]
pub struct Watch {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    seen: BTreeSet<Vec<u8>>,
    /// What could not be looked at, and what to do.
    failed: BTreeSet<String>,
    alive: BTreeMap<u32, Followed>,
    pause: Duration,
    watching: bool,
}

#[derive(Clone, Copy)]
struct Followed {
    /// When it began: the same id may be given to another later.
    began: u64,
    /// Who started it; nobody when the test did.
    parent: Option<u32>,
}

impl Watch {
    /// A process that was started with `shown`: what it and its descendants show until they end. One that has ended by now
    /// showed what it was started with.
    pub fn follow(&self, process: u32, shown: Vec<Vec<u8>>) {
        let mut shared = lock(&self.shared);
        shared.seen.extend(shown.into_iter().filter(|one| !is_key(one)));
        if !Path::new("/proc/self/stat").exists() {
            shared.failed.insert("processes cannot be looked at here: run this where /proc is, on Linux".to_owned());
            return;
        }
        shared.meet(process, None);
        shared.look();
        shared.pause = Duration::from_millis(1);
        if !shared.watching {
            shared.watching = true;
            let shared = Arc::downgrade(&self.shared);
            std::thread::spawn(move || keep_looking(&shared));
        }
    }

    /// What was seen until now, and what could not be looked at.
    pub fn seen(&self) -> (Vec<Vec<u8>>, Vec<String>) {
        let mut shared = lock(&self.shared);
        shared.look();
        (shared.seen.iter().cloned().collect(), shared.failed.iter().cloned().collect())
    }

    /// How many processes are still looked at.
    pub fn following(&self) -> usize {
        lock(&self.shared).alive.len()
    }
}

/// What a command is started with: its arguments and its environment.
pub fn shown_by(command: &Command) -> Vec<Vec<u8>> {
    let mut environment: BTreeMap<_, _> = std::env::vars_os().collect();
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => environment.insert(name.to_owned(), value.to_owned()),
            None => environment.remove(name),
        };
    }
    let variables =
        environment.iter().map(|(name, value)| [name.as_encoded_bytes(), b"=", value.as_encoded_bytes()].concat());
    let arguments = std::iter::once(command.get_program()).chain(command.get_args());
    arguments.map(|argument| argument.as_encoded_bytes().to_vec()).chain(variables).collect()
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_key(variable: &[u8]) -> bool {
    KEY_VARIABLES.iter().any(|name| variable.starts_with(name))
}

/// Until all have ended, or nobody wants to know any more.
fn keep_looking(shared: &Weak<Mutex<Shared>>) {
    while let Some(shared) = shared.upgrade() {
        let pause = {
            let mut shared = lock(&shared);
            shared.look();
            if shared.alive.is_empty() {
                shared.watching = false;
                return;
            }
            shared.pause = (shared.pause * 5 / 4).min(PAUSE);
            shared.pause
        };
        drop(shared);
        std::thread::sleep(pause);
    }
}

impl Shared {
    /// One more process, if it is still there.
    fn meet(&mut self, process: u32, parent: Option<u32>) {
        match began(process) {
            Ok(Some(began)) => {
                let followed = self.alive.entry(process).or_insert(Followed { began, parent });
                followed.parent = followed.parent.and(parent);
            }
            Ok(None) => {}
            Err(error) => self.fail(process, &error.to_string()),
        }
    }

    fn fail(&mut self, process: u32, why: &str) {
        let name = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
        self.failed.insert(format!(
            "process {process} ({}) cannot be looked at: {why}; run it as the user who runs the search",
            name.trim()
        ));
    }

    /// At everybody who is alive, and at whom they started.
    fn look(&mut self) {
        let mut rest: Vec<u32> = self.alive.keys().copied().collect();
        while let Some(process) = rest.pop() {
            match self.look_at(process) {
                Ok(Some(children)) => {
                    for child in children {
                        if !self.alive.contains_key(&child) {
                            self.meet(child, Some(process));
                            rest.push(child);
                        }
                    }
                }
                Ok(None) => {
                    self.alive.remove(&process);
                }
                Err(error) if gone(&error) => {
                    self.alive.remove(&process);
                }
                Err(error) => {
                    self.fail(process, &error.to_string());
                    self.alive.remove(&process);
                }
            }
        }
    }

    /// Whether a command of the test's own has just these arguments.
    fn is_copy(&self, parent: u32, arguments: &[u8]) -> bool {
        let ours = self.alive.get(&parent).is_some_and(|parent| parent.parent.is_none());
        ours && fs::read(format!("/proc/{parent}/cmdline")).is_ok_and(|own| own == arguments)
    }

    /// Its children; none when it has ended.
    fn look_at(&mut self, process: u32) -> Result<Option<Vec<u32>>> {
        let Some(followed) = self.alive.get(&process).copied() else { return Ok(None) };
        if began(process)? != Some(followed.began) {
            return Ok(None);
        }
        let read = |name: &str| fs::read(format!("/proc/{process}/{name}"));
        // Before what it shows: a child that it starts meanwhile is found by the next look.
        let children = children(process)?;
        let arguments = read("cmdline")?;
        let environment = match read("environ") {
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied && is_of_our_user(process) => Vec::new(),
            environment => environment?,
        };
        // Before it becomes another program a child is the command itself, as far as others can see.
        let ours = followed.parent.is_none_or(|parent| self.is_copy(parent, &arguments));
        let variables: Vec<&[u8]> =
            environment.split(|byte| *byte == 0).filter(|variable| !(ours && is_key(variable))).collect();
        self.seen.insert(variables.join(&0));
        self.seen.insert(arguments);
        Ok(Some(children))
    }
}

/// Whether a process is of our user. One that cannot be read all the same hides its memory from every program but root's.
fn is_of_our_user(process: u32) -> bool {
    let user = |process: &str| {
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        status.lines().find_map(|line| line.strip_prefix("Uid:").map(str::to_owned))
    };
    user("self").is_some_and(|ours| user(&process.to_string()) == Some(ours))
}

/// When a process began, in ticks; none when it has ended.
fn began(process: u32) -> Result<Option<u64>> {
    let stat = match fs::read(format!("/proc/{process}/stat")) {
        Err(error) if gone(&error) => return Ok(None),
        stat => stat?,
    };
    let stat = String::from_utf8_lossy(&stat).into_owned();
    // The name comes first, in parentheses, and may hold anything.
    let mut fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let state = fields.next().unwrap_or_default();
    if ["Z", "X", "x"].contains(&state) {
        return Ok(None);
    }
    let began = fields.nth(18).and_then(|ticks| ticks.parse().ok());
    began.map(Some).ok_or_else(|| std::io::Error::other("its state is written in another way"))
}

/// Each of its threads has children of its own.
fn children(process: u32) -> Result<Vec<u32>> {
    let mut all = Vec::new();
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let file = thread?.path().join("children");
        match fs::read_to_string(&file) {
            Ok(text) => all.extend(text.split_whitespace().filter_map(|child| child.parse::<u32>().ok())),
            Err(error) if gone(&error) && !file.parent().is_some_and(Path::exists) => {}
            Err(error) if gone(&error) => {
                return Err(std::io::Error::other("this kernel does not tell what a process started"));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}
