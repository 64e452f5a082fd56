//! What a sign-in asks for, what was granted, and what will not work, in lines.

use switchboard_app::connect::{AccessPlan, AskedScopes, ConnectResult, ScopePurpose};
use switchboard_app::manifest::scopes::{Lacking, Style};

use crate::commands::connect::MAX_NAMED;
use crate::output;

/// What a sign-in will ask for, and why.
pub fn plan(plan: &AccessPlan) -> Vec<String> {
    let row = |purpose: &ScopePurpose| format!("  {:44} {}", purpose.scope, purpose.titles());
    let mut lines = Vec::new();
    match &plan.scopes {
        AskedScopes::OfActivities { scopes, left_out: closed, style } => {
            lines.push("scopes to allow, and why:".to_owned());
            lines.extend(
                scopes.iter().map(|purpose| format!("  {:44} {}", purpose.scope, purpose.activities.join(", "))),
            );
            lines.extend(left_out(closed, *style).iter().map(|line| format!("! not asked for: {line}")));
        }
        AskedScopes::Named(scopes) => {
            lines.push("scopes to allow, and why:".to_owned());
            lines.extend(scopes.iter().map(row));
        }
        AskedScopes::AllOfTheApp(areas) => {
            lines.push("asking for all scopes of the app (--for ACTIVITY asks for fewer). They are for:".to_owned());
            lines
                .extend(areas.iter().map(|area| format!("  {:12} {:20} {}", area.area, area.effects(), area.titles())));
        }
        AskedScopes::AsBefore(scopes) if scopes.is_empty() => {
            lines.push("asking for all scopes of the app, as before".to_owned());
        }
        AskedScopes::AsBefore(scopes) => {
            lines.push(
                "asking for the same scopes as before (add some with --for ACTIVITY, all with --all):".to_owned(),
            );
            lines.extend(scopes.iter().map(row));
        }
    }
    if !plan.scope_help.is_empty() {
        lines.push(format!("what each scope allows: {}", plan.scope_help));
    }
    lines
}

/// What a list of scopes does not open, in a line for each reason.
pub fn left_out(lacking: &[Lacking], style: Style) -> Vec<String> {
    let (elsewhere, account): (Vec<_>, Vec<_>) = lacking.iter().partition(|lacking| lacking.other_style);
    let (own, other) = (style.as_str(), style.other().as_str());
    let line = |lacking: Vec<&Lacking>, why: String| {
        let names: Vec<&str> = lacking.iter().map(|lacking| lacking.activity.as_str()).collect();
        (!names.is_empty()).then(|| format!("{why}: {}", names.join(", ")))
    };
    let reasons = [
        line(elsewhere, format!("these have no {own} scope; they need an app with {other} scopes")),
        line(account, "these act on the whole account; they need an administrator's app (--admin)".to_owned()),
    ];
    reasons.into_iter().flatten().collect()
}

/// That an activity will not work, and what it needs.
pub fn lacking(lacking: &Lacking) -> String {
    let (activity, scopes) = (&lacking.activity, lacking.scopes.join(" "));
    if lacking.other_style {
        return format!("{activity} will not work: it needs an app of the other kind of scopes, with {scopes}");
    }
    format!("{activity} will not work: it needs {scopes}")
}

/// The activities of a connection that will not work, in a few lines: many are counted, and named only where they were chosen.
pub fn lacking_in_short(connected: &ConnectResult) -> Vec<String> {
    let all = &connected.lacking;
    if all.len() <= MAX_NAMED {
        return all.iter().map(lacking).collect();
    }
    let (label, count) = (&connected.connection.label, connected.activities);
    let mut lines = vec![format!(
        "{} of {count} activities will not work without further scopes: switchboard doctor {label} names them",
        all.len()
    )];
    if connected.is_chosen {
        let names: Vec<String> = all.iter().map(|lacking| lacking.activity.clone()).collect();
        lines.extend(output::words("they are: ", &names));
    }
    lines
}
