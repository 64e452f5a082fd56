//! Where a link leads, and where the app's answer comes back to.

use std::net::{Ipv4Addr, SocketAddr};

use url::Url;

use crate::connect_args::Link;
use crate::error::CliError;

/// The address that browsers see, and the one that is listened on: a proxy may stand between them.
pub struct Addresses {
    public: Url,
    pub bind: SocketAddr,
}

impl Addresses {
    /// Those of the flags; without any, this machine's own.
    pub fn of(link: &Link, port: u16) -> Result<Addresses, CliError> {
        let bind = link.bind.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        if link.public_url.is_none() && !bind.ip().is_loopback() {
            return Err(CliError::usage(
                format!("browsers elsewhere have to know {bind} by another address"),
                "add --public-url https://HOST, the address that they see",
            ));
        }
        let text = link.public_url.clone().unwrap_or_else(|| format!("http://127.0.0.1:{}", bind.port()));
        let wrong = |why: &str| {
            CliError::usage(format!("--public-url `{text}`: {why}"), "write https://HOST, or https://HOST/PATH")
        };
        let public = Url::parse(&text).map_err(|error| wrong(&error.to_string()))?;
        if !public.has_host() || !matches!(public.scheme(), "https" | "http") {
            return Err(wrong("it is no address of a page"));
        }
        if public.query().is_some() || public.fragment().is_some() || !public.username().is_empty() {
            return Err(wrong("it has more than a host and a path"));
        }
        if !public.path().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte)) {
            return Err(wrong("its path has more than letters, digits and - . _ ~"));
        }
        Ok(Addresses { public, bind })
    }

    /// The call-back address that the app must list.
    pub fn redirect(&self) -> Result<Url, CliError> {
        self.below("oauth/callback")
    }

    /// The address below which the link lies.
    pub fn links(&self) -> Result<Url, CliError> {
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

    fn below(&self, path: &str) -> Result<Url, CliError> {
        let text = format!("{}/{path}", self.public.as_str().trim_end_matches('/'));
        Url::parse(&text).map_err(|error| CliError::usage(format!("`{text}` is no address: {error}"), "another one"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(public: Option<&str>) -> Result<Addresses, CliError> {
        let link = Link { link: true, public_url: public.map(str::to_owned), bind: None, link_minutes: 60 };
        Addresses::of(&link, 7910)
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
