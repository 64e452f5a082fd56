//! Sign-in, consent and tokens.

mod app_check;
mod authorize;
mod device;
mod pages;
mod session;
pub mod token;
mod uninstall;

pub use device::Devices;
pub use token::jwt;

use crate::http::answer::Answer;
use crate::http::call::{Call, first};
use crate::state::world::World;

pub fn answer(world: &mut World, call: &Call) -> Answer {
    match (call.method.as_str(), call.segments().as_slice()) {
        ("GET", ["oauth", "authorize"]) => authorize::ask(world, call),
        ("POST", ["oauth", "signin"]) => session::sign_in(world, call),
        ("POST", ["oauth", "consent"]) => consent(world, call),
        ("POST", ["oauth", "request"]) => authorize::request(world, call),
        ("GET", ["oauth", "apps"]) => uninstall::list(world, call),
        ("GET", ["oauth", "apps", client_id]) => uninstall::question(world, call, client_id),
        ("POST", ["oauth", "apps", client_id]) => uninstall::answer(world, call, client_id),
        ("GET", ["oauth", "signout"]) => session::sign_out(world, call),
        ("GET", ["oauth_device"]) => device::enter(world, call),
        ("GET", ["oauth", "device", "complete", code]) => device::page(world, call, code),
        ("POST", ["oauth", "devicecode"]) => token::device(world, call),
        ("POST", ["oauth", "token"]) => token::answer(world, call),
        ("POST", ["oauth", "revoke"]) => token::revoke(world, call),
        _ => pages::error("Page not found", "404"),
    }
}

/// A decision at the consent page, for an app in this browser or for a device.
fn consent(world: &mut World, call: &Call) -> Answer {
    let form = call.form();
    match first(&form, "query").and_then(|query| query.strip_prefix(session::DEVICE)) {
        Some(code) => device::decide(world, call, code),
        None => authorize::decide(world, call),
    }
}
