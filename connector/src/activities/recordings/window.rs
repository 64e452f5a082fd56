//! One window of a list of recordings: every page of it, unless it holds too many.

use crate::bindings::recordings::Recording;
use crate::paging::{List, Proof, Walk, walk};
use crate::problem::Trouble;
use crate::wire::error::Kind;
use crate::wire::recording::Recording as Row;
use crate::zoom::{Call, Zoom};

/// Read a window; with more than `most` in it, by Zoom's own count, only that count.
pub fn read<'z>(zoom: &Zoom<'_>, first: &dyn Fn() -> Call<'z>, most: Option<u64>) -> Result<Walk<Recording>, Trouble> {
    let list = List { name: "meetings", first, enough: None, most };
    match walk(zoom, &list, |row: Row, left_out| row.public(left_out).ok_or("it has no uuid")) {
        // Zoom's other way to say that there are none.
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::NoRecording => {
            Ok(Walk { items: Vec::new(), from: None, proof: Proof::of(1), crowd: None })
        }
        other => other,
    }
}
