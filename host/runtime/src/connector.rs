//! A loaded connector: checked once, then called any number of times, each time in a fresh store.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};
use switchboard_egress::{self as egress, Connection, Egress};
use switchboard_manifest::{Activity, Hosts, Idempotency, Manifest, ManifestError, ManifestIndex};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;
use wasmtime::Store;
use wasmtime::component::{Component, HasSelf, Linker, types::ComponentItem};

use crate::allowance::Allowance;
use crate::bindings::{Identity, generated, types};
use crate::call::CallOptions;
use crate::call_budget::CallBudget;
use crate::clock::Clock;
use crate::engine::{Runtime, RuntimeConfig};
use crate::error::CallError;
use crate::guest_text::{self, HANDOVER};
use crate::host::{Call, Host, Words};
use crate::limits::{HANDLES, Limits};
use crate::machine_code::MachineCode;
use crate::meter::Meter;
use crate::permit::Permit;
use crate::slots::Slots;
use crate::trusted;

use generated::ConnectorPre;
use generated::exports::switchboard::connector::auth::Verdict;

/// The interfaces a connector may import; nothing else in the world.
const IMPORTS: [&str; 4] = [
    "switchboard:connector/types@0.1.0",
    "switchboard:connector/http@0.1.0",
    "switchboard:connector/context@0.1.0",
    "switchboard:connector/log@0.1.0",
];

/// Largest component that is loaded, bytes. That of Zoom has one megabyte; one with an interpreter inside has some ten.
pub const MAX_COMPONENT: usize = 16 << 20;

/// Longest name of an import that is repeated, characters.
const NAME: usize = 200;

/// A component that will not be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    #[error("it has {found} bytes; a component has at most {MAX_COMPONENT}")]
    Large { found: usize },
    #[error("not a component this host can run: {0}")]
    Unreadable(String),
    #[error(
        "it imports `{import}`, which no connector may: only switchboard:connector/{{http,context,log}} are served"
    )]
    Import { import: String },
    #[error("it lacks what every connector exports: {0}")]
    Exports(String),
    #[error("its manifest could not be read: {0}")]
    Describe(CallError),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error("its manifest index was made by another build")]
    Index,
    #[error(
        "the code is not of this component: the two describe themselves differently; compile it from the component it is packed with"
    )]
    Part,
}

/// A request that is cut off when a call's time is over is told to the guest, which has so long at most to say it in the service's terms.
/// What does not end then is the guest's own fault.
const GRACE: Duration = Duration::from_secs(2);

/// How long guest code may run, waits included.
pub(crate) struct Time {
    /// As it is named when it is over.
    set: Duration,
    /// When it is cut off.
    most: Duration,
}

impl Time {
    pub fn exactly(set: Duration) -> Time {
        Time { set, most: set }
    }

    /// With the grace, which is never longer than half of what was set: no call takes twice its time.
    fn with_grace(set: Duration, left: Duration) -> Time {
        Time { set, most: left + GRACE.min(set / 2) }
    }
}

/// What needs no network is a matter of milliseconds.
const PURE: Duration = Duration::from_secs(2);

/// A connector ready to be called. Cheap to clone.
#[derive(Clone)]
pub struct Connector {
    pub(crate) shared: Arc<Shared>,
    /// Whether its word counts that another activity undoes a write.
    trusted: bool,
}

/// A connector that `pack-connector` checked and compiled when this program was built, embedded in it.
#[derive(Clone, Copy)]
pub struct Bundle {
    /// `OUT.cwasm`: machine code of this very build of the engine.
    pub code: &'static MachineCode,
    /// `OUT.index`: the manifest, with a table of contents.
    pub index: &'static str,
}

/// What all calls of one connector share.
pub(crate) struct Shared {
    pub(crate) pre: ConnectorPre<Host>,
    config: Arc<RuntimeConfig>,
    pub(crate) slots: Arc<Slots>,
    pub(crate) egress: Egress,
    pub(crate) index: ManifestIndex,
    /// What interrupts the guests of every call.
    _clock: Arc<Clock>,
}

impl Runtime {
    /// Compile and check a component. Takes as long as compiling does: about a second for a megabyte.
    #[cfg(feature = "compile")]
    pub async fn load_wasm(&self, component: &[u8]) -> Result<Connector, LoadError> {
        check_size(component)?;
        let compiled =
            Component::from_binary(&self.engine, component).map_err(|error| LoadError::Unreadable(brief(&error)))?;
        self.check(&compiled, component).await
    }

    /// Check `component` like [`Runtime::load_wasm`], with machine code that another process of this very build made of it
    /// by [`Runtime::precompile`]. The code is trusted as this program is: take it from a child of your own only.
    pub async fn load_compiled(&self, component: &[u8], code: Vec<u8>) -> Result<Connector, LoadError> {
        let compiled = trusted::load(&self.engine, &code).map_err(|error| LoadError::Unreadable(brief(&error)))?;
        self.check(&compiled, component).await
    }

    /// A connector that was checked when this program was built: nothing of it is run or read before it is asked for.
    pub fn load_bundle(&self, bundle: Bundle) -> Result<Connector, LoadError> {
        let compiled =
            trusted::load_in_place(&self.engine, bundle.code).map_err(|error| LoadError::Unreadable(brief(&error)))?;
        let index = ManifestIndex::open(bundle.index.into()).ok_or(LoadError::Index)?;
        Ok(self.prepare(&compiled, index)?.trust())
    }

    /// The index of a component's manifest, for [`Bundle::index`]. `part` is the component that `code` was made of: the same one, or what
    /// the contract reaches of it. Checks both as [`Runtime::load_wasm`] does, and that they say the same of themselves.
    #[cfg(feature = "compile")]
    pub async fn index(&self, component: &[u8], part: &[u8], code: Vec<u8>) -> Result<String, LoadError> {
        let whole = self.load_wasm(component).await?.shared;
        let compiled = self.load_compiled(part, code).await?.shared;
        if whole.index.json() != compiled.index.json() {
            return Err(LoadError::Part);
        }
        Ok(ManifestIndex::write(whole.index.json(), whole.index.digest(), compiled.index.digest())?)
    }

    async fn check(&self, compiled: &Component, component: &[u8]) -> Result<Connector, LoadError> {
        check_size(component)?;
        check_imports(compiled, &self.engine)?;
        let digest = format!("{:x}", Sha256::digest(component));
        let silent = self.prepare(compiled, ManifestIndex::empty())?;
        let json = silent.shared.describe().await.map_err(LoadError::Describe)?;
        let text = ManifestIndex::write(&json, Some(&digest), None)?;
        let index = ManifestIndex::open(text.into()).ok_or(LoadError::Index)?;
        self.prepare(compiled, index)
    }

    fn prepare(&self, compiled: &Component, index: ManifestIndex) -> Result<Connector, LoadError> {
        let pre = self.linker()?.instantiate_pre(compiled).map_err(|error| LoadError::Exports(brief(&error)))?;
        let pre = ConnectorPre::new(pre).map_err(|error| LoadError::Exports(brief(&error)))?;
        Ok(Connector {
            shared: Arc::new(Shared {
                pre,
                config: Arc::clone(&self.config),
                slots: Arc::clone(&self.slots),
                egress: self.egress.clone(),
                index,
                _clock: Arc::clone(&self.clock),
            }),
            trusted: false,
        })
    }

    /// The contract's imports, put together once. Whatever else a component wants is not there to be linked.
    fn linker(&self) -> Result<&Linker<Host>, LoadError> {
        if let Some(linker) = self.linker.get() {
            return Ok(linker);
        }
        let mut linker = Linker::<Host>::new(&self.engine);
        generated::Connector::add_to_linker::<_, HasSelf<_>>(&mut linker, |host| host)
            .map_err(|error| LoadError::Exports(brief(&error)))?;
        Ok(self.linker.get_or_init(|| linker))
    }
}

fn check_size(component: &[u8]) -> Result<(), LoadError> {
    if component.len() > MAX_COMPONENT {
        return Err(LoadError::Large { found: component.len() });
    }
    Ok(())
}

/// Every import with a function in it must be one of ours. Interfaces that only name types carry no power.
fn check_imports(component: &Component, engine: &wasmtime::Engine) -> Result<(), LoadError> {
    for (name, item) in component.component_type().imports(engine) {
        let harmless = match &item.ty {
            ComponentItem::ComponentInstance(instance) => {
                name.starts_with("switchboard:")
                    && instance.exports(engine).all(|(_, export)| matches!(export.ty, ComponentItem::Type(_)))
            }
            _ => false,
        };
        if !harmless && !IMPORTS.contains(&name) {
            return Err(LoadError::Import { import: guest_text::line(name, NAME) });
        }
    }
    Ok(())
}

impl Connector {
    /// Let a write send DELETE where the manifest names the activity that undoes it. Without this a connector has to declare
    /// each such activity as destructive. Call it for a connector that you built, or whose code you read.
    #[must_use]
    pub fn trust(self) -> Self {
        Self { trusted: true, ..self }
    }

    /// What the connector says of itself, all of it; read at the first use.
    pub fn manifest(&self) -> &Manifest {
        self.shared.index.whole()
    }

    /// The connector's name, which begins the ids of its activities (`zoom`). Reads no more than that.
    pub fn name(&self) -> &str {
        self.shared.index.connector()
    }

    /// The hosts of each cloud of the service. Reads no more than that.
    pub fn clouds(&self) -> Vec<Hosts> {
        self.shared.index.clouds()
    }

    /// The manifest's entry of one activity (`zoom.meetings.create`). Reads that entry alone.
    pub fn activity(&self, id: &str) -> Option<Activity> {
        self.shared.index.find(id)?.1.read()
    }

    /// SHA-256 of the component file.
    pub fn digest(&self) -> Option<&str> {
        self.shared.index.digest()
    }

    /// SHA-256 of the component that the machine code was made of. In a bundle that is what the contract reaches of the file.
    pub fn compiled_digest(&self) -> Option<&str> {
        self.shared.index.compiled()
    }

    /// Run one activity (`zoom.meetings.create`) as `connection`.
    ///
    /// With [`CallOptions::dry_run`] the output is `{"dry_run": true, "request": {…}}`, the first request it would send.
    ///
    /// # Errors
    /// [`CallError`] in its three families. A broken connector breaks this call only.
    pub async fn call(
        &self,
        activity: &str,
        input: Value,
        connection: Arc<dyn Connection>,
        options: &CallOptions,
    ) -> Result<Value, CallError> {
        let Some((name, entry)) = self.shared.index.find(activity) else {
            return Err(self.unknown(activity));
        };
        if entry.off && !options.dry_run && !options.allow.iter().any(|id| id == activity) {
            return Err(CallError::off_by_policy(activity));
        }
        self.check_owner(&*connection)?;
        let permit = Permit::new(entry.terms.effect_of(&input), &entry.terms, self.trusted);
        let budget = CallBudget::of(self.shared.index.rates(), &entry.terms, &input, &*connection);
        let input = input.to_string();
        let alone = budget.lock.clone().filter(|_| !options.dry_run);
        let (began, set) = (Instant::now(), options.deadline);
        let _turn = match &alone {
            Some(what) => Some(self.turn(&*connection, what, options).await?),
            None => None,
        };
        // After the turn: a call that waits for its turn keeps no slot from the one that has it.
        let slots = &self.shared.slots.calls;
        let (_slot, waited) = match slots.try_acquire() {
            Ok(slot) => (slot, alone.is_some()),
            Err(_) => (self.slot(slots, options.deadline.saturating_sub(began.elapsed())).await?, true),
        };
        // The waits are part of the call's time.
        let shorter = waited.then(|| {
            let deadline = options.deadline.saturating_sub(began.elapsed());
            CallOptions { deadline, ..options.clone() }
        });
        let options = shorter.as_ref().unwrap_or(options);
        let mut store = self.shared.store(Some(self.network(connection, options, budget, permit)));
        let time = Time::with_grace(set, options.deadline);
        let outcome = self.shared.bounded(&mut store, time, async |store: &mut Store<Host>| {
            let guest = self.shared.pre.instantiate_async(&mut *store).await?;
            guest.switchboard_connector_activities().call_invoke(store, name, &input).await
        });
        let outcome = outcome.await;
        let changes = store.data().call.as_ref().is_some_and(Call::has_sent_a_change);
        let named = |error: CallError| if changes { error.after_a_change() } else { error };
        let outcome = outcome.map_err(named)?;
        if let Some(planned) = store.data_mut().call.as_mut().and_then(|call| call.planned.take()) {
            return Ok(serde_json::json!({ "dry_run": true, "request": planned }));
        }
        let changed = store.data().call.as_ref().is_some_and(Call::has_changed);
        let in_part = |error: CallError| if changed { error.in_part(self.is_repeatable(activity)) } else { error };
        let known = |problem: types::Problem| Self::with_cause(&store, problem.into());
        let output = outcome.map_err(|problem| in_part(named(known(problem))))?;
        let skipped = store.data_mut().call.as_mut().map(|call| std::mem::take(&mut call.skipped)).unwrap_or_default();
        // The guest's memory goes before the output becomes values: never both at a time.
        drop(store);
        let mut output = guest_text::output(&output)
            .map_err(|mistake| named(CallError::broken("guest.output", format!("`{activity}` {mistake}"))))?;
        crate::download::mark_skipped(&mut output, &skipped);
        Ok(output)
    }

    /// Ask the service who `connection` is.
    pub async fn identify(
        &self,
        connection: Arc<dyn Connection>,
        options: &CallOptions,
    ) -> Result<Identity, CallError> {
        let _slot = self.slot(&self.shared.slots.calls, options.deadline).await?;
        self.identify_in_slot(connection, options).await
    }

    /// [`Connector::identify`] for who has a slot.
    pub(crate) async fn identify_in_slot(
        &self,
        connection: Arc<dyn Connection>,
        options: &CallOptions,
    ) -> Result<Identity, CallError> {
        self.check_owner(&*connection)?;
        let budget = CallBudget::class(self.shared.index.rates(), "light", &*connection);
        let mut store = self.shared.store(Some(self.network(connection, options, budget, Permit::READ)));
        let time = Time::with_grace(options.deadline, options.deadline);
        let found = self.shared.bounded(&mut store, time, async |store: &mut Store<Host>| {
            let guest = self.shared.pre.instantiate_async(&mut *store).await?;
            guest.switchboard_connector_auth().call_identify(store).await
        });
        let found = found.await?;
        let identity: Identity = found.map_err(|problem| Self::with_cause(&store, problem.into()))?.into();
        if identity.user_id.trim().is_empty() {
            let message = "the service did not say which user it is: the id in its answer is blank".to_owned();
            return Err(CallError::problem("unexpected-answer", message, None));
        }
        Ok(identity)
    }

    /// The error, with the connection's own where that is what the connector passed on.
    fn with_cause(store: &Store<Host>, error: CallError) -> CallError {
        match store.data().call.as_ref().and_then(Call::credential_error) {
            Some(known) => error.caused_by(&known),
            None => error,
        }
    }

    /// Wait for a slot of the runtime.
    pub(crate) async fn slot<'a>(
        &self,
        slots: &'a Semaphore,
        patience: Duration,
    ) -> Result<SemaphorePermit<'a>, CallError> {
        match tokio::time::timeout(patience, slots.acquire()).await {
            Ok(Ok(slot)) => Ok(slot),
            _ => Err(CallError::busy()),
        }
    }

    /// Wait until nobody else in the account does `what`, within the call's time.
    async fn turn(
        &self,
        connection: &dyn Connection,
        what: &str,
        options: &CallOptions,
    ) -> Result<egress::Turn, CallError> {
        tokio::time::timeout(options.deadline, connection.pacing().turn(what)).await.map_err(|_| {
            let message = format!("another call has done `{what}` for longer than this call may wait");
            CallError::problem("rate-limited", message, Some("try again when the other call has ended".to_owned()))
        })
    }

    /// Whether a repetition of the whole call does no harm.
    fn is_repeatable(&self, activity: &str) -> bool {
        let activity = self.activity(activity);
        activity.is_some_and(|activity| matches!(activity.idempotency, Idempotency::Read | Idempotency::Idempotent))
    }

    /// Refuses a connection that was made for another connector: who approved it did not approve this one.
    fn check_owner(&self, connection: &dyn Connection) -> Result<(), CallError> {
        match connection.connector() {
            Some(other) if other != self.name() => Err(CallError::other_connector(self.name(), other)),
            _ => Ok(()),
        }
    }

    #[cold]
    fn unknown(&self, activity: &str) -> CallError {
        let fix = match self.manifest().nearest(activity) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name one of the connector's activities".to_owned(),
        };
        CallError::problem("activity.unknown", format!("there is no activity `{activity}`"), Some(fix))
    }

    fn network(
        &self,
        connection: Arc<dyn Connection>,
        options: &CallOptions,
        budget: CallBudget,
        permit: Permit,
    ) -> Call {
        Call {
            owner_check: self.owner_check(Arc::clone(&options.trace)),
            shared: Arc::clone(&self.shared),
            connection,
            options: options.clone(),
            budget,
            permit,
            deadline: later(options.deadline),
            allowance: Arc::new(Allowance::new(options.longest_download)),
            last: Mutex::default(),
            no_credential: Mutex::default(),
            planned: None,
            skipped: Vec::new(),
            meter: Arc::default(),
            requests: 0,
            sent_a_change: AtomicBool::new(false),
            changed: AtomicBool::new(false),
        }
    }
}

impl Shared {
    /// Explain an answer. Pure: the guest gets no network. `meter` is that of the call for which it is asked.
    pub(crate) async fn classify(&self, answer: &egress::Response, meter: Arc<Meter>) -> Result<Verdict, CallError> {
        let headers: Vec<types::Header> = answer
            .headers
            .iter()
            .map(|(name, value)| types::Header { name: name.clone(), value: value.clone() })
            .collect();
        let _slot = self.slots.question().await;
        let mut store = self.metered_store(None, meter);
        self.bounded(&mut store, Time::exactly(PURE), async |store: &mut Store<Host>| {
            let guest = self.pre.instantiate_async(&mut *store).await?;
            guest.switchboard_connector_auth().call_classify(store, answer.status, &headers, &answer.body).await
        })
        .await
    }

    async fn describe(&self) -> Result<String, CallError> {
        let _slot = self.slots.question().await;
        let mut store = self.store(None);
        self.bounded(&mut store, Time::exactly(PURE), async |store: &mut Store<Host>| {
            let guest = self.pre.instantiate_async(&mut *store).await?;
            guest.switchboard_connector_activities().call_describe(store).await
        })
        .await
    }

    /// A store for one use.
    pub(crate) fn store(&self, call: Option<Call>) -> Store<Host> {
        let meter = call.as_ref().map(|call| Arc::clone(&call.meter)).unwrap_or_default();
        self.metered_store(call, meter)
    }

    /// The same with the processor time that `meter` counts.
    fn metered_store(&self, call: Option<Call>, meter: Arc<Meter>) -> Store<Host> {
        let limits = Limits::new(self.config.memory);
        let mut store = Store::new(self.pre.engine(), Host { limits, call, meter, words: Words::default() });
        store.limiter(|host| &mut host.limits);
        store.set_hostcall_fuel(HANDOVER);
        store.set_max_component_handles(HANDLES);
        store.set_epoch_deadline(1);
        let most = self.config.cpu;
        store.epoch_deadline_callback(move |mut context| {
            let host = context.data_mut();
            if host.meter.used() > most {
                host.limits.out_of_time = true;
                return Err(wasmtime::Error::msg("processor budget used up"));
            }
            // To the executor and back: so deadlines, signals and other calls have their turn.
            Ok(wasmtime::UpdateDeadline::Yield(1))
        });
        store
    }

    /// Run guest code under the wall clock and name what stopped it.
    pub(crate) async fn bounded<T>(
        &self,
        store: &mut Store<Host>,
        time: Time,
        work: impl AsyncFnOnce(&mut Store<Host>) -> wasmtime::Result<T>,
    ) -> Result<T, CallError> {
        let meter = Arc::clone(&store.data().meter);
        let allowance = store.data().call.as_ref().map(|call| Arc::clone(&call.allowance)).unwrap_or_default();
        let done = allowance.bound(time.most, meter.count(work(store))).await;
        let limits = &store.data().limits;
        match done {
            Some(Ok(value)) => Ok(value),
            None => Err(CallError::broken("guest.deadline", format!("the call did not end within {:?}", time.set))),
            Some(Err(_)) if limits.out_of_time => {
                let message = format!("the connector used more than {:?} of processor time", self.config.cpu);
                Err(CallError::broken("guest.cpu", message))
            }
            Some(Err(error)) => Err(stopped(&error, limits.refused.as_deref())),
        }
    }
}

/// Longest words of the engine on a component or a trap, characters: they repeat names that the component chose.
const ENGINE_WORDS: usize = 500;

pub(crate) fn brief(error: &wasmtime::Error) -> String {
    // assertions of the engine show their values over several lines
    let words = format!("{error:#}");
    let words: Vec<&str> = words.split_whitespace().collect();
    guest_text::line(&words.join(" "), ENGINE_WORDS)
}

/// What the engine says where a guest hands over more than [`HANDOVER`]; its error has no type of its own.
const TOO_MUCH: &str = "fuel allocated for hostcalls has been exhausted";

fn stopped(error: &wasmtime::Error, refused: Option<&str>) -> CallError {
    if let Some(refused) = refused {
        return CallError::broken("guest.memory", format!("the connector asked for {refused}"));
    }
    let text = brief(error);
    if text.contains(TOO_MUCH) {
        return CallError::broken(
            "guest.output",
            format!("the connector handed over more than {HANDOVER} bytes at once"),
        );
    }
    CallError::broken("guest.trap", egress::redact(&format!("the connector trapped: {text}")))
}

/// That long from now. What no clock can tell is a hundred years.
fn later(time: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);
    Instant::now().checked_add(time.min(CENTURY)).unwrap_or_else(Instant::now)
}
