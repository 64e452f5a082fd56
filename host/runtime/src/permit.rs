//! Which HTTP methods the requests of one call may have.

use switchboard_manifest::{CallTerms, Effect};

use crate::bindings::http;
use crate::host::failed;

/// What one call may do to the service, by the effect that the manifest declares for its input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Permit {
    effect: Effect,
    /// Whether a write may send DELETE.
    delete: bool,
}

impl Permit {
    /// The permit of a call that only reads.
    pub(crate) const READ: Self = Self { effect: Effect::Read, delete: false };

    /// The permit of a call with this effect. A caller confirms what is destructive, so a connector that nobody trusts has to
    /// declare it: its word that another activity undoes a write counts for nothing.
    pub(crate) fn new(effect: Effect, terms: &CallTerms, trusted: bool) -> Self {
        Self { effect, delete: trusted && terms.reversible }
    }

    /// Refuses a method that does more than the declared effect.
    pub(crate) fn check(self, method: http::Method) -> Result<(), http::Failure> {
        let message = match (self.effect, method) {
            (Effect::Destructive, _) | (_, http::Method::Get) => return Ok(()),
            (Effect::Read, _) => "the manifest says that this call only reads, but the connector asked for a change",
            (Effect::Write, http::Method::Delete) if !self.delete => {
                "the manifest does not declare this call as destructive, but the connector asked for a deletion"
            }
            (Effect::Write, _) => return Ok(()),
        };
        Err(failed("refused.effect", message, true))
    }
}

#[cfg(test)]
mod tests {
    use http::Method::{Delete, Get, Patch, Post, Put};
    use serde_json::json;

    use super::*;

    fn terms(reversible: bool) -> CallTerms {
        let terms = json!({"rate": "light", "effect": "write", "reversible": reversible});
        serde_json::from_value(terms).unwrap()
    }

    #[test]
    fn methods_follow_the_declared_effect() {
        let write = |reversible, trusted| Permit::new(Effect::Write, &terms(reversible), trusted);
        let destructive = Permit::new(Effect::Destructive, &terms(false), false);
        for (permit, methods) in [
            (Permit::READ, &[Get][..]),
            (write(false, false), &[Get, Post, Put, Patch]),
            (write(true, false), &[Get, Post, Put, Patch]),
            (write(false, true), &[Get, Post, Put, Patch]),
            (write(true, true), &[Get, Post, Put, Patch, Delete]),
            (destructive, &[Get, Post, Put, Patch, Delete]),
        ] {
            for method in [Get, Post, Put, Patch, Delete] {
                let code = permit.check(method).err().map(|failure| failure.code);
                let expected = if methods.contains(&method) { None } else { Some("refused.effect".to_owned()) };
                assert_eq!(code, expected, "{permit:?} {method:?}");
            }
        }
    }
}
