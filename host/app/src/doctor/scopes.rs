//! Which activities a connection's scopes leave out, and how it gets the others: in the style of its app, never in both.

use switchboard_connections::{Connection, Method};
use switchboard_manifest::remedy::Sign;
use switchboard_manifest::scopes::{Lacking, Style};
use switchboard_manifest::{Activity, Manifest};

use super::Finding;
use crate::connect::level_of;
use crate::next_step::RegistrationRequest;
use crate::remedy::Facts;
use crate::{Cloud, Message, NextStep, message};

/// `chosen` are the activities it was made for; none when no choice was made.
pub fn look(manifest: &Manifest, row: &Connection, chosen: &[String], facts: &Facts) -> Vec<Finding> {
    let about = row.label.as_str();
    if row.scopes.is_empty() {
        return vec![Finding::note(about, "the service did not say which scopes were granted")];
    }
    let activities: Vec<&Activity> = match chosen.is_empty() {
        true => manifest.activities.iter().collect(),
        false => chosen.iter().filter_map(|id| manifest.activity(id)).collect(),
    };
    let of = if chosen.is_empty() { "activities" } else { "chosen activities" };
    let all = manifest.lacking(&activities, &row.scopes, level_of(manifest, &row.scopes));
    let lack = |some: &[Lacking]| {
        let names: Vec<&str> = some.iter().map(|one| one.activity.as_str()).collect();
        format!("{} of {} {of} lack a scope: {}", some.len(), activities.len(), names.join(", "))
    };
    if manifest.mixes_styles(&row.scopes) {
        // Scopes of either kind would mix with the others it has.
        let one_kind = RegistrationRequest { style: Style::Granular, ..RegistrationRequest::default() };
        let mixed = "its app has scopes of the classic and of the granular kind, which cannot be mixed";
        let mixed = Finding::bad(about, mixed).with_fix(message![
            "make the app with one kind: ",
            NextStep::ShowAppRegistration(Box::new(one_kind)),
            " (or classic)"
        ]);
        let lacking = (!all.is_empty()).then(|| Finding::note(about, lack(&all)));
        return [mixed].into_iter().chain(lacking).collect();
    }
    let (elsewhere, own): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.other_style);
    let mut findings = Vec::new();
    if !own.is_empty() {
        findings.push(mended(manifest, row, facts, &own, Finding::note(about, lack(&own))));
    }
    if !elsewhere.is_empty() {
        let style = manifest.style_of(&row.scopes).unwrap_or(Style::Granular);
        findings.push(other_app(about, style, manifest, &facts.cloud, &elsewhere));
    }
    findings
}

/// With what the lacking scopes take.
fn mended(manifest: &Manifest, row: &Connection, facts: &Facts, own: &[Lacking], note: Finding) -> Finding {
    let mut scopes: Vec<String> = own.iter().flat_map(|one| one.scopes.clone()).collect();
    scopes.sort();
    scopes.dedup();
    // Of the user's own scopes a further sign-in gives those back that were taken away.
    let account_only = scopes.iter().all(|scope| manifest.is_account_scope(scope));
    match by_account_app(manifest, row).filter(|_| account_only) {
        Some(way) => note.with_fix(way),
        None => {
            let (problem, method) = (Some("scope-missing".into()), Some(row.method.to_string()));
            let facts = Facts { scopes, ..facts.clone() };
            note.with_remedy(manifest.remedy(&Sign { problem, method, ..Sign::default() }), &facts)
        }
    }
}

/// What no scope of the app's style opens.
fn other_app(about: &str, style: Style, manifest: &Manifest, cloud: &Cloud, elsewhere: &[Lacking]) -> Finding {
    let ids: Vec<String> = elsewhere.iter().map(|lacking| lacking.activity.clone()).collect();
    let text = format!(
        "{} activities need an app with {} scopes, because no {} scope opens them: {}",
        ids.len(),
        style.other().as_str(),
        style.as_str(),
        ids.join(", ")
    );
    let description = RegistrationRequest {
        style: style.other(),
        is_for_account: elsewhere
            .iter()
            .flat_map(|lacking| &lacking.scopes)
            .any(|scope| manifest.is_account_scope(scope)),
        cloud: cloud.clone(),
        activities: ids,
    };
    Finding::note(about, text).with_fix(message![
        "where they are needed, connect such an app beside this one; what it is registered with: ",
        NextStep::ShowAppRegistration(Box::new(description)),
    ])
}

/// How a packaged app gets beyond its scopes where no page of the service knows that app: by another app.
fn by_account_app(manifest: &Manifest, row: &Connection) -> Option<Message> {
    let is_here = row.api_base.starts_with("http://") && row.method == Method::OAuth;
    let mut apps = manifest.auth.profiles.iter().filter_map(|(name, profile)| Some((name, profile.app.as_ref()?)));
    let (profile, app) = apps.find(|(_, app)| is_here && row.client_id.as_deref() == Some(&app.client_id))?;
    let account_app = app.account_app.as_ref()?;
    let cloud = Cloud {
        profile: profile.clone(),
        api_base: Some(row.api_base.clone()),
        oauth_base: Some(row.oauth_base.clone()),
    };
    Some(message![
        "connect the app for administrators beside it: ",
        NextStep::ConnectApp(Box::new(cloud), account_app.client_id.clone()),
        format!("; {}", account_app.note),
    ])
}
