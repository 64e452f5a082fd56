//! Walking a list to its end, and surviving one expired page token.

use serde::de::DeserializeOwned;

use crate::problem::Trouble;
use crate::wire::error::Kind;
use crate::zoom::{Call, Zoom};

/// Zoom's maximum.
const PAGE_SIZE: u32 = 300;

/// One page of a list.
pub trait Page: DeserializeOwned {
    type Item;
    /// The next page's token; `None` at the end.
    fn next(&mut self) -> Option<String>;
    /// First day of the period that Zoom really used, where it says so.
    fn from(&self) -> Option<&str> {
        None
    }
    fn items(self) -> Vec<Self::Item>;
}

/// What a walk found.
pub struct Walk<T> {
    pub items: Vec<T>,
    pub pages: u32,
    /// The `from` that Zoom echoed.
    pub from: Option<String>,
    /// True when Zoom said that there is no further page.
    pub ended: bool,
}

/// Read every page of the list that `first` asks for, or until there are `enough` items.
///
/// Page tokens live 15 minutes. When one is refused the walk begins again, once; a second refusal is the caller's problem.
pub fn walk<'z, P: Page>(
    zoom: &Zoom<'_>,
    first: impl Fn() -> Call<'z>,
    enough: Option<usize>,
) -> Result<Walk<P::Item>, Trouble> {
    let mut read = 0;
    match attempt::<P>(zoom, &first, enough, &mut read) {
        Err(Trouble::Refused(refusal)) if read > 0 && refusal.kind == Kind::Invalid => {
            attempt::<P>(zoom, &first, enough, &mut read)
        }
        other => other,
    }
}

fn attempt<'z, P: Page>(
    zoom: &Zoom<'_>,
    first: &impl Fn() -> Call<'z>,
    enough: Option<usize>,
    read: &mut u32,
) -> Result<Walk<P::Item>, Trouble> {
    let mut walk = Walk { items: Vec::new(), pages: 0, from: None, ended: false };
    let mut token: Option<String> = None;
    loop {
        let mut page: P =
            first().query("page_size", Some(PAGE_SIZE)).query("next_page_token", token.as_deref()).fetch()?;
        let next = page.next().filter(|next| !next.is_empty());
        walk.from = walk.from.or_else(|| page.from().map(str::to_owned));
        walk.items.extend(page.items());
        walk.pages += 1;
        *read += 1;
        zoom.progress(walk.items.len(), "items");
        walk.ended = next.is_none();
        // A token that repeats would walk for ever.
        if walk.ended || next == token || enough.is_some_and(|enough| walk.items.len() >= enough) {
            return Ok(walk);
        }
        token = next;
    }
}
