//! A request as its surface wrote it.

use serde::{Deserialize, Serialize};

/// A request in the words of the surface that made it: for the command line, its arguments. Only that surface reads it, to show the
/// person the same request again. Nothing secret is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginalRequest(pub Vec<String>);
