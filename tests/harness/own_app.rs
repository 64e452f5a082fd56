//! How an app of one's own is named to `connect`.

use crate::context::TestContext;

/// The arguments of `connect LABEL` through an app of one's own.
pub struct OwnApp(Vec<String>);

impl TestContext {
    /// Through an app of the emulator, its client id and secret. The secret is handed over in a file.
    pub fn own_app(&self, label: &str, client: &str, secret: &str) -> OwnApp {
        self.own_app_at(self, label, client, secret)
    }

    /// Through an app of another context's emulator.
    pub fn own_app_at(&self, other: &TestContext, label: &str, client: &str, secret: &str) -> OwnApp {
        let file = self.secret_file(secret);
        let named = ["connect", label, "--client-id", client, "--client-secret-file", &file].map(str::to_owned);
        OwnApp(named.into_iter().chain(other.addresses()).collect())
    }
}

impl OwnApp {
    /// With more of them.
    pub fn with<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        self.0.iter().map(String::as_str).chain(more.iter().copied()).collect()
    }
}
