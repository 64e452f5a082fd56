//! What commands work with, opened when first needed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use switchboard_connections::{Connections, KeySource, Options, Stage, Vault, Watch};
use switchboard_egress::{Egress, NoTrace, Trace, TraceLine};
use switchboard_runtime::{Bundle, CallOptions, Connector, MachineCode, Runtime, RuntimeConfig};
use switchboard_store::Store;

use crate::args::{DownloadArgs, Global};
use crate::compile;
use crate::error::CliError;
use crate::progress::Watcher;
use crate::{home, memory, network, output, policy};

/// The component compiled ahead of time for this very build.
static CODE: MachineCode<[u8; include_bytes!(concat!(env!("OUT_DIR"), "/zoom.cwasm")).len()]> =
    MachineCode::new(*include_bytes!(concat!(env!("OUT_DIR"), "/zoom.cwasm")));

/// With its manifest.
const BUNDLED: Bundle = Bundle { code: &CODE, index: include_str!(concat!(env!("OUT_DIR"), "/zoom.index")) };

/// One command's world.
pub struct App {
    pub global: Global,
    pub egress: Egress,
    store: OnceLock<Store>,
    connections: OnceLock<Connections>,
}

impl App {
    pub fn new(global: Global) -> Result<Self, CliError> {
        let mut egress = network::egress()?;
        if global.trace {
            egress = egress.tracing_exchanges(Arc::new(PrintTrace { label: SIGN_IN.to_owned() }));
        }
        Ok(Self { global, egress, store: OnceLock::new(), connections: OnceLock::new() })
    }

    /// The connector: the one named by `--connector`, else the built-in one.
    pub async fn connector(&self) -> Result<Connector, CliError> {
        let runtime = Runtime::new(RuntimeConfig::default(), self.egress.clone())
            .map_err(|error| CliError::failed("host.start", error.to_string()))?;
        let loaded = match &self.global.connector {
            None => runtime.load_bundle(BUNDLED),
            Some(file) => {
                let component = compile::read(file)?;
                let code = compile::compiled(&component).await?;
                runtime.load_compiled(&component, code).await
            }
        };
        loaded.map_err(|error| {
            let name = self
                .global
                .connector
                .as_ref()
                .map_or("the built-in connector".into(), |file| file.display().to_string());
            CliError::failed("connector.load", format!("{name} cannot be used: {error}"))
        })
    }

    /// The data folder.
    pub fn home(&self) -> Result<PathBuf, CliError> {
        home::data(self.global.home.as_deref())
    }

    /// The database, opened once a command.
    pub fn store(&self) -> Result<Store, CliError> {
        if let Some(store) = self.store.get() {
            return Ok(store.clone());
        }
        let store = Store::open(&self.home()?).map_err(|error| CliError::failed("store", error.to_string()))?;
        Ok(self.store.get_or_init(|| store).clone())
    }

    /// Connections with their secrets readable. The key may be in other hands for a moment: the store's thread waits for it.
    pub async fn connections(&self) -> Result<Connections, CliError> {
        if let Some(connections) = self.connections.get() {
            return Ok(connections.clone());
        }
        memory::hide_from_other_processes();
        let (store, source) = (self.store()?, self.key_source()?);
        let of = store.clone();
        let vault = store.call(move || Vault::open(&of, source)).await?;
        let watch = Arc::new(PauseWatch { quiet: self.global.quiet });
        let options = Options { watch: Some(watch), ..Options::default() };
        let connections = Connections::open_with(store, vault, self.egress.clone(), options);
        Ok(self.connections.get_or_init(|| connections).clone())
    }

    /// Waits for answers that may hold a token, then a moment for what is written by the way: when connections were used, who
    /// stands where no two can.
    pub async fn settle(&self) {
        if let Some(connections) = self.connections.get() {
            connections.drain().await;
        }
        if let Some(store) = self.store.get() {
            let _ = tokio::time::timeout(WRITES, store.settle()).await;
        }
    }

    /// Where the key of the secrets comes from.
    pub fn key_source(&self) -> Result<KeySource, CliError> {
        Ok(KeySource::find(&self.home()?))
    }

    /// Options of a call over the connection of this label, which a person watches.
    pub fn call_options(&self, label: &str, downloads: &Path) -> CallOptions {
        let mut options = CallOptions { downloads: downloads.to_owned(), ..CallOptions::default() };
        options.events = Arc::new(Watcher::new(label, self.global.quiet || self.global.json));
        options.trace = self.trace(label);
        options
    }

    /// What sees the requests of a connection.
    pub fn trace(&self, label: &str) -> Arc<dyn Trace> {
        if self.global.trace { Arc::new(PrintTrace { label: label.to_owned() }) } else { Arc::new(NoTrace) }
    }

    /// The same for a command that downloads as a person said.
    pub fn download_options(&self, label: &str, files: &DownloadArgs) -> Result<CallOptions, CliError> {
        let mut options = CallOptions { again: files.again, ..self.call_options(label, &files.downloads) };
        if let Some(most) = files.max_download.or(policy::read(&self.home()?)?.max_download) {
            options.most_bytes = most;
        }
        Ok(options)
    }

    /// Activities that are off by policy and allowed: by `--allow`, or by `{"allow": […]}` in the home folder's `policy.json`.
    pub fn allowed(&self, given: &[String]) -> Result<Vec<String>, CliError> {
        Ok(policy::read(&self.home()?)?.allow.into_iter().chain(given.iter().cloned()).collect())
    }

    /// One line for the person, unless they want quiet.
    pub fn say(&self, text: &str) {
        if !self.global.quiet {
            output::note(text);
        }
    }
}

/// So long a command waits at its end for its last writes. They take milliseconds, unless another process has the database.
const WRITES: Duration = Duration::from_secs(1);

/// Says why a sign-in that has its answer goes on later.
struct PauseWatch {
    quiet: bool,
}

impl Watch for PauseWatch {
    fn rotation(&self, _: &str, _: Stage) {}

    fn pause(&self, left: Duration) {
        if !self.quiet {
            let seconds = left.as_millis().div_ceil(1_000);
            output::note(&format!("the service asked to wait; the sign-in goes on in {seconds} s"));
        }
    }
}

/// What stands in a trace where a connection's label does: tokens are got, renewed and taken back.
pub const SIGN_IN: &str = "(sign-in)";

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
