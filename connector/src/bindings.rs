//! Types and traits generated from `wit/`. JSON spelling is set here: snake_case enums, strict inputs.

macro_rules! generate {
    ($($derives:tt)*) => {
        wit_bindgen::generate!({
            path: ["../wit/connector", "../wit/zoom"],
            world: "switchboard:zoom/zoom",
            generate_all,
            additional_derives: [PartialEq, serde::Serialize, serde::Deserialize, $($derives)*],
            additional_type_attributes: {
                "switchboard:zoom/users@0.1.0/license": [#[serde(rename_all = "snake_case")]],
                "switchboard:zoom/users@0.1.0/user-status": [#[serde(rename_all = "snake_case")]],
                "switchboard:zoom/users@0.1.0/get-user": [#[serde(deny_unknown_fields)]],
                "switchboard:zoom/meetings@0.1.0/schedule-kind": [#[serde(rename_all = "snake_case")]],
                "switchboard:zoom/meetings@0.1.0/meeting-kind": [#[serde(rename_all = "snake_case")]],
                "switchboard:zoom/meetings@0.1.0/meeting-status": [#[serde(rename_all = "snake_case")]],
                "switchboard:zoom/meetings@0.1.0/auto-recording": [#[serde(rename_all = "snake_case")]],
                "switchboard:zoom/meetings@0.1.0/audio": [#[serde(rename_all = "snake_case")]],
                "switchboard:zoom/meetings@0.1.0/approval": [#[serde(rename_all = "snake_case")]],
                "switchboard:zoom/meetings@0.1.0/weekday": [#[serde(rename_all = "snake_case")]],
                "switchboard:zoom/meetings@0.1.0/frequency": [#[serde(rename_all = "snake_case")]],
                "switchboard:zoom/meetings@0.1.0/month-week": [#[serde(rename_all = "snake_case")]],
                "switchboard:zoom/meetings@0.1.0/list-kind": [#[serde(rename_all = "snake_case")]],
                "switchboard:zoom/meetings@0.1.0/settings": [#[derive(Default)] #[serde(deny_unknown_fields)]],
                "switchboard:zoom/meetings@0.1.0/recurrence": [#[serde(deny_unknown_fields)]],
                "switchboard:zoom/meetings@0.1.0/create-meeting": [#[serde(deny_unknown_fields)]],
                "switchboard:zoom/meetings@0.1.0/update-meeting": [#[serde(deny_unknown_fields)]],
                "switchboard:zoom/meetings@0.1.0/get-meeting": [#[serde(deny_unknown_fields)]],
                "switchboard:zoom/meetings@0.1.0/get-invitation": [#[serde(deny_unknown_fields)]],
                "switchboard:zoom/meetings@0.1.0/list-meetings": [#[serde(deny_unknown_fields)]],
                "switchboard:zoom/meetings@0.1.0/delete-meeting": [#[serde(deny_unknown_fields)]],
                "switchboard:zoom/recordings@0.1.0/file-type": [#[serde(rename_all = "snake_case")]],
                "switchboard:zoom/recordings@0.1.0/file-status": [#[serde(rename_all = "snake_case")]],
                "switchboard:zoom/recordings@0.1.0/list-recordings": [#[serde(deny_unknown_fields)]],
                "switchboard:zoom/recordings@0.1.0/get-recording": [#[serde(deny_unknown_fields)]],
                "switchboard:zoom/recordings@0.1.0/download-recording": [#[serde(deny_unknown_fields)]],
            },
        });
    };
}

#[cfg(not(feature = "schema"))]
generate!();
#[cfg(feature = "schema")]
generate!(schemars::JsonSchema);

pub use exports::switchboard::connector::{activities as activities_export, auth as auth_export};
pub use exports::switchboard::zoom::{meetings, recordings, types, users};
pub use switchboard::connector::{context, http, log, types as contract};
