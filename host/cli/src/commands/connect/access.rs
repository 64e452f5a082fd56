//! What is asked for, what was granted, and what will not work.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use switchboard_automation::Allowance;
use switchboard_connections::{Connection, Connections, Method as Kind};
use switchboard_manifest::remedy::Sign;
use switchboard_manifest::scopes::{Lacking, Level, Style as Spelling, Wanted};
use switchboard_manifest::{Activity, Effect, Manifest, PlanCheck, Remedy, RoleCheck};
use switchboard_runtime::{CallError, Connector, Problem, Retry};

use crate::app::App;
use crate::args::{Connect, Method, Style};
use switchboard_app::AppError;
use switchboard_app::activities::{choose, role_rights};
use switchboard_app::documents;
use switchboard_app::identity::live;

/// The access a connection is made for.
pub struct Access<'a> {
    pub activities: Vec<&'a Activity>,
    pub asked: Vec<Wanted>,
    pub style: Spelling,
    pub level: Level,
    /// Those that will not work with it.
    pub left_out: Vec<Lacking>,
    /// Whether activities were chosen; else everything is wished for and nothing asked.
    pub chosen: bool,
    given: Vec<String>,
}

impl Access<'_> {
    /// What goes into the address of the sign-in.
    pub fn scopes(&self) -> Vec<String> {
        if self.chosen { self.asked.iter().map(|wanted| wanted.scope.clone()).collect() } else { self.given.clone() }
    }

    /// Whether an activity of these needs rights of the user's role, or a plan.
    pub fn needs_rights(&self) -> bool {
        self.level == Level::Account
            && self.activities.iter().any(|activity| !role_rights(activity).is_empty() || needs_plan(activity))
    }
}

fn needs_plan(activity: &Activity) -> bool {
    activity.plan.is_some()
}

/// The kind of scopes that an app of one's own seems to have, where it gave none of the kind that was asked for.
pub fn other_kind(manifest: &Manifest, kind: Kind, asked: &[String], granted: &[String]) -> Option<Spelling> {
    let other = manifest.style_of(asked).filter(|_| kind == Kind::Byo)?.other();
    let gave = manifest.style_of(granted);
    (granted.iter().all(String::is_empty) || gave == Some(other)).then_some(other)
}

/// What the flags ask for.
pub fn wanted<'a>(manifest: &'a Manifest, connect: &Connect, method: Method) -> Result<Access<'a>, AppError> {
    let mut patterns = connect.activities.clone();
    for file in &connect.for_automation {
        patterns.extend(used(&documents::read(file, &Allowance::default())?, file)?);
    }
    let level = if connect.admin || method == Method::S2s { Level::Account } else { Level::User };
    let style = spelling(connect.style.unwrap_or(Style::Granular));
    let chosen = !patterns.is_empty();
    let activities = if chosen { choose(manifest, &patterns)? } else { manifest.activities.iter().collect() };
    let asked = manifest.scopes_for(&activities, style, level);
    let left_out = manifest.left_out(&activities, style, level);
    Ok(Access { activities, asked, style, level, left_out, chosen, given: connect.scopes.clone() })
}

pub fn spelling(style: Style) -> Spelling {
    match style {
        Style::Classic => Spelling::Classic,
        Style::Granular => Spelling::Granular,
    }
}

/// What a list of scopes does not open, in a line for each reason.
pub fn left_out(some: &[Lacking], style: Spelling) -> Vec<String> {
    let (elsewhere, account): (Vec<_>, Vec<_>) = some.iter().partition(|one| one.other_style);
    let (own, other) = (style.as_str(), style.other().as_str());
    let line = |some: Vec<&Lacking>, why: String| {
        let names: Vec<&str> = some.iter().map(|one| one.activity.as_str()).collect();
        (!names.is_empty()).then(|| format!("{why}: {}", names.join(", ")))
    };
    let reasons = [
        line(elsewhere, format!("these have no {own} scope; they need an app with {other} scopes")),
        line(account, "these act on the whole account; they need an administrator's app (--admin)".to_owned()),
    ];
    reasons.into_iter().flatten().collect()
}

/// Every activity that an automation names.
fn used(text: &str, file: &Path) -> Result<Vec<String>, AppError> {
    fn collect(node: &serde_json::Value, found: &mut Vec<String>) {
        match node {
            serde_json::Value::Object(fields) => {
                found.extend(fields.get("use").and_then(|id| id.as_str()).map(str::to_owned));
                fields.values().for_each(|inner| collect(inner, found));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|inner| collect(inner, found)),
            _ => {}
        }
    }
    let document = serde_json::from_str(text).map_err(|error| {
        AppError::usage(format!("{}: {error}", file.display()), "switchboard check shows the place")
    })?;
    let mut found = Vec::new();
    collect(&document, &mut found);
    Ok(found)
}

/// Says what will be asked for, and why, before the person decides.
pub fn purpose(app: &App, manifest: &Manifest, wanted: &Access<'_>) {
    if wanted.chosen {
        app.say("scopes to allow, and why:");
        for one in &wanted.asked {
            app.say(&format!("  {:44} {}", one.scope, one.why.join(", ")));
        }
        left_out(&wanted.left_out, wanted.style).iter().for_each(|line| app.say(&format!("! not asked for: {line}")));
    } else if !wanted.given.is_empty() {
        app.say("scopes to allow, and why:");
        for scope in &wanted.given {
            app.say(&format!("  {scope:44} {}", some(&needing(manifest, scope))));
        }
    } else {
        app.say("asking for all scopes of the app (--for ACTIVITY asks for fewer). They are for:");
        for (area, activities) in areas(manifest, wanted) {
            let titles: Vec<&str> = activities.iter().map(|activity| activity.title.as_str()).collect();
            app.say(&format!("  {area:12} {:20} {}", effects(&activities), some(&titles)));
        }
    }
    if !manifest.app.scope_help.is_empty() {
        app.say(&format!("what each scope allows: {}", manifest.app.scope_help));
    }
}

/// The same for a connection that is there: what it was made for.
pub fn asked_again(app: &App, manifest: &Manifest, scopes: &[String]) {
    if scopes.is_empty() {
        app.say("asking for all scopes of the app, as before");
        return;
    }
    app.say("asking for the same scopes as before (add some with --for ACTIVITY, all with --all):");
    for scope in scopes {
        app.say(&format!("  {scope:44} {}", some(&needing(manifest, scope))));
    }
}

/// The same for a page that somebody else reads.
pub fn purposes(wanted: &Access<'_>, manifest: &Manifest) -> Vec<String> {
    if wanted.chosen {
        return wanted.activities.iter().map(|activity| activity.title.clone()).collect();
    }
    let line = |(area, activities): (&str, Vec<&Activity>)| {
        let titles: Vec<&str> = activities.iter().map(|activity| activity.title.as_str()).collect();
        format!("{area}: {} ({})", effects(&activities), some(&titles))
    };
    areas(manifest, wanted).into_iter().map(line).collect()
}

/// Titles of the activities that a scope is for.
fn needing<'a>(manifest: &'a Manifest, scope: &str) -> Vec<&'a str> {
    let needs = |activity: &&Activity| {
        let mut sets = activity.scopes.classic.iter().chain(&activity.scopes.granular);
        sets.any(|set| set.iter().any(|one| one == scope))
    };
    manifest.activities.iter().filter(needs).map(|activity| activity.title.as_str()).collect()
}

/// What the scopes of the wanted level open, by area. An activity without scopes of its own is for none of these ends.
fn areas<'a>(manifest: &Manifest, wanted: &Access<'a>) -> BTreeMap<&'a str, Vec<&'a Activity>> {
    let asked: Vec<String> = wanted.asked.iter().map(|one| one.scope.clone()).collect();
    let closed: BTreeSet<String> =
        manifest.lacking(&wanted.activities, &asked, wanted.level).into_iter().map(|one| one.activity).collect();
    let mut areas: BTreeMap<&str, Vec<&Activity>> = BTreeMap::new();
    for activity in &wanted.activities {
        let scopes = &activity.scopes;
        let needs_some = !scopes.classic.is_empty() || !scopes.granular.is_empty();
        if needs_some && !closed.contains(&format!("{}.{}", manifest.connector, activity.name)) {
            areas.entry(&activity.area).or_default().push(activity);
        }
    }
    areas
}

/// What is done to data of an area.
fn effects(activities: &[&Activity]) -> String {
    let known = [(Effect::Read, "read"), (Effect::Write, "change"), (Effect::Destructive, "delete")];
    let found = known.iter().filter(|(effect, _)| activities.iter().any(|activity| activity.effect == *effect));
    found.map(|(_, word)| *word).collect::<Vec<_>>().join(", ")
}

/// The first few of many, with the number of the others.
fn some(titles: &[&str]) -> String {
    match titles {
        [] => "nothing that Switchboard does".to_owned(),
        [first, second, more @ ..] if more.len() > 1 => format!("{first}, {second} and {} more", more.len()),
        few => few.join(", "),
    }
}

/// Those of the wanted activities that will not work. A service that says nothing about scopes grants what was asked.
pub fn lacking(manifest: &Manifest, wanted: &Access<'_>, granted: &[String]) -> Vec<Lacking> {
    if granted.is_empty() { Vec::new() } else { manifest.lacking(&wanted.activities, granted, wanted.level) }
}

pub fn says(lacking: &Lacking) -> String {
    let (activity, scopes) = (&lacking.activity, lacking.scopes.join(" "));
    if lacking.other_style {
        return format!("{activity} will not work: it needs an app of the other kind of scopes, with {scopes}");
    }
    format!("{activity} will not work: it needs {scopes}")
}

/// The same in a few lines: what was chosen is named, of everything there is only the number is told.
pub fn summary(label: &str, wanted: &Access<'_>, lacking: &[Lacking]) -> Vec<String> {
    if lacking.len() <= super::FEW {
        return lacking.iter().map(says).collect();
    }
    let (missing, all) = (lacking.len(), wanted.activities.len());
    let mut lines = vec![format!(
        "{missing} of {all} activities will not work without further scopes: switchboard doctor {label} names them"
    )];
    if wanted.chosen {
        let names: Vec<String> = lacking.iter().map(|one| one.activity.clone()).collect();
        lines.extend(crate::output::words("they are: ", &names));
    }
    lines
}

/// What the role of the connected user lacks.
#[derive(Debug, Default)]
pub struct Rights {
    pub missing: Vec<String>,
    /// The user has none of the rights: a plain member.
    pub member: bool,
    /// Rights that a person has to look at.
    pub unseen: Vec<String>,
    /// Why they could not be found out.
    pub unknown: Option<String>,
    pub plan_low: bool,
    /// They were not asked for: the connection has no scope for it, or no user.
    pub unasked: bool,
    /// The service's names of those that the role has.
    held: Vec<String>,
}

impl Rights {
    pub fn says(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.member {
            lines.push(
                "the user is not an administrator: managing users needs an admin, or a role with the listed rights"
                    .into(),
            );
        }
        lines.extend(self.missing.iter().map(|right| format!("the user's role lacks the right `{right}`")));
        if self.plan_low {
            lines.push("the plan of the account is too low: Professional, Business or Enterprise is needed".into());
        }
        lines.extend(self.unknown.iter().map(|why| format!("the rights of the user's role could not be read: {why}")));
        lines
    }

    pub fn remedy<'a>(&self, manifest: &'a Manifest) -> Option<&'a Remedy> {
        let sign = match self {
            _ if self.plan_low => Sign { plan: Some(true), ..Sign::default() },
            _ if self.member => Sign { member: Some(true), ..Sign::default() },
            _ if !self.missing.is_empty() => Sign { right: Some(true), ..Sign::default() },
            _ => return None,
        };
        manifest.remedy(&sign)
    }
}

/// Asks the service which rights the connected user has through the role, and whether the plan is enough for `activities`.
/// What the connection has no scope for is not asked.
pub async fn rights(
    app: &App,
    connector: &Connector,
    connections: &Connections,
    row: &Connection,
    activities: &[&Activity],
) -> Rights {
    let Some(check) = connector.manifest().role_check.clone() else {
        return Rights::default();
    };
    let asking = Asked { app, connector, connections, row };
    let role = row.owner.as_ref().and_then(|owner| owner.identity.get("role")?.as_str());
    let mut found = match row.method == Kind::ServerToServer || !asking.may(&check.activity) {
        // An account's own app has no role that could be looked up.
        true => Rights { unasked: true, ..Rights::default() },
        false => role_rights_of(&asking, &check, role).await,
    };
    if !found.plan_low && activities.iter().any(|activity| needs_plan(activity)) {
        found.plan_low = plan_low(&asking, &check, role, &found.held).await;
    }
    found
}

/// A connection that is asked about itself.
struct Asked<'a> {
    app: &'a App,
    connector: &'a Connector,
    connections: &'a Connections,
    row: &'a Connection,
}

impl Asked<'_> {
    /// Whether it has the scopes of this activity, as far as the service said.
    fn may(&self, activity: &str) -> bool {
        let manifest = self.connector.manifest();
        let Some(found) = manifest.activities.iter().find(|one| one.name == activity) else { return false };
        let granted = &self.row.scopes;
        granted.is_empty() || manifest.lacking(&[found], granted, Level::Account).is_empty()
    }

    async fn ask(&self, activity: &str, input: &serde_json::Value) -> Result<serde_json::Value, CallError> {
        let live = live(self.app, self.connector, self.connections, Some(&self.row.id)).map_err(|error| {
            CallError::Problem(Problem {
                code: error.code().to_owned(),
                message: error.to_string(),
                pointer: None,
                fix: None,
                retry: Retry::Never,
                not_sent: true,
                details: None,
                cause: None,
            })
        })?;
        let options = self.app.call_options(live.label());
        let id = format!("{}.{activity}", self.connector.manifest().connector);
        self.connector.call(&id, input.clone(), Arc::new(live), &options).await
    }
}

/// Whether somebody with the right is refused all the same. An account's own app has every right that its scopes say.
async fn plan_low(asking: &Asked<'_>, check: &RoleCheck, role: Option<&str>, held: &[String]) -> bool {
    let every = role == Some(check.owner.as_str()) || asking.row.method == Kind::ServerToServer;
    let may = |one: &&PlanCheck| (every || held.contains(&one.right)) && asking.may(&one.activity);
    match check.plan.iter().find(may) {
        Some(one) => matches!(asking.ask(&one.activity, &one.input).await,
            Err(CallError::Problem(problem)) if matches!(problem.code.as_str(), "forbidden" | "plan-needed")),
        None => false,
    }
}

async fn role_rights_of(asking: &Asked<'_>, check: &RoleCheck, role: Option<&str>) -> Rights {
    match asking.ask(&check.activity, &check.input).await {
        Ok(output) => held(check, &output),
        Err(CallError::Problem(problem)) if problem.code == "plan-needed" => {
            Rights { plan_low: true, ..Rights::default() }
        }
        Err(CallError::Problem(problem)) if problem.code == "forbidden" && role == Some(check.owner.as_str()) => {
            Rights { plan_low: true, ..Rights::default() }
        }
        // The right to see the rights is missing too.
        Err(CallError::Problem(problem)) if problem.code == "forbidden" => Rights {
            missing: check.rights.iter().map(|right| right.name.clone()).collect(),
            member: true,
            unseen: check.unseen.clone(),
            ..Rights::default()
        },
        Err(error) => Rights { unknown: Some(error.to_string()), ..Rights::default() },
    }
}

fn held(check: &RoleCheck, output: &serde_json::Value) -> Rights {
    let list = output.get(&check.list).and_then(|list| list.as_array());
    let held: Vec<String> = list.into_iter().flatten().filter_map(|right| right.as_str()).map(str::to_owned).collect();
    let lacks = check.rights.iter().filter(|right| !right.any.iter().any(|name| held.contains(name)));
    let missing: Vec<String> = lacks.map(|right| right.name.clone()).collect();
    let member = missing.len() == check.rights.len();
    Rights { member, missing, unseen: check.unseen.clone(), held, ..Rights::default() }
}
