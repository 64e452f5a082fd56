//! Zoom's API itself, for what has no activity yet.

mod path;
mod request;

pub use request::request;

area!("api", api:
    "request" => request(ApiRequest) -> ApiAnswer,
);
