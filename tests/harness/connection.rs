//! The ways to connect, for tests that connect more than one account or kind.
#![expect(clippy::expect_used, clippy::panic, reason = "test support: a broken context is a failed test")]

use serde_json::Value;

use crate::context::{CommandOutput, TestContext, landing};

impl TestContext {
    /// `--api-base` and `--oauth-base` of this context's emulator.
    pub fn addresses(&self) -> [String; 4] {
        ["--api-base".into(), self.emulator.api_base(), "--oauth-base".into(), self.emulator.oauth_base()]
    }

    /// `connect LABEL` with these arguments, at the emulator of `other`, with a person at the browser.
    pub fn connect_at(
        &self,
        other: &TestContext,
        label: &str,
        more: &[&str],
        browse: impl FnOnce(&str) -> String,
    ) -> CommandOutput {
        let at = other.addresses();
        let mut arguments = vec!["connect", label];
        arguments.extend(at.iter().map(String::as_str));
        arguments.extend(more);
        self.sign_in_by(&arguments, browse)
    }

    /// `connect LABEL --json` through an app of the emulator.
    pub fn connect_app(
        &self,
        label: &str,
        app: (String, String),
        more: &[&str],
        browse: impl FnOnce(&str) -> String,
    ) -> CommandOutput {
        let own = self.own_app(label, &app.0, &app.1);
        self.sign_in_by(&own.with(&[&["--json"], more].concat()), browse)
    }

    /// `user` through the packaged app: nothing is given but a name.
    pub fn connect_packaged(&self, label: &str, user: &str, more: &[&str]) -> CommandOutput {
        let own = ["--method", "browser", "--profile", "emulator"];
        self.connect_at(self, label, &[&own[..], more].concat(), |page| landing(page, user, "allow"))
    }

    /// `user` through the admin-managed app, for the directory; what the command says as JSON.
    pub fn connect_admin(&self, label: &str, user: &str) -> Value {
        let chosen = ["--admin", "--for", "zoom.users.*", "--for", "zoom.groups.list"];
        let done = self.connect_app(label, self.emulator.admin_app(), &chosen, |page| landing(page, user, "allow"));
        serde_json::from_str(&done.out).unwrap_or_else(|_| panic!("{}{}", done.out, done.err))
    }

    /// Server-to-Server with these credentials.
    pub fn server_to_server(&self, label: &str, account: &str, client: &str, secret: &str) -> CommandOutput {
        let own = self.own_app(label, client, secret);
        self.run(&own.with(&["--method", "s2s", "--account-id", account, "--json"]))
    }

    /// Server-to-Server with the emulator's own app.
    pub fn connect_server_to_server(&self, label: &str) {
        let (account, client, secret) = self.emulator.server_to_server();
        let done = self.server_to_server(label, &account, &client, &secret);
        assert_eq!(done.code, 0, "{}", done.err);
    }

    /// The names of all connections.
    pub fn labels(&self) -> Vec<String> {
        let rows = self.json(&["connection", "list", "--json"]);
        let label = |row: &Value| row.get("label").and_then(Value::as_str).map(str::to_owned);
        rows.as_array().expect("a list").iter().filter_map(label).collect()
    }

    /// What the emulator was asked so far.
    pub fn requests(&self) -> Vec<Value> {
        let (_, log) = self.ask("GET", "/_emulator/requests", &Value::Null);
        log.get("requests").and_then(Value::as_array).cloned().expect("a list")
    }

    /// `doctor` with these arguments: every finding. The exit code says whether something is wrong.
    pub fn findings(&self, more: &[&str]) -> Vec<Value> {
        let done = self.run(&[&["doctor", "--json"][..], more].concat());
        let found: Vec<Value> =
            serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{error}: {}{}", done.out, done.err));
        let bad = found.iter().any(|one| one.get("ok") == Some(&Value::Bool(false)));
        assert_eq!(done.code, i32::from(bad), "the exit code says whether something is wrong: {found:?}");
        found
    }
}

/// The id of the remedy that a failed command gave.
pub fn remedy(done: &CommandOutput) -> String {
    TestContext::error(done).pointer("/remedy/id").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The steps of a remedy.
pub fn steps(remedy: &Value) -> Vec<String> {
    let steps = remedy.get("steps").and_then(Value::as_array).unwrap_or_else(|| panic!("no steps: {remedy}"));
    steps.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
