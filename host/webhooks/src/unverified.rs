//! A delivery as it came in.

use std::fmt;

use serde_json::Value;
use switchboard_json::Limits;

use crate::Refusal;

/// A body. Services send some kilobytes; the largest, of a recording with very many files, has some hundred.
const BODY: Limits = Limits { text: 2 << 20, depth: 64, memory: 32 << 20 };

/// A delivery as it came in: nobody knows yet who sent it, and nothing acts on it. See [`Unverified::verify`].
#[derive(Clone)]
pub struct Unverified<'a> {
    headers: Vec<(&'a str, &'a [u8])>,
    pub(crate) body: &'a [u8],
}

impl<'a> Unverified<'a> {
    /// All headers of the request, repeated ones too, and its body, byte by byte as received: JSON that was read and
    /// written again is another message.
    pub fn new(headers: impl IntoIterator<Item = (&'a str, &'a [u8])>, body: &'a [u8]) -> Self {
        Self { headers: headers.into_iter().collect(), body }
    }

    /// A body of unknown origin, to look at while developing: whoever wrote the file may have made it up. A connector shows
    /// how it reads it (`Connector::inspect`); it becomes no event, and no connection is ended by it.
    ///
    /// # Errors
    /// [`Refusal::NotJson`].
    pub fn for_inspection(body: &[u8]) -> Result<Inspection, Refusal> {
        json(body).map(Inspection)
    }

    /// The one header of a name, in lower or upper case.
    pub(crate) fn header(&self, name: &str) -> Result<&'a [u8], Refusal> {
        let mut found = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let (_, value) = found.next().ok_or_else(|| Refusal::HeaderMissing { name: name.to_owned() })?;
        match found.next() {
            Some(_) => Err(Refusal::HeaderTwice { name: name.to_owned() }),
            None => Ok(value),
        }
    }
}

/// A body as JSON in which no key comes twice: of two values, each reader could take another one.
pub(crate) fn json(body: &[u8]) -> Result<Value, Refusal> {
    switchboard_json::read(body, BODY).map_err(|error| Refusal::NotJson { why: error.to_string() })
}

impl fmt::Debug for Unverified<'_> {
    /// Headers and bodies hold tokens and names of people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unverified({} headers, {} bytes)", self.headers.len(), self.body.len())
    }
}

/// A body that may be anybody's, to look at: see [`Unverified::for_inspection`].
///
/// It is no [`Verified`](crate::Verified) delivery and becomes none:
///
/// ```no_run
/// use switchboard_webhooks::{Inspection, Unverified};
/// fn look_at(body: &Inspection) {}
/// look_at(&Unverified::for_inspection(b"{}").unwrap());
/// ```
///
/// ```compile_fail
/// use switchboard_webhooks::{Unverified, Verified};
/// fn act_on(delivery: &Verified) {}
/// act_on(&Unverified::for_inspection(b"{}").unwrap());
/// ```
pub struct Inspection(Value);

impl Inspection {
    /// What it says, whoever says it.
    pub fn value(&self) -> &Value {
        &self.0
    }
}

impl fmt::Debug for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inspection")
    }
}
