//! The emulator's commands, for its own binary and for any other command that carries them: start one, and steer one that
//! runs, over HTTP.

mod client;
mod words;

use std::io;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use crate::{Emulator, Options, Seed, start};

/// Where a running emulator is looked for.
const HERE: &str = "http://127.0.0.1:7901";

/// What can be done with an emulator.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start an emulator and run it until interrupted
    Start(Box<Start>),
    /// Replace everything by a seed: small, empty, campus or broken
    Seed {
        seed: Seed,
        #[command(flatten)]
        at: At,
    },
    /// Add a fault, or list or clear those that wait
    #[command(
        after_help = "Kinds: latency, status, html, drop, truncate, error, text, late-transcript, token-death.\n\nExamples:\n  fault status status=503 count=3\n  fault status status=429 variant=daily operation='GET users/*/recordings' nth=2\n  fault latency millis=800 method=POST\n  fault clear"
    )]
    Fault {
        /// Kind of the fault, `list` or `clear`
        #[arg(default_value = "list")]
        kind: String,
        /// Its fields, as NAME=VALUE
        fields: Vec<String>,
        #[command(flatten)]
        at: At,
    },
    /// Show what its clock says, or advance it: 90s, 20m, 3h, 2d
    Clock {
        advance: Option<String>,
        #[command(flatten)]
        at: At,
    },
    /// Back to the seed
    Reset {
        #[command(flatten)]
        at: At,
    },
    /// Save the whole state to a file, or restore it
    Snapshot {
        file: PathBuf,
        /// Restore the file instead of writing it
        #[arg(long)]
        restore: bool,
        #[command(flatten)]
        at: At,
    },
}

/// Which running emulator.
#[derive(Debug, Args)]
pub struct At {
    /// Address of the running emulator
    #[arg(long, default_value = HERE, value_name = "URL")]
    pub at: String,
}

/// How an emulator starts.
#[derive(Debug, Args)]
pub struct Start {
    /// Port of the API and sign-in pages on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 7901)]
    pub port: u16,
    /// Port of the download host on localhost; 0 takes a free one
    #[arg(long, default_value_t = 7902)]
    pub download_port: u16,
    /// Data to start with: small, empty, campus or broken
    #[arg(long, default_value = "small")]
    pub seed: Seed,
    /// Lifetime of access tokens in seconds
    #[arg(long, default_value_t = 3599)]
    pub access_ttl: u64,
    /// Do not enforce the limits of the account's plan
    #[arg(long)]
    pub no_rate_limits: bool,
    /// Registered redirect address, compared exactly; repeatable. Default: the usual call-back paths on any loopback port
    #[arg(long = "redirect-uri")]
    pub redirect_uris: Vec<String>,
    /// Go on from a saved state
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
}

impl Start {
    /// Start it; the error says what to do.
    pub async fn run(self) -> Result<Emulator, String> {
        let options = Options {
            api_port: self.port,
            download_port: self.download_port,
            seed: self.seed,
            access_ttl_s: self.access_ttl,
            rate_limits: !self.no_rate_limits,
            redirect_uris: self.redirect_uris,
            at_ms: None,
        };
        let emulator = start(options).await.map_err(|error: io::Error| {
            format!("cannot open the ports: {error}; choose others with --port and --download-port")
        })?;
        if let Some(file) = self.snapshot {
            restore(&emulator.control_base(), &file).await?;
        }
        Ok(emulator)
    }
}

/// Addresses and the demo app, for programs.
pub fn addresses(emulator: &Emulator) -> Value {
    let (client_id, client_secret) = emulator.app();
    json!({"api_base": emulator.api_base(), "oauth_base": emulator.oauth_base(), "control_base": emulator.control_base(),
        "download_base": emulator.download_base(), "page": emulator.api_base().replace("/v2", "/"),
        "client_id": client_id, "client_secret": client_secret})
}

/// The same for people.
pub fn greeting(emulator: &Emulator) -> String {
    let (client_id, client_secret) = emulator.app();
    [
        format!("Zoom API    {}", emulator.api_base()),
        format!("OAuth       {}", emulator.oauth_base()),
        format!("Downloads   {}", emulator.download_base()),
        format!("Control     {}", emulator.control_base()),
        format!("State       {}", emulator.api_base().replace("/v2", "/")),
        format!("App         {client_id}   secret {client_secret}"),
        "Sign in as  ada@emulator.test (owner), grace@ or alan@emulator.test; password demo".to_owned(),
    ]
    .join("\n")
}

/// Steer a running emulator. The answer is data to print, null when there is none. [`Command::Start`] is not for here:
/// use [`Start::run`].
pub async fn steer(command: Command) -> Result<Value, String> {
    match command {
        Command::Start(_) => Err("an emulator is started, not steered".into()),
        Command::Seed { seed, at } => post(&at, "seed", &json!({"seed": seed})).await,
        Command::Fault { kind, fields, at } => fault(&at, &kind, &fields).await,
        Command::Clock { advance: None, at } => client::send("GET", &control(&at), "clock", "").await,
        Command::Clock { advance: Some(text), at } => {
            post(&at, "clock", &json!({"advance_s": words::seconds(&text)?})).await
        }
        Command::Reset { at } => post(&at, "reset", &json!({})).await,
        Command::Snapshot { file, restore: true, at } => restore(&control(&at), &file).await,
        Command::Snapshot { file, restore: false, at } => {
            let bytes = client::fetch(&control(&at), "snapshot").await?;
            tokio::fs::write(&file, &bytes)
                .await
                .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
            Ok(json!({"file": file, "bytes": bytes.len()}))
        }
    }
}

async fn restore(control: &str, file: &std::path::Path) -> Result<Value, String> {
    let text = tokio::fs::read_to_string(file).await;
    let text = text.map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    client::send("POST", control, "snapshot", &text).await
}

async fn fault(at: &At, kind: &str, fields: &[String]) -> Result<Value, String> {
    match kind {
        "list" => client::send("GET", &control(at), "faults", "").await,
        "clear" => client::send("DELETE", &control(at), "faults", "").await,
        kind => {
            let mut body = Map::from_iter([("kind".to_owned(), json!(kind))]);
            for field in fields {
                let (name, value) = words::field(field)?;
                body.insert(name, value);
            }
            post(at, "faults", &Value::Object(body)).await
        }
    }
}

async fn post(at: &At, what: &str, body: &Value) -> Result<Value, String> {
    client::send("POST", &control(at), what, &body.to_string()).await
}

fn control(at: &At) -> String {
    format!("{}/_emulator", at.at.trim_end_matches('/'))
}
