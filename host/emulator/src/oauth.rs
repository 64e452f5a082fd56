//! Sign-in, consent and tokens.

mod authorize;
mod device;
mod pages;
pub mod token;
mod uninstall;

pub use device::Devices;
pub use token::jwt;

use crate::answer::Answer;
use crate::call::Call;
use crate::world::World;

pub fn answer(world: &mut World, call: &Call) -> Answer {
    match (call.method.as_str(), call.segments().as_slice()) {
        ("GET", ["oauth", "authorize"]) => authorize::ask(world, call),
        ("POST", ["oauth", "signin"]) => authorize::sign_in(world, call),
        ("POST", ["oauth", "consent"]) => authorize::decide(world, call),
        ("POST", ["oauth", "request"]) => authorize::request(world, call),
        ("GET", ["oauth", "apps"]) => uninstall::list(world, call),
        ("GET", ["oauth", "apps", client_id]) => uninstall::question(world, call, client_id),
        ("POST", ["oauth", "apps", client_id]) => uninstall::answered(world, call, client_id),
        ("GET", ["oauth", "signout"]) => authorize::sign_out(world, call),
        ("GET", ["oauth_device"]) => device::enter(world, call),
        ("GET", ["oauth", "device", "complete", code]) => device::page(world, call, code),
        ("POST", ["oauth", "devicecode"]) => token::device(world, call),
        ("POST", ["oauth", "token"]) => token::answer(world, call),
        ("POST", ["oauth", "revoke"]) => token::revoke(world, call),
        _ => pages::error("Page not found", "404"),
    }
}
