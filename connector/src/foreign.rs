//! Answers in no form of Zoom's: pages of proxies, of networks that want a sign-in, of firewalls. They prove nothing about the account, so
//! what came is shown and nothing follows from it.

use serde_json::json;

use crate::bindings::contract::Problem;
use crate::bindings::http::Response;
use crate::mark::Mark;
use crate::problem::{Trouble, plain};
use crate::wire::error::{header, is_page};

/// Characters of the answer that are shown: enough for a title.
const SHOWN: usize = 200;

/// What came in place of an answer of Zoom's.
#[derive(Debug)]
pub struct Foreign {
    status: u16,
    content_type: Option<String>,
    page: bool,
    /// What an answer in Zoom's form would have.
    missing: Option<String>,
    /// The id of the object that was asked for, where the answer has another.
    asked: Option<String>,
    /// Its first characters.
    start: String,
}

impl Foreign {
    pub fn of(response: &Response) -> Self {
        let page = is_page(&response.body);
        let text = String::from_utf8_lossy(&response.body);
        let shown = title(&text).filter(|_| page).unwrap_or(&text);
        Self {
            status: response.status,
            content_type: header(&response.headers, "content-type").map(str::to_owned),
            page,
            missing: None,
            asked: None,
            start: shown.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SHOWN).collect(),
        }
    }

    /// JSON that is not the object that was asked for.
    pub fn without(missing: String, response: &Response) -> Self {
        Self { missing: Some(missing), ..Self::of(response) }
    }

    /// JSON without the mark of the object that was asked for.
    pub fn unmarked(mark: Mark<'_>, response: &Response) -> Self {
        Self { asked: mark.id().map(str::to_owned), ..Self::without(mark.missing(), response) }
    }
}

impl From<Foreign> for Trouble {
    fn from(foreign: Foreign) -> Self {
        Self::Foreign(Box::new(foreign))
    }
}

/// A page's title.
fn title(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("<title>")?;
    Some(rest.split_once("</title>")?.0)
}

impl From<Foreign> for Problem {
    fn from(foreign: Foreign) -> Self {
        let Foreign { status, content_type, page, missing, asked, start } = foreign;
        let what = match (missing, page, start.is_empty()) {
            (Some(missing), ..) => format!("is not what was asked for: it has {missing}"),
            (None, true, _) => "is a web page, not data of Zoom's API".to_owned(),
            (None, false, true) => "is empty, without a code of Zoom's API".to_owned(),
            (None, false, false) => "is not in the form of Zoom's API".to_owned(),
        };
        let mut details = json!({ "status": status });
        for (name, value) in [("content_type", content_type), ("asked", asked), ("came", Some(start))] {
            if let (Some(map), Some(value)) = (details.as_object_mut(), value.filter(|value| !value.is_empty())) {
                map.insert(name.to_owned(), value.into());
            }
        }
        Problem {
            fix: Some(
                "something else may have answered in place of Zoom, so nothing follows from it: try again in some minutes. If it \
                 stays so, look whether a proxy, a firewall or the network's own sign-in page answers, and at https://status.zoom.us"
                    .to_owned(),
            ),
            details: Some(details.to_string()),
            ..plain("unexpected-answer", format!("the answer {status} {what}"), false)
        }
    }
}
