//! Which scopes the chosen activities need, and which activities the granted scopes leave out.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{Activity, Manifest};

/// The service's two spellings of scopes. One app has scopes of one style only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    Classic,
    Granular,
}

impl Style {
    /// Its name, as a person types it.
    pub fn as_str(self) -> &'static str {
        match self {
            Style::Classic => "classic",
            Style::Granular => "granular",
        }
    }

    /// The one that it is not.
    pub fn other(self) -> Style {
        match self {
            Style::Classic => Style::Granular,
            Style::Granular => Style::Classic,
        }
    }
}

/// Whose data the scopes are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The connected user's own.
    User,
    /// The whole account's.
    Account,
}

/// One scope and the activities it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wanted {
    pub scope: String,
    /// Titles of the activities.
    pub why: Vec<String>,
}

/// An activity that will not work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lacking {
    /// Full id.
    pub activity: String,
    /// The smallest set of scopes that would be enough, less what is granted.
    pub scopes: Vec<String>,
    /// No scope of the style that was granted opens it: only an app of the other style can.
    pub other_style: bool,
}

/// A pattern that fits no activity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no activity fits `{pattern}`")]
pub struct NoSuchActivity {
    pub pattern: String,
    /// The nearest id, when one is close.
    pub nearest: Option<String>,
}

impl Manifest {
    /// Activities of full ids or patterns with `*` (`zoom.recordings.*`), in manifest order, each once.
    pub fn choose(&self, patterns: &[String]) -> Result<Vec<&Activity>, NoSuchActivity> {
        let mut chosen = BTreeSet::new();
        for pattern in patterns {
            let ids = self.ids().enumerate().filter(|(_, id)| fits(pattern, id)).map(|(at, _)| at);
            let before = chosen.len();
            let found: Vec<usize> = ids.collect();
            chosen.extend(found.iter().copied());
            if found.is_empty() && chosen.len() == before {
                return Err(NoSuchActivity { pattern: pattern.clone(), nearest: self.nearest(pattern) });
            }
        }
        Ok(chosen.into_iter().filter_map(|at| self.activities.get(at)).collect())
    }

    /// The fewest scopes of one style and level that `activities` need; finding out who is connected is always among
    /// them when the manifest names the activity that does so (`users.me`). An activity that no scope of this level opens
    /// is left out.
    pub fn scopes_for(&self, activities: &[&Activity], style: Style, level: Level) -> Vec<Wanted> {
        let me = self.activities.iter().find(|activity| activity.name == "users.me");
        let mut all: Vec<&Activity> = me.into_iter().chain(activities.iter().copied()).collect();
        // Those without a choice first: what they need may be enough for the others.
        all.sort_by_key(|activity| self.sets(activity, style, level).len());
        let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for activity in all {
            let sets = self.sets(activity, style, level);
            let missing = |set: &[String]| set.iter().filter(|scope| !wanted.contains_key(*scope)).count();
            let Some(set) = sets.iter().min_by_key(|set| (missing(set), set.len(), self.breadth(set))) else {
                continue;
            };
            for scope in set.iter() {
                wanted.entry(scope.clone()).or_default().insert(activity.title.clone());
            }
        }
        // A single user cannot grant what is the account's.
        wanted.retain(|scope, _| level == Level::Account || !self.is_account_scope(scope));
        let asked = wanted.into_iter().map(|(scope, why)| Wanted { scope, why: why.into_iter().collect() });
        self.without_parts(asked.collect(), activities, style, level)
    }

    /// How many activities a set opens: of two sets that are enough, the one that opens less is asked for.
    fn breadth(&self, set: &[String]) -> usize {
        let opens = |activity: &&Activity| {
            let mut sets = activity.scopes.classic.iter().chain(&activity.scopes.granular);
            sets.any(|needed| needed.iter().all(|scope| set.contains(scope)))
        };
        self.activities.iter().filter(opens).count()
    }

    /// Leaves out a scope that every activity can do without, because another scope asked for holds it.
    fn without_parts(
        &self,
        mut wanted: Vec<Wanted>,
        activities: &[&Activity],
        style: Style,
        level: Level,
    ) -> Vec<Wanted> {
        let me = self.activities.iter().find(|activity| activity.name == "users.me");
        let all: Vec<&Activity> = me.into_iter().chain(activities.iter().copied()).collect();
        let mut at = 0;
        while at < wanted.len() {
            let rest: Vec<&str> =
                wanted.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, one)| one.scope.as_str()).collect();
            let enough = |activity: &&Activity| {
                let sets = self.sets(activity, style, level);
                sets.is_empty() || sets.iter().any(|set| set.iter().all(|scope| rest.contains(&scope.as_str())))
            };
            if all.iter().all(enough) {
                let gone = wanted.remove(at);
                tracing::debug!(scope = gone.scope, "held by another scope");
            } else {
                at += 1;
            }
        }
        wanted
    }

    /// The sets of one style for one level; those of the other level when there are none of this.
    fn sets<'a>(&'a self, activity: &'a Activity, style: Style, level: Level) -> Vec<&'a Vec<String>> {
        let all = match style {
            Style::Classic => &activity.scopes.classic,
            Style::Granular => &activity.scopes.granular,
        };
        let is_account = |set: &&Vec<String>| set.iter().any(|scope| self.is_account_scope(scope));
        let fitting: Vec<_> = all.iter().filter(|set| is_account(set) == (level == Level::Account)).collect();
        if fitting.is_empty() { all.iter().collect() } else { fitting }
    }

    /// Whether a scope is for the data of the whole account. No scope is where the manifest names no suffix.
    pub fn is_account_scope(&self, scope: &str) -> bool {
        let suffix = &self.auth.admin_suffix;
        !suffix.is_empty() && scope.ends_with(suffix.as_str())
    }

    /// The style of granted scopes; none when they are of both, or of neither.
    pub fn style_of(&self, granted: &[String]) -> Option<Style> {
        let only = |these: &[String], others: &[String]| {
            granted.iter().any(|scope| these.contains(scope) && !others.contains(scope))
        };
        let known = &self.auth.scopes;
        match (only(&known.classic, &known.granular), only(&known.granular, &known.classic)) {
            (true, false) => Some(Style::Classic),
            (false, true) => Some(Style::Granular),
            _ => None,
        }
    }

    /// Whether scopes of both styles are among these.
    pub fn mixes_styles(&self, scopes: &[String]) -> bool {
        let known = &self.auth.scopes;
        let has = |these: &[String], others: &[String]| {
            scopes.iter().any(|scope| these.contains(scope) && !others.contains(scope))
        };
        has(&known.classic, &known.granular) && has(&known.granular, &known.classic)
    }

    /// Granted scopes that are part of another granted one, each with that one.
    pub fn superfluous<'a>(&'a self, granted: &[String]) -> Vec<(&'a str, &'a str)> {
        let both = |(part, wholes): (&'a String, &'a Vec<String>)| {
            let whole = wholes.iter().find(|whole| granted.contains(whole))?;
            granted.contains(part).then_some((part.as_str(), whole.as_str()))
        };
        self.auth.parts.iter().filter_map(both).collect()
    }

    /// Those of `activities` that will not work with what was granted.
    pub fn lacking(&self, activities: &[&Activity], granted: &[String], level: Level) -> Vec<Lacking> {
        self.lacking_in(self.style_of(granted).unwrap_or(Style::Granular), activities, granted, level)
    }

    /// Those of `activities` that the scopes for them of one style and level do not open: the style has none for it, or
    /// only one of the whole account.
    pub fn left_out(&self, activities: &[&Activity], style: Style, level: Level) -> Vec<Lacking> {
        let scopes = self.scopes_for(activities, style, level).into_iter().map(|wanted| wanted.scope);
        self.lacking_in(style, activities, &scopes.collect::<Vec<_>>(), level)
    }

    fn lacking_in(&self, style: Style, activities: &[&Activity], granted: &[String], level: Level) -> Vec<Lacking> {
        let lacks = |activity: &&Activity| {
            let all = || activity.scopes.classic.iter().chain(&activity.scopes.granular);
            let works = all().next().is_none() || all().any(|set| set.iter().all(|scope| granted.contains(scope)));
            if works {
                return None;
            }
            let own = self.sets(activity, style, level).into_iter().min_by_key(|set| set.len());
            let other_style = own.is_none();
            let set = own.or_else(|| all().next())?;
            let scopes = set.iter().filter(|scope| !granted.contains(scope)).cloned().collect();
            Some(Lacking { activity: format!("{}.{}", self.connector, activity.name), scopes, other_style })
        };
        activities.iter().filter_map(lacks).collect()
    }
}

/// Whether a pattern, in which each `*` stands for any text, is the whole of `id`.
fn fits(pattern: &str, id: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == id,
        Some((before, rest)) => id
            .strip_prefix(before)
            .is_some_and(|left| (0..=left.len()).any(|at| left.get(at..).is_some_and(|tail| fits(rest, tail)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn manifest() -> Manifest {
        let activity = |name: &str, classic: serde_json::Value, granular: serde_json::Value| {
            json!({"name": name, "area": "x", "title": name, "summary": "", "effect": "read", "idempotency": "read", "rate": "light",
                "scopes": {"classic": classic, "granular": granular}, "input": {}, "output": {}})
        };
        serde_json::from_value(json!({
            "manifest": "1", "connector": "demo", "version": "0", "title": "Demo", "hosts": {},
            "auth": {"profiles": {}, "authorize_path": "", "token_path": "", "revoke_path": "", "admin_suffix": ":admin", "parts": {"info": ["user"]},
                "scopes": {"classic": ["info", "user", "user:admin", "file"], "granular": ["user:get", "user:get:admin", "file:get", "file:get:admin"]}},
            "activities": [
                activity("users.me", json!([["user"], ["user:admin"], ["info"]]), json!([["user:get"], ["user:get:admin"]])),
                activity("users.get", json!([["user"], ["user:admin"]]), json!([["user:get"], ["user:get:admin"]])),
                activity("files.get", json!([["file"]]), json!([["file:get"], ["file:get:admin"]])),
                activity("all.list", json!([]), json!([["all:list:admin"]])),
            ],
        }))
        .unwrap()
    }

    fn asked(patterns: &[&str], style: Style, level: Level) -> Vec<String> {
        let manifest = manifest();
        let patterns: Vec<String> = patterns.iter().map(|text| (*text).to_owned()).collect();
        let chosen = manifest.choose(&patterns).unwrap();
        manifest.scopes_for(&chosen, style, level).into_iter().map(|wanted| wanted.scope).collect()
    }

    #[test]
    fn the_fewest_scopes_of_one_style_and_level() {
        assert_eq!(asked(&["demo.files.*"], Style::Classic, Level::User), ["file", "info"]);
        assert_eq!(asked(&["demo.*"], Style::Classic, Level::User), ["file", "user"], "`info` is part of `user`");
        assert_eq!(asked(&["demo.*"], Style::Granular, Level::User), ["file:get", "user:get"]);
        assert_eq!(asked(&["demo.all.list"], Style::Granular, Level::User), ["user:get"], "not a user's to grant");
        assert_eq!(
            asked(&["demo.*"], Style::Granular, Level::Account),
            ["all:list:admin", "file:get:admin", "user:get:admin"]
        );
    }

    #[test]
    fn seed_uipath_41_a_scope_that_is_part_of_another_is_not_asked_for_beside_it_and_named_where_an_app_has_both() {
        assert_eq!(asked(&["demo.users.*"], Style::Classic, Level::User), ["user"]);
        let found = |granted: &[&str]| {
            let granted: Vec<String> = granted.iter().map(|scope| (*scope).to_owned()).collect();
            manifest().superfluous(&granted).len()
        };
        assert_eq!((found(&["info", "user"]), found(&["info", "file"]), found(&["user"])), (1, 0, 0));
    }

    #[test]
    fn what_will_not_work_is_named_with_what_it_lacks() {
        let manifest = manifest();
        let all: Vec<&Activity> = manifest.activities.iter().collect();
        let lacks = |activity: &str, scope: &str, other_style: bool| Lacking {
            activity: activity.into(),
            scopes: vec![scope.into()],
            other_style,
        };
        let lacking = manifest.lacking(&all, &["user:get".into()], Level::User);
        let account = |other_style| lacks("demo.all.list", "all:list:admin", other_style);
        assert_eq!(lacking, [lacks("demo.files.get", "file:get", false), account(false)]);
        assert_eq!(manifest.lacking(&all, &["user".into(), "file".into()], Level::User), [account(true)]);
    }

    #[test]
    fn without_a_suffix_no_scope_is_of_the_account() {
        let mut manifest = manifest();
        assert!(manifest.is_account_scope("file:get:admin") && !manifest.is_account_scope("file:get"));
        manifest.auth.admin_suffix = String::new();
        assert!(!manifest.is_account_scope("file:get:admin"));
    }

    #[test]
    fn styles_are_told_apart() {
        let manifest = manifest();
        let of = |scopes: &[&str]| manifest.style_of(&scopes.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["info"]), Some(Style::Classic));
        assert_eq!(of(&["file:get", "else"]), Some(Style::Granular));
        assert_eq!(of(&["info", "file:get"]), None);
        assert!(manifest.mixes_styles(&["info".into(), "file:get".into()]));
    }

    #[test]
    fn a_pattern_that_fits_nothing_names_the_nearest() {
        let error = manifest().choose(&["demo.file.get".into()]).unwrap_err();
        assert_eq!(error.nearest.as_deref(), Some("demo.files.get"));
    }
}
