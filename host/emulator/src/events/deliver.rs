//! The task that delivers: in time, three times again after failures, and the validation of endpoints.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Attempt, Delivery, Endpoint, body, keep, send};
use crate::state::shared::Shared;
use crate::state::world::{World, random};
use crate::time;

/// Minutes after the failed attempt of that number.
const AGAIN_MINUTES: [i64; 3] = [5, 20, 60];
/// Endpoints are validated again this often.
pub const CHECK_MS: i64 = 72 * 3_600_000;
/// So many failed validations in a row switch an endpoint off.
const FAILURES: u32 = 6;

/// Deliver until the task is ended.
pub async fn run(shared: Arc<Shared>) {
    let mut tasks = JoinSet::new();
    loop {
        let (batches, checks, wake, pause) = take(&mut shared.world());
        for (endpoint, batch) in batches {
            tasks.spawn(deliver(shared.clone(), endpoint, batch));
        }
        for endpoint in checks {
            let shared = shared.clone();
            tasks.spawn(async move { drop(validate(&shared, endpoint).await) });
        }
        tokio::select! {
            () = wake.notified() => {}
            () = tokio::time::sleep(pause) => {}
            Some(_) = tasks.join_next() => {}
        }
    }
}

type Due = (Vec<(Endpoint, Vec<Delivery>)>, Vec<Endpoint>, Arc<tokio::sync::Notify>, Duration);

/// What is due now, by endpoint; the endpoints to validate; and when to look again at the latest.
fn take(world: &mut World) -> Due {
    let now = world.now_ms();
    let events = &mut world.events;
    let mut batches = Vec::new();
    let mut checks = Vec::new();
    for endpoint in &mut events.endpoints {
        if endpoint.enabled && endpoint.next_check_ms <= now {
            endpoint.next_check_ms = now + CHECK_MS;
            checks.push(endpoint.clone());
        }
        if events.busy.contains(&endpoint.id) {
            continue;
        }
        let due = |delivery: &Delivery| delivery.endpoint == endpoint.id && delivery.due_ms <= now;
        let batch: Vec<Delivery> = events.queue.extract_if(.., |delivery| due(delivery)).collect();
        if !batch.is_empty() {
            events.busy.insert(endpoint.id);
            batches.push((endpoint.clone(), batch));
        }
    }
    let next = events.queue.iter().map(|delivery| delivery.due_ms - now).filter(|wait| *wait > 0).min();
    let pause = u64::try_from(next.unwrap_or(1000).clamp(5, 1000)).unwrap_or(1000);
    (batches, checks, events.wake.clone(), Duration::from_millis(pause))
}

/// One after another, so that an endpoint sees the order of events unless it is disturbed on purpose.
async fn deliver(shared: Arc<Shared>, endpoint: Endpoint, batch: Vec<Delivery>) {
    for mut delivery in batch {
        let outcome = attempt(&shared, &endpoint, &delivery).await;
        delivery.attempts += 1;
        let mut world = shared.world();
        let now = world.now_ms();
        let note = Attempt {
            at: time::utc(now),
            endpoint: endpoint.id,
            request_id: delivery.request_id.clone(),
            event: delivery.event.clone(),
            attempt: delivery.attempts,
            outcome: outcome.as_ref().map_or_else(Clone::clone, u16::to_string),
        };
        keep(&mut world.events.attempts, note);
        // Refusals by the receiver (4xx) are not repeated.
        let again = outcome.as_ref().map_or(true, |status| *status >= 500);
        let wait = usize::try_from(delivery.attempts).ok().and_then(|n| AGAIN_MINUTES.get(n - 1));
        if let Some(minutes) = wait.filter(|_| again) {
            delivery.due_ms = now + minutes * 60_000;
            world.events.queue.push(delivery);
        }
    }
    shared.world().events.busy.remove(&endpoint.id);
}

async fn attempt(shared: &Shared, endpoint: &Endpoint, delivery: &Delivery) -> Result<u16, String> {
    let headers = headers(shared, endpoint, &delivery.request_id, &delivery.body);
    send::post(&endpoint.url, &headers, &delivery.body).await.map(|received| received.status)
}

fn headers(shared: &Shared, endpoint: &Endpoint, id: &str, text: &str) -> Vec<(&'static str, String)> {
    let seconds = shared.world().now_ms().div_euclid(1000);
    vec![
        ("x-zm-request-timestamp", seconds.to_string()),
        ("x-zm-signature", body::signature(&endpoint.secret, seconds, text)),
        ("x-zm-request-id", id.to_owned()),
        ("x-zm-trackingid", format!("v=2.0;clid=us04;rid=WEB_{}", id.replace('_', ""))),
        ("clientid", endpoint.client_id.clone()),
    ]
}

/// The challenge: whoever knows the secret token answers with its hash. Notes the outcome with the endpoint.
pub async fn validate(shared: &Shared, endpoint: Endpoint) -> Result<(), String> {
    let plain = random(16);
    let at = shared.world().now_ms();
    let text =
        json!({"event": "endpoint.url_validation", "payload": {"plainToken": plain}, "event_ts": at}).to_string();
    let id = body::request_id();
    let headers = headers(shared, &endpoint, &id, &text);
    let answered = send::post(&endpoint.url, &headers, &text).await;
    let outcome = answered.and_then(|received| {
        let answer: Value = serde_json::from_slice(&received.body).unwrap_or_default();
        let right = json!({"plainToken": plain, "encryptedToken": body::keyed(&endpoint.secret, &plain)});
        match received.status {
            200 if answer == right => Ok(()),
            200 => Err("the answer is not {plainToken, encryptedToken} made with the secret token".to_owned()),
            status => Err(format!("status {status} instead of 200")),
        }
    });
    let mut world = shared.world();
    let note = Attempt {
        at: time::utc(world.now_ms()),
        endpoint: endpoint.id,
        request_id: id,
        event: "endpoint.url_validation".into(),
        attempt: 1,
        outcome: outcome.as_ref().map_or_else(Clone::clone, |()| "200".to_owned()),
    };
    keep(&mut world.events.attempts, note);
    if let Some(kept) = world.events.endpoints.iter_mut().find(|kept| kept.id == endpoint.id) {
        kept.failures = if outcome.is_ok() { 0 } else { kept.failures + 1 };
        kept.enabled = kept.enabled && kept.failures < FAILURES;
    }
    outcome
}
