//! What to do about a failed run, as steps that a surface spells.

use switchboard_automation::{Family, RunError};
use switchboard_connections::{Connections, State};
use switchboard_store::StepRecord;

use crate::activities::policy_advice;
use crate::connection_step::fix_of_connection;
use crate::{Message, NextStep, message};

/// What to do about a step that was refused by the policy, or that is broken. The journal itself is no step.
pub fn fix_of_step(code: &str, family: Family, activity: Option<&str>) -> Option<Message> {
    match (family, activity) {
        (Family::Refused, Some(activity)) if code == "refused.policy" => Some(policy_advice(activity)),
        (Family::Broken, Some(_)) => Some(message![
            "report this with the command and ",
            NextStep::TraceRequests,
            "; other calls are not affected"
        ]),
        _ => None,
    }
}

/// The activity of the step that failed a run. None for a step without one, and for a failure at no step.
pub fn activity_of(steps: &[StepRecord], failure: &RunError) -> Option<String> {
    let path = failure.step.as_ref()?;
    steps.iter().rev().find(|step| step.path == *path)?.activity.clone()
}

/// Whether this is the code of a connection that cannot be used.
pub fn is_of_connection(code: &str) -> bool {
    State::from_name(code).is_some_and(|state| state != State::Active)
}

/// What to do about the first of these connections that cannot be used; none where they all can.
pub fn fix_of_connections<'a>(connections: &Connections, labels: impl IntoIterator<Item = &'a str>) -> Option<Message> {
    let known = labels.into_iter().filter_map(|label| connections.show(label).ok());
    let mut ended = known.filter(|connection| connection.state != State::Active);
    fix_of_connection(&ended.next()?)
}
