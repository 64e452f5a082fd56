//! The proof of what a list covers: one for every list.
//!
//! Zoom's word for the end of a list is an empty page token, and it is not always true. A list is complete only when nothing contradicts
//! that word: Zoom counts no more items than it gave, every page token was new, and every row could be read.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::bindings::types::{Coverage, LeftOut};
use crate::json::Node;

/// The caller's own limit.
const LIMIT: &str = "limit";
/// Zoom did not cover the asked period.
pub const SERVICE: &str = "service";
/// Zoom counts more than it gave.
const COUNT: &str = "count";
/// Page tokens repeat, do not end or are refused.
pub const PAGE_TOKEN: &str = "page-token";
/// Rows could not be read.
const UNREADABLE: &str = "unreadable";

/// Pages of one list: 300,000 rows. A token that is ever new would lead on for ever.
const MOST_PAGES: u32 = 1_000;
/// Pages without a row, one after the other. Zoom filters some lists after it has cut them into pages.
const MOST_EMPTY: u32 = 20;
/// Rows named as left out; more are counted.
const NAMED: usize = 20;
/// Characters of such a name.
const NAME: usize = 200;

/// What was read of a list, and why it is not the whole.
#[derive(Default)]
pub struct Proof {
    pub pages: u32,
    /// Zoom did not give all of it.
    gap: Option<&'static str>,
    /// The caller wanted no more.
    limited: bool,
    left_out: Missing,
}

impl Proof {
    /// Of so many pages, nothing missing.
    pub fn of(pages: u32) -> Self {
        Self { pages, ..Self::default() }
    }

    /// Whether the list was read to its end. Rows that cannot be read do not change that.
    pub fn is_ended(&self) -> bool {
        self.gap.is_none() && !self.limited
    }

    /// Whether every row is there.
    pub fn is_whole(&self) -> bool {
        self.is_ended() && self.left_out.count == 0
    }

    /// Whether more was there than the caller wanted.
    pub fn is_limited(&self) -> bool {
        self.limited
    }

    /// Zoom's list ends before its end. The first reason stays.
    pub fn miss(&mut self, reason: &'static str) {
        self.gap = self.gap.or(Some(reason));
    }

    /// The caller's limit ends the list.
    pub fn limit(&mut self) {
        self.limited = true;
    }

    /// A row, or a part of one, is not in the list.
    pub fn leave_out(&mut self, place: &str, why: &str) {
        self.left_out.add(place, why);
    }

    /// The same list in another part.
    pub fn add(&mut self, other: Self) {
        self.pages += other.pages;
        self.gap = self.gap.or(other.gap);
        self.limited |= other.limited;
        self.left_out.count = self.left_out.count.saturating_add(other.left_out.count);
        let room = NAMED.saturating_sub(self.left_out.rows.len());
        self.left_out.rows.extend(other.left_out.rows.into_iter().take(room));
    }

    /// For a list without a period.
    pub fn coverage(self, count: usize) -> Coverage {
        // What is wrong with Zoom's list must not hide behind a limit, which whoever set it expects.
        let reason = match (self.gap, self.limited, self.left_out.count) {
            (Some(gap), ..) => Some(gap),
            (None, true, _) => Some(LIMIT),
            (None, false, 0) => None,
            (None, false, _) => Some(UNREADABLE),
        };
        Coverage {
            asked_from: None,
            asked_to: None,
            covered_from: None,
            covered_to: None,
            pages: self.pages,
            count: u32::try_from(count).unwrap_or(u32::MAX),
            complete: reason.is_none(),
            reason: reason.map(str::to_owned),
            left_out: self.left_out.public(),
            next: None,
        }
    }
}

/// Rows that are not in a list.
#[derive(Default)]
pub struct Missing {
    count: u32,
    rows: Vec<String>,
}

impl Missing {
    pub fn add(&mut self, place: &str, why: &str) {
        self.count = self.count.saturating_add(1);
        if self.rows.len() < NAMED {
            self.rows.push(format!("{place}: {why}").chars().take(NAME).collect());
        }
    }

    /// `None` when nothing is missing.
    pub fn public(self) -> Option<LeftOut> {
        (self.count > 0).then_some(LeftOut { count: self.count, rows: self.rows })
    }
}

/// What a page says about itself and its list.
pub struct Facts {
    pub next: Option<String>,
    /// The page token is neither a text nor a number: where the list goes on is not known.
    unreadable_token: bool,
    /// Zoom's count of the items is no count.
    unreadable_total: bool,
    /// First day of the period that Zoom really used, where it says so.
    pub from: Option<String>,
    pub total: Option<u64>,
    number: Option<u64>,
    count: Option<u64>,
    rows: u64,
    digest: Option<u64>,
}

impl Facts {
    /// Of an answer whose list has this name.
    pub fn of(page: &Node<'_>, list: &str) -> Self {
        let items: &[Node<'_>] = match page.field(list) {
            Some(Node::List(items)) => items,
            _ => &[],
        };
        let count = |name: &str| page.field(name).and_then(Node::count);
        let token = page.field("next_page_token");
        let next = match token {
            Some(Node::Text(text)) if !text.is_empty() => Some(text.clone().into_owned()),
            Some(Node::Unsigned(number)) => Some(number.to_string()),
            _ => None,
        };
        let is_absent = |node: Option<&Node<'_>>| match node {
            None | Some(Node::Null) => true,
            Some(Node::Text(text)) => text.is_empty(),
            Some(_) => false,
        };
        Self {
            unreadable_token: next.is_none() && !is_absent(token),
            unreadable_total: count("total_records").is_none() && !is_absent(page.field("total_records")),
            next,
            from: page.field("from").and_then(Node::text).map(str::to_owned),
            total: count("total_records"),
            number: count("page_number"),
            count: count("page_count"),
            rows: u64::try_from(items.len()).unwrap_or(u64::MAX),
            // Rows without names may well be alike.
            digest: items.iter().any(|item| matches!(item, Node::Object(_))).then(|| digest(items)),
        }
    }
}

fn digest(items: &[Node<'_>]) -> u64 {
    let mut hasher = DefaultHasher::new();
    items.hash(&mut hasher);
    hasher.finish()
}

/// What to do after a page.
pub enum Step {
    /// Read the page of this token.
    Next(String),
    End,
    /// This page was there before: its rows are known.
    Repeat,
}

/// Looks at the pages of one list, one after the other.
#[derive(Default)]
pub struct Judge {
    tokens: HashSet<String>,
    pages: HashSet<u64>,
    rows: u64,
    empty: u32,
    total: Option<u64>,
    /// The list is not read from its beginning, so its rows cannot be counted.
    uncounted: bool,
}

impl Judge {
    /// Of a list that is gone on with somewhere behind its beginning.
    pub fn resumed() -> Self {
        Self { uncounted: true, ..Self::default() }
    }

    /// Take a page; what speaks against the list goes into its proof.
    pub fn take(&mut self, facts: &Facts, proof: &mut Proof) -> Step {
        proof.pages += 1;
        if facts.digest.is_some_and(|digest| !self.pages.insert(digest)) {
            proof.miss(PAGE_TOKEN);
            return Step::Repeat;
        }
        self.rows = self.rows.saturating_add(facts.rows);
        self.total = facts.total.or(self.total);
        self.empty = if facts.rows == 0 { self.empty + 1 } else { 0 };
        if facts.unreadable_total {
            proof.miss(COUNT);
        }
        if facts.unreadable_token {
            proof.miss(PAGE_TOKEN);
            return Step::End;
        }
        let Some(next) = &facts.next else {
            if !self.uncounted && self.lacks(facts, proof.pages) {
                proof.miss(COUNT);
            }
            return Step::End;
        };
        if !self.tokens.insert(next.clone()) || self.empty > MOST_EMPTY || proof.pages >= MOST_PAGES {
            proof.miss(PAGE_TOKEN);
            return Step::End;
        }
        Step::Next(next.clone())
    }

    /// Whether Zoom counts more than it gave. Where it counts items, its count of pages says nothing: that is often meaningless.
    fn lacks(&self, facts: &Facts, pages: u32) -> bool {
        match (self.total, facts.number, facts.count) {
            (Some(total), ..) => total > self.rows,
            (None, Some(number), Some(count)) => number < count && u64::from(pages) < count,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Why a list of these pages is not complete.
    fn reason(pages: &[&str]) -> Option<String> {
        let mut judge = Judge::default();
        let mut proof = Proof::default();
        for page in pages {
            let Ok(node) = crate::json::parse(page.as_bytes()) else { return Some("no answer".to_owned()) };
            if !matches!(judge.take(&Facts::of(&node, "users"), &mut proof), Step::Next(_)) {
                break;
            }
        }
        proof.coverage(0).reason
    }

    #[test]
    fn a_token_that_is_a_number_leads_on() {
        let last = r#"{"users": [{"id": "b"}], "next_page_token": ""}"#;
        assert_eq!(reason(&[r#"{"users": [{"id": "a"}], "next_page_token": 12345}"#, last]), None);
    }

    #[test]
    fn a_token_of_another_type_is_no_end() {
        for token in ["[\"a\"]", "{\"a\": 1}", "true", "1.5"] {
            let page = format!("{{\"users\": [{{\"id\": \"a\"}}], \"next_page_token\": {token}}}");
            assert_eq!(reason(&[&page]).as_deref(), Some(PAGE_TOKEN), "{token}");
        }
        for absent in ["null", "\"\""] {
            let page = format!("{{\"users\": [{{\"id\": \"a\"}}], \"next_page_token\": {absent}}}");
            assert_eq!(reason(&[&page]), None, "{absent}");
        }
    }

    #[test]
    fn a_count_is_compared_whatever_its_type() {
        for (total, expect) in
            [("80", true), ("80.0", true), ("\"80\"", true), ("[80]", true), ("1.0", false), ("null", false)]
        {
            let page = format!("{{\"users\": [{{\"id\": \"a\"}}], \"total_records\": {total}}}");
            assert_eq!(reason(&[&page]).as_deref() == Some(COUNT), expect, "{total}");
        }
    }

    #[test]
    fn an_answer_that_has_its_list_twice_is_no_answer() {
        assert!(reason(&[r#"{"users": [{"id": "a"}], "users": []}"#]).is_some());
    }
}
