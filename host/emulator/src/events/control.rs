//! `/_emulator/webhooks` and `/_emulator/events`: register endpoints, see what was sent.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Endpoint, deliver, send};
use crate::http::answer::Answer;
use crate::seed::ADMIN_APP;
use crate::state::shared::Shared;
use crate::state::world::World;

/// Endpoints an app may have.
const MOST: usize = 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Registration {
    url: String,
    secret: String,
    #[serde(default)]
    events: Vec<String>,
    #[serde(default = "admin_app")]
    client_id: String,
    /// Send the challenge first, and refuse when it is not answered.
    #[serde(default = "yes")]
    validate: bool,
}

fn admin_app() -> String {
    ADMIN_APP.0.to_owned()
}

fn yes() -> bool {
    true
}

/// Register an endpoint. It is not kept when the challenge fails.
pub async fn register(shared: &Shared, body: Value) -> Answer {
    let asked: Registration = match serde_json::from_value(body) {
        Ok(asked) => asked,
        Err(error) => return bad(&error.to_string()),
    };
    if let Err(why) = send::check(&asked.url) {
        return bad(&why);
    }
    let endpoint = match add(&mut shared.world(), &asked) {
        Ok(endpoint) => endpoint,
        Err(why) => return bad(&why),
    };
    if asked.validate
        && let Err(why) = deliver::validate(shared, endpoint.clone()).await
    {
        shared.world().events.endpoints.retain(|kept| kept.id != endpoint.id);
        return bad(&format!("URL validation failed: {why}"));
    }
    let mut world = shared.world();
    if let Some(kept) = world.events.endpoints.iter_mut().find(|kept| kept.id == endpoint.id) {
        kept.enabled = true;
    }
    Answer::json(201, &json!({"id": endpoint.id, "url": endpoint.url, "enabled": true}))
}

/// Kept from now on, heard of nothing until enabled.
fn add(world: &mut World, asked: &Registration) -> Result<Endpoint, String> {
    if world.app(&asked.client_id).is_none() {
        return Err(format!("no app `{}`; GET /_emulator/state lists them", asked.client_id));
    }
    let known = &world.events.endpoints;
    if known.iter().filter(|endpoint| endpoint.client_id == asked.client_id).count() >= MOST {
        return Err(format!("an app has at most {MOST} endpoints"));
    }
    let endpoint = Endpoint {
        id: known.iter().map(|endpoint| endpoint.id).max().unwrap_or(0) + 1,
        url: asked.url.clone(),
        secret: asked.secret.clone(),
        events: asked.events.clone(),
        client_id: asked.client_id.clone(),
        enabled: false,
        failures: 0,
        next_check_ms: world.now_ms() + deliver::CHECK_MS,
    };
    world.events.endpoints.push(endpoint.clone());
    Ok(endpoint)
}

/// Endpoints without their secrets, and the attempts.
pub fn list(world: &World) -> Value {
    let endpoints = world.events.endpoints.iter().map(|endpoint| {
        json!({"id": endpoint.id, "url": endpoint.url, "events": endpoint.events, "client_id": endpoint.client_id,
            "enabled": endpoint.enabled, "failures": endpoint.failures})
    });
    let waiting = world.events.queue.iter().map(|delivery| {
        json!({"endpoint": delivery.endpoint, "event": delivery.event, "request_id": delivery.request_id,
            "attempts": delivery.attempts, "due": crate::time::utc(delivery.due_ms)})
    });
    json!({"endpoints": endpoints.collect::<Vec<_>>(), "waiting": waiting.collect::<Vec<_>>(), "attempts": world.events.attempts})
}

/// Remove one endpoint, or all, with what waits for it.
pub fn remove(world: &mut World, id: Option<&str>) -> Answer {
    let gone = |endpoint: u64| id.is_none_or(|id| id == endpoint.to_string());
    world.events.endpoints.retain(|endpoint| !gone(endpoint.id));
    world.events.queue.retain(|delivery| !gone(delivery.endpoint));
    Answer::empty(204)
}

fn bad(text: &str) -> Answer {
    Answer::json(400, &json!({"error": text}))
}
