//! Steps: their kind, their activity and its input, their connection, what they may read.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::connections;
use super::mistakes::{Mistakes, choose, quote};
use super::names::{Names, loop_result, or_error, wait_result, while_result};
use super::shape::{Shape, ShapeError};
use super::{codes, values};
use crate::activity::Catalog;
use crate::duration;
use crate::expr::is_dynamic;
use crate::limits::{Allowance, RUN_TIME, STEPS};
use crate::run::moment;
use crate::span::join;
use crate::types::{LIST, Lack, NONE, Origin, Type, of_schema};

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
    let problems = catalog.map(Catalog::problems).unwrap_or_default().into_iter().collect();
    codes::check(value.pointer("/defaults/retry"), "/defaults", &problems, mistakes);
    let mut walk = Walk { catalog, connections: declared, activities: BTreeMap::new(), problems, mistakes };
    let mut body = Body::default();
    let before = names.enter(None, true);
    walk.steps(list(value, "steps"), "/steps", &mut names, &mut body);
    walk.catch(list(value, "catch"), "", &mut names, &mut body);
    if value.get("finally").is_some() {
        // The steps before it may not have been reached.
        names.leave(before);
        let steps = names.hide_after(0);
        names.add_unsure(steps);
        names.finally();
        walk.steps(list(value, "finally"), "/finally", &mut names, &mut body);
    } else if value.get("catch").is_some() {
        names.leave(before);
        let steps = names.hide_after(0);
        names.add_unsure(steps);
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
    /// Codes of the problems that there are.
    problems: BTreeSet<String>,
    mistakes: &'m mut Mistakes<'s>,
}

/// An activity's input, ready for values, and the types of its input and output.
#[derive(Clone)]
struct Known {
    input: Rc<Result<Shape, ShapeError>>,
    wanted: Type,
    output: Type,
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
            let mut result = self.step(step, &at, names, body);
            if step.contains_key("catch") {
                self.catch(list_of(step, "catch"), &at, names, body);
                result = result.or_none(Lack::Unsure);
            }
            let condition = step.get("if");
            if !id.is_empty() {
                names.step(id, result, condition);
            }
            let ends =
                step.contains_key("fail") && !step.contains_key("catch") && !step.contains_key("continue_on_error");
            if let (true, Some(condition)) = (ends, condition) {
                names.after_end(condition);
            }
        }
    }

    /// Checks a step and gives the type of its result.
    fn step(&mut self, step: &Map<String, Value>, at: &str, names: &mut Names, body: &mut Body) -> Type {
        self.kind(step, at);
        if let Some(condition) = step.get("if") {
            names.condition(condition, &join(at, "if"), self.mistakes);
        }
        let before = names.enter(step.get("if"), true);
        time(step.get("timeout"), &join(at, "timeout"), self.mistakes);
        retry(step.get("retry"), at, self.mistakes);
        codes::check(step.get("retry"), at, &self.problems, self.mistakes);
        let mut result = Type::any();
        if let Some(value) = step.get("fail") {
            names.check(value, &join(at, "fail"), self.mistakes);
        }
        if let Some(value) = step.get("set") {
            result = names.check(value, &join(at, "set"), self.mistakes);
        }
        if let Some(activity) = step.get("use").and_then(Value::as_str) {
            result = self.activity(activity, step, at, names);
        } else if let Some(with) = step.get("with") {
            names.check(with, &join(at, "with"), self.mistakes);
        }
        if step.contains_key("for_each") {
            result = self.each(step, at, names);
        } else if step.contains_key("while") {
            result = self.repeat(step, at, names);
        } else {
            self.bodies(step, at, names, body);
        }
        if step.contains_key("wait") {
            result = self.wait(step, at, names);
        }
        names.leave(before);
        // A block's `else` runs where its condition is false.
        if !step.contains_key("choose") {
            let before = names.enter(step.get("if"), false);
            self.unsure(list_of(step, "else"), &join(at, "else"), names, body);
            names.leave(before);
        }
        if step.get("continue_on_error") == Some(&Value::Bool(true)) { or_error(result) } else { result }
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

    fn activity(&mut self, activity: &str, step: &Map<String, Value>, at: &str, names: &Names) -> Type {
        self.connection(activity, step, at);
        let known = self.catalog.and_then(|catalog| self.known(activity, catalog));
        if let Some(with) = step.get("with") {
            let wanted = known.as_ref().map_or_else(Type::any, |known| known.wanted.clone());
            values::with(with, &wanted, &join(at, "with"), names, self.mistakes);
        }
        let Some(catalog) = self.catalog else {
            return Type::any();
        };
        let Some(known) = known else {
            let names = catalog.names();
            let fix = choose(activity, "activities are", names.iter().map(String::as_str));
            let message = format!("there is no activity `{activity}`");
            self.mistakes.value("unknown-activity", &join(at, "use"), message, fix);
            return Type::any();
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
        let known = Known {
            input: Rc::new(Shape::of(info.input_schema)),
            wanted: of_schema(info.input_schema, Origin::Wanted),
            output: of_schema(info.output_schema, Origin::Output),
        };
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

    fn each(&mut self, step: &Map<String, Value>, at: &str, names: &Names) -> Type {
        let list = step.get("for_each").map_or_else(Type::any, |list| self.list(list, &join(at, "for_each"), names));
        let item = step.get("as").and_then(Value::as_str).unwrap_or("item");
        if TAKEN.contains(&item) {
            let message = format!("an item cannot be called `{item}`, the name is taken");
            self.mistakes.value("value", &join(at, "as"), message, Some("choose another name".to_owned()));
        }
        let mut inner = names.inside(item, list.item());
        if let Some(key) = step.get("item_key") {
            inner.check(key, &join(at, "item_key"), self.mistakes);
            inner.after_use(key);
        }
        let collected = self.loop_body(step, at, "for_each", &mut inner);
        loop_result(collected.unwrap_or_else(|| list.item()))
    }

    fn repeat(&mut self, step: &Map<String, Value>, at: &str, names: &Names) -> Type {
        let mut inner = names.iteration();
        if let Some(condition) = step.get("while") {
            inner.condition(condition, &join(at, "while"), self.mistakes);
            inner.enter(Some(condition), true);
        }
        while_result(self.loop_body(step, at, "while", &mut inner).unwrap_or_else(Type::none))
    }

    /// The body of a loop, and the type of what it collects.
    fn loop_body(&mut self, step: &Map<String, Value>, at: &str, kind: &str, inner: &mut Names) -> Option<Type> {
        match step.get("steps").and_then(Value::as_array) {
            Some(body) => self.steps(body, &join(at, "steps"), inner, &mut Body::default()),
            None => {
                let fix = "add `\"steps\": […]`, what it repeats".to_owned();
                self.mistakes.key("missing-key", &join(at, kind), "this loop has no `steps`".to_owned(), Some(fix));
            }
        }
        step.get("collect").map(|collect| inner.check(collect, &join(at, "collect"), self.mistakes))
    }

    /// The list that a loop goes through.
    fn list(&mut self, value: &Value, at: &str, names: &Names) -> Type {
        let list = names.sole(value, at, self.mistakes);
        if list.any || list.kinds() & !NONE == 0 || list.kinds() & LIST != 0 {
            return list;
        }
        let message = format!("`for_each` goes through a list, this is {}", list.show());
        let source = value.as_str().unwrap_or_default().trim();
        let source = source.trim_start_matches("${{").trim_end_matches("}}").trim();
        let fields = list.object.iter().flat_map(|object| &object.fields);
        let lists = fields.filter_map(|(name, field)| Some((name, field.list.as_ref()?)));
        // A list of objects is the likelier one.
        let likely = lists.max_by_key(|(_, item)| item.object.is_some()).map(|(name, _)| name);
        let fix = match likely {
            Some(name) => format!("write `${{{{ {source}.{name} }}}}`"),
            None if list.object.is_some() => format!("write `${{{{ {source} | items }}}}`"),
            None => "give it a list, for example `${{ inputs.users }}`".to_owned(),
        };
        self.mistakes.value("type", at, message, Some(fix));
        Type::any()
    }

    /// What a block, `choose` and `parallel` have below them. Its steps are visible afterwards.
    fn bodies(&mut self, step: &Map<String, Value>, at: &str, names: &mut Names, body: &mut Body) {
        self.unsure(list_of(step, "steps"), &join(at, "steps"), names, body);
        let before_choices = names.enter(None, true);
        for (index, choice) in list_of(step, "choose").iter().enumerate() {
            let at = format!("{at}/choose/{index}");
            let condition = choice.get("if");
            if let Some(condition) = condition {
                names.condition(condition, &join(&at, "if"), self.mistakes);
            }
            let before = names.enter(condition, true);
            self.unsure(list(choice, "steps"), &join(&at, "steps"), names, body);
            names.leave(before);
            // The alternatives after it run where it was false.
            names.enter(condition, false);
        }
        if step.contains_key("choose") {
            self.unsure(list_of(step, "else"), &join(at, "else"), names, body);
        }
        names.leave(before_choices);
        // A branch does not see the steps of another one.
        let (count, mut results) = (names.count(), Vec::new());
        for (index, branch) in list_of(step, "parallel").iter().enumerate() {
            let before = names.enter(None, true);
            self.steps(list(branch, "steps"), &format!("{at}/parallel/{index}/steps"), names, body);
            names.leave(before);
            results.extend(names.hide_after(count));
        }
        names.add_unsure(results);
    }

    /// Steps that see each other, and that may not have run for those after them.
    fn unsure(&mut self, steps: &[Value], at: &str, names: &mut Names, body: &mut Body) {
        let (before, count) = (names.enter(None, true), names.count());
        self.steps(steps, at, names, body);
        names.leave(before);
        let results = names.hide_after(count);
        names.add_unsure(results);
    }

    /// What a document or a step does when it fails.
    fn catch(&mut self, catches: &[Value], at: &str, names: &mut Names, body: &mut Body) {
        for (index, catch) in catches.iter().enumerate() {
            let former = names.catch_error();
            self.unsure(list(catch, "steps"), &format!("{at}/catch/{index}/steps"), names, body);
            names.set_error(former);
        }
    }

    fn wait(&mut self, step: &Map<String, Value>, at: &str, names: &Names) -> Type {
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
        wait_result()
    }
}

/// Reads a text, and gives what is wrong with it.
type Reader = fn(&str) -> Result<(), String>;

/// What `wait` can have, and how it is read.
const WAITS: &[(&str, Reader)] =
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
