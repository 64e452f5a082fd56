//! What this machine's network asks of a request to the internet.

use url::Url;

/// How requests to the internet leave. Those to this machine always go directly.
#[derive(Clone, Default)]
pub enum Route {
    /// To the service's own address, which is checked first.
    #[default]
    Direct,
    /// Through this HTTP proxy, which finds the service's address. The certificate is checked all the same, so that only the
    /// service itself can answer; the proxy sees host names alone.
    Proxy(Url),
    /// Not at all, until somebody has decided: what there is to decide, and what to do.
    Undecided {
        /// What happened.
        message: String,
        /// What the user can do.
        fix: String,
    },
}

/// What an embedder may put in place of the default.
#[derive(Clone, Default)]
pub struct Network {
    /// Root certificates in PEM form that are trusted besides the system's.
    pub root: Option<Vec<u8>>,
    /// How requests leave.
    pub route: Route,
}
