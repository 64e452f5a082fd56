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
const PORT: u16 = 7901;

/// What can be done with an emulator.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start an emulator and run it until interrupted
    Start(Box<Start>),
    /// Replace all data by a seed
    Seed {
        /// Data to load: small, empty, campus or broken
        seed: Seed,
        #[command(flatten)]
        at: At,
    },
    /// Make the emulator fail on purpose
    #[command(
        after_help = "Kinds:\n  latency          answer after a delay\n  status           answer with this status\n  html             answer with a web page\n  drop             close the connection unanswered\n  truncate         send only the first bytes\n  stall            send some bytes, then wait\n  drip             send a few bytes slowly\n  changed          send another file, same size\n  bare             send a file without version\n  error            answer with an API error\n  text             body of another content type\n  echo             repeat the request's secrets back\n  xml              refuse in XML, not JSON\n  pages            let pages of lists lie\n  bad-row          put `null` into a list\n  shorten          show only some occurrences\n  late-transcript  let transcripts appear later\n  token-death      end all access tokens now\n  refusal          refuse with Zoom's own code\n\nExamples:\n  fault status status=503 count=3\n  fault status status=429 variant=daily operation='GET users/*/recordings' nth=2\n  fault latency millis=800 method=POST\n  fault clear"
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
    /// Show or advance the clock
    Clock {
        /// Time to move forward: 90s, 20m, 3h, 2d
        advance: Option<String>,
        #[command(flatten)]
        at: At,
    },
    /// Go back to the data it started with
    Reset {
        #[command(flatten)]
        at: At,
    },
    /// Save the whole state to a file, or restore it
    Snapshot {
        /// File of the saved state
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
    #[arg(long, value_name = "URL", conflicts_with = "port")]
    pub at: Option<String>,
    /// Its port on this machine, as `start` was given it
    #[arg(long, default_value_t = PORT)]
    pub port: u16,
}

/// What steering gave.
#[derive(Debug, Default)]
pub struct Steered {
    /// Data to print; null when there is none.
    pub data: Value,
    /// What was done, for the person; empty when the data says it all.
    pub text: String,
}

/// Why an emulator was not started or steered.
#[derive(Debug)]
pub struct Failed {
    /// What is wrong, and what to do.
    pub message: String,
    /// The command line was wrong, and nothing else.
    pub usage: bool,
}

impl Failed {
    fn usage(message: String) -> Self {
        Self { message, usage: true }
    }
}

impl From<String> for Failed {
    fn from(message: String) -> Self {
        Self { message, usage: false }
    }
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
    /// Redirect address that the apps accept, character for character. Repeat for more. Default: `/callback` and
    /// `/oauth/callback` on this machine, any port
    #[arg(long = "redirect-uri")]
    pub redirect_uris: Vec<String>,
    /// Start from a saved state
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
}

impl Start {
    /// Start it; the error says what to do.
    pub async fn run(self) -> Result<Emulator, Failed> {
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

/// Steer a running emulator. [`Command::Start`] is not for here: use [`Start::run`].
pub async fn steer(command: Command) -> Result<Steered, Failed> {
    match command {
        Command::Start(_) => Err(Failed::usage("an emulator is started, not steered".into())),
        Command::Seed { seed, at } => {
            let data = post(&at, "seed", &json!({"seed": seed})).await?;
            let name = json!(seed);
            Ok(Steered {
                data,
                text: format!("everything is replaced by the seed {}", name.as_str().unwrap_or_default()),
            })
        }
        Command::Fault { kind, fields, at } => fault(&at, &kind, &fields).await,
        Command::Clock { advance: None, at } => {
            Ok(Steered { data: client::send("GET", &control(&at), "clock", "").await?, text: String::new() })
        }
        Command::Clock { advance: Some(text), at } => {
            let seconds = words::seconds(&text).map_err(Failed::usage)?;
            let data = post(&at, "clock", &json!({"advance_s": seconds})).await?;
            Ok(Steered { data, text: format!("the emulator's clock is {seconds} seconds further") })
        }
        Command::Reset { at } => {
            let data = post(&at, "reset", &json!({})).await?;
            Ok(Steered { data, text: "the data is as it was at the start".into() })
        }
        Command::Snapshot { file, restore: true, at } => {
            let data = restore(&control(&at), &file).await?;
            Ok(Steered { data, text: format!("the state of {} is back", file.display()) })
        }
        Command::Snapshot { file, restore: false, at } => {
            let bytes = client::fetch(&control(&at), "snapshot").await?;
            write_new(&file, &bytes).await?;
            let text = format!("the whole state is in {}; put it back with --restore", file.display());
            Ok(Steered { data: json!({"file": file, "bytes": bytes.len()}), text })
        }
    }
}

/// Writes a file that is not there yet: another snapshot is never replaced.
async fn write_new(file: &std::path::Path, bytes: &[u8]) -> Result<(), Failed> {
    use tokio::io::AsyncWriteExt;
    let failed = |error: std::io::Error| format!("cannot write {}: {error}", file.display());
    let mut open = match tokio::fs::OpenOptions::new().write(true).create_new(true).open(file).await {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let message = format!("{} exists already: name another file, or remove that one", file.display());
            return Err(Failed::usage(message));
        }
        open => open.map_err(failed)?,
    };
    open.write_all(bytes).await.map_err(failed)?;
    Ok(open.sync_all().await.map_err(failed)?)
}

/// Largest file of a snapshot, bytes. That of the campus has some 100 MB.
const MAX_SNAPSHOT: u64 = 1 << 30;

async fn restore(control: &str, file: &std::path::Path) -> Result<Value, Failed> {
    let failed = |error: std::io::Error| Failed::usage(format!("cannot read {}: {error}", file.display()));
    let metadata = tokio::fs::metadata(file).await.map_err(failed)?;
    if !metadata.is_file() || metadata.len() > MAX_SNAPSHOT {
        return Err(Failed::usage(format!("{} is not a snapshot", file.display())));
    }
    let text = tokio::fs::read_to_string(file).await.map_err(failed)?;
    client::send("POST", control, "snapshot", &text).await
}

async fn fault(at: &At, kind: &str, fields: &[String]) -> Result<Steered, Failed> {
    let waiting = |data: &Value| data.get("faults").and_then(Value::as_array).map_or(0, Vec::len);
    let none = "no fault waits";
    match (kind, fields) {
        ("list", []) => {
            let data = client::send("GET", &control(at), "faults", "").await?;
            let text = if waiting(&data) == 0 { none.into() } else { String::new() };
            Ok(Steered { data, text })
        }
        ("clear", []) => {
            let data = client::send("DELETE", &control(at), "faults", "").await?;
            Ok(Steered { data, text: none.into() })
        }
        ("list" | "clear", [field, ..]) => {
            Err(Failed::usage(format!("`{kind}` takes no fields, and `{field}` was given")))
        }
        (kind, fields) => {
            let mut body = Map::from_iter([("kind".to_owned(), json!(kind))]);
            for field in fields {
                let (name, value) = words::field(field).map_err(Failed::usage)?;
                body.insert(name, value);
            }
            let data = post(at, "faults", &Value::Object(body)).await?;
            let text = match waiting(&data) {
                0 => format!("{kind} is done"),
                1 => format!("{kind} waits for the next request that it fits"),
                more => format!("{kind} waits for the next request that it fits; {more} faults wait"),
            };
            Ok(Steered { data, text })
        }
    }
}

async fn post(at: &At, what: &str, body: &Value) -> Result<Value, Failed> {
    client::send("POST", &control(at), what, &body.to_string()).await
}

fn control(at: &At) -> String {
    let here = || format!("http://127.0.0.1:{}", at.port);
    format!("{}/_emulator", at.at.clone().unwrap_or_else(here).trim_end_matches('/'))
}
