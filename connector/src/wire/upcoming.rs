//! Zoom's list of the next 24 hours.

use serde::Deserialize;

use super::lenient::{self, small};
use super::meeting::kind;
use crate::bindings::meetings::UpcomingMeeting;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Row {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    topic: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient::number")]
    kind: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    start_time: Option<String>,
    #[serde(deserialize_with = "lenient::number")]
    duration: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    timezone: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    join_url: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    passcode: Option<String>,
    #[serde(deserialize_with = "lenient::flag")]
    is_host: Option<bool>,
    #[serde(deserialize_with = "lenient::flag")]
    is_all_day: Option<bool>,
}

impl From<Row> for UpcomingMeeting {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            topic: row.topic,
            kind: kind(row.kind),
            start_time: row.start_time,
            duration: small(row.duration),
            timezone: row.timezone,
            join_url: row.join_url,
            passcode: row.passcode,
            is_host: row.is_host,
            is_all_day: row.is_all_day,
        }
    }
}
