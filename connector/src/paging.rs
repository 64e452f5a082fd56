//! Walking a list to its end: every page, every row that can be read, and the proof of what that covers.

mod proof;

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

pub use proof::{Facts, Judge, Missing, PAGE_TOKEN, Proof, SERVICE, Step};

use crate::bindings::types::Coverage;
use crate::json::{self, Node, Unfit, Unread, Why};
use crate::problem::Trouble;
use crate::service::Outcome;
use crate::wire::error::Kind;
use crate::zoom::{Call, Zoom, unreadable};

/// Zoom's maximum.
pub const PAGE_SIZE: u32 = 300;

/// A list to read.
pub struct List<'a, 'z> {
    /// The field of Zoom's answer that holds the rows.
    pub name: &'static str,
    /// The request for the first page, without page size and token.
    pub first: &'a dyn Fn() -> Call<'z>,
    /// Stop after so many items.
    pub enough: Option<usize>,
    /// Read no further when Zoom counts more.
    pub most: Option<u64>,
}

/// What a walk found.
pub struct Walk<T> {
    pub items: Vec<T>,
    /// The `from` that Zoom echoed.
    pub from: Option<String>,
    pub proof: Proof,
    /// Zoom's count, where it was more than `most`; only one page was read then.
    pub crowd: Option<u64>,
}

/// Read every page of a list. `public` makes an item of a row, or says what the row lacks; it is given what had to be left out of the row.
///
/// Page tokens live 15 minutes. When one is refused the walk begins again, once. When it is refused again, what was read is kept.
pub fn walk<'z, T: DeserializeOwned, U>(
    zoom: &Zoom<'_>,
    list: &List<'_, 'z>,
    mut public: impl FnMut(T, &[json::LeftOut]) -> Result<U, &'static str>,
) -> Result<Walk<U>, Trouble> {
    let mut earlier: Option<Walk<U>> = None;
    loop {
        let mut rows = Rows { items: Vec::new(), public: &mut public, row: PhantomData };
        let End { from, proof, crowd, refused } = attempt(zoom, list, &mut rows)?;
        let walk = Walk { items: rows.items, from, proof, crowd };
        match earlier.take() {
            _ if !refused => return Ok(walk),
            None => earlier = Some(walk),
            Some(earlier) => {
                let mut walk = if earlier.items.len() > walk.items.len() { earlier } else { walk };
                walk.proof.miss(PAGE_TOKEN);
                return Ok(walk);
            }
        }
    }
}

/// What depends on the type of a list's rows is in here alone.
trait Sink {
    fn take(&mut self, row: &mut Node<'_>, place: &str, proof: &mut Proof);
    /// Items so far.
    fn count(&self) -> usize;
}

struct Rows<'a, T, U, F> {
    items: Vec<U>,
    public: &'a mut F,
    row: PhantomData<T>,
}

impl<T, U, F> Sink for Rows<'_, T, U, F>
where
    T: DeserializeOwned,
    F: FnMut(T, &[json::LeftOut]) -> Result<U, &'static str>,
{
    fn take(&mut self, row: &mut Node<'_>, place: &str, proof: &mut Proof) {
        let (value, left_out) = match json::salvage::<T>(row) {
            Ok(read) => read,
            Err(unfit) => return proof.leave_out(place, &unfit.to_string()),
        };
        match (self.public)(value, &left_out) {
            Ok(item) => {
                self.items.push(item);
                left_out.iter().for_each(|part| proof.leave_out(&format!("{place}{}", part.at), &part.why));
            }
            Err(why) => proof.leave_out(place, why),
        }
    }

    fn count(&self) -> usize {
        self.items.len()
    }
}

/// Where a walk ended.
struct End {
    from: Option<String>,
    proof: Proof,
    crowd: Option<u64>,
    /// Zoom refused a page token.
    refused: bool,
}

#[inline(never)]
fn attempt<'z>(zoom: &Zoom<'_>, list: &List<'_, 'z>, sink: &mut dyn Sink) -> Result<End, Trouble> {
    let mut end = End { from: None, proof: Proof::default(), crowd: None, refused: false };
    let (mut judge, mut token) = (Judge::default(), None::<String>);
    loop {
        let call = (list.first)().query("page_size", Some(PAGE_SIZE)).query("next_page_token", token.as_deref());
        let response = match call.raw() {
            Err(Trouble::Refused(refusal)) if token.is_some() && refusal.kind == Kind::Invalid => {
                end.refused = true;
                return Ok(end);
            }
            other => other?,
        };
        let mut page = json::parse(&response.body).map_err(|unread| unreadable(&response, &unread))?;
        let facts = Facts::of(&page, list.name);
        let crowd = facts.total.filter(|total| list.most.is_some_and(|most| *total > most));
        if token.is_none() && crowd.is_some() {
            end.proof.pages += 1;
            end.crowd = crowd;
            return Ok(end);
        }
        let step = judge.take(&facts, &mut end.proof);
        end.from = end.from.or(facts.from);
        if !matches!(step, Step::Repeat) {
            rows(&mut page, list.name, &mut end.proof, sink).map_err(|unread| unreadable(&response, &unread))?;
        }
        zoom.progress(sink.count(), "items");
        let Step::Next(next) = step else { return Ok(end) };
        if list.enough.is_some_and(|enough| sink.count() >= enough) {
            end.proof.limit();
            return Ok(end);
        }
        token = Some(next);
    }
}

/// Give each row of a page on. The list must be there: an answer without it is no empty list.
fn rows(page: &mut Node<'_>, list: &'static str, proof: &mut Proof, sink: &mut dyn Sink) -> Result<(), Unread> {
    let Some(Node::List(items)) = page.field_mut(list) else {
        return Err(Unread::Unfit(Unfit { at: String::new(), why: Why::Missing(list) }));
    };
    for (n, row) in items.iter_mut().enumerate() {
        let place = format!("page {}, /{list}/{n}", proof.pages);
        sink.take(row, &place, proof);
    }
    Ok(())
}

/// A row as it was read, and what had to be left out of it.
type Salvaged<T> = (T, Vec<json::LeftOut>);

/// The rows of a page in their places, `None` where one could not be read.
type PageRows<T> = Vec<Option<Salvaged<T>>>;

/// One page, for lists that may stop within one: each row keeps its place, `None` where it could not be read.
pub fn page<T: DeserializeOwned>(
    call: Call<'_>,
    list: &'static str,
    judge: &mut Judge,
    proof: &mut Proof,
) -> Result<(PageRows<T>, Step), Trouble> {
    let mut places = Places { rows: Vec::new() };
    let step = single(call, list, (judge, proof), &mut places)?.1;
    Ok((places.rows, step))
}

struct Places<T> {
    rows: PageRows<T>,
}

impl<T: DeserializeOwned> Sink for Places<T> {
    fn take(&mut self, row: &mut Node<'_>, place: &str, proof: &mut Proof) {
        match json::salvage::<T>(row) {
            Ok((value, left_out)) => {
                left_out.iter().for_each(|part| proof.leave_out(&format!("{place}{}", part.at), &part.why));
                self.rows.push(Some((value, left_out)));
            }
            Err(unfit) => {
                proof.leave_out(place, &unfit.to_string());
                self.rows.push(None);
            }
        }
    }

    fn count(&self) -> usize {
        self.rows.len()
    }
}

/// A list that Zoom gives on one page. What contradicts that counts against it all the same.
pub fn one_page<T: DeserializeOwned, U>(
    call: Call<'_>,
    list: &'static str,
    mut public: impl FnMut(T) -> Result<U, &'static str>,
) -> Result<Walk<U>, Trouble> {
    let (mut judge, mut proof) = (Judge::default(), Proof::default());
    let mut public = |row, _: &[json::LeftOut]| public(row);
    let mut rows = Rows { items: Vec::new(), public: &mut public, row: PhantomData };
    let (from, step) = single(call, list, (&mut judge, &mut proof), &mut rows)?;
    if matches!(step, Step::Next(_)) {
        proof.miss(PAGE_TOKEN);
    }
    Ok(Walk { items: rows.items, from, proof, crowd: None })
}

#[inline(never)]
fn single(
    call: Call<'_>,
    list: &'static str,
    (judge, proof): (&mut Judge, &mut Proof),
    sink: &mut dyn Sink,
) -> Result<(Option<String>, Step), Trouble> {
    let response = call.raw()?;
    let mut page = json::parse(&response.body).map_err(|unread| unreadable(&response, &unread))?;
    let facts = Facts::of(&page, list);
    let step = judge.take(&facts, proof);
    if !matches!(step, Step::Repeat) {
        rows(&mut page, list, proof, sink).map_err(|unread| unreadable(&response, &unread))?;
    }
    Ok((facts.from, step))
}

/// Cut a walk to the caller's limit, and say what it covers then.
pub fn cut<T>(walk: Walk<T>, limit: Option<usize>) -> (Vec<T>, Coverage) {
    let Walk { mut items, mut proof, .. } = walk;
    if let Some(limit) = limit.filter(|limit| *limit < items.len()) {
        items.truncate(limit);
        proof.limit();
    }
    let coverage = proof.coverage(items.len());
    (items, coverage)
}

/// A list without a period, cut at the caller's limit, with what it covers.
pub fn whole<'z, T: DeserializeOwned, U>(
    zoom: &Zoom<'_>,
    name: &'static str,
    first: &dyn Fn() -> Call<'z>,
    limit: Option<usize>,
    public: impl Fn(T) -> Result<U, &'static str>,
) -> Outcome<(Vec<U>, Coverage)> {
    let list = List { name, first, enough: limit, most: None };
    Ok(cut(walk(zoom, &list, |row, _| public(row))?, limit))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{Script, fails, run, script};

    const FIRST: &str = "GET /groups?page_size=300";

    /// The list behind these pages, each a token and a body; every token leads to the page after it.
    fn groups(pages: &[Value]) -> (Value, Script) {
        let mut steps = script(FIRST, 200, &pages[0].to_string());
        for (before, page) in pages.iter().zip(&pages[1..]) {
            let token = before["next_page_token"].as_str().unwrap();
            steps = steps.then(&format!("{FIRST}&next_page_token={token}"), 200, &page.to_string());
        }
        (run("groups.list", "{}", &steps).unwrap(), steps)
    }

    fn page(next: &str, ids: &[&str]) -> Value {
        let rows: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
        json!({"next_page_token": next, "groups": rows})
    }

    #[track_caller]
    fn partial(pages: &[Value], reason: &str, count: usize) {
        let (list, steps) = groups(pages);
        assert!(steps.is_used_up());
        let coverage = &list["coverage"];
        assert_eq!(coverage["complete"], false, "{list}");
        assert_eq!(coverage["reason"], reason, "{list}");
        assert_eq!(list["groups"].as_array().unwrap().len(), count, "{list}");
    }

    #[test]
    fn tokens_that_go_in_circles_end_the_list() {
        partial(&[page("a", &["1"]), page("b", &["2"]), page("a", &["3"])], "page-token", 3);
    }

    #[test]
    fn a_page_that_comes_again_under_a_new_token_ends_the_list() {
        partial(&[page("a", &["1", "2"]), page("b", &["3"]), page("c", &["1", "2"])], "page-token", 3);
    }

    #[test]
    fn pages_without_rows_that_never_end_are_bounded() {
        let pages: Vec<Value> = (0..22).map(|n| page(&format!("t{n}"), if n == 0 { &["1"] } else { &[] })).collect();
        partial(&pages, "page-token", 1);
    }

    #[test]
    fn a_list_that_never_ends_is_bounded_and_kept() {
        let pages: Vec<Value> = (0..1_000).map(|n| page(&format!("t{n}"), &[&format!("g{n}")])).collect();
        partial(&pages, "page-token", 1_000);
    }

    #[test]
    fn a_count_above_the_rows_is_believed() {
        let short = |next: &str, ids: &[&str]| {
            let mut page = page(next, ids);
            page["total_records"] = json!(6);
            page
        };
        partial(&[short("a", &["1", "2"]), short("", &["3"])], "count", 3);
        let numbered = json!({"page_count": 3, "page_number": 1, "groups": [{"id": "1"}]});
        partial(&[numbered], "count", 1);
    }

    #[test]
    fn a_count_of_pages_beside_a_right_count_of_rows_is_meaningless() {
        let page = json!({"page_count": 3, "page_number": 1, "total_records": 1, "groups": [{"id": "1"}]});
        assert_eq!(groups(&[page]).0["coverage"], json!({"pages": 1, "count": 1, "complete": true}));
    }

    #[test]
    fn a_page_token_refused_twice_keeps_what_was_read() {
        let refusal = r#"{"code":300,"message":"The next page token is invalid or expired."}"#;
        let second = format!("{FIRST}&next_page_token=a");
        let text = page("a", &["1"]).to_string();
        let steps =
            script(FIRST, 200, &text).then(&second, 400, refusal).then(FIRST, 200, &text).then(&second, 400, refusal);
        let list = run("groups.list", "{}", &steps).unwrap();
        assert_eq!(list["groups"], json!([{"id": "1"}]));
        assert_eq!(list["coverage"]["reason"], "page-token");
    }

    #[test]
    fn one_bad_row_is_named_and_counted_and_the_others_stay() {
        let rows = json!({"groups": [{"id": "1"}, null, {"name": "no id"}, {"id": "2"}]});
        let (list, _) = groups(&[rows]);
        assert_eq!(list["groups"], json!([{"id": "1"}, {"id": "2"}]));
        let coverage = &list["coverage"];
        assert_eq!(coverage["reason"], "unreadable", "{coverage}");
        assert_eq!(coverage["left_out"]["count"], 2, "{coverage}");
        assert_eq!(coverage["left_out"]["rows"][1], "page 1, /groups/2: it has no id", "{coverage}");
        assert!(coverage["left_out"]["rows"][0].as_str().unwrap().starts_with("page 1, /groups/1: "), "{coverage}");
    }

    #[test]
    fn an_answer_without_its_list_is_no_empty_list() {
        for (activity, input, request) in [
            ("groups.list", "{}", "GET /groups?page_size=300"),
            ("groups.members", r#"{"group":"g1"}"#, "GET /groups/g1/members?page_size=300"),
            ("users.list", r#"{"statuses":["active"]}"#, "GET /users?status=active&page_size=300"),
            ("meetings.list", "{}", "GET /users/me/meetings?type=scheduled&page_size=300"),
            ("roles.list", "{}", "GET /roles"),
        ] {
            fails(activity, input, script(request, 200, "{}"), "unexpected-answer", None);
        }
    }
}
