//! What the role and the plan of the connected user leave out.

use std::sync::Arc;

use switchboard_connections::{Connection, Connections, Method};
use switchboard_manifest::remedy::Sign;
use switchboard_manifest::scopes::Level;
use switchboard_manifest::{Activity, Manifest, PlanCheck, Remedy, RoleCheck};
use switchboard_runtime::{CallError, Connector, Problem, Retry};

use crate::App;
use crate::identity::live;

/// For a user without rights, where the manifest has no sentence.
const MEMBER: &str = "the user is not an administrator";
/// For a plan that is too low, where the manifest has no sentence.
const PLAN_LOW: &str = "the plan of the account is too low";

/// What the role of the connected user lacks.
#[derive(Debug, Default)]
pub struct Rights {
    /// The rights that the role lacks.
    pub missing: Vec<String>,
    /// The user has none of the rights: a plain member.
    pub is_member: bool,
    /// Rights that a person has to look at.
    pub unseen: Vec<String>,
    /// Why they could not be found out.
    pub unknown: Option<String>,
    /// The account's plan is too low.
    pub is_plan_low: bool,
    /// They were not asked for: the connection has no scope for it, or no user.
    pub is_unasked: bool,
    /// The service's names of those that the role has.
    held: Vec<String>,
    /// How they were found out.
    check: Option<RoleCheck>,
}

impl Rights {
    /// What a person has to know, a sentence for each fact.
    pub fn sentences(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.is_member {
            lines.push(self.check.as_ref().map_or_else(|| MEMBER.into(), |check| check.member.clone()));
        }
        lines.extend(self.missing.iter().map(|right| format!("the user's role lacks the right `{right}`")));
        if self.is_plan_low {
            lines.push(self.check.as_ref().map_or_else(|| PLAN_LOW.into(), |check| check.plan_low.clone()));
        }
        lines.extend(self.unknown.iter().map(|why| format!("the rights of the user's role could not be read: {why}")));
        lines
    }

    /// The remedy of the manifest that fits.
    pub fn remedy<'a>(&self, manifest: &'a Manifest) -> Option<&'a Remedy> {
        let sign = match self {
            _ if self.is_plan_low => Sign { plan: Some(true), ..Sign::default() },
            _ if self.is_member => Sign { member: Some(true), ..Sign::default() },
            _ if !self.missing.is_empty() => Sign { right: Some(true), ..Sign::default() },
            _ => return None,
        };
        manifest.remedy(&sign)
    }
}

/// Asks the service which rights the connected user has through the role, and whether the plan is enough for `activities`.
/// What the connection has no scope for is not asked.
pub(crate) async fn rights(
    app: &App,
    connector: &Connector,
    connections: &Connections,
    connection: &Connection,
    activities: &[&Activity],
) -> Rights {
    let Some(check) = connector.manifest().role_check.clone() else {
        return Rights::default();
    };
    let question = Question { app, connector, connections, connection };
    let role = connection.owner.as_ref().and_then(|owner| owner.identity.get("role")?.as_str());
    let mut found = match connection.method == Method::ServerToServer || !question.may(&check.activity) {
        // An account's own app has no role that could be looked up.
        true => Rights { is_unasked: true, ..Rights::default() },
        false => role_rights_of(&question, &check, role).await,
    };
    if !found.is_plan_low && activities.iter().any(|activity| activity.plan.is_some()) {
        found.is_plan_low = is_plan_low(&question, &check, role, &found.held).await;
    }
    found.check = Some(check);
    found
}

/// A connection that is asked about itself.
struct Question<'a> {
    app: &'a App,
    connector: &'a Connector,
    connections: &'a Connections,
    connection: &'a Connection,
}

impl Question<'_> {
    /// Whether it has the scopes of this activity, as far as the service said.
    fn may(&self, activity: &str) -> bool {
        let manifest = self.connector.manifest();
        let Some(found) = manifest.activities.iter().find(|one| one.name == activity) else { return false };
        let granted = &self.connection.scopes;
        granted.is_empty() || manifest.lacking(&[found], granted, Level::Account).is_empty()
    }

    async fn ask(&self, activity: &str, input: &serde_json::Value) -> Result<serde_json::Value, CallError> {
        let live = live(self.app, self.connector, self.connections, Some(&self.connection.id)).map_err(|error| {
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
async fn is_plan_low(question: &Question<'_>, check: &RoleCheck, role: Option<&str>, held: &[String]) -> bool {
    let every = role == Some(check.owner.as_str()) || question.connection.method == Method::ServerToServer;
    let may = |one: &&PlanCheck| (every || held.contains(&one.right)) && question.may(&one.activity);
    match check.plan.iter().find(may) {
        Some(one) => matches!(question.ask(&one.activity, &one.input).await,
            Err(CallError::Problem(problem)) if matches!(problem.code.as_str(), "forbidden" | "plan-needed")),
        None => false,
    }
}

async fn role_rights_of(question: &Question<'_>, check: &RoleCheck, role: Option<&str>) -> Rights {
    match question.ask(&check.activity, &check.input).await {
        Ok(output) => held(check, &output),
        Err(CallError::Problem(problem)) if problem.code == "plan-needed" => {
            Rights { is_plan_low: true, ..Rights::default() }
        }
        Err(CallError::Problem(problem)) if problem.code == "forbidden" && role == Some(check.owner.as_str()) => {
            Rights { is_plan_low: true, ..Rights::default() }
        }
        // The right to see the rights is missing too.
        Err(CallError::Problem(problem)) if problem.code == "forbidden" => Rights {
            missing: check.rights.iter().map(|right| right.name.clone()).collect(),
            is_member: true,
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
    let is_member = missing.len() == check.rights.len();
    Rights { is_member, missing, unseen: check.unseen.clone(), held, ..Rights::default() }
}
