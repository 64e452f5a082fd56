//! The table of all activities, and the one way to call them by name.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::bindings::contract::Problem;
use crate::input;
use crate::json;
use crate::problem::{self, plain};
use crate::service::Outcome;
use crate::zoom::Zoom;

/// One activity as the generic contract calls it.
pub struct Activity {
    /// `area.verb`, the WIT name with `-`.
    pub name: &'static str,
    run: fn(&Zoom<'_>, &str) -> Outcome<String>,
    /// JSON Schemas of input and output.
    #[cfg(feature = "schema")]
    pub schemas: fn() -> (schemars::Schema, schemars::Schema),
}

/// One area: a line in the dispatch table for each of its activities, and the typed exports of the same functions.
///
/// A line says `"wit-name" => rust_function(InputRecord) -> OutputRecord`; an activity without input says `rust_function()`.
macro_rules! area {
    ($area:literal, $bindings:ident: $($name:literal => $run:ident($($input:ident)?) -> $output:ident,)*) => {
        /// Every activity of the area. One line each.
        pub const TABLE: &[$crate::activities::Activity] = &[$($crate::activities::Activity {
            name: concat!($area, ".", $name),
            run: area!(@run $bindings, $run, $output, $($input)?),
            #[cfg(feature = "schema")]
            schemas: || (
                $crate::manifest::schema_of::<area!(@input $bindings, $($input)?)>(),
                $crate::manifest::schema_of::<$crate::bindings::$bindings::$output>(),
            ),
        },)*];

        impl $crate::bindings::$bindings::Guest for $crate::component::Component {
            $(area!(@export $bindings, $run, $output, $($input)?);)*
        }
    };
    (@run $bindings:ident, $run:ident, $output:ident,) => {
        |zoom, json| $crate::activities::call::<$crate::activities::Nothing, _>(zoom, json, |zoom, _| $run(zoom))
    };
    (@run $bindings:ident, $run:ident, $output:ident, $input:ident) => {
        |zoom, json| $crate::activities::call::<$crate::bindings::$bindings::$input, _>(zoom, json, $run)
    };
    (@input $bindings:ident,) => { $crate::activities::Nothing };
    (@input $bindings:ident, $input:ident) => { $crate::bindings::$bindings::$input };
    (@export $bindings:ident, $run:ident, $output:ident,) => {
        fn $run() -> $crate::service::Outcome<$crate::bindings::$bindings::$output> {
            $run(&$crate::zoom::Zoom::new(&$crate::service::Host))
        }
    };
    (@export $bindings:ident, $run:ident, $output:ident, $input:ident) => {
        fn $run(
            request: $crate::bindings::$bindings::$input,
        ) -> $crate::service::Outcome<$crate::bindings::$bindings::$output> {
            $run(&$crate::zoom::Zoom::new(&$crate::service::Host), request)
        }
    };
}

pub mod account;
pub mod api;
pub mod apps;
pub mod groups;
pub mod livestream;
pub mod meetings;
pub mod recordings;
pub mod registrants;
pub mod reports;
pub mod roles;
pub mod users;
pub mod webinars;

/// The tables of all areas.
pub const AREAS: &[&[Activity]] = &[
    users::TABLE,
    groups::TABLE,
    roles::TABLE,
    account::TABLE,
    reports::TABLE,
    apps::TABLE,
    meetings::TABLE,
    recordings::TABLE,
    registrants::TABLE,
    livestream::TABLE,
    webinars::TABLE,
    api::TABLE,
];

/// Every activity.
pub fn all() -> impl Iterator<Item = &'static Activity> {
    AREAS.iter().copied().flatten()
}

/// The input of an activity that takes none.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Run one activity by name.
pub fn invoke(zoom: &Zoom<'_>, name: &str, json: &str) -> Outcome<String> {
    match all().find(|activity| activity.name == name) {
        Some(activity) => (activity.run)(zoom, json),
        None => Err(Problem {
            fix: Some("`describe` lists the activities".to_owned()),
            ..plain("activity.unknown", format!("there is no activity `{name}`"), true)
        }),
    }
}

fn call<I: DeserializeOwned, O: Serialize>(
    zoom: &Zoom<'_>,
    json: &str,
    run: fn(&Zoom<'_>, I) -> Outcome<O>,
) -> Outcome<String> {
    let output = run(zoom, input::parse(json)?)?;
    json::write(&output).map_err(|error| problem::broken(error.to_string()))
}
