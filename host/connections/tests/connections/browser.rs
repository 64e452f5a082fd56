//! A person at a browser, scripted: follows redirects, keeps cookies, fills in the forms that servers show.

use std::collections::BTreeMap;

use switchboard_leaks::said;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use url::{Url, form_urlencoded};

/// More pages than any sign-in has.
const MOST_PAGES: usize = 16;

/// A whole HTTP answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// One request to this machine on a connection of its own. HTTP/1.0, so that no answer comes in chunks.
pub async fn send(method: &str, url: &Url, headers: &[(&str, &str)], body: &str) -> Answer {
    let authority = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let mut stream = tokio::net::TcpStream::connect(&authority).await.unwrap();
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let request = format!(
        "{method} {target} HTTP/1.0\r\nHost: {authority}\r\ncontent-length: {}\r\n{more}\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if url.path().ends_with("/oauth/callback") {
        said("a call-back page", bytes.clone());
    }
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok()).unwrap();
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    Answer { status, headers, body: body.to_owned() }
}

/// What the person does.
#[derive(Clone, Default)]
pub struct Person {
    pub user: String,
    pub declines: bool,
    /// Of the scopes shown only those are left ticked.
    pub only: Option<Vec<String>>,
    /// The code another machine showed.
    pub user_code: Option<String>,
}

/// Where a sign-in ended, and how it went.
pub struct Landing {
    /// Where the browser was sent at last, when that is the address that was waited for.
    pub address: Option<Url>,
    /// The last page otherwise.
    pub page: String,
    /// The status each answer to a form with a password had.
    pub after_password: Vec<u16>,
}

/// Opens a page and goes on until a redirect to `until`, or until a page asks for nothing more.
pub async fn walk(page: &Url, until: &str, person: &Person) -> Landing {
    let mut cookies = BTreeMap::new();
    let mut after_password = Vec::new();
    let mut at = page.clone();
    let mut answer = visit("GET", &at, &mut cookies, "").await;
    for _ in 0..MOST_PAGES {
        if let Some(location) = answer.header("location").filter(|_| (300..400).contains(&answer.status)) {
            at = at.join(location).unwrap();
            if at.as_str().starts_with(until) {
                return Landing { address: Some(at), page: answer.body, after_password };
            }
            answer = visit("GET", &at, &mut cookies, "").await;
            continue;
        }
        let cancel = answer.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        if let Some(cancel) = cancel.into_iter().find(|link| person.declines && link.ends_with("/abort")) {
            at = at.join(cancel).unwrap();
            answer = visit("GET", &at, &mut cookies, "").await;
            continue;
        }
        let Some(form) = Form::first(&answer.body) else {
            break;
        };
        at = at.join(&form.action).unwrap();
        let body = form.filled(person);
        let secret = form.fields.iter().any(|field| field.name == "password");
        answer = match form.post {
            true => visit("POST", &at, &mut cookies, &body).await,
            false => {
                at.set_query(Some(&body));
                visit("GET", &at, &mut cookies, "").await
            }
        };
        if secret {
            after_password.push(answer.status);
        }
    }
    Landing { address: None, page: answer.body, after_password }
}

async fn visit(method: &str, url: &Url, cookies: &mut BTreeMap<String, String>, body: &str) -> Answer {
    let cookie: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let cookie = cookie.join("; ");
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded"), ("accept", "text/html")];
    if !cookie.is_empty() {
        headers.push(("cookie", &cookie));
    }
    let answer = send(method, url, &headers, body).await;
    for (_, set) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
        let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
        match value {
            "" => cookies.remove(name),
            _ => cookies.insert(name.to_owned(), value.to_owned()),
        };
    }
    answer
}

struct Field {
    name: String,
    value: String,
    button: bool,
}

struct Form {
    action: String,
    post: bool,
    fields: Vec<Field>,
}

impl Form {
    fn first(page: &str) -> Option<Form> {
        let form = page.split_once("<form")?.1;
        let (head, rest) = form.split_once('>')?;
        let inside = rest.split("</form>").next()?;
        let tags = inside.split('<').filter(|tag| tag.starts_with("input") || tag.starts_with("button"));
        let fields = tags.filter_map(|tag| {
            let tag_text = tag.split('>').next()?;
            let button = tag.starts_with("button") || attribute(tag_text, "type").as_deref() == Some("submit");
            let value = attribute(tag_text, "value").unwrap_or_default();
            Some(Field { name: attribute(tag_text, "name")?, value, button })
        });
        let post = attribute(head, "method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
        Some(Form { action: attribute(head, "action").unwrap_or_default(), post, fields: fields.collect() })
    }

    fn filled(&self, person: &Person) -> String {
        let mut body = form_urlencoded::Serializer::new(String::new());
        let kept = |scope: &str| person.only.as_ref().is_none_or(|only| only.iter().any(|one| one == scope));
        for Field { name, value, button } in &self.fields {
            let value = match name.as_str() {
                "email" | "login" | "username" => person.user.clone(),
                "password" => "demo".to_owned(),
                "user_code" => person.user_code.clone().unwrap_or_default(),
                "scope" => {
                    let scopes: Vec<&str> = value.split(' ').filter(|scope| kept(scope)).collect();
                    if scopes.is_empty() {
                        continue;
                    }
                    scopes.join(" ")
                }
                _ => value.clone(),
            };
            let refuses = matches!(value.as_str(), "deny");
            // Where saying no is a button without a name, saying nothing is saying no.
            if *button && refuses != person.declines {
                continue;
            }
            body.append_pair(name, &value);
        }
        body.finish()
    }
}

/// The value of an attribute, as a browser reads it.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!(" {name}=\"")).or_else(|| tag.split_once(&format!("\n{name}=\"")))?.1;
    let value = value.split('"').next()?;
    let plain = [("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    Some(plain.iter().fold(value.to_owned(), |text, (from, to)| text.replace(from, to)))
}
