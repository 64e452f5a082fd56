//! The two addresses, and the way of one request: read, log, fault, answer.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::Response;
use bytes::Bytes;
use futures_util::stream;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::answer::{Answer, Content};
use crate::call::Call;
use crate::fault::{self, Kind};
use crate::listener::{Cuttable, Scissors};
use crate::log::{self, Entry};
use crate::seed::Seed;
use crate::world::World;
use crate::{Options, api, control, downloads, events, oauth, page, seed, time, writing};

/// Zoom's own limit is unknown; requests to these calls are a few kilobytes.
const MAX_BODY: usize = 1 << 20;
/// The campus seed writes about 150 MB.
const MAX_SNAPSHOT: usize = 1 << 30;
const CHUNK: u64 = 64 << 10;

pub struct Running {
    pub shared: Arc<Shared>,
    pub origin: String,
    pub download_origin: String,
    all: Scissors,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    pub fn stop(&mut self) {
        self.all.cut();
        for task in self.tasks.drain(..) {
            task.abort();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// State shared by both addresses.
pub struct Shared {
    world: Mutex<World>,
    pub options: Options,
    /// Objects that are being written to at this moment.
    pub writing: writing::Writing,
}

impl Shared {
    /// The world; a panic of another request must not end the emulator.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Back to the seed, or to another one.
    pub fn reset(&self, seed: Option<Seed>) {
        let seed = seed.unwrap_or(self.world().seed);
        let world = seed::world(&self.options, seed, "", "");
        self.replace(world);
    }

    /// Go on with this world, at the addresses of this process.
    pub fn replace(&self, new: World) {
        let mut world = self.world();
        let old = std::mem::replace(&mut *world, new);
        world.origin = old.origin;
        world.download_origin = old.download_origin;
        world.issued = old.issued;
        world.events.wake = old.events.wake;
        world.events.wake.notify_one();
    }
}

#[derive(Clone)]
struct Site {
    name: &'static str,
    shared: Arc<Shared>,
}

pub async fn start(options: Options) -> io::Result<Running> {
    let api = TcpListener::bind(("127.0.0.1", options.api_port)).await?;
    let download = TcpListener::bind(("127.0.0.1", options.download_port)).await?;
    let origin = format!("http://127.0.0.1:{}", api.local_addr()?.port());
    let download_origin = format!("http://localhost:{}", download.local_addr()?.port());
    let world = seed::world(&options, options.seed, &origin, &download_origin);
    let shared = Arc::new(Shared { world: Mutex::new(world), options, writing: writing::Writing::default() });
    let all = Scissors::new();
    let tasks = [("api", api), ("download", download)]
        .into_iter()
        .map(|(name, listener)| serve(Site { name, shared: shared.clone() }, Cuttable { listener, all: all.clone() }))
        .chain([tokio::spawn(events::run(shared.clone()))])
        .collect();
    Ok(Running { shared, origin, download_origin, all, tasks })
}

fn serve(site: Site, listener: Cuttable) -> JoinHandle<()> {
    let router = Router::new().fallback(respond).with_state(site);
    tokio::spawn(async move {
        let service = router.into_make_service_with_connect_info::<Scissors>();
        // Accept errors are retried inside; the future ends only with the task.
        axum::serve(listener, service).await.ok();
    })
}

async fn respond(
    State(site): State<Site>,
    ConnectInfo(one): ConnectInfo<Scissors>,
    request: Request,
) -> Response<Body> {
    let Some(call) = read(request).await else {
        return send(Answer::error(413, 413, "Request body too large."), None);
    };
    if call.path == "/" && site.name == "api" {
        return send(page::answer(&site.shared.world()), None);
    }
    if call.path.starts_with("/_emulator") {
        return send(control::answer(&site.shared, &call).await, None);
    }
    let (n, mut fault) = arrive(&site, &call);
    // Held until the answer is made: a second write to the same object in the meantime is refused.
    let lock = writing::lock(&site.shared, &call);
    if lock.is_err() {
        fault = Some(Kind::Status { status: 429, variant: Some("concurrency".into()) });
    }
    match &fault {
        Some(Kind::Latency { millis }) => tokio::time::sleep(Duration::from_millis(*millis)).await,
        Some(Kind::Drop { after: false }) => one.cut(),
        _ => {}
    }
    let answer = finish(&site, &call, n, fault.as_ref());
    drop(lock);
    if matches!(fault, Some(Kind::Drop { .. })) {
        one.cut();
    }
    let cut = match fault {
        Some(Kind::Truncate { bytes }) => Some((bytes, one)),
        _ => None,
    };
    send(answer, cut)
}

async fn read(request: Request) -> Option<Call> {
    let (parts, body) = request.into_parts();
    let most = if parts.uri.path() == "/_emulator/snapshot" { MAX_SNAPSHOT } else { MAX_BODY };
    let body = to_bytes(body, most).await.ok()?;
    let headers = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
    let query = parts.uri.query().unwrap_or_default();
    Some(Call::new(parts.method.as_str(), parts.uri.path(), query, headers.collect(), body.to_vec()))
}

/// Log the request and draw its fault.
fn arrive(site: &Site, call: &Call) -> (u64, Option<Kind>) {
    let mut world = site.shared.world();
    world.requests += 1;
    let n = world.requests;
    let fault = fault::take(&mut world.faults, call);
    let mut entry = Entry::new(n, time::utc(world.now_ms()), site.name, call);
    entry.fault = fault.as_ref().map(|kind| format!("{kind:?}"));
    log::keep(&mut world.log, entry);
    (n, fault)
}

/// Answer by the fault, or by the service; note the status in the log.
fn finish(site: &Site, call: &Call, n: u64, fault: Option<&Kind>) -> Answer {
    let mut world = site.shared.world();
    let (now, style) = (world.now_ms(), world.settings.retry_after);
    let answer = fault.and_then(|fault| fault::answer(fault, now, style));
    let answer = answer.unwrap_or_else(|| route(&mut world, site.name, call));
    let answer = answer.localised(&world.settings.language);
    if let Some(entry) = world.log.iter_mut().rev().find(|entry| entry.n == n) {
        entry.status = (!matches!(fault, Some(Kind::Drop { .. }))).then_some(answer.status);
    }
    let date = time::http_date(world.now_ms());
    answer.with("date", date).with("x-zm-trackingid", format!("v=2.0;clid=us04;rid=EMU_{n:012x}"))
}

fn route(world: &mut World, site: &str, call: &Call) -> Answer {
    if site == "download" {
        return downloads::storage(world, call);
    }
    match call.segments().first() {
        Some(&("oauth" | "oauth_device")) => oauth::answer(world, call),
        Some(&"v2") => api::answer(world, call),
        Some(&"rec") => downloads::first_hop(world, call),
        _ => Answer::html(404, "<!doctype html><title>Zoom</title><h1>Page not found</h1>"),
    }
}

/// To the network, whole, or as the first bytes of it.
fn send(answer: Answer, cut: Option<(u64, Scissors)>) -> Response<Body> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let size = match &answer.content {
        Content::Bytes(bytes) => bytes.len() as u64,
        Content::Blob(size) => *size,
    };
    if answer.status != 204 {
        response = response.header("content-length", size);
    }
    let body = match (answer.content, cut) {
        (Content::Bytes(bytes), None) => Body::from(bytes),
        (Content::Bytes(mut bytes), Some((limit, scissors))) => {
            bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            broken(Bytes::from(bytes), scissors)
        }
        (Content::Blob(size), None) => blob(size),
        (Content::Blob(_), Some((limit, scissors))) => {
            broken(Bytes::from(vec![0; usize::try_from(limit.min(CHUNK)).unwrap_or(0)]), scissors)
        }
    };
    response.body(body).unwrap_or_default()
}

/// The bytes, a pause in which they leave, and the end of the connection.
fn broken(bytes: Bytes, scissors: Scissors) -> Body {
    Body::from_stream(stream::unfold(Some((bytes, scissors)), |state| async move {
        let (bytes, scissors) = state?;
        if bytes.is_empty() {
            tokio::time::sleep(Duration::from_millis(30)).await;
            scissors.cut();
            return Some((Err(io::Error::from(io::ErrorKind::ConnectionReset)), None));
        }
        Some((Ok(bytes), Some((Bytes::new(), scissors))))
    }))
}

fn blob(size: u64) -> Body {
    let pattern: Vec<u8> = (0..CHUNK).map(|at| (at % 251) as u8).collect();
    let pattern = Bytes::from(pattern);
    Body::from_stream(stream::unfold(size, move |left| {
        let chunk = pattern.slice(..usize::try_from(left.min(CHUNK)).unwrap_or(0));
        async move { (left > 0).then(|| (Ok::<_, io::Error>(chunk.clone()), left - chunk.len() as u64)) }
    }))
}
