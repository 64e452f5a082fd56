//! The component's exports: generic, typed and sign-in, each a line to the same functions.

use crate::activities;
use crate::auth;
use crate::bindings::contract::Problem;
use crate::bindings::{activities_export, auth_export};
use crate::service::Host;
use crate::zoom::Zoom;

/// What is exported. Each area adds its typed functions in `activities/<area>/mod.rs`.
pub struct Component;

impl activities_export::Guest for Component {
    fn describe() -> String {
        crate::manifest::resolved()
    }
    fn invoke(name: String, input: String) -> Result<String, Problem> {
        activities::invoke(&Zoom::new(&Host), &name, &input)
    }
}

impl auth_export::Guest for Component {
    fn describe() -> String {
        auth::describe()
    }
    fn identify() -> Result<auth_export::Identity, Problem> {
        auth::identify(&Zoom::new(&Host))
    }
    fn classify(status: u16, headers: Vec<auth_export::Header>, body: Vec<u8>) -> auth_export::Verdict {
        auth::classify(status, &headers, &body)
    }
}

#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "exported symbols of the component")]
mod exports {
    use super::Component;
    crate::bindings::export!(Component with_types_in crate::bindings);
}
