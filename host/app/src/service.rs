//! The addresses of a service, from the manifest, or as the person gave them.

use switchboard_connections::Service;
use switchboard_egress::{HostRule, is_loopback};
use switchboard_manifest::{Hosts, Manifest, Profile};
use url::Url;

use crate::{AppError, NextStep, message, without_user};

/// The service behind `profile`, with bases replaced where given.
pub fn service(
    manifest: &Manifest,
    profile: &str,
    api_base: Option<&str>,
    oauth_base: Option<&str>,
) -> Result<Service, AppError> {
    let Some(found) = manifest.auth.profiles.get(profile) else {
        let known: Vec<&str> = manifest.auth.profiles.keys().map(String::as_str).collect();
        return Err(AppError::usage(
            format!("no cloud profile `{profile}`"),
            format!("use one of: {}", known.join(", ")),
        ));
    };
    let here = |text: &str| address(text).and_then(base).and_then(|url| own_cloud(manifest, profile, url));
    let api_base = here(api_base.unwrap_or(&found.api_base))?;
    let oauth_base = here(oauth_base.unwrap_or(&found.oauth_base))?;
    Ok(Service::from_manifest(manifest, profile, Some(api_base), Some(oauth_base))?)
}

/// The service of a stored connection, with the hosts that its connector lists now for its cloud. Unchanged if the connector is
/// another one, or if the cloud is not certain.
pub fn current(connector: &str, clouds: &[Hosts], kept: &Service) -> Service {
    let Some(hosts) = cloud_of(clouds, kept).filter(|_| kept.connector == connector) else {
        return kept.clone();
    };
    Service {
        api_hosts: hosts.api.clone(),
        credential_hosts: hosts.credential.clone(),
        download_hosts: hosts.download.clone(),
        ..kept.clone()
    }
}

/// The cloud of a stored service: the one that its base address is in. A base address of a proxy is in none; then the one that has all
/// of its hosts.
fn cloud_of<'a>(clouds: &'a [Hosts], kept: &Service) -> Option<&'a Hosts> {
    let has_base = |cloud: &&Hosts| {
        cloud.api.iter().filter_map(|host| host.parse::<HostRule>().ok()).any(|rule| rule.covers(&kept.api_base))
    };
    let has_hosts =
        |cloud: &&Hosts| !kept.api_hosts.is_empty() && kept.api_hosts.iter().all(|host| cloud.api.contains(host));
    let mut fitting: Vec<&Hosts> = clouds.iter().filter(has_base).collect();
    if fitting.is_empty() {
        fitting = clouds.iter().filter(has_hosts).collect();
    }
    match fitting.as_slice() {
        [cloud] => Some(cloud),
        _ => None,
    }
}

/// Refuses an address of another cloud: the accounts and tokens of one are nothing to the other.
fn own_cloud(manifest: &Manifest, profile: &str, url: Url) -> Result<Url, AppError> {
    let covers =
        |hosts: &[String]| hosts.iter().filter_map(|host| host.parse::<HostRule>().ok()).any(|rule| rule.covers(&url));
    let of = |found: &Profile| {
        let signs_in = Url::parse(&found.oauth_base).is_ok_and(|base| base.host_str() == url.host_str());
        signs_in || found.hosts.as_ref().is_some_and(|hosts| covers(&hosts.api) || covers(&hosts.credential))
    };
    let clouds = || manifest.auth.profiles.iter().filter(|(_, found)| url.scheme() == "https" && of(found));
    match clouds().next() {
        Some((other, _)) if clouds().all(|(name, _)| name != profile) => Err(AppError::usage(
            format!("`{url}` is an address of the cloud `{other}`, not of `{profile}`"),
            message!["connect to that cloud with ", NextStep::ConnectCloud(other.clone())],
        )),
        _ => Ok(url),
    }
}

/// Refuses what no path can be put after, and a password, which would be kept and printed.
fn base(url: Url) -> Result<Url, AppError> {
    let refused = [
        (!url.username().is_empty() || url.password().is_some(), "a user or a password"),
        (url.query().is_some(), "a query"),
        (url.fragment().is_some(), "a fragment"),
    ];
    match refused.into_iter().find(|(has, _)| *has) {
        Some((_, what)) => Err(AppError::usage(
            format!(
                "the base address `{}` must not contain {what}",
                without_user(url[..url::Position::AfterPath].as_ref())
            ),
            "write https://host/path",
        )),
        None => Ok(url),
    }
}

/// HTTPS anywhere, plain HTTP on loopback alone.
fn address(text: &str) -> Result<Url, AppError> {
    let url = Url::parse(text).map_err(|error| {
        AppError::usage(format!("`{}` is not an address: {error}", without_user(text)), "write https://host/path")
    })?;
    let text = without_user(text);
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err(AppError::usage(
            format!("`{text}` must use https"),
            "write https://host/path (http:// only for loopback addresses)",
        )),
    }
}

#[cfg(test)]
mod tests {
    use switchboard_connections::{Connections, KeySource, SecretString, Vault};
    use switchboard_egress::{Connection, Egress, NoTrace, Purpose, Request, Target};
    use switchboard_store::Store;
    use tokio::time::{Duration, Instant};

    use super::*;

    fn manifest() -> Manifest {
        serde_json::from_str(include_str!("../../../manifests/zoom.resolved.json")).unwrap()
    }

    /// A connection to a cloud as its calls see it.
    async fn connection(profile: &str) -> (Connections, switchboard_connections::LiveConnection) {
        let service = service(&manifest(), profile, None, None).unwrap();
        let (store, home) = (Store::in_memory().unwrap(), tempfile::tempdir().unwrap());
        let vault = Vault::open(&store, KeySource::File(home.path().join("key"))).unwrap();
        let connections = Connections::open(store, vault, Egress::new().unwrap());
        let grant = connections.pasted_token(&SecretString::from("a-token".to_owned())).unwrap();
        connections.save("one", switchboard_connections::Method::Token, &service, grant, None).unwrap();
        let live = connections.open_connection(Some("one")).unwrap();
        (connections, live)
    }

    #[tokio::test]
    async fn seed_uipath_50_each_cloud_has_its_own_addresses_and_the_others_hosts_are_refused() {
        let gov = [
            "https://api.zoomgov.com/v2/users/me",
            "https://files.zoomgov.com/rec/download/x",
            "https://zoomgov.com/rec/x",
        ];
        let commercial = [
            "https://api.zoom.us/v2/users/me",
            "https://api-eu.zoom.us/v2/users/me",
            "https://files.zoom.us/rec/x",
            "https://zoom.us/rec/x",
        ];
        for (profile, base, own, foreign) in [
            ("zoomgov", "https://api.zoomgov.com/v2", &gov[..], &commercial[..]),
            ("zoom", "https://api.zoom.us/v2", &commercial, &gov),
        ] {
            let (_connections, live) = connection(profile).await;
            assert_eq!(live.policy().api_base().as_str(), base);
            let carries = |text: &&str| live.policy().may_carry(&Url::parse(text).unwrap(), Purpose::Download);
            assert!(own.iter().all(carries) && !foreign.iter().any(carries), "{profile}");
            let calls = |text: &&&str| live.policy().may_carry(&Url::parse(text).unwrap(), Purpose::Call);
            let apis = |text: &&&str| text.contains("//api");
            assert!(own.iter().filter(calls).eq(own.iter().filter(apis)), "{profile}: calls go to the API only");
            let plain = own.iter().map(|text| text.replace("https:", "http:"));
            assert!(!plain.into_iter().any(|text| carries(&text.as_str())), "{profile} without TLS");
            for text in foreign {
                let request = Request::get(Target::Link((*text).to_owned()));
                let (egress, until) = (Egress::new().unwrap(), Instant::now() + Duration::from_secs(5));
                let sent = egress.send(live.policy(), &request, None, until, &NoTrace).await;
                assert_eq!(sent.unwrap_err().code, "refused.host", "{profile} {text}");
            }
        }
    }

    /// What an earlier version kept: fewer hosts for files, and one that is gone.
    fn earlier(profile: &str) -> Service {
        let mut kept = service(&manifest(), profile, None, None).unwrap();
        kept.download_hosts = vec!["files.former.example".into()];
        kept.credential_hosts.truncate(1);
        kept.api_hosts.truncate(1);
        kept
    }

    fn clouds() -> Vec<Hosts> {
        manifest().auth.profiles.values().filter_map(|profile| profile.hosts.clone()).collect()
    }

    #[tokio::test]
    async fn earlier_connections_get_the_hosts_of_their_cloud() {
        let (store, home) = (Store::in_memory().unwrap(), tempfile::tempdir().unwrap());
        let vault = Vault::open(&store, KeySource::File(home.path().join("key"))).unwrap();
        let connections = Connections::open(store, vault, Egress::new().unwrap());
        for (profile, own, foreign) in [
            ("zoom", "https://zoom.us/rec/x", "https://zoomgov.com/rec/x"),
            ("zoomgov", "https://zoomgov.com/rec/x", "https://zoom.us/rec/x"),
        ] {
            let kept = earlier(profile);
            let grant = connections.pasted_token(&SecretString::from("a-token".to_owned())).unwrap();
            connections.save(profile, switchboard_connections::Method::Token, &kept, grant, None).unwrap();
            let carries = |live: &switchboard_connections::LiveConnection, address: &str| {
                live.policy().may_carry(&address.parse().unwrap(), Purpose::Download)
            };
            let as_kept = connections.open_connection(Some(profile)).unwrap();
            assert!(!carries(&as_kept, own), "{profile}");
            let now =
                connections.open_connection_with(Some(profile), &|kept| current("zoom", &clouds(), kept)).unwrap();
            assert!(carries(&now, own), "{profile}");
            for other in [foreign, "https://files.former.example/x"] {
                assert!(!carries(&now, other), "{profile} {other}");
            }
            // Not even what a caller makes up moves a connection elsewhere.
            let elsewhere =
                |kept: &Service| Service { api_base: "https://evil.example".parse().unwrap(), ..kept.clone() };
            let moved = connections.open_connection_with(Some(profile), &elsewhere).unwrap();
            assert_eq!(moved.policy().api_base(), as_kept.policy().api_base());
        }
    }

    #[test]
    fn hosts_are_renewed_for_one_certain_cloud_only() {
        let kept = earlier("zoom");
        assert_ne!(current("zoom", &clouds(), &kept), kept);
        assert_eq!(current("other", &clouds(), &kept), kept, "another connector");
        let zoom = current("zoom", &clouds(), &kept);
        let both = Service { api_hosts: vec!["api.zoom.us".into(), "api.zoomgov.com".into()], ..kept.clone() };
        assert_eq!(current("zoom", &clouds(), &both), zoom, "the base address decides");
        let dropped = Service { api_hosts: vec!["api.zoom.us".into(), "api-former.zoom.us".into()], ..kept.clone() };
        assert_eq!(current("zoom", &clouds(), &dropped), zoom, "a host that the connector dropped is gone");
        let proxy: url::Url = "https://proxy.example/v2".parse().unwrap();
        let behind_proxy = Service { api_base: proxy.clone(), ..kept.clone() };
        assert_eq!(current("zoom", &clouds(), &behind_proxy).download_hosts, zoom.download_hosts, "behind a proxy");
        let of_two = Service { api_base: proxy, ..both };
        assert_eq!(current("zoom", &clouds(), &of_two), of_two, "behind a proxy, of two clouds");
        let twice = [clouds(), clouds()].concat();
        assert_eq!(current("zoom", &twice, &kept), kept, "not certain");
    }

    #[test]
    fn seed_uipath_50_an_address_of_another_cloud_is_refused_by_name() {
        let manifest = manifest();
        for (profile, api, oauth, other) in [
            ("zoomgov", Some("https://api.zoom.us/v2"), None, Some("zoom")),
            ("zoomgov", None, Some("https://zoom.us/oauth"), Some("zoom")),
            ("zoom", Some("https://api.zoomgov.com/v2"), None, Some("zoomgov")),
            ("emulator", Some("https://api.zoom.us/v2"), None, Some("zoom")),
            ("zoom", Some("https://api-eu.zoom.us/v2"), None, None),
            ("zoomgov", Some("http://127.0.0.1:7901/v2"), Some("http://127.0.0.1:7901/oauth"), None),
            ("zoomgov", Some("https://proxy.example/v2"), None, None),
        ] {
            let made = service(&manifest, profile, api, oauth);
            let fix = made.err().and_then(|error| error.report().fix);
            let step = fix.as_ref().and_then(|fix| fix.steps().next().cloned());
            let expected = other.map(|other| NextStep::ConnectCloud(other.to_owned()));
            assert_eq!(step, expected, "{profile} {api:?} {oauth:?}");
        }
    }

    #[test]
    fn a_base_is_a_host_and_a_path() {
        for (text, what) in [
            ("https://proxy.example/oauth?tenant=1", "a query"),
            ("https://proxy.example/oauth#top", "a fragment"),
            ("https://ada:hunter2@proxy.example/oauth", "a user or a password"),
            ("https://ada@proxy.example/oauth", "a user or a password"),
        ] {
            for (api, oauth) in [(Some(text), None), (None, Some(text))] {
                let error = service(&manifest(), "zoom", api, oauth).unwrap_err().to_string();
                assert!(error.contains(what) && !error.contains("hunter2"), "{error}");
            }
        }
    }

    #[test]
    fn only_loopback_goes_without_tls() {
        for (text, good) in [
            ("https://api.example.com/v2", true),
            ("http://127.0.0.1:7901/v2", true),
            ("http://[::1]:7901/v2", true),
            ("http://localhost:7901", true),
            ("http://api.example.com/v2", false),
            ("http://127.0.0.1.example.com", false),
            ("ftp://127.0.0.1", false),
            ("nonsense", false),
        ] {
            assert_eq!(address(text).is_ok(), good, "{text}");
        }
    }
}
