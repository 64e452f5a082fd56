//! What a connection is asked for, and what it opens.

use std::collections::{BTreeMap, BTreeSet};

use switchboard_automation::Allowance;
use switchboard_connections::Method;
use switchboard_manifest::scopes::{Lacking, Level, Style, Wanted};
use switchboard_manifest::{Activity, Effect, Manifest};

use super::request::AccessRequest;
use crate::activities::{choose, role_rights};
use crate::{AppError, NextStep, documents, message};

/// The access that a connection is made for.
pub(crate) struct Access<'a> {
    pub activities: Vec<&'a Activity>,
    pub asked: Vec<Wanted>,
    pub style: Style,
    pub level: Level,
    /// Those that will not work with it.
    pub left_out: Vec<Lacking>,
    /// Whether activities were chosen; else the app's scopes decide, and none is asked for.
    pub is_chosen: bool,
    given: Vec<String>,
}

impl<'a> Access<'a> {
    /// The access of a request, for a connection that is made in this way.
    pub fn of(manifest: &'a Manifest, request: &AccessRequest, method: Method) -> Result<Access<'a>, AppError> {
        let mut patterns = request.activities.clone();
        for file in &request.automations {
            let text = documents::read(file, &Allowance::default())?;
            let document = serde_json::from_str(&text).map_err(|error| {
                let fix = message!["run ", NextStep::CheckDocument, " to see the place"];
                AppError::usage(format!("{}: {error}", file.display()), fix)
            })?;
            patterns.extend(documents::activities(&document).into_iter().map(|(id, _)| id));
        }
        let is_for_account = request.is_for_account || method == Method::ServerToServer;
        let level = if is_for_account { Level::Account } else { Level::User };
        let is_chosen = !patterns.is_empty();
        let activities = if is_chosen { choose(manifest, &patterns)? } else { manifest.activities.iter().collect() };
        let asked = manifest.scopes_for(&activities, request.style, level);
        let left_out = manifest.left_out(&activities, request.style, level);
        let given = request.scopes.clone();
        Ok(Access { activities, asked, style: request.style, level, left_out, is_chosen, given })
    }

    /// The scopes that go into the address of the sign-in.
    pub fn scopes(&self) -> Vec<String> {
        if self.is_chosen { self.asked.iter().map(|wanted| wanted.scope.clone()).collect() } else { self.given.clone() }
    }

    /// Whether an activity of these needs rights of the user's role, or a plan.
    pub fn needs_rights(&self) -> bool {
        self.level == Level::Account
            && self.activities.iter().any(|activity| !role_rights(activity).is_empty() || activity.plan.is_some())
    }

    /// Those of the activities that will not work with the granted scopes. A service that says nothing about scopes grants what was
    /// asked.
    pub fn lacking(&self, manifest: &Manifest, granted: &[String]) -> Vec<Lacking> {
        if granted.is_empty() { Vec::new() } else { manifest.lacking(&self.activities, granted, self.level) }
    }

    /// What the person is shown before the sign-in.
    pub fn plan(&self, manifest: &Manifest) -> AccessPlan {
        let scopes = if self.is_chosen {
            let scopes = self
                .asked
                .iter()
                .map(|wanted| ScopePurpose { scope: wanted.scope.clone(), activities: wanted.why.clone() });
            AskedScopes::OfActivities { scopes: scopes.collect(), left_out: self.left_out.clone(), style: self.style }
        } else if !self.given.is_empty() {
            AskedScopes::Named(purposes(manifest, &self.given))
        } else {
            AskedScopes::AllOfTheApp(self.areas(manifest))
        };
        AccessPlan { scopes, scope_help: manifest.app.scope_help.clone() }
    }

    /// The same in lines for a page that somebody else reads.
    pub fn lines(&self, manifest: &Manifest) -> Vec<String> {
        if self.is_chosen {
            return self.activities.iter().map(|activity| activity.title.clone()).collect();
        }
        let areas = self.areas(manifest);
        let line = |area: AreaPurpose| format!("{}: {} ({})", area.area, area.effects(), area.titles());
        areas.into_iter().map(line).collect()
    }

    /// What the scopes of the wanted level open, by area. An activity without scopes of its own is for none of these purposes.
    fn areas(&self, manifest: &Manifest) -> Vec<AreaPurpose> {
        let asked: Vec<String> = self.asked.iter().map(|wanted| wanted.scope.clone()).collect();
        let lacking = manifest.lacking(&self.activities, &asked, self.level);
        let closed: BTreeSet<String> = lacking.into_iter().map(|lacking| lacking.activity).collect();
        let mut areas: BTreeMap<&str, Vec<&Activity>> = BTreeMap::new();
        for activity in &self.activities {
            let has_scopes = !activity.scopes.classic.is_empty() || !activity.scopes.granular.is_empty();
            if has_scopes && !closed.contains(&format!("{}.{}", manifest.connector, activity.name)) {
                areas.entry(&activity.area).or_default().push(activity);
            }
        }
        areas.into_iter().map(|(area, activities)| AreaPurpose::of(area, &activities)).collect()
    }
}

/// What a sign-in will ask for, and why.
#[derive(Clone, Debug)]
pub struct AccessPlan {
    /// The scopes.
    pub scopes: AskedScopes,
    /// Where the service explains its scopes. Empty where the manifest names no such page.
    pub scope_help: String,
}

/// The scopes that a sign-in asks for.
#[derive(Clone, Debug)]
pub enum AskedScopes {
    /// Those that the chosen activities need.
    OfActivities {
        /// Each with the titles of its activities.
        scopes: Vec<ScopePurpose>,
        /// The chosen activities that no scope of this kind opens.
        left_out: Vec<Lacking>,
        /// The kind of the scopes.
        style: Style,
    },
    /// Those that were named, each with the titles of the activities that need it.
    Named(Vec<ScopePurpose>),
    /// All that the app has. They are for these areas.
    AllOfTheApp(Vec<AreaPurpose>),
    /// Those that the connection had before. None: all that the app has.
    AsBefore(Vec<ScopePurpose>),
}

/// What a scope is for.
#[derive(Clone, Debug)]
pub struct ScopePurpose {
    /// The service's name of the scope.
    pub scope: String,
    /// Titles of the activities that need it.
    pub activities: Vec<String>,
}

impl ScopePurpose {
    /// The first titles, with the number of the others.
    pub fn titles(&self) -> String {
        first(&self.activities)
    }
}

/// What is done to the data of an area.
#[derive(Clone, Debug)]
pub struct AreaPurpose {
    /// Name of the area, for example `meetings`.
    pub area: String,
    /// What happens to its data, the mildest first.
    pub effects: Vec<Effect>,
    /// Titles of its activities.
    pub activities: Vec<String>,
}

impl AreaPurpose {
    fn of(area: &str, activities: &[&Activity]) -> Self {
        let all = [Effect::Read, Effect::Write, Effect::Destructive];
        let effects = all.into_iter().filter(|effect| activities.iter().any(|activity| activity.effect == *effect));
        let titles = activities.iter().map(|activity| activity.title.clone());
        Self { area: area.to_owned(), effects: effects.collect(), activities: titles.collect() }
    }

    /// The effects in words.
    pub fn effects(&self) -> String {
        let word = |effect: &Effect| match effect {
            Effect::Read => "read",
            Effect::Write => "change",
            Effect::Destructive => "delete",
        };
        self.effects.iter().map(word).collect::<Vec<_>>().join(", ")
    }

    /// The first titles, with the number of the others.
    pub fn titles(&self) -> String {
        first(&self.activities)
    }
}

/// What these scopes are for.
pub(crate) fn purposes(manifest: &Manifest, scopes: &[String]) -> Vec<ScopePurpose> {
    let purpose = |scope: &String| {
        let needs = |activity: &&Activity| {
            let mut sets = activity.scopes.classic.iter().chain(&activity.scopes.granular);
            sets.any(|set| set.contains(scope))
        };
        let titles = manifest.activities.iter().filter(needs).map(|activity| activity.title.clone());
        ScopePurpose { scope: scope.clone(), activities: titles.collect() }
    };
    scopes.iter().map(purpose).collect()
}

/// The first few of many titles, with the number of the others.
fn first(titles: &[String]) -> String {
    match titles {
        [] => "nothing that Switchboard does".to_owned(),
        [first, second, more @ ..] if more.len() > 1 => format!("{first}, {second} and {} more", more.len()),
        few => few.join(", "),
    }
}

/// The kind of scopes that an app of one's own seems to have, where it gave none of the kind that was asked for.
pub(crate) fn other_style(manifest: &Manifest, method: Method, asked: &[String], granted: &[String]) -> Option<Style> {
    let other = manifest.style_of(asked).filter(|_| method == Method::Byo)?.other();
    let is_other = manifest.style_of(granted) == Some(other);
    (granted.iter().all(String::is_empty) || is_other).then_some(other)
}

/// Whose data a connection acts on, by the scopes that it has.
pub(crate) fn level_of(manifest: &Manifest, granted: &[String]) -> Level {
    let is_account = granted.iter().any(|scope| manifest.is_account_scope(scope));
    if is_account { Level::Account } else { Level::User }
}
