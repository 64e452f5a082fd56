//! Rust types of the contract in `wit/connector`, made by wasmtime's bindgen.

pub(crate) mod generated {
    wasmtime::component::bindgen!({
        path: "../../wit/connector",
        world: "connector",
        imports: { default: async },
        exports: { default: async },
    });
}

pub(crate) use generated::switchboard::connector::{context, http, log, types};

use crate::guest_text::sentence;

/// Who a connection belongs to, as the service says.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Identity {
    /// The service's own id of the user.
    pub user_id: String,
    pub account_id: Option<String>,
    pub email: Option<String>,
    pub display_name: Option<String>,
    /// The role's name, for people.
    pub role: Option<String>,
    /// The plan's name, for people.
    pub plan: Option<String>,
}

impl From<generated::exports::switchboard::connector::auth::Identity> for Identity {
    fn from(found: generated::exports::switchboard::connector::auth::Identity) -> Self {
        Self {
            user_id: sentence(found.user_id),
            account_id: found.account_id.map(sentence),
            email: found.email.map(sentence),
            display_name: found.display_name.map(sentence),
            role: found.role.map(sentence),
            plan: found.plan.map(sentence),
        }
    }
}
