//! The document's types. The published schema is generated from them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An automation: what it asks for, what it does, what it gives back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Automation {
    /// Where the schema of this document is, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Version of the language: `1`.
    pub automation: Language,
    /// Short name, for example `weekly-sync`.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"), length(max = 64))]
    pub id: String,
    /// The author's version of this document, for example `1.0.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What people see in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it does, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// JSON Schema of the inputs; an object. Defaults in it are applied.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub inputs: Map<String, Value>,
    /// The accounts it uses, under names of its own.
    #[serde(default, skip_serializing_if = "Connections::is_empty")]
    pub connections: Connections,
    /// What holds for every step that does not say otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defaults: Option<Defaults>,
    /// How much a run of it may do; limits that are given with the command go before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<DocumentLimits>,
    /// What it does, in order.
    #[schemars(length(min = 1))]
    pub steps: Vec<Step>,
    /// What to do when a step fails; the first entry that fits. A run whose failure is caught succeeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub catch: Option<Vec<Catch>>,
    /// What to do at the end, whether the steps failed or not; `run.error` is the failure or `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub finally: Option<Vec<Step>>,
    /// What it gives back; values may be expressions.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub outputs: Map<String, Value>,
}

/// Version of the document language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Language {
    /// The first one.
    #[serde(rename = "1")]
    One,
}

/// Connections by the document's own names.
pub type Connections = std::collections::BTreeMap<String, Connection>;

/// An account an automation uses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// The connector, for example `zoom`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// What holds for every step that does not say otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// How failed activities are tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
}

/// How much a run may do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentLimits {
    /// Items that all its loops go through together; 10,000 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub items: Option<u64>,
    /// How long a run takes, its waiting included, for example `PT2H`; a day when left out, at most 30 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_time: Option<String>,
}

/// One step. It has exactly one of `use`, `for_each`, `while`, `parallel`, `choose`, `wait`, `set` and `fail`; with none of them it
/// is a block and has `steps`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The name later expressions know it by: `steps.<id>`.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9_]*$"), length(max = 64))]
    pub id: String,
    /// What people see in lists, in place of the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub name: Option<String>,
    /// Runs the step only when this expression is true; a skipped step reads as `none`.
    #[serde(rename = "if", default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The activity to perform, for example `zoom.meetings.create`.
    #[serde(rename = "use", default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<String>,
    /// Which of the document's connections the activity uses; may be left out when only one fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// The activity's input; values may be expressions.
    #[serde(rename = "with", default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Map<String, Value>>,
    /// An expression that gives the list to go through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<String>,
    /// The name of the current item; `item` when left out.
    #[serde(rename = "as", default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[a-z][a-z0-9_]*$"))]
    pub item: Option<String>,
    /// An expression that names the item for good; its position when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_key: Option<String>,
    /// What a failed item does to the loop; `stop` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_item_error: Option<OnItemError>,
    /// How many items run at the same time; 1 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 64))]
    pub max_parallel: Option<u32>,
    /// The body of a loop, whose steps are visible inside the body only, or of a block, whose steps are visible after it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<Step>>,
    /// What a block does when its `if` is false, and `choose` when no `if` of it is true.
    #[serde(rename = "else", default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub otherwise: Option<Vec<Step>>,
    /// What an item hands out to `steps.<id>.items`, the item itself when left out; of `while`, what an iteration hands out to
    /// `loop.last` and `steps.<id>.last`. May hold expressions over the body's steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collect: Option<Value>,
    /// Repeats `steps` while this expression is true. It is computed before each iteration.
    #[serde(rename = "while", default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<String>,
    /// After so many iterations `while` fails; 100 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10_000))]
    pub max_iterations: Option<u64>,
    /// Branches that run at the same time. Their steps are visible after all of them have ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64))]
    pub parallel: Option<Vec<Branch>>,
    /// Alternatives: the first one whose `if` is true runs. Their steps are visible after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub choose: Option<Vec<Choice>>,
    /// Waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Wait>,
    /// How the failed activity is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// How long one attempt may take, for example `PT5M`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<String>,
    /// Values to compute; `steps.<id>` is this object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<Map<String, Value>>,
    /// Fails with this error: ends the run, or the item of a loop that goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail: Option<Fail>,
    /// What to do when the step fails; the first entry that fits. A step whose failure is caught reads as `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub catch: Option<Vec<Catch>>,
    /// Goes on when the service or the input is why the step fails; `steps.<id>.error` then has `code` and `message`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub continue_on_error: bool,
}

/// Steps that run beside others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// What the branch does, in order.
    #[schemars(length(min = 1))]
    pub steps: Vec<Step>,
}

/// An alternative.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// An expression.
    #[serde(rename = "if")]
    pub condition: String,
    /// What it does, in order.
    #[schemars(length(min = 1))]
    pub steps: Vec<Step>,
}

/// How long to wait: exactly one of `for` and `until`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// A duration from the step's beginning on, for example `PT10M`; may be an expression.
    #[serde(rename = "for", default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
    /// A time with its zone, for example `2026-12-24T08:00:00+01:00`; may be an expression. One that is past does not wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// What to do when a step fails. In its steps `error` has `code`, `message` and `step`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Catch {
    /// The error codes it is for; all when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<String>,
    /// What it does, in order.
    #[schemars(length(min = 1))]
    pub steps: Vec<Step>,
}

/// What a failed item does to its loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnItemError {
    /// The loop fails.
    #[default]
    Stop,
    /// The item goes to `failed`, the next one begins.
    Continue,
}

/// How a failed activity is tried again. A write whose outcome is unknown is never tried again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// How often in all, the first time included; 3 when left out.
    #[serde(default = "attempts")]
    #[schemars(range(min = 1, max = 100))]
    pub attempts: u32,
    /// How long before the second attempt; `PT1S` when left out.
    #[serde(default = "delay")]
    pub delay: String,
    /// By what the delay grows each time; 2 when left out.
    #[serde(default = "factor")]
    #[schemars(range(min = 1.0, max = 100.0))]
    pub factor: f64,
    /// The longest delay; `PT5M` when left out.
    #[serde(default = "max_delay")]
    pub max_delay: String,
    /// The error codes to try again on; those the service calls temporary when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<String>,
}

/// An error an automation ends with by its own decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fail {
    /// A short stable name; `failed` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What happened; may hold expressions.
    pub message: String,
}

impl Catch {
    /// Whether it is for errors of this code.
    pub fn is_for(&self, code: &str) -> bool {
        self.on.is_empty() || self.on.iter().any(|on| on == code)
    }
}

impl Step {
    /// The lists of steps below this one whose results are visible after it, each with its place below this step.
    pub(crate) fn visible_bodies(&self) -> Vec<(String, &[Step])> {
        let mut bodies: Vec<(String, &[Step])> = Vec::new();
        let is_loop = self.for_each.is_some() || self.repeat.is_some();
        if let Some(steps) = self.steps.as_deref().filter(|_| !is_loop) {
            bodies.push(("/steps".to_owned(), steps));
        }
        for (index, branch) in self.parallel.iter().flatten().enumerate() {
            bodies.push((format!("/parallel/{index}/steps"), &branch.steps));
        }
        for (index, choice) in self.choose.iter().flatten().enumerate() {
            bodies.push((format!("/choose/{index}/steps"), &choice.steps));
        }
        if let Some(steps) = &self.otherwise {
            bodies.push(("/else".to_owned(), steps));
        }
        for (index, catch) in self.catch.iter().flatten().enumerate() {
            bodies.push((format!("/catch/{index}/steps"), &catch.steps));
        }
        bodies
    }
}

fn attempts() -> u32 {
    3
}

fn delay() -> String {
    "PT1S".to_owned()
}

fn factor() -> f64 {
    2.0
}

fn max_delay() -> String {
    "PT5M".to_owned()
}
