//! The command tree. Verbs for daily work, nouns for management.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, Parser, Subcommand};

use crate::download;

pub use crate::connect_args::{Connect, ConnectionCommand, Doctor, Method, Style};

/// Heading of the flags that every command has.
const GLOBAL: &str = "Global options";

/// Open automation connector for Zoom.
#[derive(Debug, Parser)]
#[command(
    name = "switchboard",
    version,
    about = "Open automation connector for Zoom",
    after_help = "Start here:\n  switchboard try                      a Zoom emulator with a connected demo account\n  switchboard call zoom.users.me       run one activity\n  switchboard activity list            what there is\n\nExit codes: 0 done, 1 failed (also a write that may have happened, and a document's own `fail`), 2 wrong usage,\n            3 document or input invalid, 4 sign-in or scope needed, 5 the service refused, 6 try again later, 130 interrupted"
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
    /// Say nothing but data and errors
    #[arg(long, short, global = true, help_heading = GLOBAL)]
    pub quiet: bool,
    /// Never ask; fail where an answer would be needed
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub no_input: bool,
    /// Folder for everything Switchboard keeps, in place of the one in SWITCHBOARD_HOME
    // Read from the environment in `home`: the usage line would show a flag that is set as if it were needed.
    #[arg(long, global = true, value_name = "DIR", help_heading = GLOBAL)]
    pub home: Option<PathBuf>,
    /// Run this connector instead of the built-in one
    #[arg(long, global = true, value_name = "FILE", help_heading = GLOBAL)]
    pub connector: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a Zoom emulator with a connected demo account
    Try(Try),
    /// Connect a Zoom account
    Connect(Box<Connect>),
    /// Show, test and end connections
    #[command(subcommand)]
    Connection(ConnectionCommand),
    /// Show and change the key of the stored secrets
    #[command(subcommand)]
    Key(KeyCommand),
    /// Find and explain activities
    #[command(subcommand)]
    Activity(ActivityCommand),
    /// Find a service to connect
    #[command(subcommand)]
    Connector(ConnectorCommand),
    /// Find and explain events, what Zoom tells by itself
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
    /// Look at earlier runs
    #[command(subcommand)]
    Runs(RunsCommand),
    /// Start a Zoom emulator alone, and steer one that runs
    #[command(subcommand)]
    Emulator(switchboard_emulator::cli::Command),
    /// Find what is wrong and say how to mend it
    Doctor(Doctor),
    /// Open an address in the system's browser, for this program itself
    #[command(hide = true)]
    OpenBrowser { address: String },
    /// Print the reference of the command line as a page
    #[command(hide = true)]
    Reference,
    /// Print the completion script of a shell
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
    /// Walk through connecting, scheduling, listing and downloading, then stop
    #[arg(long)]
    pub tour: bool,
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Tell which key it is and where it comes from, never the key
    Show,
    /// Put a new key in the place of the present one. One that comes from the environment is followed by the one in the same
    /// variable with `_NEXT` at its end (`SWITCHBOARD_KEY_NEXT`)
    Rotate,
}

#[derive(Debug, Subcommand)]
pub enum ConnectorCommand {
    /// List the connectors of this build, or those that a text finds by name, summary or activity
    List {
        /// For example `zo` or `meeting`
        search: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum ActivityCommand {
    /// List activities, or those that a text finds by name, title or what they are about
    List {
        /// For example `meetings` or `poll`
        search: Option<String>,
    },
    /// Explain one activity
    Show { activity: String },
    /// Print the JSON Schemas of one activity
    Schema {
        activity: String,
        /// The output instead of the input
        #[arg(long)]
        output: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum ErrorCommand {
    /// List problem codes with cause and fix: all, or those of a code
    List {
        /// A problem code or a part of one, or a code of the service: `not-found`, `download`, `3301`
        search: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum EventCommand {
    /// List events, or those that a text finds by name or title
    List {
        /// For example `recording`
        search: Option<String>,
    },
    /// Explain one event
    Show { event: String },
    /// Print the JSON Schema of one event
    Schema { event: String },
    /// Take in a signed message that was saved with its headers: print the event, and act on one that ends a connection
    Receive {
        /// The request: headers, an empty line, the body unchanged
        file: PathBuf,
        /// Client id of the app that the message was sent to
        #[arg(long, env = "SWITCHBOARD_CLIENT_ID")]
        client_id: String,
        /// File with the secret that the app's messages are signed with
        #[arg(long, value_name = "FILE")]
        event_secret_file: PathBuf,
    },
}

#[derive(Debug, ClapArgs)]
pub struct Call {
    /// For example zoom.meetings.create
    pub activity: String,
    /// key=text, key:=json or key=@file
    pub fields: Vec<String>,
    /// Input as JSON from a file (`@FILE`) or standard input (`-`); fields are added to it
    #[arg(long, value_name = "@FILE")]
    pub input: Option<String>,
    /// Label of the connection
    #[arg(long, short)]
    pub connection: Option<String>,
    /// Print the request instead of sending it
    #[arg(long)]
    pub dry_run: bool,
    /// Time limit for the call, downloads included, for example `90s` or `2h`. The default is two minutes; a download continues
    /// while bytes arrive
    #[arg(long, value_name = "TIME", value_parser = download::time)]
    pub timeout: Option<Duration>,
    #[command(flatten)]
    pub files: DownloadArgs,
    /// Run this activity although it is off by policy; may be given several times
    #[arg(long, value_name = "ACTIVITY")]
    pub allow: Vec<String>,
    /// Go on with a destructive activity without asking
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, ClapArgs)]
pub struct Run {
    pub file: PathBuf,
    /// key=text, key:=json or key=@file
    pub fields: Vec<String>,
    /// Label of the connection; NAME=LABEL, repeated, for a document that names several
    #[arg(long, short, value_name = "[NAME=]LABEL")]
    pub connection: Vec<String>,
    #[command(flatten)]
    pub files: DownloadArgs,
    /// Run this activity although it is off by policy; may be given several times
    #[arg(long, value_name = "ACTIVITY")]
    pub allow: Vec<String>,
    /// Go on with destructive activities without asking
    #[arg(long)]
    pub yes: bool,
    /// Change a limit, for example items=20000 or run_time=PT2H; may be given several times
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
    /// Largest file to download, for example `500MB` or `80GiB`, in place of `max_download` in the home folder's policy.json
    /// and of 50 GiB
    #[arg(long, value_name = "SIZE", value_parser = download::size)]
    pub max_download: Option<u64>,
}

#[derive(Debug, ClapArgs)]
pub struct Check {
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Change a limit, for example steps=2000 or mistakes=1000; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub limit: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// List the latest runs
    List {
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Show one run with its steps
    Show { id: String },
    /// Delete what was kept of a run; what its steps did stays done
    Delete { id: String },
    /// Delete what was kept of all runs that began long ago and do not go on
    Prune {
        /// How long ago, for example 30d or 12h
        #[arg(long, value_name = "TIME", value_parser = crate::download::age)]
        older_than: std::time::Duration,
    },
}
