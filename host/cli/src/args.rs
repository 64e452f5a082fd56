//! The command tree. Verbs for daily work, nouns for management.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// Open automation connector for Zoom.
#[derive(Debug, Parser)]
#[command(
    name = "switchboard",
    version,
    about = "Open automation connector for Zoom",
    after_help = "Start here:\n  switchboard try                      a Zoom emulator with a connected demo account\n  switchboard call zoom.users.me       run one activity\n  switchboard activity list            what there is\n\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 document or input invalid, 4 sign-in or scope needed,\n            5 the service refused, 6 try again later, 130 interrupted"
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
    #[arg(long, global = true)]
    pub json: bool,
    /// Print one line for each request: method, address, status, milliseconds. Secrets are masked
    #[arg(long, global = true)]
    pub trace: bool,
    /// Say nothing but data and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Never ask; fail where an answer would be needed
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Folder for everything Switchboard keeps
    #[arg(long, global = true, env = "SWITCHBOARD_HOME", value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Run this connector instead of the built-in one
    #[arg(long, global = true, value_name = "FILE")]
    pub connector: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a Zoom emulator with a connected demo account
    Try(Try),
    /// Connect a Zoom account
    Connect(Connect),
    /// Show, test and end connections
    #[command(subcommand)]
    Connection(ConnectionCommand),
    /// Show and change the key of the stored secrets
    #[command(subcommand)]
    Key(KeyCommand),
    /// Find and explain activities
    #[command(subcommand)]
    Activity(ActivityCommand),
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
    Doctor,
    /// Print the completion script of a shell
    Completion { shell: clap_complete::Shell },
}

#[derive(Debug, ClapArgs)]
pub struct Try {
    /// Port of the emulator's API and sign-in pages
    #[arg(long, default_value_t = 7901)]
    pub port: u16,
    /// Port of the emulator's download host
    #[arg(long, default_value_t = 7902)]
    pub download_port: u16,
    /// Walk through connecting, scheduling, listing and downloading, then stop
    #[arg(long)]
    pub tour: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Method {
    /// The packaged app, by browser
    Browser,
    /// Your own app, by browser
    Byo,
    /// Server-to-Server
    S2s,
    /// A short-lived token of your own, without refresh
    Token,
}

#[derive(Debug, ClapArgs)]
pub struct Connect {
    /// Label of the connection
    #[arg(default_value = "work")]
    pub label: String,
    /// How to sign in; found from the other flags when left out
    #[arg(long)]
    pub method: Option<Method>,
    /// Client id of your app
    #[arg(long, env = "SWITCHBOARD_CLIENT_ID")]
    pub client_id: Option<String>,
    /// File with the client secret; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub client_secret_file: Option<PathBuf>,
    /// Account id, for Server-to-Server
    #[arg(long)]
    pub account_id: Option<String>,
    /// Read a short-lived access token from standard input (`--token -`)
    #[arg(long, value_name = "-")]
    pub token: Option<String>,
    /// Do not wait for the browser's call-back; paste its address (read from standard input)
    #[arg(long)]
    pub paste: bool,
    /// Print the address instead of opening a browser
    #[arg(long)]
    pub no_open: bool,
    /// Cloud: a profile of the connector
    #[arg(long, default_value = "zoom")]
    pub profile: String,
    /// Base of the API, overriding the profile (https, or loopback)
    #[arg(long, value_name = "URL")]
    pub api_base: Option<String>,
    /// Base of the sign-in addresses, overriding the profile
    #[arg(long, value_name = "URL")]
    pub oauth_base: Option<String>,
    /// Port of the loopback redirect address
    #[arg(long, default_value_t = 7910)]
    pub redirect_port: u16,
    /// Ask for these scopes (apps with optional scopes only; others grant what the app has)
    #[arg(long, value_delimiter = ',')]
    pub scopes: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum ConnectionCommand {
    /// List connections
    List,
    /// Show one connection
    Show { label: String },
    /// Ask the service who the connection is
    Test { label: Option<String> },
    /// Revoke at the service and forget
    Disconnect {
        label: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Tell which key it is and where it comes from, never the key
    Show,
    /// Put a new key in the place of the present one
    Rotate,
}

#[derive(Debug, Subcommand)]
pub enum ActivityCommand {
    /// List activities
    List,
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
    /// Folder for downloads
    #[arg(long, default_value = "downloads")]
    pub downloads: PathBuf,
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
    /// Label of the connection
    #[arg(long, short)]
    pub connection: Option<String>,
    /// Folder for downloads
    #[arg(long, default_value = "downloads")]
    pub downloads: PathBuf,
    /// Run this activity although it is off by policy; may be given several times
    #[arg(long, value_name = "ACTIVITY")]
    pub allow: Vec<String>,
    /// Go on with destructive activities without asking
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, ClapArgs)]
pub struct Check {
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
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
}
