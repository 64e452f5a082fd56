//! The command tree. Verbs for daily work, nouns for management.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, Parser, Subcommand};

use switchboard_app::size;

pub use crate::connect_args::{Connect, ConnectionCommand, Doctor, Method, Style};

/// Heading of the flags that every command has.
const GLOBAL: &str = "Global options";

/// Open automation connector for Zoom.
#[derive(Debug, Parser)]
#[command(
    name = "switchboard",
    version,
    about = "Open automation connector for Zoom",
    after_help = "Start here:\n  switchboard try                      a Zoom emulator with a connected demo account\n  switchboard call zoom.users.me       run one activity\n  switchboard activity list            list all activities\n\nExit codes: 0 done, 1 failed (a `fail` step too, and a write whose result is unknown), 2 wrong usage,\n            3 document or input invalid, 4 sign-in or scope needed, 5 the service refused, 6 try again later, 7 items of a run failed,\n            130 interrupted"
)]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Clone, ClapArgs)]
pub struct Global {
    /// Print data as JSON on standard output, errors as one JSON line on standard error
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub json: bool,
    /// Print one line for each request: connection, method, address, status, milliseconds. Secrets are masked
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub trace: bool,
    /// Print only data and errors
    #[arg(long, short, global = true, help_heading = GLOBAL)]
    pub quiet: bool,
    /// Ask nothing. Fail where a question would come
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub no_input: bool,
    /// Data folder (overrides SWITCHBOARD_HOME)
    // Read from the environment in `home`: the usage line would show a flag that is set as if it were needed.
    #[arg(long, global = true, value_name = "DIR", help_heading = GLOBAL)]
    pub home: Option<PathBuf>,
    /// Use this connector file instead of the built-in one
    #[arg(long, global = true, value_name = "FILE", help_heading = GLOBAL)]
    pub connector: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a Zoom emulator with a connected demo account
    Try(Try),
    /// Connect a Zoom account
    Connect(Box<Connect>),
    /// Manage connections
    #[command(subcommand)]
    Connection(ConnectionCommand),
    /// Manage the encryption key
    #[command(subcommand)]
    Key(KeyCommand),
    /// List and describe activities
    #[command(subcommand)]
    Activity(ActivityCommand),
    /// List connectors
    #[command(subcommand)]
    Connector(ConnectorCommand),
    /// List and describe webhook events
    #[command(subcommand)]
    Event(EventCommand),
    /// Explain problem codes
    #[command(subcommand)]
    Error(ErrorCommand),
    /// Run one activity
    Call(Call),
    /// Run an automation
    Run(Run),
    /// Check automations and report every mistake
    #[command(visible_alias = "validate")]
    Check(Check),
    /// Show earlier runs
    #[command(subcommand)]
    Runs(RunsCommand),
    /// Start or control a Zoom emulator
    #[command(subcommand)]
    Emulator(switchboard_emulator::cli::Command),
    /// Diagnose problems and print how to fix them
    Doctor(Doctor),
    /// Open an address in the system's browser, for this program itself
    #[command(hide = true)]
    OpenBrowser { address: String },
    /// Print the reference of the command line as a page
    #[command(hide = true)]
    Reference,
    /// Print the completion script for a shell
    Completion { shell: clap_complete::Shell },
}

#[derive(Debug, ClapArgs)]
pub struct Try {
    /// Port of the emulator's API and sign-in pages [default: 7901; with --tour any free one]
    #[arg(long)]
    pub port: Option<u16>,
    /// Port of the emulator's download host [default: 7902; with --tour any free one]
    #[arg(long)]
    pub download_port: Option<u16>,
    /// Connect, schedule, list and download, then stop
    #[arg(long)]
    pub tour: bool,
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Print the key's fingerprint and source, never the key
    Show,
    /// Replace the key
    ///
    /// If the key comes from SWITCHBOARD_KEY, put the new one into SWITCHBOARD_KEY_NEXT first.
    Rotate,
}

#[derive(Debug, Subcommand)]
pub enum ConnectorCommand {
    /// List connectors, or only those that match a text
    List {
        /// For example `zo` or `meeting`
        search: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum ActivityCommand {
    /// List activities, or only those that match a text
    List {
        /// For example `meetings` or `poll`
        search: Option<String>,
    },
    /// Describe one activity
    Show {
        /// For example zoom.meetings.create
        activity: String,
    },
    /// Print the JSON Schemas of one activity
    Schema {
        /// For example zoom.meetings.create
        activity: String,
        /// Print the schema of the output instead of the input
        #[arg(long)]
        output: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum ErrorCommand {
    /// List problem codes with cause and fix
    List {
        /// A problem code or a part of one, or a code of the service: `not-found`, `download`, `3301`
        search: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum EventCommand {
    /// List events, or only those that match a text
    List {
        /// For example `recording`
        search: Option<String>,
    },
    /// Describe one event
    Show {
        /// For example zoom.recording.completed
        event: String,
    },
    /// Print the JSON Schema of one event
    Schema {
        /// For example zoom.recording.completed
        event: String,
    },
    /// Verify a saved webhook request and print its event. An event that removes the app ends the connection
    Receive {
        /// File with the request: headers, an empty line, the unchanged body
        file: PathBuf,
        /// Client id of the app that got the webhook
        #[arg(long, env = "SWITCHBOARD_CLIENT_ID")]
        client_id: String,
        /// File with the app's webhook secret
        #[arg(long, value_name = "FILE")]
        event_secret_file: PathBuf,
    },
}

#[derive(Debug, ClapArgs)]
pub struct Call {
    /// For example zoom.meetings.create
    pub activity: String,
    /// Input: `key=text`, `key:=JSON` (numbers, true, lists) or `key=@FILE` (the text of a file)
    #[arg(value_name = "FIELD")]
    pub fields: Vec<String>,
    /// Read the input as JSON from `@FILE` or standard input (`-`). Fields win over it
    #[arg(long, value_name = "@FILE")]
    pub input: Option<String>,
    /// Connection to use
    #[arg(long, short)]
    pub connection: Option<String>,
    /// Print the request instead of sending it
    #[arg(long)]
    pub dry_run: bool,
    /// Time limit for the whole call, for example `90s` (default: two minutes, plus the time of downloads)
    #[arg(long, value_name = "TIME", value_parser = size::parse_time)]
    pub timeout: Option<Duration>,
    #[command(flatten)]
    pub files: DownloadArgs,
    /// Allow an activity that is switched off for safety. Repeat for more
    #[arg(long, value_name = "ACTIVITY")]
    pub allow: Vec<String>,
    /// Do not ask before a destructive activity
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, ClapArgs)]
pub struct Run {
    /// Automation to run: a file
    pub file: PathBuf,
    /// Input: `key=text`, `key:=JSON` (numbers, true, lists) or `key=@FILE` (the text of a file)
    #[arg(value_name = "FIELD")]
    pub fields: Vec<String>,
    /// Connection to use. For several: NAME=LABEL, repeated
    #[arg(long, short, value_name = "[NAME=]LABEL")]
    pub connection: Vec<String>,
    #[command(flatten)]
    pub options: RunOptions,
}

/// What every run can be given.
#[derive(Debug, ClapArgs)]
pub struct RunOptions {
    #[command(flatten)]
    pub files: DownloadArgs,
    /// Allow an activity that is switched off for safety. Repeat for more
    #[arg(long, value_name = "ACTIVITY")]
    pub allow: Vec<String>,
    /// Do not ask before a destructive activity
    #[arg(long)]
    pub yes: bool,
    /// Change a limit, for example items=20000 or run_time=PT2H (names: docs/reference/limits.md). Repeat for more
    #[arg(long, value_name = "NAME=VALUE")]
    pub limit: Vec<String>,
}

/// Where files go, and which.
#[derive(Debug, ClapArgs)]
pub struct DownloadArgs {
    /// Folder for downloads
    #[arg(long, default_value = "downloads")]
    pub downloads: PathBuf,
    /// Download files even if they already exist; each gets a new name
    #[arg(long)]
    pub again: bool,
    /// Largest file to download, for example `80GiB` (default: `max_download` in policy.json, else 50 GiB)
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    pub max_download: Option<u64>,
}

#[derive(Debug, ClapArgs)]
pub struct Check {
    /// Automations to check: files, or `-` for standard input
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Change a limit, for example steps=2000 or mistakes=1000 (names: docs/reference/limits.md). Repeat for more
    #[arg(long, value_name = "NAME=VALUE")]
    pub limit: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// List the latest runs
    List {
        /// Number of runs
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Show one run with its steps
    Show {
        /// Id of the run, or its beginning
        id: String,
    },
    /// Go on with a run whose process ended before it did
    Resume {
        /// Id of the run, or its beginning
        id: String,
        #[command(flatten)]
        options: RunOptions,
    },
    /// Try again what failed in a run; steps that succeeded are not repeated
    Retry {
        /// Id of the run, or its beginning
        id: String,
        /// Begin with this step of `runs show`, and repeat all steps after it
        #[arg(long, value_name = "STEP")]
        from: Option<String>,
        /// Repeat this step although it may have taken effect. Repeat for more
        #[arg(long, value_name = "STEP")]
        repeat: Vec<String>,
        #[command(flatten)]
        options: RunOptions,
    },
    /// Delete the record of a run, not what its steps did
    Delete {
        /// Id of the run, or its beginning
        id: String,
    },
    /// Delete the records of old runs that have ended
    Prune {
        /// Minimum age, for example 30d or 12h
        #[arg(long, value_name = "TIME", value_parser = switchboard_app::size::parse_age)]
        older_than: std::time::Duration,
    },
}
