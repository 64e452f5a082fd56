//! What an app has to be registered with, and how it is made.

use serde_json::json;
use switchboard_connections::Loopback;
use switchboard_manifest::Manifest;
use switchboard_manifest::scopes::{Level, Style, Wanted};

use super::{access, method};
use crate::app::App;
use crate::args::{Connect, Method};
use crate::connect_args::PORT;
use crate::output;
use crate::present::remedy;
use switchboard_app::AppError;
use switchboard_app::service;

pub fn guide(app: &App, manifest: &Manifest, kind: &str, port: u16) -> Result<(), AppError> {
    let Some(found) = manifest.guides.iter().find(|guide| guide.id == kind) else {
        let known: Vec<&str> = manifest.guides.iter().map(|guide| guide.id.as_str()).collect();
        return Err(AppError::usage(
            format!("there is no guide `{kind}`"),
            format!("use one of: {}", known.join(", ")),
        ));
    };
    let flag = if port == PORT { String::new() } else { format!(" --redirect-port {port}") };
    let redirect = Loopback::redirect_uri(port);
    let found = found.filled(&[("redirect", &redirect), ("app", "you want to use"), ("port", &flag)]);
    if app.global.json {
        return output::json(&found);
    }
    remedy::guide(&found).iter().try_for_each(|line| output::line(line))
}

pub fn app_manifest(app: &App, manifest: &Manifest, connect: &Connect) -> Result<(), AppError> {
    let wanted = access::wanted(manifest, connect, method(connect))?;
    let (api, oauth) = (connect.api_base.as_deref(), connect.oauth_base.as_deref());
    let service = service::service(manifest, &connect.profile, api, oauth)?;
    let title = manifest.auth.profiles.get(&connect.profile).map_or("", |found| found.title.as_str());
    let list = |style: Style, level: Level| manifest.scopes_for(&wanted.activities, style, level);
    // Nobody signs in to an app of the account itself: its tokens come without a browser.
    let by_browser = method(connect) != Method::S2s;
    let redirect = by_browser.then(|| super::redirect(&connect.link, connect.redirect_port)).transpose()?;
    let out = |style: Style, level: Level| manifest.left_out(&wanted.activities, style, level);
    let name = format!("Switchboard for {}", manifest.title);
    let (user, account) = (Level::User, Level::Account);
    if app.global.json {
        return output::json(&json!({
            "name": name, "profile": connect.profile, "cloud": title, "api_base": service.api_base, "oauth_base": service.oauth_base,
            "hosts": { "calls": service.api_hosts, "downloads": service.download_hosts, "token": service.credential_hosts },
            "redirect_url": redirect, "allow_list": redirect.as_slice(), "strict_mode": by_browser,
            "left_out": {
                "granular": { "user": out(Style::Granular, user), "account": out(Style::Granular, account) },
                "classic": { "user": out(Style::Classic, user), "account": out(Style::Classic, account) },
            },
            "scopes": {
                "granular": { "user": list(Style::Granular, user), "account": list(Style::Granular, account) },
                "classic": { "user": list(Style::Classic, user), "account": list(Style::Classic, account) },
            },
            "events": manifest.app.events, "scope_help": manifest.app.scope_help,
        }));
    }
    output::line(&format!("Name              {name}"))?;
    output::line(&format!("Cloud             {title}: calls {}, sign-in {}", service.api_base, service.oauth_base))?;
    if let Some(redirect) = &redirect {
        output::line(&format!(
            "Redirect address  {redirect}   (exactly; also in the allow list, with Strict Mode on)"
        ))?;
    }
    let level = wanted.level;
    let only = connect.style.map(access::spelling);
    for style in [Style::Granular, Style::Classic].into_iter().filter(|style| only.is_none_or(|only| only == *style)) {
        output::line(&format!("Scopes, {} (an app has one kind, never both):", style.as_str()))?;
        for Wanted { scope, why } in list(style, level) {
            output::line(&format!("  {scope:52} {}", why.join(", ")))?;
        }
        access::left_out(&out(style, level), style).iter().try_for_each(|line| output::line(&format!("  ! {line}")))?;
    }
    output::line(&format!("About scopes      {}", manifest.app.scope_help))?;
    output::line(&format!("Events            {}", manifest.app.events.join(" ")))
}
