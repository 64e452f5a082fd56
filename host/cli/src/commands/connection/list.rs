//! `switchboard connection list`: the connections, and below them those that are gone here and have yet to be revoked at the service.

use switchboard_app::connection::{self, Connection, ConnectionList, owner_of};
use switchboard_app::doctor::pending_revocation;

use super::{REVOKING, next_step, pending_to_json, to_json};
use crate::app::App;
use crate::output;
use crate::present::method::method_name;
use switchboard_app::AppError;

pub async fn run(app: &App) -> Result<(), AppError> {
    let ConnectionList { connections, pending, default } = connection::list(app).await?;
    let is_default = |connection: &Connection| default.as_ref() == Some(&connection.id);
    if app.global.json {
        let rows = connections.iter().map(|connection| to_json(connection, is_default(connection)));
        return output::json(&rows.chain(pending.iter().map(pending_to_json)).collect::<Vec<_>>());
    }
    if connections.is_empty() && pending.is_empty() {
        app.say("no connection yet: switchboard try, or switchboard connect");
        return Ok(());
    }
    let label = |connection: &Connection| match is_default(connection) {
        true => format!("{} (default)", connection.label),
        false => connection.label.clone(),
    };
    let mut rows = Vec::new();
    for row in &connections {
        let (method, state) = (method_name(row.method).to_owned(), row.state.to_string());
        rows.push(vec![label(row), owner_of(row), method, state, row.api_base.clone()]);
    }
    for revocation in &pending {
        let empty = String::new;
        rows.push(vec![revocation.origin.to_string(), empty(), empty(), REVOKING.to_owned(), empty()]);
    }
    output::table(&["LABEL", "WHO", "METHOD", "STATE", "API"], rows)?;
    for row in &connections {
        if let Some(step) = next_step(row) {
            app.say(&format!("! {} is {}: {step}", row.label, row.state));
        }
    }
    pending.iter().for_each(|pending| app.say(&format!("! {}", pending_revocation(pending))));
    Ok(())
}
