//! Steps: their kind, their activity and its input, their connection, what they may read.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::connections;
use super::mistakes::{Mistakes, choose, quote};
use super::names::{Names, object};
use super::shape::{Shape, ShapeError};
use crate::activity::Catalog;
use crate::duration;
use crate::expr::is_dynamic;
use crate::limits::{Allowance, RUN_TIME, STEPS};
use crate::run::moment;
use crate::span::join;

/// What makes a step the kind of step it is, and the keys that go with it.
const KINDS: &[(&str, &[&str])] = &[
    ("use", &["connection", "with", "retry", "timeout"]),
    ("for_each", &["as", "item_key", "max_parallel", "on_item_error", "steps", "collect"]),
    ("while", &["max_iterations", "steps", "collect"]),
    ("parallel", &[]),
    ("choose", &["else"]),
    ("wait", &[]),
    ("set", &[]),
    ("fail", &[]),
    BLOCK,
];

/// A step with `steps` and none of the others.
const BLOCK: (&str, &[&str]) = ("steps", &["steps", "else"]);

/// Names a loop's item cannot take.
const TAKEN: &[&str] = &["inputs", "steps", "run", "loop", "error", "connections", "trigger"];

/// Checks the steps and outputs of a document.
pub fn document(value: &Value, catalog: Option<&dyn Catalog>, mistakes: &mut Mistakes<'_>) {
    let empty = Map::new();
    let declared = value.get("connections").and_then(Value::as_object).unwrap_or(&empty);
    let mut ids = HashSet::new();
    for step in all_steps(value) {
        ids.extend(step.get("id").and_then(Value::as_str).map(str::to_owned));
    }
    let inputs = value.get("inputs").cloned().unwrap_or_else(|| json!({}));
    let mut names = Names::new(&inputs, ids);
    if let Some(catalog) = catalog {
        connections::types(declared, catalog, mistakes);
    }
    retry(value.pointer("/defaults/retry"), "/defaults", mistakes);
    run_time(value.get("limits"), mistakes);
    let mut walk = Walk { catalog, connections: declared, activities: BTreeMap::new(), mistakes };
    let mut body = Body::default();
    walk.steps(list(value, "steps"), "/steps", &mut names, &mut body);
    walk.catch(list(value, "catch"), "", &mut names, &mut body);
    if value.get("finally").is_some() {
        names.root("run", object(["id", "automation", "started_at", "error"]));
        walk.steps(list(value, "finally"), "/finally", &mut names, &mut body);
    }
    if let Some(outputs) = value.get("outputs") {
        names.check(outputs, "/outputs", mistakes);
    }
}

/// Whether a document has no more steps than the limit. One that has more is not looked at any further.
pub fn within(value: &Value, limits: &Allowance, mistakes: &mut Mistakes<'_>) -> bool {
    let count = all_steps(value).count() as u64;
    let limit = limits.get(&STEPS);
    if count > limit {
        let message = format!("the document has {count} steps, more than {limit}");
        mistakes.exceed("/steps", message, &STEPS);
    }
    count <= limit
}

/// The longest run that the document asks for. The schema of documents knows how many items there can be.
fn run_time(limits: Option<&Value>, mistakes: &mut Mistakes<'_>) {
    let text = limits.and_then(|limits| limits.get(RUN_TIME.name)).and_then(Value::as_str);
    if let Some(Err(error)) = text.map(|text| RUN_TIME.read(text)) {
        mistakes.value("limit", "/limits/run_time", error.to_string(), None);
    }
}

struct Walk<'a, 'm, 's> {
    catalog: Option<&'a dyn Catalog>,
    connections: &'a Map<String, Value>,
    /// Those that were used already: compiling a schema takes a millisecond.
    activities: BTreeMap<String, Known>,
    mistakes: &'m mut Mistakes<'s>,
}

/// An activity's input, ready for values, and the schema of its output.
#[derive(Clone)]
struct Known {
    input: Rc<Result<Shape, ShapeError>>,
    output: Rc<Value>,
}

/// Steps that see each other: those of a document, or of one item of a loop.
#[derive(Default)]
struct Body {
    ids: HashSet<String>,
}

impl Walk<'_, '_, '_> {
    fn steps(&mut self, steps: &[Value], pointer: &str, names: &mut Names, body: &mut Body) {
        for (index, step) in steps.iter().enumerate() {
            let Some(step) = step.as_object() else {
                continue;
            };
            let at = join(pointer, index);
            let id = step.get("id").and_then(Value::as_str).unwrap_or_default();
            if !id.is_empty() && !body.ids.insert(id.to_owned()) {
                let message = format!("another step before this one is called `{id}`");
                self.mistakes.value(
                    "duplicate-id",
                    &join(&at, "id"),
                    message,
                    Some("give it a name of its own".to_owned()),
                );
            }
            let result = self.step(step, &at, names, body);
            self.catch(list_of(step, "catch"), &at, names, body);
            if !id.is_empty() {
                names.step(id, result);
            }
        }
    }

    /// Checks a step and gives the schema of its result.
    fn step(&mut self, step: &Map<String, Value>, at: &str, names: &mut Names, body: &mut Body) -> Rc<Value> {
        self.kind(step, at);
        if let Some(condition) = step.get("if") {
            names.sole(condition, &join(at, "if"), self.mistakes);
        }
        time(step.get("timeout"), &join(at, "timeout"), self.mistakes);
        retry(step.get("retry"), at, self.mistakes);
        for part in ["with", "set", "fail"] {
            if let Some(value) = step.get(part) {
                names.check(value, &join(at, part), self.mistakes);
            }
        }
        let mut result = match (step.get("use").and_then(Value::as_str), step.get("set").and_then(Value::as_object)) {
            (Some(activity), _) => self.activity(activity, step, at),
            (None, Some(set)) => Rc::new(object(set.keys().map(String::as_str))),
            _ if step.contains_key("for_each") => Rc::new(self.each(step, at, names)),
            _ if step.contains_key("while") => Rc::new(self.repeat(step, at, names)),
            _ if step.contains_key("wait") => Rc::new(self.wait(step, at, names)),
            _ => {
                self.bodies(step, at, names, body);
                Rc::new(object([]))
            }
        };
        if step.get("continue_on_error") == Some(&Value::Bool(true))
            && let Some(properties) = Rc::make_mut(&mut result).get_mut("properties").and_then(Value::as_object_mut)
        {
            properties.insert("error".to_owned(), object(["code", "message"]));
        }
        result
    }

    fn kind(&mut self, step: &Map<String, Value>, at: &str) {
        let own = KINDS.iter().map(|(kind, _)| *kind).filter(|kind| *kind != BLOCK.0 && step.contains_key(*kind));
        let mut kinds: Vec<&str> = own.collect();
        if kinds.is_empty() && step.contains_key(BLOCK.0) {
            kinds.push(BLOCK.0);
        }
        let [kind] = kinds.as_slice() else {
            let (message, fix) = match kinds.as_slice() {
                [] => (
                    "this step does nothing".to_owned(),
                    "give it one of `use`, `for_each`, `while`, `parallel`, `choose`, `wait`, `set`, `fail`, `steps`",
                ),
                many => (format!("this step has {} at once", quote(many)), "make each a step of its own"),
            };
            self.mistakes.key(
                "step-kind",
                &kinds.get(1).map_or(at.to_owned(), |kind| join(at, kind)),
                message,
                Some(fix.to_owned()),
            );
            return;
        };
        let keys = |of: &str| KINDS.iter().find(|(kind, _)| *kind == of).map(|(_, keys)| *keys).unwrap_or_default();
        // A key of several kinds is named with the first of them.
        let mut owners = BTreeMap::new();
        for (other, keys) in KINDS {
            for key in *keys {
                owners.entry(*key).or_insert(*other);
            }
        }
        for (key, other) in owners {
            if step.contains_key(key) && !keys(kind).contains(&key) {
                let message = format!("`{key}` belongs to a step with `{other}`, this one has `{kind}`");
                self.mistakes.key("step-kind", &join(at, key), message, Some("remove it".to_owned()));
            }
        }
        if *kind == BLOCK.0 && step.contains_key("else") && !step.contains_key("if") {
            let fix = "add `\"if\": \"${{ … }}\"` to the step, or remove `else`".to_owned();
            self.mistakes.key("step-kind", &join(at, "else"), "`else` needs an `if`".to_owned(), Some(fix));
        }
    }

    fn activity(&mut self, activity: &str, step: &Map<String, Value>, at: &str) -> Rc<Value> {
        self.connection(activity, step, at);
        let Some(catalog) = self.catalog else {
            return Rc::default();
        };
        let Some(known) = self.known(activity, catalog) else {
            let names = catalog.names();
            let fix = choose(activity, "activities are", names.iter().map(String::as_str));
            let message = format!("there is no activity `{activity}`");
            self.mistakes.value("unknown-activity", &join(at, "use"), message, fix);
            return Rc::default();
        };
        let none = json!({});
        let place = if step.contains_key("with") { join(at, "with") } else { join(at, "use") };
        match known.input.as_ref() {
            Ok(shape) => shape.check(step.get("with").unwrap_or(&none), &place, self.mistakes),
            Err(error) => {
                let message = format!("the activity's own schema cannot be used: {error}");
                self.mistakes.key("schema", &place, message, None);
            }
        }
        known.output
    }

    fn known(&mut self, activity: &str, catalog: &dyn Catalog) -> Option<Known> {
        if let Some(known) = self.activities.get(activity) {
            return Some(known.clone());
        }
        let info = catalog.activity(activity)?;
        let known = Known { input: Rc::new(Shape::of(info.input_schema)), output: Rc::new(info.output_schema.clone()) };
        self.activities.insert(activity.to_owned(), known.clone());
        Some(known)
    }

    fn connection(&mut self, activity: &str, step: &Map<String, Value>, at: &str) {
        let kind = activity.split('.').next().unwrap_or_default();
        let of_kind = |declared: &Value| declared.get("type").and_then(Value::as_str) == Some(kind);
        let fitting: Vec<&str> =
            self.connections.iter().filter(|(_, declared)| of_kind(declared)).map(|(name, _)| name.as_str()).collect();
        let add = format!(r#"add `"connections": {{"{kind}": {{"type": "{kind}"}}}}` to the document"#);
        let Some(name) = step.get("connection").and_then(Value::as_str) else {
            let (message, fix) = match fitting.as_slice() {
                [_] => return,
                [] => (format!("`{activity}` needs a connection of type `{kind}`, the document has none"), add),
                many => {
                    (format!("`{activity}` can use {}", quote(many)), "say which one: `\"connection\": …`".to_owned())
                }
            };
            return self.mistakes.value("missing-connection", &join(at, "use"), message, Some(fix));
        };
        let place = join(at, "connection");
        match self.connections.get(name) {
            None => {
                let fix = choose(name, "connections are", self.connections.keys().map(String::as_str)).unwrap_or(add);
                self.mistakes.value(
                    "missing-connection",
                    &place,
                    format!("the document has no connection `{name}`"),
                    Some(fix),
                );
            }
            Some(declared) if !of_kind(declared) => {
                let fix = choose(kind, "connections are", fitting).unwrap_or(add);
                let message = format!("`{activity}` needs a connection of type `{kind}`, `{name}` is of another type");
                self.mistakes.value("missing-connection", &place, message, Some(fix));
            }
            Some(_) => {}
        }
    }

    fn each(&mut self, step: &Map<String, Value>, at: &str, names: &Names) -> Value {
        if let Some(list) = step.get("for_each") {
            names.sole(list, &join(at, "for_each"), self.mistakes);
        }
        let item = step.get("as").and_then(Value::as_str).unwrap_or("item");
        if TAKEN.contains(&item) {
            let message = format!("an item cannot be called `{item}`, the name is taken");
            self.mistakes.value("value", &join(at, "as"), message, Some("choose another name".to_owned()));
        }
        let mut inner = names.inside(item);
        if let Some(key) = step.get("item_key") {
            inner.check(key, &join(at, "item_key"), self.mistakes);
        }
        self.loop_body(step, at, "for_each", &mut inner);
        object(["items", "failed", "count"])
    }

    fn repeat(&mut self, step: &Map<String, Value>, at: &str, names: &Names) -> Value {
        let mut inner = names.iteration();
        if let Some(condition) = step.get("while") {
            inner.sole(condition, &join(at, "while"), self.mistakes);
        }
        self.loop_body(step, at, "while", &mut inner);
        object(["count", "last"])
    }

    /// The body of a loop, and what it collects.
    fn loop_body(&mut self, step: &Map<String, Value>, at: &str, kind: &str, inner: &mut Names) {
        match step.get("steps").and_then(Value::as_array) {
            Some(body) => self.steps(body, &join(at, "steps"), inner, &mut Body::default()),
            None => {
                let fix = "add `\"steps\": […]`, what it repeats".to_owned();
                self.mistakes.key("missing-key", &join(at, kind), "this loop has no `steps`".to_owned(), Some(fix));
            }
        }
        if let Some(collect) = step.get("collect") {
            inner.check(collect, &join(at, "collect"), self.mistakes);
        }
    }

    /// What a block, `choose` and `parallel` have below them. Its steps are visible afterwards.
    fn bodies(&mut self, step: &Map<String, Value>, at: &str, names: &mut Names, body: &mut Body) {
        self.steps(list_of(step, "steps"), &join(at, "steps"), names, body);
        for (index, choice) in list_of(step, "choose").iter().enumerate() {
            let at = format!("{at}/choose/{index}");
            if let Some(condition) = choice.get("if") {
                names.sole(condition, &join(&at, "if"), self.mistakes);
            }
            self.steps(list(choice, "steps"), &join(&at, "steps"), names, body);
        }
        self.steps(list_of(step, "else"), &join(at, "else"), names, body);
        // A branch does not see the steps of another one.
        let (before, mut results) = (names.count(), Vec::new());
        for (index, branch) in list_of(step, "parallel").iter().enumerate() {
            self.steps(list(branch, "steps"), &format!("{at}/parallel/{index}/steps"), names, body);
            results.extend(names.hide_after(before));
        }
        for (id, result) in results {
            names.step(&id, result);
        }
    }

    /// What a document or a step does when it fails.
    fn catch(&mut self, catches: &[Value], at: &str, names: &mut Names, body: &mut Body) {
        for (index, catch) in catches.iter().enumerate() {
            let former = names.replace_root("error", object(["code", "message", "step"]));
            self.steps(list(catch, "steps"), &format!("{at}/catch/{index}/steps"), names, body);
            names.restore_root("error", former);
        }
    }

    fn wait(&mut self, step: &Map<String, Value>, at: &str, names: &Names) -> Value {
        let at = join(at, "wait");
        let wait = step.get("wait").and_then(Value::as_object);
        for (key, read) in WAITS {
            let Some(text) = wait.and_then(|wait| wait.get(*key)).and_then(Value::as_str) else { continue };
            let at = join(&at, key);
            if is_dynamic(&Value::from(text)) {
                names.check(&Value::from(text), &at, self.mistakes);
            } else if let Err(message) = read(text) {
                self.mistakes.value("value", &at, message, None);
            }
        }
        let count = wait.map(|wait| WAITS.iter().filter(|(key, _)| wait.contains_key(*key)).count());
        if count.is_some_and(|count| count != 1) {
            let fix = "write `{\"for\": \"PT10M\"}` or `{\"until\": \"2026-12-24T08:00:00+01:00\"}`".to_owned();
            self.mistakes.key("value", &at, "`wait` needs one of `for` and `until`".to_owned(), Some(fix));
        }
        object(["until"])
    }
}

/// What `wait` can have, and how it is read.
const WAITS: &[(&str, fn(&str) -> Result<(), String>)] =
    &[("for", |text| duration::millis(text).map(drop)), ("until", |text| moment(text).map(drop))];

/// A list under a key; an empty one where there is none.
fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn list_of<'v>(step: &'v Map<String, Value>, key: &str) -> &'v [Value] {
    step.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Every step of a document, at any depth, in no special order.
fn all_steps(document: &Value) -> impl Iterator<Item = &Value> {
    let mut open = vec![document];
    let mut found = Vec::new();
    while let Some(value) = open.pop() {
        for key in ["steps", "else", "finally"] {
            found.extend(list(value, key));
            open.extend(list(value, key));
        }
        for key in ["parallel", "choose", "catch"] {
            open.extend(list(value, key));
        }
    }
    found.into_iter()
}

/// The durations of a `retry` of this place.
fn retry(retry: Option<&Value>, at: &str, mistakes: &mut Mistakes<'_>) {
    for key in ["delay", "max_delay"] {
        time(retry.and_then(|retry| retry.get(key)), &format!("{at}/retry/{key}"), mistakes);
    }
}

fn time(text: Option<&Value>, pointer: &str, mistakes: &mut Mistakes<'_>) {
    if let Some(Err(message)) = text.and_then(Value::as_str).map(duration::millis) {
        mistakes.value("value", pointer, message, None);
    }
}
