//! Reports about the account, walked month by month.

mod hosts_activity;
mod operation_log;
mod period;

pub use hosts_activity::hosts_activity;
pub use operation_log::operation_log;

area!("reports", reports:
    "hosts-activity" => hosts_activity(HostQuery) -> HostReport,
    "operation-log" => operation_log(LogQuery) -> OperationList,
);
