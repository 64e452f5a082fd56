//! Which resolved addresses may be dialled.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// The addresses a policy may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddressRule {
    /// Only the public internet.
    Public,
    /// Only this machine, for a service that runs here.
    Loopback,
}

impl AddressRule {
    /// Whether this address may be dialled.
    pub(crate) fn permits(self, address: IpAddr) -> bool {
        match self {
            Self::Loopback => address.is_loopback(),
            Self::Public => match address {
                IpAddr::V4(address) => public_v4(address),
                IpAddr::V6(address) => public_v6(address),
            },
        }
    }
}

/// Whether the address names this machine: `localhost`, 127.0.0.0/8 or `::1`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The address a host name spells out, if it is no name.
pub(crate) fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(IpAddr::V4(address)),
        Host::Ipv6(address) => Some(IpAddr::V6(address)),
        Host::Domain(_) => None,
    }
}

fn public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || a == 0
        || (a == 100 && (64..128).contains(&b)) // carrier NAT
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99) // 6to4 relays
        || (a == 198 && (b == 18 || b == 19)) // benchmarks
        || a >= 224) // multicast, reserved, broadcast
}

/// Global unicast is 2000::/3, which leaves out loopback, v4-mapped, NAT64, private, link-local and multicast.
fn public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    (0x2000..0x4000).contains(&a)
        && !(a == 0x2001 && b < 0x0200) // Teredo, ORCHID and other protocol assignments
        && !(a == 0x2001 && b == 0x0db8) // documentation
        && a != 0x2002 // 6to4 carries a v4 address
        && !(a == 0x3fff && b < 0x1000) // documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn e_11_spellings_of_local_addresses_are_refused() {
        for address in [
            "127.0.0.1",
            "127.8.8.8",
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!AddressRule::Public.permits(ip(address)), "{address}");
        }
    }

    #[test]
    fn public_addresses_are_permitted() {
        for address in ["8.8.8.8", "170.114.10.1", "100.128.0.1", "172.32.0.1", "2606:4700::1", "2407:30c0::1"] {
            assert!(AddressRule::Public.permits(ip(address)), "{address}");
            assert!(!AddressRule::Loopback.permits(ip(address)), "{address}");
        }
    }

    #[test]
    fn e_10_numeric_spellings_of_loopback_are_seen_through() {
        for host in ["127.1", "0x7f.1", "0177.0.0.1", "2130706433", "[::1]", "localhost", "LOCALHOST"] {
            let url = Url::parse(&format!("http://{host}/")).unwrap();
            assert!(is_loopback(&url), "{host}");
        }
        for host in ["0", "localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "[::ffff:127.0.0.1]"] {
            let url = Url::parse(&format!("http://{host}/")).unwrap();
            assert!(!is_loopback(&url), "{host}");
        }
    }
}
