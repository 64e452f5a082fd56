//! Zoom's role.

use serde::Deserialize;

use super::lenient;
use crate::bindings::roles::Role as Public;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Role {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    description: Option<String>,
    #[serde(deserialize_with = "lenient::number")]
    total_members: Option<i64>,
    privileges: Option<Vec<String>>,
}

impl Role {
    /// The public form; `None` when Zoom left out the id.
    pub fn public(self) -> Option<Public> {
        Some(Public {
            id: self.id?,
            name: self.name,
            description: self.description,
            total_members: lenient::small(self.total_members),
            privileges: self.privileges.unwrap_or_default(),
        })
    }
}
