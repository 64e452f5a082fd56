//! One request as the emulator sees it: the path stays raw, because Zoom's double encoding is visible only there.

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A request, read to its end.
pub struct Call {
    pub method: String,
    /// The path exactly as sent.
    pub path: String,
    pub raw_query: String,
    pub query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Call {
    pub fn new(method: &str, path: &str, query: &str, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            raw_query: query.to_owned(),
            query: pairs(query.as_bytes()),
            headers,
            body,
        }
    }

    /// The same request with other parameters.
    pub fn with_query(&self, query: Vec<(String, String)>) -> Self {
        Self {
            method: self.method.clone(),
            path: self.path.clone(),
            raw_query: self.raw_query.clone(),
            query,
            headers: self.headers.clone(),
            body: self.body.clone(),
        }
    }

    /// The first query value of that name.
    pub fn query(&self, name: &str) -> Option<&str> {
        first(&self.query, name)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, name)
    }

    /// The path's segments, undecoded.
    pub fn segments(&self) -> Vec<&str> {
        self.path.trim_start_matches('/').split('/').collect()
    }

    /// Form fields of the body.
    pub fn form(&self) -> Vec<(String, String)> {
        pairs(&self.body)
    }

    /// The JSON body; `None` when it is not JSON. An empty body is an empty object.
    pub fn json(&self) -> Option<Value> {
        if self.body.is_empty() {
            return Some(Value::Object(serde_json::Map::new()));
        }
        serde_json::from_slice(&self.body).ok()
    }

    /// The token of an `Authorization: Bearer` header.
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }
}

/// Percent-decode once.
pub fn decode(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

/// The first value of that name.
pub fn first<'a>(list: &'a [(String, String)], name: &str) -> Option<&'a str> {
    list.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// Form-encoded pairs.
pub fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(bytes).into_owned().collect()
}
