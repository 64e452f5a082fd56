//! Next steps as commands and flags.

use switchboard_app::manifest::scopes::Style;
use switchboard_app::next_step::{RegistrationRequest, SignInAgain};
use switchboard_app::{Cloud, NextStep};

use super::named_step::spell_named;
use crate::command_line::CommandLine;
use crate::connect_args::DEFAULT_PROFILE;
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
        NextStep::Reconnect(label) => format!("switchboard connection reconnect {}", quote(label)),
        NextStep::ReconnectWithSecret(label) => {
            format!("switchboard connection reconnect {} --client-secret-file FILE", quote(label))
        }
        NextStep::SignInAttended(original) => {
            CommandLine::from(original.clone()).without_switch("--no-input").copyable()
        }
        NextStep::MakeApp => "switchboard connect --guide byo".into(),
        NextStep::ConnectOwnApp(original) => {
            let command = CommandLine::from(original.clone()).without(&["--method"]);
            format!("{} --client-id ID --client-secret-file FILE", command.copyable())
        }
        NextStep::ConnectApp(cloud, client_id) => {
            let (client_id, flags) = (quote(client_id), addresses_of(cloud));
            format!("switchboard connect admin --client-id {client_id} --client-secret-file FILE{flags}")
        }
        NextStep::ShowAppRegistration(registration) => show_registration(registration),
        NextStep::Disconnect(label) => format!("switchboard connection disconnect {}", quote(label)),
        NextStep::NamePublicAddress => "--public-url https://HOST".into(),
        NextStep::ChangeListenAddress => "--bind ADDRESS:PORT".into(),
        NextStep::ChangeLinkLife => "--link-minutes".into(),
        NextStep::PasteAddress => "--paste".into(),
        NextStep::ReportPage => "switchboard doctor --seen \"what the page says\"".into(),
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
        NextStep::ResumeRun(id) => format!("switchboard runs resume {id}"),
        NextStep::RetryRun(id) => format!("switchboard runs retry {id}"),
        NextStep::RepeatStep(id, step) => format!("switchboard runs retry {id} --repeat {}", quote(step)),
        NextStep::CheckDocument => "`switchboard check FILE`".into(),
        NextStep::ChangeLimit(limit) => format!("--limit {limit}=VALUE"),
        NextStep::WriteMessage => "switchboard doctor --seen \"what the page says\" --message".into(),
        NextStep::ListEvents => "`switchboard event list`".into(),
        NextStep::ListConnectors => "`switchboard connector list`".into(),
        NextStep::Named(step) => spell_named(*step, None),
        NextStep::ListErrors => "`switchboard error list`".into(),
        NextStep::StartEmulator(port) => format!("`switchboard emulator start --port {port}`"),
        NextStep::TryInAnotherFolder => "switchboard try --home DIR".into(),
        NextStep::TryEmulator(port) => format!("`switchboard try --port {port}`"),
    }
}

/// The flags that lead a command to a cloud; none where the cloud is that of no flag.
pub fn flags_of(cloud: &Cloud) -> String {
    let profile = Some(&cloud.profile).filter(|profile| !profile.is_empty() && *profile != DEFAULT_PROFILE);
    let profile = profile.map_or_else(String::new, |profile| format!(" --profile {}", quote(profile)));
    format!("{profile}{}", addresses_of(cloud))
}

/// The flags for other addresses than those of the profile.
fn addresses_of(cloud: &Cloud) -> String {
    let flag = |name: &str, value: &Option<String>| {
        value.as_ref().map_or_else(String::new, |value| format!(" {name} {}", quote(value)))
    };
    format!("{}{}", flag("--api-base", &cloud.api_base), flag("--oauth-base", &cloud.oauth_base))
}

/// The command that prints what an app has to be registered with.
fn show_registration(registration: &RegistrationRequest) -> String {
    let RegistrationRequest { style, is_for_account, cloud, activities } = registration;
    let style = match style {
        Style::Classic => "classic",
        Style::Granular => "granular",
    };
    let admin = if *is_for_account { " --admin" } else { "" };
    let activities: String = activities.iter().map(|id| format!(" --for {}", quote(id))).collect();
    format!("switchboard connect --app-manifest --style {style}{admin}{}{activities}", flags_of(cloud))
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
        (None, None) => format!("switchboard connect {label}{}", flags_of(&again.cloud)),
    }
}
