//! What other processes of the machine can see of a command and of what it starts: arguments and environment.

use std::collections::BTreeSet;
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The key may be given to the command itself in these, and to nobody it starts.
const KEY_VARIABLES: [&[u8]; 2] = [b"SWITCHBOARD_KEY=", b"SWITCHBOARD_KEY_NEXT="];

/// Everything seen, each once.
#[derive(Clone, Default)]
pub struct Watch {
    seen: Arc<Mutex<BTreeSet<Vec<u8>>>>,
}

impl Watch {
    /// What a process is started with, and what it and its descendants show until they end.
    pub fn follow(&self, process: u32, arguments: Vec<u8>) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(arguments);
        self.look(process, true);
        let watch = self.clone();
        std::thread::spawn(move || {
            let mut pause = Duration::from_millis(1);
            while watch.look(process, true) && pause < Duration::from_secs(5) {
                std::thread::sleep(pause);
                pause = pause * 5 / 4;
            }
        });
    }

    /// What was seen so far.
    pub fn seen(&self) -> Vec<Vec<u8>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Whether the process is still there.
    fn look(&self, process: u32, ours: bool) -> bool {
        let read = |name: &str| fs::read(format!("/proc/{process}/{name}")).unwrap_or_default();
        let (arguments, environment) = (read("cmdline"), read("environ"));
        if arguments.is_empty() {
            // Ended; or it is only just becoming the program.
            let state = read("stat");
            return !state.is_empty() && !String::from_utf8_lossy(&state).contains(") Z ");
        }
        let given = |variable: &&[u8]| ours && KEY_VARIABLES.iter().any(|name| variable.starts_with(name));
        let variables: Vec<&[u8]> = environment.split(|byte| *byte == 0).filter(|variable| !given(variable)).collect();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(arguments);
        seen.insert(variables.join(&0));
        drop(seen);
        let children = read(&format!("task/{process}/children"));
        for child in String::from_utf8_lossy(&children).split_whitespace().filter_map(|child| child.parse().ok()) {
            self.look(child, false);
        }
        true
    }
}
