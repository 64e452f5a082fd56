//! What requests work with, opened when first needed.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use switchboard_connections::{Clock, Connections, KeySource, Options, Stage, Vault, Watch};
use switchboard_egress::{Egress, Trace};
use switchboard_runtime::{Bundle, CallOptions, Connector, MachineCode, Runtime, RuntimeConfig};
use switchboard_store::Store;
use tokio::sync::OnceCell;

use crate::blocking::on_thread;
use crate::{AppError, Ui, compile, home, memory, network, policy};

/// The component compiled ahead of time for this very build.
static CODE: MachineCode<[u8; include_bytes!(concat!(env!("OUT_DIR"), "/zoom.cwasm")).len()]> =
    MachineCode::new(*include_bytes!(concat!(env!("OUT_DIR"), "/zoom.cwasm")));

/// With its manifest.
const BUNDLED: Bundle = Bundle { code: &CODE, index: include_str!(concat!(env!("OUT_DIR"), "/zoom.index")) };

/// How the application is set up.
#[derive(Clone, Default)]
pub struct Config {
    /// The data folder. None for the one that the environment names, or the system's place for data.
    pub home: Option<PathBuf>,
    /// A file of a connector to use in place of the built-in one.
    pub connector: Option<PathBuf>,
    /// Whether the surface wants to see token requests too.
    pub trace_sign_in: bool,
    /// The wall clock. None for the one of the system.
    pub clock: Option<Clock>,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { home, connector, trace_sign_in, clock: _ } = self;
        let mut config = f.debug_struct("Config");
        config.field("home", home).field("connector", connector).field("trace_sign_in", trace_sign_in);
        config.finish_non_exhaustive()
    }
}

/// Where downloads go, and how large they may be.
#[derive(Clone, Debug)]
pub struct Downloads {
    /// The folder.
    pub folder: PathBuf,
    /// Whether files are downloaded again that are there.
    pub again: bool,
    /// Largest file, bytes. None for the one of the policy.
    pub max_bytes: Option<u64>,
}

impl Default for Downloads {
    fn default() -> Self {
        Self { folder: PathBuf::from("downloads"), again: false, max_bytes: None }
    }
}

/// The application of one data folder, as one surface uses it.
pub struct App {
    config: Config,
    egress: Egress,
    ui: Arc<dyn Ui>,
    clock: Clock,
    connector: OnceCell<Connector>,
    store: OnceCell<Store>,
    connections: OnceCell<Connections>,
}

/// The label of sign-in requests in a trace.
pub const SIGN_IN: &str = "(sign-in)";

/// How long `close` waits for pending writes. They take milliseconds, unless another process holds the database.
const WRITES: Duration = Duration::from_secs(1);

impl App {
    /// The application for this surface.
    pub fn new(config: Config, ui: Arc<dyn Ui>) -> Result<Self, AppError> {
        let mut egress = network::egress()?;
        if config.trace_sign_in {
            egress = egress.tracing_exchanges(ui.trace(SIGN_IN));
        }
        let clock = config.clock.clone().unwrap_or_else(|| Options::default().clock);
        let (connector, store, connections) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Ok(Self { config, egress, ui, clock, connector, store, connections })
    }

    /// The person at the surface.
    pub fn ui(&self) -> &dyn Ui {
        &*self.ui
    }

    /// The only way out of this machine.
    pub fn egress(&self) -> &Egress {
        &self.egress
    }

    /// The wall clock, in milliseconds since 1970.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The time now.
    pub fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond((self.clock)()).unwrap_or_default()
    }

    /// Whether the connector comes from a file, which nobody approved when an account was connected.
    pub fn has_own_connector(&self) -> bool {
        self.config.connector.is_some()
    }

    /// The connector, loaded once: the one of the file, else the built-in one.
    pub async fn connector(&self) -> Result<Connector, AppError> {
        Ok(self.connector.get_or_try_init(|| self.load()).await?.clone())
    }

    async fn load(&self) -> Result<Connector, AppError> {
        let runtime = Runtime::new(RuntimeConfig::default(), self.egress.clone())
            .map_err(|error| AppError::failed("host.start", error.to_string()))?;
        let loaded = match &self.config.connector {
            None => runtime.load_bundle(BUNDLED),
            Some(file) => {
                let component = compile::read(file)?;
                let code = compile::compile(&component).await?;
                runtime.load_compiled(&component, code).await
            }
        };
        loaded.map_err(|error| {
            let file = self.config.connector.as_ref();
            let name = file.map_or("the built-in connector".into(), |file| file.display().to_string());
            AppError::failed("connector.load", format!("{name} cannot be used: {error}"))
        })
    }

    /// The data folder.
    pub fn home(&self) -> Result<PathBuf, AppError> {
        home::data(self.config.home.as_deref())
    }

    /// The database, opened once.
    pub async fn store(&self) -> Result<Store, AppError> {
        let open = || async {
            let home = self.home()?;
            // It may wait some seconds for another process.
            on_thread(move || Store::open(&home).map_err(|error| AppError::failed("store", error.to_string()))).await
        };
        Ok(self.store.get_or_try_init(open).await?.clone())
    }

    /// The database, where it was opened before.
    pub(crate) fn opened_store(&self) -> Option<&Store> {
        self.store.get()
    }

    /// Connections with their secrets readable. The key may be in other hands for a moment: then the store's thread waits for it.
    pub async fn connections(&self) -> Result<Connections, AppError> {
        Ok(self.connections.get_or_try_init(|| self.open_connections()).await?.clone())
    }

    async fn open_connections(&self) -> Result<Connections, AppError> {
        memory::hide_from_other_processes();
        let (store, source) = (self.store().await?, self.key_source().await?);
        let vault = Vault::open_soon(&store, source).await?;
        let watch = Arc::new(PauseWatch { ui: self.ui.clone() });
        let options = Options { watch: Some(watch), clock: self.clock.clone() };
        Ok(Connections::open_with(store, vault, self.egress.clone(), options))
    }

    /// Waits for pending token responses and writes. No token is refreshed after this.
    pub async fn close(&self) {
        if let Some(connections) = self.connections.get() {
            connections.drain().await;
        }
        if let Some(store) = self.store.get() {
            let _ = tokio::time::timeout(WRITES, store.settle()).await;
        }
    }

    /// Where the key of the secrets comes from.
    pub async fn key_source(&self) -> Result<KeySource, AppError> {
        let home = self.home()?;
        // The keyring may ask another process.
        on_thread(move || Ok(KeySource::find(&home))).await
    }

    /// Options of a call over the connection of this label, which a person watches.
    pub fn call_options(&self, label: &str) -> CallOptions {
        CallOptions {
            downloads: Downloads::default().folder,
            events: self.ui.events(label),
            trace: self.trace(label),
            ..CallOptions::default()
        }
    }

    /// What sees the requests of a connection.
    pub fn trace(&self, label: &str) -> Arc<dyn Trace> {
        self.ui.trace(label)
    }

    /// The same for a call that downloads.
    pub fn download_options(&self, label: &str, downloads: &Downloads) -> Result<CallOptions, AppError> {
        let mut options =
            CallOptions { downloads: downloads.folder.clone(), again: downloads.again, ..self.call_options(label) };
        if let Some(max_bytes) = downloads.max_bytes.or(policy::read(&self.home()?)?.max_download) {
            options.most_bytes = max_bytes;
        }
        Ok(options)
    }

    /// Activities that are off by policy and allowed: these, and those of `{"allow": […]}` in the data folder's `policy.json`.
    pub fn allowed(&self, activities: &[String]) -> Result<Vec<String>, AppError> {
        Ok(policy::read(&self.home()?)?.allow.into_iter().chain(activities.iter().cloned()).collect())
    }
}

/// Notifies the person while a sign-in waits for the service.
struct PauseWatch {
    ui: Arc<dyn Ui>,
}

impl Watch for PauseWatch {
    fn rotation(&self, _: &str, _: Stage) {}

    fn pause(&self, left: Duration) {
        let seconds = left.as_millis().div_ceil(1_000);
        self.ui.notify(format!("the service asked to wait; the sign-in goes on in {seconds} s").into());
    }
}
