//! Zoom's user.

use serde::Deserialize;

use super::lenient;
use crate::bindings::users::{License, User as Public, UserStatus};

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct User {
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub email: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    first_name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    last_name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub display_name: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient::number")]
    kind: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    status: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    role_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub role_name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    dept: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    timezone: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    language: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub account_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pmi: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    user_created_at: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    last_login_time: Option<String>,
}

impl User {
    pub fn license(&self) -> License {
        match self.kind {
            Some(1) => License::Basic,
            Some(2) => License::Licensed,
            Some(4) => License::Unassigned,
            Some(99) => License::None,
            _ => License::Other,
        }
    }
}

impl From<User> for Public {
    fn from(user: User) -> Self {
        Self {
            license: user.license(),
            status: match user.status.as_deref() {
                Some("active") => UserStatus::Active,
                Some("inactive") => UserStatus::Inactive,
                Some("pending") => UserStatus::Pending,
                _ => UserStatus::Other,
            },
            id: user.id,
            email: user.email,
            first_name: user.first_name,
            last_name: user.last_name,
            display_name: user.display_name,
            role_id: user.role_id,
            role_name: user.role_name,
            department: user.dept,
            timezone: user.timezone,
            language: user.language,
            account_id: user.account_id,
            personal_meeting_id: user.pmi,
            created_at: user.user_created_at,
            last_login_at: user.last_login_time,
        }
    }
}
