//! The connected account as a whole.

mod plan_usage;
mod settings;

pub use plan_usage::plan_usage;
pub use settings::settings;

area!("account", account:
    "settings" => settings() -> AccountSettings,
    "plan-usage" => plan_usage() -> PlanUse,
);
