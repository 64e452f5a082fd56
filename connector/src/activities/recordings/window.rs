//! One window of a list of recordings: every page of it, unless it holds too many.

use crate::paging::{PAGE_SIZE, Page, Walk};
use crate::problem::Trouble;
use crate::wire::error::Kind;
use crate::wire::recording::{Recording, RecordingPage};
use crate::zoom::{Call, Zoom};

/// What a window holds.
pub enum Window {
    Read(Walk<Recording>),
    /// More than `most`, by Zoom's own count; one page was read to learn it.
    Crowded(u64),
}

/// Read a window. A page token that Zoom refuses begins it again, once.
pub fn read<'z>(
    zoom: &Zoom<'_>,
    before: usize,
    first: impl Fn() -> Call<'z>,
    most: Option<u64>,
) -> Result<Window, Trouble> {
    let mut pages = 0;
    match attempt(zoom, before, &first, most, &mut pages) {
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::Invalid && pages > 0 => {
            attempt(zoom, before, &first, most, &mut pages)
        }
        // Zoom's other way to say that there are none.
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::NoRecording => {
            Ok(Window::Read(Walk { items: Vec::new(), pages: 1, from: None, ended: true }))
        }
        other => other,
    }
}

fn attempt<'z>(
    zoom: &Zoom<'_>,
    before: usize,
    first: &impl Fn() -> Call<'z>,
    most: Option<u64>,
    pages: &mut u32,
) -> Result<Window, Trouble> {
    let mut walk = Walk { items: Vec::new(), pages: 0, from: None, ended: false };
    let mut token: Option<String> = None;
    loop {
        let call = first().query("page_size", Some(PAGE_SIZE)).query("next_page_token", token.as_deref());
        let mut page: RecordingPage = call.fetch()?;
        *pages += 1;
        walk.pages = *pages;
        let total = page.total_records.and_then(|total| u64::try_from(total).ok());
        if let (None, Some(total), Some(most)) = (&token, total, most)
            && total > most
        {
            return Ok(Window::Crowded(total));
        }
        let next = page.next().filter(|next| !next.is_empty());
        walk.from = walk.from.or_else(|| page.from().map(str::to_owned));
        walk.items.extend(page.items());
        zoom.progress(before + walk.items.len(), "items");
        walk.ended = next.is_none();
        // A token that repeats would walk for ever.
        if walk.ended || next == token {
            return Ok(Window::Read(walk));
        }
        token = next;
    }
}
