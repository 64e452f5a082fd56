//! Next steps that a text of a manifest names as `{name}`.

/// The names. Each surface spells all of them.
const NAMES: [&str; 62] = [
    "allow-activity",
    "change-download-size",
    "change-items",
    "change-journal",
    "change-limit",
    "change-results",
    "check-document",
    "choose-account",
    "choose-account-app",
    "choose-activities",
    "choose-activity",
    "choose-address",
    "choose-all",
    "choose-app",
    "choose-classic",
    "choose-connection",
    "choose-connector",
    "choose-own-app",
    "choose-port",
    "choose-redirect-port",
    "choose-sign-in-address",
    "choose-step-connection",
    "confirm",
    "connect",
    "connect-admin",
    "connect-another",
    "connect-own-app",
    "connect-packaged-app",
    "connect-server-app",
    "connect-with-code",
    "diagnose",
    "diagnose-connection",
    "diagnose-page",
    "diagnose-webhook",
    "disconnect",
    "give-token",
    "guide-admin-role",
    "guide-one-grant",
    "guide-own-app",
    "guide-server-app",
    "list-activities",
    "list-connections",
    "list-events",
    "paste-address",
    "reconnect",
    "reconnect-token",
    "replace-connection",
    "show-app",
    "show-granular-app",
    "show-help",
    "show-key",
    "show-output-schema",
    "show-server-app",
    "start-demo",
    "start-emulator",
    "take-tour",
    "test-connection",
    "trace-requests",
    "try-without-sending",
    "use-code",
    "use-link",
    "write-message",
];

/// A step that a text of a manifest names: `{reconnect}`. The text knows neither the label nor the flags of a surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedStep(&'static str);

impl NamedStep {
    /// The step of a name.
    pub fn of(name: &str) -> Option<NamedStep> {
        NAMES.iter().find(|known| **known == name).map(|known| NamedStep(known))
    }

    /// All steps that a text can name.
    pub fn all() -> impl Iterator<Item = NamedStep> {
        NAMES.into_iter().map(NamedStep)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0
    }
}
