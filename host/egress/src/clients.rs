//! The HTTP clients, each built when first needed: loading the system's certificates takes a while.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::{Certificate, Client, Proxy, redirect};
use url::Url;

use crate::{
    Failure, Policy, Route,
    address::AddressRule,
    resolver::{Checked, Lookup},
};

const CONNECT_LIMIT: Duration = Duration::from_secs(10);

pub(crate) struct Clients {
    roots: Vec<Certificate>,
    lookup: Arc<dyn Lookup>,
    route: Route,
    plain_local: OnceLock<Client>,
    tls_local: OnceLock<Client>,
    tls_public: OnceLock<Client>,
}

impl Clients {
    pub(crate) fn new(roots: Vec<Certificate>, lookup: Arc<dyn Lookup>, route: Route) -> Self {
        // An embedder may have installed a provider already; then that one is used.
        drop(rustls::crypto::ring::default_provider().install_default());
        Self {
            roots,
            lookup,
            route,
            plain_local: OnceLock::new(),
            tls_local: OnceLock::new(),
            tls_public: OnceLock::new(),
        }
    }

    /// The client for an address the policy has allowed.
    pub(crate) fn for_address(&self, policy: &Policy, url: &Url) -> Result<&Client, Failure> {
        match (policy.address_rule(), url.scheme()) {
            (AddressRule::Loopback, "http") => self.built(&self.plain_local, AddressRule::Loopback, false),
            (AddressRule::Loopback, _) => self.built(&self.tls_local, AddressRule::Loopback, true),
            (AddressRule::Public, _) => match &self.route {
                Route::Undecided { message, fix } => {
                    Err(Failure::refused("refused.proxy", message.clone()).with_fix(fix.clone()))
                }
                Route::Direct | Route::Proxy(_) => self.built(&self.tls_public, AddressRule::Public, true),
            },
        }
    }

    fn built<'a>(&self, slot: &'a OnceLock<Client>, rule: AddressRule, tls: bool) -> Result<&'a Client, Failure> {
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let client = self.build(rule, tls).map_err(|error| {
            Failure::refused("unreachable", format!("the TLS client cannot be set up: {error}"))
                .with_fix("install your system's package of root certificates (often called ca-certificates)")
        })?;
        Ok(slot.get_or_init(|| client))
    }

    fn build(&self, rule: AddressRule, tls: bool) -> Result<Client, reqwest::Error> {
        let builder = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .http1_only()
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_LIMIT)
            .user_agent(concat!("switchboard/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Checked { lookup: Arc::clone(&self.lookup), rule: Some(rule) });
        let builder = match &self.route {
            // The only name that is looked up here is the proxy's own, which may be anywhere.
            Route::Proxy(proxy) if rule == AddressRule::Public => builder
                .proxy(Proxy::all(proxy.clone())?)
                .dns_resolver(Checked { lookup: Arc::clone(&self.lookup), rule: None }),
            _ => builder,
        };
        let builder = match (rule, tls) {
            (AddressRule::Public, _) => builder.https_only(true),
            (AddressRule::Loopback, _) => builder,
        };
        match (tls, self.roots.is_empty()) {
            (false, _) => builder.tls_certs_only([]),
            (true, true) => builder,
            (true, false) => builder.tls_certs_merge(self.roots.iter().cloned()),
        }
        .build()
    }
}
