//! A browser at the emulator's pages: it keeps its cookie, follows where a sign-in leads, and fills in forms.
#![expect(clippy::expect_used, clippy::panic, reason = "test support: a broken page is a failed test")]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

use url::{Url, form_urlencoded};

use crate::context::page_text;

/// One person's browser.
#[derive(Debug, Default)]
pub struct Browser {
    /// By name: cookies know no ports.
    cookies: BTreeMap<String, String>,
}

/// What it shows.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub location: Option<String>,
    /// Status line and headers.
    pub head: String,
    pub body: String,
}

impl Page {
    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let value = self.body.split(&format!("name=\"{name}\" value=\"")).nth(1);
        let value = value.and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("{}", self.body));
        value.replace("&amp;", "&")
    }

    /// The scopes that a consent page lists.
    pub fn scopes(&self) -> Vec<String> {
        let boxes = self.body.split("name=\"scope\" value=\"").skip(1);
        boxes.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
    }

    /// Its words, in one line.
    pub fn text(&self) -> String {
        page_text(self.status, &self.body)
    }
}

impl Browser {
    pub fn open(&mut self, address: &str) -> Page {
        self.send(&Url::parse(address).expect("an address"), None)
    }

    /// Types address and password into the page of `address`, and goes on to where that leads.
    pub fn sign_in_with(&mut self, address: &str, email: &str, password: &str) -> Page {
        let page = self.open(address);
        assert!(page.body.contains("Password"), "Zoom asks who it is first: {}", page.body);
        let address = Url::parse(address).expect("an address");
        let form = [("email", email), ("password", password), ("query", address.query().unwrap_or_default())];
        let page = self.send(&address.join("/oauth/signin").expect("a path"), Some(&form));
        match &page.location {
            Some(next) => self.send(&address.join(next).expect("a path"), None),
            None => page,
        }
    }

    /// The same with the right password.
    pub fn sign_in(&mut self, address: &str, email: &str) -> Page {
        self.sign_in_with(address, email, "demo")
    }

    /// Answers a consent page with everything it lists; gives where that leads.
    pub fn allow(&mut self, address: &str, page: &Page) -> String {
        let (query, csrf, scopes) = (page.hidden("query"), page.hidden("csrf"), page.scopes());
        let mut form = vec![("query", query.as_str()), ("csrf", &csrf), ("decision", "allow")];
        form.extend(scopes.iter().map(|scope| ("scope", scope.as_str())));
        let landed = self.post(address, "/oauth/consent", &form);
        landed.location.unwrap_or_else(|| panic!("{} {}", landed.status, landed.body))
    }

    /// Sends a form to another path of the same service.
    pub fn post(&mut self, address: &str, path: &str, form: &[(&str, &str)]) -> Page {
        self.send(&Url::parse(address).and_then(|url| url.join(path)).expect("an address"), Some(form))
    }

    fn send(&mut self, url: &Url, form: Option<&[(&str, &str)]>) -> Page {
        let body = form.map_or_else(String::new, |form| {
            form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
        });
        let method = if form.is_some() { "POST" } else { "GET" };
        let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookie = if pairs.is_empty() { String::new() } else { format!("cookie: {}\r\n", pairs.join("; ")) };
        let (host, port) = (url.host_str().expect("a host"), url.port().expect("a port"));
        let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("something listens");
        let head = "content-type: application/x-www-form-urlencoded";
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\n{cookie}{head}\r\ncontent-length: {length}\r\n\r\n{body}").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
        let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        if let Some(cookie) = field("set-cookie: ") {
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        Page { status, location: field("location: "), head: head.to_owned(), body: body.to_owned() }
    }
}
