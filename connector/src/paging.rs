//! Walking a list to its end, and surviving one expired page token.

use std::collections::HashSet;

use serde::de::DeserializeOwned;

use crate::bindings::types::Coverage;
use crate::problem::Trouble;
use crate::service::Outcome;
use crate::wire::error::Kind;
use crate::zoom::{Call, Zoom};

/// Zoom's maximum.
pub const PAGE_SIZE: u32 = 300;

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

/// A page in Zoom's usual shape: the token of the next one, the period really used where Zoom says it, and the list, which must be
/// there: an answer without it is no empty list.
macro_rules! page {
    ($(#[$doc:meta])* $visible:vis $name:ident: $list:ident of $item:ty) => {
        $(#[$doc])*
        #[derive(serde::Deserialize)]
        $visible struct $name {
            #[serde(default, deserialize_with = "crate::wire::lenient::text")]
            next_page_token: Option<String>,
            #[serde(default, deserialize_with = "crate::wire::lenient::text")]
            from: Option<String>,
            $list: Vec<$item>,
        }

        impl $crate::paging::Page for $name {
            type Item = $item;
            fn next(&mut self) -> Option<String> {
                self.next_page_token.take()
            }
            fn from(&self) -> Option<&str> {
                self.from.as_deref()
            }
            fn items(self) -> Vec<$item> {
                self.$list
            }
        }
    };
}
pub(crate) use page;

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

/// What a list without a period covers; `reason` says why it is not the whole.
pub fn covers(pages: u32, count: usize, reason: Option<&str>) -> Coverage {
    Coverage {
        asked_from: None,
        asked_to: None,
        covered_from: None,
        covered_to: None,
        pages,
        count: u32::try_from(count).unwrap_or(u32::MAX),
        complete: reason.is_none(),
        reason: reason.map(str::to_owned),
        next: None,
    }
}

/// Why a list is not the whole: the caller's limit `cut` it, or Zoom had not `ended` it.
pub fn reason(ended: bool, cut: bool) -> Option<&'static str> {
    if cut { Some("limit") } else { (!ended).then_some("service") }
}

/// Cut a walk to the caller's limit, and say what it covers then.
pub fn cut<T>(walk: &mut Walk<T>, limit: Option<usize>) -> Coverage {
    let found = walk.items.len();
    walk.items.truncate(limit.unwrap_or(found));
    let kept = walk.items.len();
    let cut = kept < found || !walk.ended && limit.is_some_and(|limit| found >= limit);
    covers(walk.pages, kept, reason(walk.ended, cut))
}

/// A list without a period, cut at the caller's limit, with what it covers.
pub fn whole<'z, P: Page, T>(
    zoom: &Zoom<'_>,
    first: impl Fn() -> Call<'z>,
    limit: Option<usize>,
    public: impl Fn(P::Item) -> T,
) -> Outcome<(Vec<T>, Coverage)> {
    let mut walk = walk::<P>(zoom, first, limit)?;
    let coverage = cut(&mut walk, limit);
    Ok((walk.items.into_iter().map(public).collect(), coverage))
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
    let (mut token, mut seen) = (None::<String>, HashSet::new());
    loop {
        let call = first().query("page_size", Some(PAGE_SIZE)).query("next_page_token", token.as_deref());
        let page = turn(call, end.pages == 0)?;
        let next = page.next.filter(|next| !next.is_empty());
        end.from = end.from.or(page.from);
        end.pages += 1;
        *read += 1;
        zoom.progress(page.items, "items");
        end.ended = next.is_none();
        // A token that comes again would walk for ever.
        if next.as_ref().is_none_or(|next| !seen.insert(next.clone()))
            || enough.is_some_and(|enough| page.items >= enough)
        {
            return Ok(end);
        }
        token = next;
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{fails, run, script};

    #[test]
    fn tokens_that_go_in_circles_end_the_list_and_it_is_not_called_complete() {
        let first = "GET /groups?page_size=300";
        let page = |next: &str| format!(r#"{{"next_page_token":"{next}","groups":[{{"id":"g-{next}"}}]}}"#);
        let script = script(first, 200, &page("a")).then(&format!("{first}&next_page_token=a"), 200, &page("b")).then(
            &format!("{first}&next_page_token=b"),
            200,
            &page("a"),
        );
        let list = run("groups.list", "{}", &script).unwrap();
        let coverage = &list["coverage"];
        assert!(coverage["complete"] == false && coverage["reason"] == "service" && coverage["pages"] == 3, "{list}");
    }

    #[test]
    fn an_answer_without_its_list_is_no_empty_list() {
        for (activity, input, request) in [
            ("groups.list", "{}", "GET /groups?page_size=300"),
            ("groups.members", r#"{"group":"g1"}"#, "GET /groups/g1/members?page_size=300"),
            ("users.list", r#"{"statuses":["active"]}"#, "GET /users?status=active&page_size=300"),
            ("meetings.list", "{}", "GET /users/me/meetings?type=scheduled&page_size=300"),
        ] {
            fails(activity, input, script(request, 200, "{}"), "unexpected-answer", None);
        }
    }
}
