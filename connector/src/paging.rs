//! Walking a list to its end, and surviving one expired page token.

use serde::de::DeserializeOwned;

use crate::bindings::types::Coverage;
use crate::problem::Trouble;
use crate::service::Outcome;
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
    let mut items = Vec::new();
    let mut turn = |call: Call<'z>, begin: bool| {
        let mut page: P = call.fetch()?;
        let (next, from) = (page.next(), page.from().map(str::to_owned));
        if begin {
            items.clear();
        }
        items.extend(page.items());
        Ok(Turned { next, from, items: items.len() })
    };
    let end = to_end(zoom, &first, enough, &mut turn)?;
    Ok(Walk { items, pages: end.pages, from: end.from, ended: end.ended })
}

/// A page that was read.
struct Turned {
    next: Option<String>,
    from: Option<String>,
    /// Items of all pages so far.
    items: usize,
}

/// Where a walk ended.
struct End {
    pages: u32,
    from: Option<String>,
    ended: bool,
}

/// Reads a page; the flag says that the walk begins with it. What depends on the page's type is in there alone.
type Turn<'t, 'z> = &'t mut dyn FnMut(Call<'z>, bool) -> Result<Turned, Trouble>;

fn to_end<'z>(
    zoom: &Zoom<'_>,
    first: &dyn Fn() -> Call<'z>,
    enough: Option<usize>,
    turn: Turn<'_, 'z>,
) -> Result<End, Trouble> {
    let mut read = 0;
    match attempt(zoom, first, enough, turn, &mut read) {
        Err(Trouble::Refused(refusal)) if read > 0 && refusal.kind == Kind::Invalid => {
            attempt(zoom, first, enough, turn, &mut read)
        }
        other => other,
    }
}

/// What a list without a period covers; `cut` when the caller's limit left something out.
pub fn coverage(pages: u32, count: usize, ended: bool, cut: bool) -> Coverage {
    let complete = ended && !cut;
    let reason = if cut { "limit" } else { "service" };
    Coverage {
        asked_from: None,
        asked_to: None,
        covered_from: None,
        covered_to: None,
        pages,
        count: u32::try_from(count).unwrap_or(u32::MAX),
        complete,
        reason: (!complete).then(|| reason.to_owned()),
        next: None,
    }
}

/// A list without a period, cut at the caller's limit, with what it covers.
pub fn whole<'z, P: Page, T>(
    zoom: &Zoom<'_>,
    first: impl Fn() -> Call<'z>,
    limit: Option<usize>,
    public: impl Fn(P::Item) -> T,
) -> Outcome<(Vec<T>, Coverage)> {
    let walk = walk::<P>(zoom, first, limit)?;
    let found = walk.items.len();
    let kept = limit.unwrap_or(found).min(found);
    let cut = kept < found || !walk.ended && limit.is_some_and(|limit| found >= limit);
    let items = walk.items.into_iter().take(kept).map(public).collect();
    Ok((items, coverage(walk.pages, kept, walk.ended, cut)))
}

#[inline(never)]
fn attempt<'z>(
    zoom: &Zoom<'_>,
    first: &dyn Fn() -> Call<'z>,
    enough: Option<usize>,
    turn: Turn<'_, 'z>,
    read: &mut u32,
) -> Result<End, Trouble> {
    let mut end = End { pages: 0, from: None, ended: false };
    let mut token: Option<String> = None;
    loop {
        let call = first().query("page_size", Some(PAGE_SIZE)).query("next_page_token", token.as_deref());
        let page = turn(call, end.pages == 0)?;
        let next = page.next.filter(|next| !next.is_empty());
        end.from = end.from.or(page.from);
        end.pages += 1;
        *read += 1;
        zoom.progress(page.items, "items");
        end.ended = next.is_none();
        // A token that repeats would walk for ever.
        if end.ended || next == token || enough.is_some_and(|enough| page.items >= enough) {
            return Ok(end);
        }
        token = next;
    }
}
