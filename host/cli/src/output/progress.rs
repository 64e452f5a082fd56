//! A bar where somebody watches, a line now and then where not.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use switchboard_app::ui::Events;

use super::{is_watched, note, size};

/// Shows a call's words and progress on standard error.
pub struct Watcher {
    label: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    bar: Option<ProgressBar>,
    last_line: Option<Instant>,
}

/// How often a line is printed where no bar can be drawn.
const LINES: Duration = Duration::from_secs(10);

impl Watcher {
    /// Of a call over the connection of this label.
    pub fn new(label: &str) -> Self {
        Self { label: label.to_owned(), state: Mutex::new(State::default()) }
    }
}

impl Events for Watcher {
    fn message(&self, level: &str, text: &str) {
        if level != "debug" {
            note(&format!("{}: {text}", self.label));
        }
    }

    fn progress(&self, done: u64, total: Option<u64>, unit: &str) {
        let doing = match unit {
            "bytes" => "",
            "checked bytes" => "checking: ",
            _ => return,
        };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if is_watched() {
            let bar = state.bar.get_or_insert_with(|| {
                let bar = ProgressBar::new(total.unwrap_or(0));
                if let Ok(style) =
                    ProgressStyle::with_template("{prefix}{bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left")
                {
                    bar.set_style(style);
                }
                bar
            });
            bar.set_prefix(doing);
            bar.set_length(total.unwrap_or(0));
            bar.set_position(done);
            if total.is_some_and(|total| done >= total) {
                bar.finish_and_clear();
                state.bar = None;
            }
        } else if state.last_line.is_none_or(|at| at.elapsed() > LINES) {
            let of = total.map_or_else(String::new, |total| format!(" of {}", size(total)));
            // Nobody expects a check: it is named at once.
            if state.last_line.is_some() || !doing.is_empty() {
                note(&format!("{doing}{}{of}", size(done)));
            }
            state.last_line = Some(Instant::now());
        }
    }
}
