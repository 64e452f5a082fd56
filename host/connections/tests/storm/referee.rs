//! The strict token service: rotation, and reuse kills the family. It shares no code with the product.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Router, routing::post};

/// Long enough that a second, wrong, request is under way before the first is answered.
const THINKING: Duration = Duration::from_millis(60);
/// The life of an access token in seconds; the workers' clocks pass it in each round.
pub const LIFE_S: u64 = 3_600;

#[derive(Clone, Copy, Default)]
pub struct Counts {
    /// Refreshes that came in.
    pub posts: usize,
    /// Of these, answered `invalid_grant`.
    pub refused: usize,
}

#[derive(Default)]
struct Seen {
    counts: Counts,
    /// Number of the newest token pair.
    newest: u64,
    dead: bool,
}

pub struct Referee {
    pub base: String,
    seen: Arc<Mutex<Seen>>,
    _threads: tokio::runtime::Runtime,
}

impl Referee {
    pub fn start() -> Referee {
        let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let seen = Arc::new(Mutex::new(Seen { newest: 1, ..Seen::default() }));
        let app = Router::new().route("/oauth/token", post(token)).with_state(seen.clone());
        let listener = threads.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        threads.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Referee { base, seen, _threads: threads }
    }

    pub fn counts(&self) -> Counts {
        self.seen.lock().unwrap().counts
    }
}

/// The answer with the pair of a number.
pub fn pair(number: u64) -> String {
    format!(
        r#"{{"access_token":"canary-access-{number}","token_type":"bearer","refresh_token":"canary-refresh-{number}","expires_in":{LIFE_S},"scope":"a"}}"#
    )
}

async fn token(
    State(seen): State<Arc<Mutex<Seen>>>,
    body: String,
) -> (StatusCode, [(&'static str, &'static str); 1], String) {
    const JSON: [(&str, &str); 1] = [("content-type", "application/json")];
    if body.contains("grant_type=authorization_code") {
        return (StatusCode::OK, JSON, pair(1));
    }
    seen.lock().unwrap().counts.posts += 1;
    tokio::time::sleep(THINKING).await;
    let mut seen = seen.lock().unwrap();
    let current = format!("refresh_token=canary-refresh-{}", seen.newest);
    if seen.dead || !body.split('&').any(|pair| pair == current) {
        seen.dead = true;
        seen.counts.refused += 1;
        return (StatusCode::BAD_REQUEST, JSON, r#"{"error":"invalid_grant","reason":"reused"}"#.to_owned());
    }
    seen.newest += 1;
    (StatusCode::OK, JSON, pair(seen.newest))
}
