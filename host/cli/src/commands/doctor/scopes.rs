//! Which activities a connection's scopes leave out, and how it gets the others: in the style of its app, never in both.

use switchboard_connections::{Connection, Method};
use switchboard_manifest::remedy::Sign;
use switchboard_manifest::scopes::{Lacking, Level, Style};
use switchboard_manifest::{Activity, Manifest};

use super::Finding;
use switchboard_app::remedy::Facts;

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
    let all = manifest.lacking(&activities, &row.scopes, level(manifest, row));
    let lack = |some: &[Lacking]| {
        let names: Vec<&str> = some.iter().map(|one| one.activity.as_str()).collect();
        format!("{} of {} {of} lack a scope: {}", some.len(), activities.len(), names.join(", "))
    };
    if manifest.mixes_styles(&row.scopes) {
        // Scopes of either kind would mix with the others it has.
        let mixed = "its app has scopes of the classic and of the granular kind, which cannot be mixed";
        let mixed = Finding::bad(about, mixed)
            .fix("make the app with one kind: switchboard connect --app-manifest --style granular (or classic)");
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
        findings.push(other_app(about, style, &manifest.auth.admin_suffix, &facts.at, &elsewhere));
    }
    findings
}

/// With what the lacking scopes take.
fn mended(manifest: &Manifest, row: &Connection, facts: &Facts, own: &[Lacking], note: Finding) -> Finding {
    let mut scopes: Vec<String> = own.iter().flat_map(|one| one.scopes.clone()).collect();
    scopes.sort();
    scopes.dedup();
    // Of the user's own scopes a further sign-in gives those back that were taken away.
    let account_only = scopes.iter().all(|scope| scope.ends_with(&manifest.auth.admin_suffix));
    match by_admin(row).filter(|_| account_only) {
        Some(way) => note.fix(way),
        None => {
            let (problem, method) = (Some("scope-missing".into()), Some(row.method.to_string()));
            let facts = Facts { scopes, ..facts.clone() };
            note.remedy(manifest.remedy(&Sign { problem, method, ..Sign::default() }), &facts)
        }
    }
}

/// What no scope of the app's style opens.
fn other_app(about: &str, style: Style, suffix: &str, at: &str, elsewhere: &[Lacking]) -> Finding {
    let other = style.other().as_str();
    let names: Vec<&str> = elsewhere.iter().map(|one| one.activity.as_str()).collect();
    let text = format!(
        "{} activities need an app with {other} scopes, because no {} scope opens them: {}",
        names.len(),
        style.as_str(),
        names.join(", ")
    );
    let account = elsewhere.iter().flat_map(|one| &one.scopes).any(|scope| scope.ends_with(suffix));
    let admin = if account { " --admin" } else { "" };
    Finding::note(about, text).fix(format!(
        "where they are needed, connect such an app beside this one; what it is registered with: switchboard connect --app-manifest --style {other}{admin}{at} --for {}",
        names.join(" --for ")
    ))
}

/// How the emulator's packaged app gets beyond its scopes: no page of the service knows that app.
fn by_admin(row: &Connection) -> Option<String> {
    let (demo, admin) = (switchboard_emulator::DEMO_APP.0, switchboard_emulator::ADMIN_APP.0);
    let here = row.api_base.starts_with("http://") && row.method == Method::OAuth;
    (here && row.client_id.as_deref() == Some(demo)).then(|| {
        format!(
            "connect the emulator's app for administrators beside it: switchboard connect admin --client-id {admin} --client-secret-file FILE --api-base {} --oauth-base {}; FILE holds the app's secret, which the emulator's README tells. Sign in as ada@emulator.test, password demo",
            row.api_base, row.oauth_base
        )
    })
}

/// Whose data the connection was made for, by the scopes it has.
pub fn level(manifest: &Manifest, row: &Connection) -> Level {
    let suffix = &manifest.auth.admin_suffix;
    let account = !suffix.is_empty() && row.scopes.iter().any(|scope| scope.ends_with(suffix.as_str()));
    if account { Level::Account } else { Level::User }
}
