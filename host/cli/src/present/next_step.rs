//! Next steps as commands and flags.

use switchboard_app::NextStep;
use switchboard_app::next_step::SignInAgain;

use crate::command_line::CommandLine;
use crate::shell::quote;

/// A step as a person types it.
pub fn spell(step: &NextStep) -> String {
    match step {
        NextStep::ConnectFirst => "for a demo account: `switchboard try`; for your own: `switchboard connect --guide byo`, or `switchboard connect --guide s2s` without a browser".into(),
        NextStep::ConnectCloud(profile) => format!("--profile {profile}"),
        NextStep::AllowActivity(id) => format!("`--allow {id}`"),
        NextStep::TraceRequests => "`--trace`".into(),
        NextStep::TestConnection => "switchboard connection test LABEL".into(),
        NextStep::ListConnections => "`switchboard connection list`".into(),
        NextStep::ChooseConnection => "--connection LABEL".into(),
        NextStep::ChooseConnections(names) => {
            names.iter().map(|name| format!("-c {name}=LABEL")).collect::<Vec<_>>().join(" ")
        }
        NextStep::SetDefaultConnection => "switchboard connection default LABEL".into(),
        NextStep::ReplaceConnection => "--replace".into(),
        NextStep::SignInAgain(again) => sign_in_again(again),
        NextStep::PasteAddress => "--paste".into(),
        NextStep::ReportPage => "switchboard doctor --seen \"its text\"".into(),
        NextStep::ChangeSignInAddress => "--oauth-base".into(),
        NextStep::ChangeRedirectPort => "--redirect-port".into(),
        NextStep::Diagnose(None) => "`switchboard doctor`".into(),
        NextStep::Diagnose(Some(label)) => format!("`switchboard doctor {label}`"),
        NextStep::DiagnoseWebhook(file, secret) => {
            format!("switchboard doctor --event {} --event-secret-file {}", quote(file), quote(secret))
        }
        NextStep::ListActivities => "`switchboard activity list`".into(),
        NextStep::ShowActivity(id) => format!("`switchboard activity show {id}`"),
        NextStep::ListRuns => "`switchboard runs list`".into(),
        NextStep::ShowRun(id) => format!("switchboard runs show {id}"),
        NextStep::CheckDocument => "`switchboard check FILE`".into(),
        NextStep::ChangeLimit(limit) => format!("--limit {limit}=VALUE"),
        NextStep::ListErrors => "`switchboard error list`".into(),
        NextStep::StartEmulator(port) => format!("`switchboard emulator start --port {port}`"),
        NextStep::TryEmulator(port) => format!("`switchboard try --port {port}`"),
    }
}

/// The command that signs in once more.
fn sign_in_again(again: &SignInAgain) -> String {
    let label = again.label.as_deref().unwrap_or("LABEL");
    let original = again.original.clone().map(CommandLine::from);
    match (&again.method, original) {
        (Some(method), _) if method == "token" => {
            format!("switchboard connection reconnect {label} --token - < token.txt")
        }
        (None, Some(original)) => original.copyable(),
        (Some(_), Some(original)) if original.reconnects() => original.copyable(),
        (Some(_), _) => format!("switchboard connection reconnect {label}"),
        (None, None) => format!("switchboard connect {label}{}", again.at),
    }
}
