//! The plan of an account, which decides its rate limits.

use std::collections::BTreeSet;

use crate::{App, AppError};

/// What becomes of the plan of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanChange {
    /// This plan, for example `pro`.
    Set(String),
    /// The connector's default plan again.
    Default,
}

/// The plan by which the requests of a connection are paced.
pub async fn plan(app: &App, label: &str) -> Result<String, AppError> {
    let connector = app.connector().await?;
    let connections = app.connections().await?;
    let connection = connections.show(label)?;
    Ok(connections.plan(&connection.id)?.unwrap_or_else(|| connector.manifest().default_plan.clone()))
}

/// Changes the plan of a connection.
pub async fn set_plan(app: &App, label: &str, change: PlanChange) -> Result<(), AppError> {
    let plan = match change {
        PlanChange::Default => None,
        PlanChange::Set(plan) => {
            let connector = app.connector().await?;
            let plans = connector.manifest().rates.values().flat_map(|plans| plans.keys());
            let known: BTreeSet<&str> = plans.map(String::as_str).collect();
            if !known.contains(plan.as_str()) {
                let known: Vec<&str> = known.into_iter().collect();
                let fix = format!("use one of: {}", known.join(", "));
                return Err(AppError::usage(format!("there is no plan `{plan}`"), fix));
            }
            Some(plan)
        }
    };
    let connections = app.connections().await?;
    let label = connections.show(label)?.label;
    connections.run(move |connections| connections.set_plan(&label, plan.as_deref())).await?;
    Ok(())
}
