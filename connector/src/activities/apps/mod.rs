//! Marketplace apps and who may install them.

mod preapproval_get;
mod preapproval_set;

pub use preapproval_get::preapproval_get;
pub use preapproval_set::preapproval_set;

area!("apps", apps:
    "preapproval-get" => preapproval_get(GetApp) -> Approval,
    "preapproval-set" => preapproval_set(SetApproval) -> ApprovalChanged,
);
