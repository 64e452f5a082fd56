//! Zoom's REST API as a client: build a call, send it, read its answer.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bindings::http::{Credential, Expectation, Header, Method, Request, Response, Stored, Target};
use crate::blank;
use crate::foreign::Foreign;
use crate::json::{self, LeftOut, Node, Unfit, Unread, Why};
use crate::mark::Mark;
use crate::problem::{self, Trouble};
use crate::service::{Outcome, Service};
use crate::wire::error::{Reading, is_page, is_success};

/// What requests say and ask for.
const JSON: &str = "application/json";

/// The client. It has no state: the host holds address and credential.
pub struct Zoom<'a> {
    service: &'a dyn Service,
}

impl<'a> Zoom<'a> {
    /// A client over the host, or over a script in tests.
    pub fn new(service: &'a dyn Service) -> Self {
        Self { service }
    }

    /// `path` is under the API base, each segment percent-encoded by its id type.
    pub fn get(&self, path: String) -> Call<'a> {
        self.call(Method::Get, path)
    }
    pub fn post(&self, path: String) -> Call<'a> {
        self.call(Method::Post, path)
    }
    pub fn put(&self, path: String) -> Call<'a> {
        self.call(Method::Put, path)
    }
    pub fn patch(&self, path: String) -> Call<'a> {
        self.call(Method::Patch, path)
    }
    pub fn delete(&self, path: String) -> Call<'a> {
        self.call(Method::Delete, path)
    }

    /// Whether the connection has a user of its own, whom `me` means. Server-to-Server ones have none.
    pub fn has_user(&self) -> bool {
        self.service.connection_kind() != "server-to-server"
    }

    /// Milliseconds since 1970.
    pub fn now(&self) -> u64 {
        self.service.now()
    }

    /// Tell the watcher how far a list is.
    pub fn progress(&self, done: usize, unit: &str) {
        self.service.progress(u64::try_from(done).unwrap_or(u64::MAX), unit);
    }

    /// Store the file behind a link that Zoom returned.
    pub fn download(&self, link: &str, label: &str, expect: &Expectation) -> Outcome<Stored> {
        let request = request(Method::Get, Target::Link(link.to_owned()));
        self.service.download(&request, label, expect).map_err(|failure| problem::download_failed(failure, self.now()))
    }

    fn call(&self, method: Method, path: String) -> Call<'a> {
        Call { service: self.service, request: request(method, Target::Path(path)) }
    }
}

/// A success that is not what was expected.
#[cold]
pub fn unreadable(response: &Response, unread: &Unread) -> Trouble {
    if is_page(&response.body) {
        return Foreign::of(response).into();
    }
    if let Unread::Unfit(Unfit { at, why: Why::Missing(field) }) = unread
        && at.is_empty()
    {
        return Foreign::without(format!("no `{field}`"), response).into();
    }
    let why = match unread {
        Unread::Syntax(text) => text.clone(),
        Unread::Unfit(unfit) => unfit.to_string(),
    };
    Trouble::Unreadable(format!("Zoom's answer {} is not the expected JSON: {why}", response.status))
}

/// A success as a tree, when it is the object that was asked for.
#[inline(never)]
fn marked<'a>(response: &'a Response, mark: Mark<'_>) -> Result<Node<'a>, Trouble> {
    let node = json::parse(&response.body).map_err(|unread| unreadable(response, &unread))?;
    if mark.is_on(&node) { Ok(node) } else { Err(Foreign::unmarked(mark, response).into()) }
}

fn request(method: Method, target: Target) -> Request {
    Request { method, target, query: Vec::new(), headers: Vec::new(), body: None, credential: Credential::Connection }
}

/// One request on its way.
pub struct Call<'a> {
    service: &'a dyn Service,
    request: Request,
}

impl Call<'_> {
    /// Add a query parameter when there is a value.
    #[must_use]
    pub fn query(mut self, name: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.add(name, value.to_string());
        }
        self
    }

    #[inline(never)]
    fn add(&mut self, name: &str, value: String) {
        self.request.query.push((name.to_owned(), value));
    }

    /// Set the body as JSON. Absent options are left out: Zoom refuses null.
    pub fn body(self, body: &impl Serialize) -> Outcome<Self> {
        let text = json::write(body).map_err(|error| problem::broken(error.to_string()))?;
        self.with_text(text)
    }

    /// Set the body to JSON text, as it is; one with an empty id in it is refused.
    pub fn with_text(mut self, text: String) -> Outcome<Self> {
        if let Ok(body) = json::parse(text.as_bytes()) {
            blank::refuse_ids("", &body)?;
        }
        self.request.body = Some(text);
        self.header("content-type", JSON);
        Ok(self)
    }

    fn header(&mut self, name: &str, value: &str) {
        self.request.headers.push(Header { name: name.to_owned(), value: value.to_owned() });
    }

    /// Send, and read a JSON answer that has the mark.
    pub fn json<T: DeserializeOwned>(self, mark: Mark<'_>) -> Outcome<T> {
        Ok(self.fetch(mark)?)
    }

    /// Send, and read a JSON answer that has the mark; the caller decides about refusals. Who watches is warned of what had to be left
    /// out.
    pub fn fetch<T: DeserializeOwned>(self, mark: Mark<'_>) -> Result<T, Trouble> {
        let service = self.service;
        let (value, left_out) = self.salvage(mark)?;
        for one in left_out {
            service.warn(&format!("left out of Zoom's answer: {}: {}", one.at, one.why));
        }
        Ok(value)
    }

    /// Send, and read a JSON answer that has the mark as far as it can be read.
    pub fn salvage<T: DeserializeOwned>(self, mark: Mark<'_>) -> Result<(T, Vec<LeftOut>), Trouble> {
        let response = self.send()?;
        let mut node = marked(&response, mark)?;
        json::salvage(&mut node).map_err(|unfit| unreadable(&response, &Unread::Unfit(unfit)))
    }

    /// Send, and expect success without a value.
    pub fn done(self) -> Outcome<()> {
        Ok(self.answer()?)
    }

    /// Send, and expect success without a value; the caller decides about refusals. Zoom answers with nothing, or with the code 0:
    /// somebody else gave any other answer, and nobody knows whether Zoom acted.
    pub fn answer(self) -> Result<(), Trouble> {
        let response = self.send()?;
        if response.body.trim_ascii().is_empty() {
            return Ok(());
        }
        match json::parse(&response.body) {
            Ok(answer) if is_success(&answer) => Ok(()),
            Ok(_) => Err(Foreign::without("content other than the `code` 0".to_owned(), &response).into()),
            Err(_) => Err(Foreign::of(&response).into()),
        }
    }

    /// Send, and take the answer as it is.
    pub fn raw(self) -> Result<Response, Trouble> {
        self.send()
    }

    /// `me` in a path, except in the question who the connection is: a connection without a user has no `me`.
    fn needs_a_user(&self) -> bool {
        let Target::Path(path) = &self.request.target else { return false };
        path.starts_with("/users/me/") || path == "/users/me" && !matches!(self.request.method, Method::Get)
    }

    #[inline(never)]
    fn send(mut self) -> Result<Response, Trouble> {
        if let Some((name, _)) = self.request.query.iter().find(|(_, value)| blank::is_blank(value)) {
            return Err(Trouble::Empty(name.clone()));
        }
        // Without it Zoom sends some refusals as XML.
        self.header("accept", JSON);
        if self.needs_a_user() && self.service.connection_kind() == "server-to-server" {
            return Err(Trouble::NoUser);
        }
        let response = self.service.send(&self.request).map_err(|failure| Trouble::Failed(Box::new(failure)))?;
        match Reading::of(&response, self.service.now()) {
            Reading::Success => Ok(response),
            Reading::Refused(refusal) => Err(Trouble::Refused(refusal)),
            Reading::Foreign => Err(Foreign::of(&response).into()),
        }
    }
}
