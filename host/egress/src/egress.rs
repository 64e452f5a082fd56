//! The gate itself.

use std::{fmt, sync::Arc};

use reqwest::Certificate;

use crate::{
    Network, NoTrace, Route, Trace,
    clients::Clients,
    resolver::{Lookup, SystemLookup},
};

/// Sends checked requests. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Egress {
    pub(crate) clients: Arc<Clients>,
    /// Told of requests to sign-in services.
    pub(crate) exchanges: Arc<dyn Trace>,
}

/// Why the gate cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EgressError {
    /// The extra root certificate cannot be read.
    #[error("the extra root certificate is not valid: give one or more certificates in PEM form")]
    Root(#[source] reqwest::Error),
    /// The PEM text holds no certificate.
    #[error("the extra root file holds no certificate: give one or more certificates in PEM form")]
    NoRoot,
}

impl Egress {
    /// With the system's resolver and root certificates. Nothing is loaded before the first request.
    pub fn new() -> Result<Self, EgressError> {
        Ok(Self::build(Vec::new(), Arc::new(SystemLookup), Route::Direct))
    }

    /// Like [`Egress::new`], trusting these root certificates besides the system's.
    pub fn with_root(pem: &[u8]) -> Result<Self, EgressError> {
        Self::with_network(Network { root: Some(pem.to_owned()), ..Network::default() })
    }

    /// Like [`Egress::new`], for a network with a proxy or root certificates of its own.
    pub fn with_network(network: Network) -> Result<Self, EgressError> {
        let roots = match &network.root {
            Some(pem) => Certificate::from_pem_bundle(pem).map_err(EgressError::Root)?,
            None => Vec::new(),
        };
        if network.root.is_some() && roots.is_empty() {
            return Err(EgressError::NoRoot);
        }
        Ok(Self::build(roots, Arc::new(SystemLookup), network.route))
    }

    /// Like [`Egress::new`], asking another resolver. What it answers is checked all the same.
    pub fn with_lookup(lookup: Arc<dyn Lookup>) -> Result<Self, EgressError> {
        Ok(Self::build(Vec::new(), lookup, Route::Direct))
    }

    fn build(roots: Vec<Certificate>, lookup: Arc<dyn Lookup>, route: Route) -> Self {
        Self { clients: Arc::new(Clients::new(roots, lookup, route)), exchanges: Arc::new(NoTrace) }
    }

    /// Tells also of each request to a sign-in service, which belongs to no call.
    #[must_use]
    pub fn tracing_exchanges(self, exchanges: Arc<dyn Trace>) -> Self {
        Self { exchanges, ..self }
    }
}

impl fmt::Debug for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Egress")
    }
}
