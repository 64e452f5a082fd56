//! Where one connection's requests may go, and where its credential may go.

use url::Url;

use crate::{
    Failure, HostRule, Target,
    address::{AddressRule, is_loopback, literal},
    api_path,
};

const LONGEST_URL: usize = 16 * 1024;

/// What a request is for: it may go only where that is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A question to the API.
    Call,
    /// The bytes of a file.
    Download,
}

/// The allow-list of one connection. An empty list allows the API's own origin only.
#[derive(Debug, Clone)]
pub struct Policy {
    api_base: Url,
    hosts: Vec<HostRule>,
    download_hosts: Vec<HostRule>,
    credential_hosts: Vec<HostRule>,
}

impl Policy {
    /// The API's base, and the other hosts of the API.
    ///
    /// When the base is on this machine, links may lead to any port of this machine and nowhere else.
    pub fn new(api_base: Url, hosts: Vec<HostRule>) -> Self {
        Self { api_base, hosts, download_hosts: Vec::new(), credential_hosts: Vec::new() }
    }

    /// The hosts that files may come from, besides those of the API.
    pub fn with_download_hosts(mut self, hosts: Vec<HostRule>) -> Self {
        self.download_hosts = hosts;
        self
    }

    /// The hosts that may receive the credential, besides the API's own origin: each only for what it is listed for.
    pub fn with_credential_hosts(mut self, hosts: Vec<HostRule>) -> Self {
        self.credential_hosts = hosts;
        self
    }

    /// The API's base.
    pub fn api_base(&self) -> &Url {
        &self.api_base
    }

    /// Whether the credential may be sent to this address.
    pub fn may_carry(&self, url: &Url, purpose: Purpose) -> bool {
        self.allow(url, purpose).is_ok()
            && (url.origin() == self.api_base.origin() || self.credential_hosts.iter().any(|rule| rule.covers(url)))
    }

    /// The addresses that names may resolve to.
    pub(crate) fn address_rule(&self) -> AddressRule {
        if is_loopback(&self.api_base) { AddressRule::Loopback } else { AddressRule::Public }
    }

    /// The address of a request, checked.
    pub(crate) fn resolve(
        &self,
        target: &Target,
        query: &[(String, String)],
        purpose: Purpose,
    ) -> Result<Url, Failure> {
        let mut url = match target {
            Target::Path(path) => self.below_base(path)?,
            Target::Link(link) => parse_link(link)?,
        };
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        if url.as_str().len() > LONGEST_URL {
            return Err(Failure::refused("refused.link", "the address is longer than 16 KiB"));
        }
        self.allow(&url, purpose)?;
        Ok(url)
    }

    /// Whether a request may go to this address at all.
    pub(crate) fn allow(&self, url: &Url, purpose: Purpose) -> Result<(), Failure> {
        let rule = self.address_rule();
        match url.scheme() {
            "https" => {}
            "http" if rule == AddressRule::Loopback => {}
            scheme => {
                return Err(Failure::refused("refused.scheme", format!("`{scheme}:` is not allowed; only https is")));
            }
        }
        let host = url.host_str().unwrap_or_default();
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Failure::refused("refused.link", "the address holds a user name or password"));
        }
        let listed = match rule {
            AddressRule::Loopback => is_loopback(url),
            AddressRule::Public => {
                let more = match purpose {
                    Purpose::Call => &[][..],
                    Purpose::Download => &self.download_hosts,
                };
                url.origin() == self.api_base.origin() || self.hosts.iter().chain(more).any(|rule| rule.covers(url))
            }
        };
        if !listed {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            return Err(Failure::refused(
                "refused.host",
                match purpose {
                    Purpose::Call => format!("`{host}{port}` is not a host of the API of this connection"),
                    Purpose::Download => format!("`{host}{port}` is not a host this connection may download from"),
                },
            )
            .with_fix("if the service moved, update the connector; otherwise the address is not to be trusted"));
        }
        match literal(url) {
            Some(address) if !rule.permits(address) => {
                Err(Failure::refused("refused.address", format!("`{address}` is not a public address")))
            }
            _ => Ok(()),
        }
    }

    fn below_base(&self, path: &str) -> Result<Url, Failure> {
        api_path::check(path).map_err(|why| Failure::refused("refused.path", format!("the path {why}")))?;
        let mut url = self.api_base.clone();
        url.set_path(&format!("{}{path}", self.api_base.path().trim_end_matches('/')));
        url.set_query(None);
        url.set_fragment(None);
        Ok(url)
    }
}

/// Parses an absolute address strictly: what a URL parser would repair is refused.
fn parse_link(link: &str) -> Result<Url, Failure> {
    let refused = || Failure::refused("refused.link", "the link is not a plain absolute address");
    if link.len() > LONGEST_URL || link.contains('\\') || !link.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(refused());
    }
    let mut url = Url::parse(link).map_err(|_| refused())?;
    let after_scheme = link.get(url.scheme().len()..).unwrap_or_default();
    if !after_scheme.starts_with("://") || after_scheme.starts_with(":///") {
        return Err(Failure { code: "refused.scheme".to_owned(), ..refused() });
    }
    url.set_fragment(None);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(base: &str) -> Policy {
        Policy::new(base.parse().unwrap(), vec!["api-eu.zoom.us".parse().unwrap()])
            .with_download_hosts(vec!["*.zoom.us".parse().unwrap(), "cdn.example.com".parse().unwrap()])
            .with_credential_hosts(vec!["*.zoom.us".parse().unwrap()])
    }

    #[track_caller]
    fn check(base: &str, target: Target, expected: Result<&str, &str>) {
        let found =
            policy(base).resolve(&target, &[], Purpose::Download).map(String::from).map_err(|failure| failure.code);
        assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{target:?}");
    }

    #[test]
    fn e_37_a_path_stays_below_the_base() {
        let base = "https://api.zoom.us/v2";
        for (path, expected) in [
            ("/users/me", Ok("https://api.zoom.us/v2/users/me")),
            (
                "/meetings/%252Fab%252F%252Fcd%253D%253D",
                Ok("https://api.zoom.us/v2/meetings/%252Fab%252F%252Fcd%253D%253D"),
            ),
            ("/users/a%2Fb", Ok("https://api.zoom.us/v2/users/a%2Fb")),
            ("users/me", Err("refused.path")),
            ("/../oauth", Err("refused.path")),
            ("/users/%2e%2E/x", Err("refused.path")),
            ("/users/.%2e/x", Err("refused.path")),
            ("/users/..%2f..%2ftoken", Err("refused.path")),
            ("//evil.example/x", Err("refused.path")),
            ("/users//x", Err("refused.path")),
            ("/users?x=1", Err("refused.path")),
            ("/users#x", Err("refused.path")),
            ("/users\\..\\x", Err("refused.path")),
            ("/users\r\nx", Err("refused.path")),
            ("/users\u{e9}", Err("refused.path")),
        ] {
            check(base, Target::Path(path.to_owned()), expected);
        }
    }

    #[test]
    fn e_01_to_e_22_links_that_lead_elsewhere_are_refused() {
        for (link, code) in [
            ("https://evil.example/", "refused.host"),
            ("https://api.zoom.us@evil.example/", "refused.link"),
            ("https://u:p@api.zoom.us/", "refused.link"),
            ("https://api.zoom.us%40evil.example/", "refused.link"),
            ("https://api.zoom.us.evil.example/", "refused.host"),
            ("https://evilzoom.us/", "refused.host"),
            ("https://zoom.us/", "refused.host"),
            ("https://api.zoom.us./", "refused.host"),
            ("https://xn--zom-tna.us/", "refused.host"),
            ("https://\u{ff41}pi.zoom.us/", "refused.link"),
            ("https://127.1/", "refused.host"),
            ("https://2130706433/", "refused.host"),
            ("https://[::1]/", "refused.host"),
            ("https://169.254.169.254/", "refused.host"),
            ("https://api.zoom.us:8443/", "refused.host"),
            ("http://api.zoom.us/", "refused.scheme"),
            ("ftp://api.zoom.us/", "refused.scheme"),
            ("file:///etc/passwd", "refused.scheme"),
            ("data:text/plain,x", "refused.scheme"),
            ("https:api.zoom.us/", "refused.scheme"),
            ("https:///api.zoom.us/", "refused.scheme"),
            ("https:\\\\api.zoom.us/", "refused.link"),
            ("https://api.zo\tom.us/", "refused.link"),
            ("https://api.zoom.us/\r\nx: y", "refused.link"),
            ("//api.zoom.us/", "refused.link"),
        ] {
            check("https://api.zoom.us/v2", Target::Link(link.to_owned()), Err(code));
        }
    }

    #[test]
    fn a_service_on_this_machine_may_link_to_other_ports_of_it_only() {
        let base = "http://127.0.0.1:4010/v2";
        for (link, expected) in [
            ("http://localhost:4011/file", Ok("http://localhost:4011/file")),
            ("http://127.0.0.1:4010/file", Ok("http://127.0.0.1:4010/file")),
            ("https://us02web.zoom.us/rec", Err("refused.host")),
            ("http://10.0.0.1/", Err("refused.host")),
        ] {
            check(base, Target::Link(link.to_owned()), expected);
        }
    }

    #[test]
    fn an_address_on_the_list_must_still_be_public() {
        let policy = Policy::new("https://api.zoom.us".parse().unwrap(), vec!["10.0.0.1".parse().unwrap()]);
        let refused = policy.resolve(&Target::Link("https://10.0.0.1/".to_owned()), &[], Purpose::Call).unwrap_err();
        assert_eq!(refused.code, "refused.address");
        assert!(refused.not_sent);
    }

    #[test]
    fn the_credential_goes_where_each_purpose_needs_it() {
        use Purpose::{Call, Download};
        let api = "https://api.zoom.us/v2";
        let local = "http://127.0.0.1:4010/v2";
        let table = [
            (api, "https://api.zoom.us/other", &[Call, Download][..]),
            (api, "https://api-eu.zoom.us/v2", &[Call, Download]),
            (api, "https://ssrweb.zoom.us/rec", &[Download]),
            (api, "https://school.zoom.us/rec", &[Download]),
            (api, "https://cdn.example.com/rec", &[]),
            (api, "http://api.zoom.us/v2", &[]),
            (api, "https://evil.example/", &[]),
            (local, "http://127.0.0.1:4010/file", &[Call, Download]),
            (local, "http://127.0.0.1:4011/file", &[]),
            (local, "http://localhost:4010/file", &[]),
        ];
        for (base, url, purposes) in table {
            for purpose in [Call, Download] {
                let carries = policy(base).may_carry(&url.parse().unwrap(), purpose);
                assert_eq!(carries, purposes.contains(&purpose), "{base} {url} {purpose:?}");
            }
        }
    }

    #[test]
    fn a_call_goes_to_hosts_of_the_api_only() {
        let call = |url: &str| policy("https://api.zoom.us/v2").allow(&url.parse().unwrap(), Purpose::Call);
        assert!(call("https://api-eu.zoom.us/v2").is_ok());
        assert_eq!(call("https://school.zoom.us/rec").unwrap_err().code, "refused.host");
    }
}
