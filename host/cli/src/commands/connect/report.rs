//! What `connect` prints of a connection that was made: who it is, what it can do, and what will not work.

use serde_json::json;
use switchboard_app::connect::ConnectResult;
use switchboard_app::connection::{Method, ReplacedConnection};
use switchboard_app::identity::name_of;

use super::MAX_NAMED;
use crate::app::App;
use crate::output;
use crate::present::method::method_name;
use crate::present::{access, remedy};
use switchboard_app::AppError;

pub fn print(app: &App, connected: &ConnectResult) -> Result<(), AppError> {
    let ConnectResult { connection, identity, rights, .. } = connected;
    let label = connection.label.as_str();
    let granted = &connection.scopes;
    let ended: Vec<String> = connected.replaced.iter().map(replaced).collect();
    let mut others: Vec<String> = connected
        .superfluous
        .iter()
        .map(|(part, whole)| format!("`{part}` is part of `{whole}`: the app needs only one of them"))
        .collect();
    if connected.mixes_styles {
        others.push("the app has scopes of the classic and of the granular kind: make it with one kind only".into());
    }
    others.extend(rights.sentences());
    let remedy = connected.guidance.as_ref().map(remedy::fill);
    if app.global.json {
        let lacking = connected.lacking.iter().map(access::lacking);
        let warnings: Vec<String> = ended.into_iter().chain(lacking).chain(others).collect();
        return output::json(&json!({
            "label": label, "method": method_name(connection.method), "identity": identity, "scopes": granted,
            "style": connected.style, "will_not_work": connected.lacking, "warnings": warnings,
            "replaced": connected.replaced.iter().map(|ended| &ended.label).collect::<Vec<_>>(),
            "remedies": remedy.iter().map(remedy::value).collect::<Vec<_>>(), "ok": true,
        }));
    }
    let what = match connection.method {
        Method::ServerToServer => "for a whole account, by the app of",
        _ => "as",
    };
    output::line(&format!("{label} is connected {what} {}", name_of(identity)))?;
    if let Some(account) = &identity.account_id {
        app.say(&format!("account: {account}"));
    }
    match granted.len() {
        0 => app.say("granted: unknown (the service sent no scopes); a call fails if one is missing"),
        1..=MAX_NAMED => output::words("granted: ", granted).iter().for_each(|line| app.say(line)),
        many => app.say(&format!("granted: {many} scopes; switchboard connection show {label} lists them")),
    }
    let warnings = ended.into_iter().chain(access::lacking_in_short(connected)).chain(others);
    warnings.for_each(|warning| app.say(&format!("! {warning}")));
    remedy.iter().flat_map(remedy::lines).for_each(|line| app.say(&line));
    if let Some(activity) = &connected.first_activity {
        app.say(&format!("try: switchboard call {activity} --connection {label}"));
    }
    Ok(())
}

/// That a connection was replaced, and what has to be given another one.
pub fn replaced(ended: &ReplacedConnection) -> String {
    let names: Vec<&str> = ended.usage.iter().map(|usage| usage.automation.as_str()).collect();
    let users = if names.is_empty() { "nothing used it".to_owned() } else { format!("used by {}", names.join(", ")) };
    format!("`{}` was replaced and no longer works ({users})", ended.label)
}
