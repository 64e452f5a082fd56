//! One line of an allow-list of hosts.

use std::{fmt, str::FromStr};

use url::{Host, Url};

/// `host`, `host:port` or `*.host`. Without a port it means 443; a wildcard stands for one label or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRule {
    host: Host<String>,
    below: bool,
    port: u16,
}

/// Why a text is no host rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostRuleError {
    /// It holds more than a host.
    #[error("`{0}` is not a host: leave out the scheme, the path and the user, as in `api.example.com`")]
    NotAHost(String),
    /// The wildcard is not the first label, or covers too much.
    #[error("`{0}` covers too much: a wildcard is the first label, above two more, as in `*.example.com`")]
    Wildcard(String),
    /// The port is no number from 1 to 65535.
    #[error("`{0}` has no valid port: write `host` or `host:443`")]
    Port(String),
}

impl HostRule {
    /// Whether the rule covers this address's host and port. The scheme is the policy's business.
    pub fn covers(&self, url: &Url) -> bool {
        let Some(host) = url.host() else { return false };
        if url.port_or_known_default() != Some(self.port) {
            return false;
        }
        match (&self.host, host) {
            (Host::Domain(rule), Host::Domain(name)) if self.below => name
                .strip_suffix(rule.as_str())
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|rest| !rest.is_empty()),
            (Host::Domain(rule), Host::Domain(name)) => rule == name,
            (Host::Ipv4(rule), Host::Ipv4(address)) => *rule == address,
            (Host::Ipv6(rule), Host::Ipv6(address)) => *rule == address,
            _ => false,
        }
    }
}

impl FromStr for HostRule {
    type Err = HostRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let not_a_host = || HostRuleError::NotAHost(text.to_owned());
        let (below, rest) = match text.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        if rest.contains('*') {
            return Err(HostRuleError::Wildcard(text.to_owned()));
        }
        let (name, port) = split_port(rest).ok_or_else(|| HostRuleError::Port(text.to_owned()))?;
        if name.is_empty() || name.ends_with('.') || name.contains(['/', '@', '?', '#', '\\', '%', ' ']) {
            return Err(not_a_host());
        }
        let host = Host::parse(name).map_err(|_| not_a_host())?;
        match &host {
            Host::Domain(name) if below && !name.contains('.') => Err(HostRuleError::Wildcard(text.to_owned())),
            Host::Ipv4(_) | Host::Ipv6(_) if below => Err(HostRuleError::Wildcard(text.to_owned())),
            _ => Ok(Self { host, below, port }),
        }
    }
}

impl fmt::Display for HostRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wildcard = if self.below { "*." } else { "" };
        write!(f, "{wildcard}{}", self.host)?;
        if self.port == 443 { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// Host and port; `None` if the port is wrong.
fn split_port(text: &str) -> Option<(&str, u16)> {
    if text.ends_with(']') {
        return Some((text, 443));
    }
    match text.rsplit_once(':') {
        None => Some((text, 443)),
        Some((name, port)) => match port.parse::<u16>() {
            Ok(port) if port != 0 && port.to_string().len() == text.len() - name.len() - 1 => Some((name, port)),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_covers_its_host_and_port_only() {
        let table = [
            ("api.zoom.us", "https://api.zoom.us/v2", true),
            ("api.zoom.us", "https://API.Zoom.US/v2", true),
            ("API.zoom.us", "https://api.zoom.us/v2", true),
            ("api.zoom.us", "https://api.zoom.us:443/", true),
            ("api.zoom.us", "https://api.zoom.us:8443/", false),
            ("api.zoom.us", "http://api.zoom.us/", false),
            ("api.zoom.us", "https://api.zoom.us./", false),
            ("api.zoom.us", "https://api.zoom.us.evil/", false),
            ("api.zoom.us", "https://evilapi.zoom.us/", false),
            ("api.zoom.us", "https://x.api.zoom.us/", false),
            ("*.zoom.us", "https://us02web.zoom.us/rec", true),
            ("*.zoom.us", "https://a.b.zoom.us/rec", true),
            ("*.zoom.us", "https://zoom.us/rec", false),
            ("*.zoom.us", "https://evilzoom.us/rec", false),
            ("*.zoom.us", "https://.zoom.us/rec", false),
            ("*.zoom.us", "https://zoom.us.evil/rec", false),
            ("*.zoom.us", "https://us02web.zoom.us:444/rec", false),
            ("*.zoom.us:444", "https://us02web.zoom.us:444/rec", true),
            ("127.0.0.1:4010", "http://127.0.0.1:4010/", true),
            ("127.0.0.1:4010", "http://localhost:4010/", false),
            ("[::1]:4010", "http://[::1]:4010/", true),
        ];
        for (rule, url, expected) in table {
            let parsed: HostRule = rule.parse().unwrap();
            let covers = Url::parse(url).is_ok_and(|url| parsed.covers(&url));
            assert_eq!(covers, expected, "{rule} {url}");
        }
    }

    #[test]
    fn what_is_no_host_is_an_error() {
        for text in [
            "",
            "*",
            "*.",
            "*.us",
            "*.127.0.0.1",
            "a.*.us",
            "**.zoom.us",
            "https://zoom.us",
            "zoom.us/v2",
            "u@zoom.us",
            "zoom.us:",
            "zoom.us:0",
            "zoom.us:99999",
            "zoom.us:+443",
            "zoom.us.",
            "zoom us",
            "zoom%2eus",
        ] {
            assert!(text.parse::<HostRule>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_rule_prints_as_it_was_written() {
        for text in ["zoom.us", "*.zoom.us", "zoom.us:8443", "127.0.0.1:80"] {
            assert_eq!(text.parse::<HostRule>().unwrap().to_string(), text);
        }
    }
}
