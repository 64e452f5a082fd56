//! The application as the command line uses it: a terminal in front of it.

use std::io::IsTerminal;
use std::ops::Deref;
use std::sync::Arc;

use async_trait::async_trait;
use switchboard_app::{AppError, Config, Confirmation, Downloads, Message, Ui};
use switchboard_egress::{NoTrace, Trace, TraceLine};
use switchboard_runtime::{Events, Silent};

use crate::args::{DownloadArgs, Global};
use crate::present::next_step::spell;
use crate::progress::Watcher;
use crate::{input, output};

/// The application, and the flags that every command has.
pub struct App {
    pub global: Global,
    app: switchboard_app::App,
}

impl Deref for App {
    type Target = switchboard_app::App;

    fn deref(&self) -> &Self::Target {
        &self.app
    }
}

impl App {
    pub fn new(global: Global) -> Result<Self, AppError> {
        let config =
            Config { home: global.home.clone(), connector: global.connector.clone(), trace_sign_in: global.trace };
        let app = switchboard_app::App::new(config, Arc::new(Terminal { global: global.clone() }))?;
        Ok(Self { global, app })
    }

    /// One line for the person, unless they want quiet.
    pub fn say(&self, text: &str) {
        if !self.global.quiet {
            output::note(text);
        }
    }
}

impl From<&DownloadArgs> for Downloads {
    fn from(files: &DownloadArgs) -> Self {
        Self { folder: files.downloads.clone(), again: files.again, max_bytes: files.max_download }
    }
}

/// The person at the terminal.
struct Terminal {
    global: Global,
}

#[async_trait]
impl Ui for Terminal {
    fn notify(&self, message: Message) {
        if !self.global.quiet {
            output::note(&message.spell(spell));
        }
    }

    fn is_quiet(&self) -> bool {
        self.global.quiet
    }

    async fn confirm(&self, question: &Confirmation) -> Result<bool, AppError> {
        // Our words come first: a connector from a file may call a deletion a list.
        let by_file = if question.is_own_connector { " by a connector from a file, which says" } else { "" };
        let sentence = format!("`{}` is destructive{by_file}: {}", question.activity, question.sentence);
        if self.global.no_input || !std::io::stdin().is_terminal() {
            let fix = if question.has_dry_run {
                "add --yes to continue, or --dry-run to look first"
            } else {
                "add --yes to continue"
            };
            return Err(AppError::usage(sentence, fix));
        }
        output::note(&format!("{sentence} Type yes to continue:"));
        Ok(input::line()?.trim() == "yes")
    }

    fn events(&self, label: &str) -> Arc<dyn Events> {
        if self.global.quiet || self.global.json { Arc::new(Silent) } else { Arc::new(Watcher::new(label, false)) }
    }

    fn trace(&self, label: &str) -> Arc<dyn Trace> {
        if self.global.trace { Arc::new(PrintTrace { label: label.to_owned() }) } else { Arc::new(NoTrace) }
    }
}

/// `--trace`: one line a request on standard error, with the connection it belongs to.
struct PrintTrace {
    label: String,
}

impl Trace for PrintTrace {
    fn request(&self, line: TraceLine) {
        let status = line.status.map_or_else(|| "-".into(), |status| status.to_string());
        let mut text = format!("{}  {:6} {} {} {} ms", self.label, line.method, line.url, status, line.millis);
        for extra in [line.rate, line.note].into_iter().flatten() {
            text.push_str("  ");
            text.push_str(&extra);
        }
        output::note(&text);
    }
}
