//! The next steps that texts of a manifest name, as commands and flags.

use switchboard_app::NamedStep;

use crate::shell::quote;

/// Stands for the label of the connection, also where no connection is known.
const LABEL: &str = "LABEL";

/// Each step with its command or flag.
const COMMANDS: [(&str, &str); 62] = [
    ("allow-activity", "--allow ACTIVITY"),
    ("change-download-size", "--max-download SIZE"),
    ("change-items", "--limit items=VALUE"),
    ("change-journal", "--limit journal=VALUE"),
    ("change-limit", "--limit NAME=VALUE"),
    ("change-results", "--limit results=VALUE"),
    ("check-document", "switchboard check FILE"),
    ("choose-account", "--admin"),
    ("choose-account-app", "--account-id"),
    ("choose-activities", "--for"),
    ("choose-activity", "--for ACTIVITY"),
    ("choose-address", "--bind"),
    ("choose-all", "--all"),
    ("choose-app", "--client-id"),
    ("choose-classic", "--style classic"),
    ("choose-connection", "--connection LABEL"),
    ("choose-connector", "--connector"),
    ("choose-own-app", "--method byo"),
    ("choose-port", "--port"),
    ("choose-redirect-port", "--redirect-port"),
    ("choose-sign-in-address", "--oauth-base"),
    ("choose-step-connection", "--connection NAME=LABEL"),
    ("confirm", "--yes"),
    ("connect", "switchboard connect LABEL"),
    ("connect-admin", "switchboard connect LABEL --admin --for ACTIVITY --client-id ID --client-secret-file FILE"),
    ("connect-another", "switchboard connect NAME --client-id ID --client-secret-file FILE"),
    ("connect-own-app", "switchboard connect LABEL --method byo --client-id ID --client-secret-file FILE"),
    ("connect-packaged-app", "switchboard connect LABEL --method browser --profile emulator"),
    (
        "connect-server-app",
        "switchboard connect LABEL --method s2s --account-id A --client-id C --client-secret-file FILE",
    ),
    ("connect-with-code", "switchboard connect LABEL --device"),
    ("diagnose", "switchboard doctor"),
    ("diagnose-connection", "switchboard doctor LABEL"),
    ("diagnose-page", r#"switchboard doctor --seen "what the page says""#),
    ("diagnose-webhook", "switchboard doctor --event FILE --event-secret-file FILE"),
    ("disconnect", "switchboard connection disconnect LABEL"),
    ("give-token", "--token - < token.txt"),
    ("guide-admin-role", "switchboard connect --guide admin-role"),
    ("guide-one-grant", "switchboard connect --guide one-grant"),
    ("guide-own-app", "switchboard connect --guide byo"),
    ("guide-server-app", "switchboard connect --guide s2s"),
    ("list-activities", "switchboard activity list"),
    ("list-connections", "switchboard connection list"),
    ("list-events", "switchboard event list"),
    ("paste-address", "--paste"),
    ("reconnect", "switchboard connection reconnect LABEL"),
    ("reconnect-token", "switchboard connection reconnect LABEL --token - < token.txt"),
    ("replace-connection", "--replace"),
    ("show-app", "switchboard connect --app-manifest --for ACTIVITY"),
    ("show-granular-app", "switchboard connect --app-manifest --style granular"),
    ("show-help", "--help"),
    ("show-key", "switchboard key show"),
    ("show-output-schema", "switchboard activity schema ID --output"),
    ("show-server-app", "switchboard connect --app-manifest --method s2s --for ACTIVITY"),
    ("start-demo", "switchboard try"),
    ("start-emulator", "switchboard emulator start"),
    ("take-tour", "switchboard try --tour"),
    ("test-connection", "switchboard connection test LABEL"),
    ("trace-requests", "--trace"),
    ("try-without-sending", "--dry-run"),
    ("use-code", "--device"),
    ("use-link", "--link"),
    ("write-message", r#"switchboard doctor --seen "what the page says" --message"#),
];

/// A step as a person types it. Without a label, a step that needs one shows `LABEL`.
pub fn spell_named(step: NamedStep, label: Option<&str>) -> String {
    let command = COMMANDS.iter().find(|(name, _)| *name == step.name()).map_or(step.name(), |(_, command)| command);
    match label {
        Some(label) => command.replace(LABEL, &quote(label)),
        None => command.to_owned(),
    }
}

/// All steps, for the places of a text: the name, and what a person types.
pub fn places(label: Option<&str>) -> Vec<(&'static str, String)> {
    NamedStep::all().map(|step| (step.name(), spell_named(step, label))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_a_command_or_a_flag() {
        for (name, words) in places(None) {
            assert!(words.starts_with("switchboard ") || words.starts_with("--"), "{name}: {words}");
        }
        assert_eq!(NamedStep::all().count(), COMMANDS.len());
    }

    #[test]
    fn a_label_is_one_word_of_the_command() {
        let step = NamedStep::of("reconnect").unwrap();
        assert_eq!(spell_named(step, Some("two words")), "switchboard connection reconnect 'two words'");
    }
}
