//! The two addresses, and the way of one request: read, log, fault, answer.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::Response;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::control::{self, page};
use crate::downloads::{self, versions};
use crate::faults::fault::{self, FaultKind};
use crate::faults::{echo, wrong_answer};
use crate::http::answer::Answer;
use crate::http::body::{self, Manner};
use crate::http::call::Call;
use crate::http::listener::{CuttableListener, Scissors};
use crate::http::log::{self, LogEntry};
use crate::http::write_conflicts;
use crate::state::shared::Shared;
use crate::state::world::World;
use crate::{Options, api, events, oauth, seed, time};

/// Zoom's own limit is unknown; requests to these calls are a few kilobytes.
const MAX_BODY: usize = 1 << 20;
/// The campus seed writes about 150 MB.
const MAX_SNAPSHOT: usize = 1 << 30;

pub struct Server {
    pub shared: Arc<Shared>,
    pub origin: String,
    pub download_origin: String,
    all: Scissors,
    tasks: Vec<JoinHandle<()>>,
}

impl Server {
    pub fn stop(&mut self) {
        self.all.cut();
        for task in self.tasks.drain(..) {
            task.abort();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

#[derive(Clone)]
struct Site {
    name: &'static str,
    shared: Arc<Shared>,
}

pub async fn start(options: Options) -> io::Result<Server> {
    let api = TcpListener::bind(("127.0.0.1", options.api_port)).await?;
    let download = TcpListener::bind(("127.0.0.1", options.download_port)).await?;
    let origin = format!("http://127.0.0.1:{}", api.local_addr()?.port());
    let download_origin = format!("http://localhost:{}", download.local_addr()?.port());
    let world = seed::world(&options, options.seed, &origin, &download_origin);
    let shared = Arc::new(Shared::new(world, options));
    let all = Scissors::new();
    let tasks = [("api", api), ("download", download)]
        .into_iter()
        .map(|(name, listener)| {
            serve(Site { name, shared: shared.clone() }, CuttableListener { listener, all: all.clone() })
        })
        .chain([tokio::spawn(events::run(shared.clone()))])
        .collect();
    Ok(Server { shared, origin, download_origin, all, tasks })
}

fn serve(site: Site, listener: CuttableListener) -> JoinHandle<()> {
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
        return send(Answer::error(413, 413, "Request body too large."), Manner::Whole);
    };
    if call.path == "/" && site.name == "api" {
        return send(page::answer(&site.shared.world()), Manner::Whole);
    }
    if call.path.starts_with("/_emulator") {
        return send(control::answer(&site.shared, &call).await, Manner::Whole);
    }
    let (n, mut fault) = arrive(&site, &call);
    // Held until the answer is made: a second write to the same object in the meantime is refused.
    let lock = write_conflicts::lock(&site.shared.write_locks, &site.shared.world(), &call);
    if lock.is_err() {
        fault = Some(FaultKind::Status { status: 429, variant: Some("concurrency".into()) });
    }
    match &fault {
        Some(FaultKind::Latency { millis }) => tokio::time::sleep(Duration::from_millis(*millis)).await,
        Some(FaultKind::Drop { after: false }) => one.cut(),
        _ => {}
    }
    let answer = finish(&site, &call, n, fault.as_ref());
    drop(lock);
    if matches!(fault, Some(FaultKind::Drop { .. })) {
        one.cut();
    }
    send(answer, Manner::of(fault, one))
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
fn arrive(site: &Site, call: &Call) -> (u64, Option<FaultKind>) {
    let mut world = site.shared.world();
    world.requests += 1;
    let n = world.requests;
    let fault = fault::take(&mut world.faults, call);
    let mut entry = LogEntry::new(n, time::utc(world.now_ms()), site.name, call);
    entry.fault = fault.as_ref().map(|kind| format!("{kind:?}"));
    log::keep(&mut world.log, entry);
    (n, fault)
}

/// Answer by the fault, or by the service; note the status in the log.
fn finish(site: &Site, call: &Call, n: u64, fault: Option<&FaultKind>) -> Answer {
    let mut world = site.shared.world();
    let (now, style) = (world.now_ms(), world.settings.retry_after);
    let answer = match fault {
        Some(FaultKind::Echo { status, redirect, history }) => {
            Some(echo::answer(&world, call, *status, *redirect, *history))
        }
        fault => fault.and_then(|fault| fault::answer(fault, now, style)),
    };
    let answer = answer.unwrap_or_else(|| {
        let other = fault.and_then(|fault| wrong_answer::request_for(fault, call));
        let answer = route(&mut world, site.name, other.as_ref().unwrap_or(call));
        if site.name == "download" { versions::answer(answer, call, fault) } else { answer }
    });
    let answer = match fault {
        Some(fault) => wrong_answer::bend(fault, call, answer),
        None => answer,
    };
    let answer = answer.localised(&world.settings.language);
    if let Some(entry) = world.log.iter_mut().rev().find(|entry| entry.n == n) {
        entry.status = (!matches!(fault, Some(FaultKind::Drop { .. }))).then_some(answer.status);
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

/// To the network, in this manner.
fn send(answer: Answer, manner: Manner) -> Response<Body> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    if answer.status != 204 {
        response = response.header("content-length", answer.content.size());
    }
    response.body(body::body(answer.content, manner)).unwrap_or_default()
}
