//! The application as the command line uses it: a terminal in front of it.

use std::io::IsTerminal;
use std::ops::Deref;
use std::sync::Arc;

use async_trait::async_trait;
use switchboard_app::blocking::on_thread;
use switchboard_app::connect::{AccessPlan, SignInStep};
use switchboard_app::connection::{usage_in_words, usage_sentence};
use switchboard_app::ui::{ActivityConfirmation, DisconnectionConfirmation, Events, NoTrace, Silent, Trace, TraceLine};
use switchboard_app::{AppError, Config, Confirmation, Downloads, Message, Ui};

use crate::args::{DownloadArgs, Global};
use crate::output::progress::Watcher;
use crate::present::next_step::spell;
use crate::present::{access, remedy, sign_in};
use crate::{browser, input, output};

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
        let config = Config {
            home: global.home.clone(),
            connector: global.connector.clone(),
            trace_sign_in: global.trace,
            clock: None,
        };
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

    fn warn(&self, failure: &AppError) {
        let report = failure.report();
        self.say(&format!("! {}", report.message.spell(spell)));
        if let Some(guidance) = report.guidance {
            remedy::lines(&remedy::fill(guidance)).iter().for_each(|line| self.say(line));
        }
    }

    fn is_attended(&self) -> bool {
        !self.global.no_input
    }

    async fn confirm(&self, question: &Confirmation) -> Result<bool, AppError> {
        match question {
            Confirmation::Activity(question) => self.confirm_activity(question).await,
            Confirmation::Disconnection(question) => self.confirm_disconnection(question).await,
        }
    }

    fn show_access(&self, plan: &AccessPlan) {
        access::plan(plan).iter().for_each(|line| self.say(line));
    }

    async fn open(&self, step: &SignInStep<'_>) {
        let lines = sign_in::lines(step);
        lines.first.iter().for_each(|line| self.say(line));
        match step {
            SignInStep::Browse { page, is_opened: true, .. } => {
                let page = (*page).clone();
                if !on_thread(move || Ok(browser::open(&page))).await.unwrap_or(false) {
                    self.say("no browser could be opened here: open the address yourself, or run again with --paste");
                }
            }
            // Also for who wants quiet: without it there is nothing to wait for.
            SignInStep::SendLink { link, .. } => output::note(&format!("send this to whoever connects:  {link}")),
            _ => {}
        }
        lines.wait.iter().for_each(|line| self.say(line));
    }

    async fn read_line(&self) -> Result<Option<String>, AppError> {
        on_thread(input::next_line).await
    }

    fn events(&self, label: &str) -> Arc<dyn Events> {
        if self.global.quiet || self.global.json { Arc::new(Silent) } else { Arc::new(Watcher::new(label)) }
    }

    fn trace(&self, label: &str) -> Arc<dyn Trace> {
        if self.global.trace { Arc::new(PrintTrace { label: label.to_owned() }) } else { Arc::new(NoTrace) }
    }
}

impl Terminal {
    /// One line for the person, unless they want quiet.
    fn say(&self, text: &str) {
        if !self.global.quiet {
            output::note(text);
        }
    }

    /// Whether a question can be answered here.
    fn can_ask(&self) -> bool {
        !self.global.no_input && std::io::stdin().is_terminal()
    }

    async fn confirm_disconnection(&self, question: &DisconnectionConfirmation) -> Result<bool, AppError> {
        let DisconnectionConfirmation { label, owner, usage } = question;
        if !self.can_ask() {
            let sentence = format!("this revokes and deletes `{label}` ({})", usage_in_words(usage));
            return Err(AppError::usage(sentence, "add --yes to continue"));
        }
        usage.iter().for_each(|usage| output::note(&format!("! {}", usage_sentence(usage))));
        output::note(&format!(
            "this revokes `{label}` ({owner}) at the service and deletes it here. Type its label to continue:"
        ));
        Ok(input::answer().await?.trim() == label)
    }

    async fn confirm_activity(&self, question: &ActivityConfirmation) -> Result<bool, AppError> {
        // Our words come first: a connector from a file may call a deletion a list.
        let source = if question.is_own_connector { ". The connector file describes it as" } else { "" };
        let sentence = format!("`{}` is destructive{source}: {}", question.activity, question.sentence);
        if !self.can_ask() {
            let fix = if question.has_dry_run {
                "add --yes to continue, or --dry-run to look first"
            } else {
                "add --yes to continue"
            };
            return Err(AppError::usage(sentence, fix));
        }
        output::note(&format!("{sentence} Type yes to continue:"));
        Ok(input::answer().await?.trim() == "yes")
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
