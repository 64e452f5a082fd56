//! What is said of a connection that was made: who it is, what it can do, and what will not work.

use serde_json::json;
use switchboard_connections::{Admitted, Ended, Method as Kind};
use switchboard_runtime::{Connector, Identity};

use super::access::{self, Access};
use super::attempt::Attempt;
use super::{FEW, who};
use crate::app::App;
use crate::output;
use switchboard_app::AppError;
use switchboard_app::remedy::Facts;

pub async fn connected(
    app: &App,
    connector: &Connector,
    wanted: &Access<'_>,
    admitted: &Admitted,
    identity: &Identity,
    attempt: &Attempt,
) -> Result<(), AppError> {
    let (label, granted) = (admitted.connection.label.as_str(), &admitted.connection.scopes);
    let kind = admitted.connection.method.as_str();
    let lacking = access::lacking(connector.manifest(), wanted, granted);
    let mut warnings: Vec<String> = admitted.replaced.iter().map(ended).collect();
    let mut told = warnings.clone();
    warnings.extend(lacking.iter().map(access::says));
    told.extend(access::summary(label, wanted, &lacking));
    let others = warnings.len();
    let twice = connector.manifest().superfluous(granted).into_iter();
    warnings
        .extend(twice.map(|(part, whole)| format!("`{part}` is part of `{whole}`: the app needs only one of them")));
    if connector.manifest().mixes_styles(granted) {
        warnings.push("the app has scopes of the classic and of the granular kind: make it with one kind only".into());
    }
    let mut remedies = Vec::new();
    // An account's own app is tried by one request, where nothing was chosen.
    if wanted.needs_rights() && (kind != Kind::ServerToServer.as_str() || wanted.chosen) {
        let found =
            access::rights(app, connector, &app.connections().await?, &admitted.connection, &wanted.activities).await;
        warnings.extend(found.says());
        let connected = Some(admitted.connection.method);
        let facts = Facts { rights: found.missing.clone(), connected, ..attempt.facts() };
        remedies
            .extend(found.remedy(connector.manifest()).map(|remedy| crate::present::remedy::fill_with(remedy, &facts)));
    }
    if app.global.json {
        return output::json(&json!({
            "label": label, "method": kind, "identity": identity, "scopes": granted,
            "style": connector.manifest().style_of(granted), "will_not_work": lacking, "warnings": warnings,
            "replaced": admitted.replaced.iter().map(|ended| &ended.label).collect::<Vec<_>>(),
            "remedies": remedies.iter().map(crate::present::remedy::value).collect::<Vec<_>>(), "ok": true,
        }));
    }
    let what = match kind == Kind::ServerToServer.as_str() {
        true => "for a whole account, by the app of",
        false => "as",
    };
    output::line(&format!("{label} is connected {what} {}", who(identity)))?;
    if let Some(account) = &identity.account_id {
        app.say(&format!("account: {account}"));
    }
    match granted.len() {
        0 => app.say("granted: unknown (the service sent no scopes); a call fails if one is missing"),
        1..=FEW => output::words("granted: ", granted).iter().for_each(|line| app.say(line)),
        many => app.say(&format!("granted: {many} scopes; switchboard connection show {label} lists them")),
    }
    told.extend(warnings.into_iter().skip(others));
    for warning in told {
        app.say(&format!("! {warning}"));
    }
    for remedy in remedies {
        crate::present::remedy::lines(&remedy).iter().for_each(|line| app.say(line));
    }
    app.say(&format!("try: switchboard call zoom.users.me --connection {label}"));
    Ok(())
}

/// What ended, and what has to be given another connection.
pub fn ended(ended: &Ended) -> String {
    let names: Vec<&str> = ended.usage.iter().map(|usage| usage.automation.as_str()).collect();
    let users = if names.is_empty() { "nothing used it".to_owned() } else { format!("used by {}", names.join(", ")) };
    format!("`{}` was replaced and no longer works ({users})", ended.label)
}
