//! Where a link leads, and where the app's answer comes back to.

use std::net::{Ipv4Addr, SocketAddr};

use url::Url;

use crate::connect::request::LinkRequest;
use crate::{AppError, NextStep, message, without_user};

/// The address that browsers see, and the one that is listened on: a proxy may stand between them.
#[derive(Debug)]
pub(crate) struct Addresses {
    public: Url,
    /// Whether `public` was given by the user, and not taken from `bind`.
    is_named: bool,
    pub bind: SocketAddr,
}

impl Addresses {
    /// Those of the request; without any, this machine's own.
    pub fn of(link: &LinkRequest, port: u16) -> Result<Addresses, AppError> {
        let bind = link.bind.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        if link.public_url.is_none() && !bind.ip().is_loopback() {
            return Err(AppError::usage(
                format!("other machines cannot open {bind}"),
                message!["add ", NextStep::NamePublicAddress, " with the address of your TLS proxy"],
            ));
        }
        let is_named = link.public_url.is_some();
        let text = link.public_url.clone().unwrap_or_else(|| format!("http://{bind}"));
        let shown = without_user(&text);
        let wrong = |why: &str| {
            AppError::usage(format!("the public address `{shown}`: {why}"), "write https://HOST, or https://HOST/PATH")
        };
        let public = Url::parse(&text).map_err(|error| wrong(&error.to_string()))?;
        if !public.has_host() || !matches!(public.scheme(), "https" | "http") {
            return Err(wrong("it is not the address of a page"));
        }
        let user = !public.username().is_empty() || public.password().is_some();
        if public.query().is_some() || public.fragment().is_some() || user {
            return Err(wrong("it has more than a host and a path"));
        }
        if !public.path().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte)) {
            return Err(wrong("its path has more than letters, digits and - . _ ~"));
        }
        Ok(Addresses { public, is_named, bind })
    }

    /// The same once it is listened on: the system has chosen a port where none was given.
    #[must_use]
    pub fn at(mut self, bind: SocketAddr) -> Addresses {
        self.bind = bind;
        if !self.is_named && self.public.set_port(Some(bind.port())).is_err() {
            debug_assert!(false, "an HTTP address has a port");
        }
        self
    }

    /// The call-back address that the app must list.
    pub fn redirect(&self) -> Result<Url, AppError> {
        self.below("oauth/callback")
    }

    /// The address below which the link lies.
    pub fn links(&self) -> Result<Url, AppError> {
        self.below("connect")
    }

    /// The path before all others: empty, or `/path`.
    pub fn base(&self) -> &str {
        self.public.path().trim_end_matches('/')
    }

    /// Whether browsers come by TLS.
    pub fn is_secure(&self) -> bool {
        self.public.scheme() == "https"
    }

    /// Names under which a request may come: by the address, or from a proxy that gives its own.
    pub fn hosts(&self) -> [String; 2] {
        let port = self.public.port().map_or_else(String::new, |port| format!(":{port}"));
        [format!("{}{port}", self.public.host_str().unwrap_or_default()), self.bind.to_string()]
    }

    fn below(&self, path: &str) -> Result<Url, AppError> {
        let text = format!("{}/{path}", self.public.as_str().trim_end_matches('/'));
        Url::parse(&text).map_err(|error| {
            AppError::usage(format!("`{text}` is not an address: {error}"), "write https://HOST, or https://HOST/PATH")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(public: Option<&str>) -> Result<Addresses, AppError> {
        bound(public, None)
    }

    fn bound(public: Option<&str>, bind: Option<&str>) -> Result<Addresses, AppError> {
        let bind = bind.map(|bind| bind.parse().unwrap());
        let link = LinkRequest { public_url: public.map(str::to_owned), bind, minutes: 60 };
        Addresses::of(&link, 7910)
    }

    #[test]
    fn the_link_leads_to_where_it_listens() {
        for (bind, redirect) in [
            ("127.0.0.2:8000", "http://127.0.0.2:8000/oauth/callback"),
            ("[::1]:8000", "http://[::1]:8000/oauth/callback"),
        ] {
            assert_eq!(bound(None, Some(bind)).unwrap().redirect().unwrap().as_str(), redirect);
        }
        let chosen = bound(None, Some("127.0.0.1:0")).unwrap().at("127.0.0.1:8765".parse().unwrap());
        assert_eq!(chosen.redirect().unwrap().as_str(), "http://127.0.0.1:8765/oauth/callback");
        let behind = bound(Some("https://host.example"), Some("127.0.0.1:0")).unwrap();
        let behind = behind.at("127.0.0.1:8765".parse().unwrap());
        assert_eq!(behind.redirect().unwrap().as_str(), "https://host.example/oauth/callback");
        assert_eq!(behind.hosts()[1], "127.0.0.1:8765");
    }

    #[test]
    fn a_password_in_an_address_is_not_printed() {
        for text in ["https://ada:hunter2@h/", "https://ada:hunter2@h:99999/", "https://:hunter2@h/", "ada:hunter2@h"] {
            let error = format!("{:?}", of(Some(text)).unwrap_err());
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn without_an_address_it_is_this_machines_own() {
        let own = of(None).unwrap();
        assert_eq!(own.redirect().unwrap().as_str(), "http://127.0.0.1:7910/oauth/callback");
        assert_eq!((own.base(), own.is_secure()), ("", false));
    }

    #[test]
    fn what_lies_behind_a_proxy_keeps_its_path_and_both_names() {
        for text in ["https://host.example/sign-in", "https://host.example/sign-in/"] {
            let behind = of(Some(text)).unwrap();
            assert_eq!(behind.redirect().unwrap().as_str(), "https://host.example/sign-in/oauth/callback");
            assert_eq!(behind.links().unwrap().as_str(), "https://host.example/sign-in/connect");
            assert_eq!((behind.base(), behind.is_secure()), ("/sign-in", true));
            assert_eq!(behind.hosts(), ["host.example".to_owned(), "127.0.0.1:7910".to_owned()]);
        }
    }

    #[test]
    fn what_is_no_address_of_a_page_is_refused() {
        for text in
            ["host.example", "ftp://h", "https://h/?a=1", "https://h/#a", "https://u@h/", "https://h/{x}", "mailto:a@b"]
        {
            assert!(of(Some(text)).is_err(), "{text}");
        }
    }
}
