//! Signing in: browser, device code, link for somebody else.

pub(crate) mod browser;
pub(crate) mod callback;
pub(crate) mod device_code;
pub(crate) mod exchange_lock;
pub(crate) mod exchange_note;
pub(crate) mod loopback;
pub(crate) mod oauth;
pub(crate) mod result_page;
pub(crate) mod web_page;
pub(crate) mod web_session;
