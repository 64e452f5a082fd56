//! Connections as a document, without secrets: what to connect again elsewhere, or to ask for help with.

use serde_json::{Value, json};

use crate::ConnectionsError;
use crate::connections::Connections;

impl Connections {
    /// Everything about the named connections, or about all, that is not secret. Whoever reads it in has to sign in.
    pub fn export(&self, labels: &[String]) -> Result<Value, ConnectionsError> {
        let rows = match labels {
            [] => self.list()?,
            labels => labels.iter().map(|label| self.show(label)).collect::<Result<_, _>>()?,
        };
        let mut connections = Vec::new();
        for row in rows {
            let used_by: Vec<String> = self.usage(&row.id)?.into_iter().map(|usage| usage.automation).collect();
            connections.push(json!({
                "label": row.label, "connector": row.connector, "method": row.method.as_str(),
                "api_base": row.api_base, "oauth_base": row.oauth_base, "client_id": row.client_id,
                "plan": self.plan(&row.id)?, "state": row.state.as_str(),
                "reason": row.reason.map(|reason| reason.to_string()), "identity": row.owner.map(|owner| owner.identity),
                "scopes": row.scopes, "used_by": used_by,
            }));
        }
        Ok(json!({ "version": 1, "connections": connections }))
    }
}
