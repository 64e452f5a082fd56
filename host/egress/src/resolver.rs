//! Names to addresses, each address checked before it is dialled.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use async_trait::async_trait;
use reqwest::dns::{Name, Resolve, Resolving};

use crate::address::AddressRule;

/// Asks for a name's addresses.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// All addresses of the name.
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// A name led to an address that may not be dialled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` resolves to {address}, which this connection may not contact")]
pub(crate) struct AddressRefused {
    name: String,
    address: IpAddr,
}

/// Hands the client only addresses that the rule permits; one bad address spoils the name.
pub(crate) struct Checked {
    pub(crate) lookup: Arc<dyn Lookup>,
    /// None permits every address.
    pub(crate) rule: Option<AddressRule>,
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, rule) = (Arc::clone(&self.lookup), self.rule);
        Box::pin(async move {
            let addresses = lookup.lookup(name.as_str()).await?;
            if let Some(address) = addresses.iter().find(|address| rule.is_some_and(|rule| !rule.permits(**address))) {
                return Err(AddressRefused { name: name.as_str().to_owned(), address: *address }.into());
            }
            let dial = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(dial) as Box<dyn Iterator<Item = SocketAddr> + Send>)
        })
    }
}
