//! A stateful Zoom for trying and testing: sign-in, consent, tokens, REST, downloads, and the traps clients meet.
//!
//! Shares no code with the product. Start with [`start`]; drive it over HTTP through `/_emulator/…` (see README.md).

mod api;
pub mod cli;
mod control;
mod downloads;
mod events;
mod faults;
mod http;
mod oauth;
mod play;
mod seed;
mod state;
mod time;

use std::io;

pub use faults::refusals::{REFUSALS, Refusal};
pub use seed::{ADMIN_APP, DEMO_APP, Seed};

/// How an emulator starts. The default takes free ports and the small seed.
#[derive(Debug, Clone)]
pub struct Options {
    /// Port of the API and OAuth addresses on 127.0.0.1; 0 takes a free one.
    pub api_port: u16,
    /// Port of the download host on localhost; 0 takes a free one.
    pub download_port: u16,
    /// The data it starts with, and returns to on reset.
    pub seed: Seed,
    /// Lifetime of access tokens in seconds. Zoom usually says 3599.
    pub access_ttl_s: u64,
    /// Enforce the per-second limits of a Pro account. Off for benchmarks.
    pub rate_limits: bool,
    /// Registered redirect addresses of every app, compared exactly. Empty: `/oauth/callback` and `/callback` on any
    /// loopback port, so that parallel tests need no registration.
    pub redirect_uris: Vec<String>,
    /// What its clock says at the start, in milliseconds since 1970; `None` is the real time.
    pub at_ms: Option<i64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            api_port: 0,
            download_port: 0,
            seed: Seed::Small,
            access_ttl_s: 3599,
            rate_limits: true,
            redirect_uris: Vec::new(),
            at_ms: None,
        }
    }
}

/// A running emulator. Stops when dropped.
pub struct Emulator {
    server: http::server::Server,
}

/// Bind both addresses and serve until [`Emulator::stop`].
pub async fn start(options: Options) -> io::Result<Emulator> {
    Ok(Emulator { server: http::server::start(options).await? })
}

impl Emulator {
    /// `http://127.0.0.1:PORT/v2`
    pub fn api_base(&self) -> String {
        format!("{}/v2", self.server.origin)
    }

    /// `http://127.0.0.1:PORT/oauth`
    pub fn oauth_base(&self) -> String {
        format!("{}/oauth", self.server.origin)
    }

    /// `http://127.0.0.1:PORT/_emulator`
    pub fn control_base(&self) -> String {
        format!("{}/_emulator", self.server.origin)
    }

    /// `http://localhost:PORT`, the second host name that downloads are redirected to.
    pub fn download_base(&self) -> String {
        self.server.download_origin.clone()
    }

    /// Client id and secret of the user-managed demo app.
    pub fn app(&self) -> (String, String) {
        (seed::DEMO_APP.0.into(), seed::DEMO_APP.1.into())
    }

    /// Client id and secret of the admin-managed app.
    pub fn admin_app(&self) -> (String, String) {
        (seed::ADMIN_APP.0.into(), seed::ADMIN_APP.1.into())
    }

    /// Account id, client id and secret of the Server-to-Server app.
    pub fn server_to_server(&self) -> (String, String, String) {
        (seed::ACCOUNT.into(), seed::SERVER_APP.0.into(), seed::SERVER_APP.1.into())
    }

    /// Every token and code given out so far, and every proof of a code shown, for tests that look for leaks.
    pub fn issued_tokens(&self) -> Vec<String> {
        self.server.shared.world().issued.clone()
    }

    /// The client secrets of all apps, for tests that look for leaks.
    pub fn app_secrets(&self) -> Vec<String> {
        seed::app_secrets().map(str::to_owned).to_vec()
    }

    /// An access token for the user with this e-mail, without refresh; `None` for a stranger.
    pub fn issue_token(&self, email: &str) -> Option<String> {
        oauth::token::paste(&mut self.server.shared.world(), email)
    }

    /// An access token for this user with these scopes alone, without refresh; `None` for a stranger.
    pub fn issue_token_with(&self, email: &str, scopes: &[String]) -> Option<String> {
        oauth::token::paste_with(&mut self.server.shared.world(), email, scopes)
    }

    /// Back to the seed. Tokens die with everything else.
    pub fn reset(&self) {
        self.server.shared.reset(None);
    }

    /// Close both addresses and every open connection.
    pub async fn stop(mut self) {
        self.server.stop();
        // The serving tasks end on the next turn of the scheduler; yielding frees the ports for the caller.
        tokio::task::yield_now().await;
    }
}
