//! Names, fields, positions and slices, and what is said when one is not there.

use std::ops::Range;

use minijinja::machinery::ast::{CallArg, Expr};

use super::{Infer, text};
use crate::choice::choose;
use crate::types::{LIST, Lack, NONE, OBJECT, TEXT, Type};

impl Infer<'_> {
    pub(super) fn name(&mut self, name: &str, range: Range<usize>) -> Type {
        if let Some(found) = self.scope.roots.get(name) {
            return found.clone();
        }
        // All of them at once.
        if name == "steps" {
            return Type::any();
        }
        let known = self.scope.order.0.iter().map(String::as_str).chain(["steps"]);
        let fix = choose(name, "known are", known);
        self.add("unknown-name", range, format!("`{}` is not known here", brief(name)), fix);
        Type::any()
    }

    fn step(&mut self, id: &str, range: Range<usize>) -> Type {
        if let Some(step) = self.scope.steps.get(id) {
            let mut found = step.result.clone();
            if found.none == Lack::Skipped && self.ran(&step.conditions) {
                found.none = Lack::Never;
            }
            return found;
        }
        let shown = brief(id);
        if self.scope.elsewhere.contains(id) {
            let message = format!("step `{shown}` has no result here: it comes later, or belongs to a loop's body");
            let fix = "move it before this step; a loop hands out `items` through `collect`".to_owned();
            self.add("step-out-of-reach", range, message, Some(fix));
        } else {
            let fix = choose(id, "steps before this one are", self.scope.visible());
            self.add("unknown-step", range, format!("there is no step `{shown}`"), fix);
        }
        Type::any()
    }

    /// Whether the conditions of a step are known to hold here.
    fn ran(&self, conditions: &[String]) -> bool {
        !conditions.is_empty() && conditions.iter().all(|condition| self.facts.holds.contains(condition))
    }

    pub(super) fn attribute(&mut self, expr: &Expr<'_>, object: &Expr<'_>, name: &str) -> Type {
        if matches!(object, Expr::Var(var) if var.id == "steps") {
            return self.step(name, text::range(expr));
        }
        let holder = self.expr(object);
        self.field_of(expr, object, holder, name)
    }

    fn field_of(&mut self, expr: &Expr<'_>, object: &Expr<'_>, holder: Type, name: &str) -> Type {
        let holder = self.need(object, holder);
        if holder.any {
            return Type::any();
        }
        let kinds = holder.kinds() & !NONE;
        // A group of `groupby` is both.
        if kinds & !LIST == OBJECT
            && let Some(fields) = &holder.object
        {
            return match fields.field(name) {
                Some(field) => field.or_absent(holder.none),
                None => {
                    let range = text::range(expr);
                    let of_inputs = text::path(object).is_some_and(|path| path.split('.').next() == Some("inputs"));
                    let what = if of_inputs { "inputs are" } else { "fields are" };
                    let fix = choose(name, what, fields.fields.keys().map(String::as_str));
                    let message = format!("`{}` has no `{}`", text::brief(self.source, object), brief(name));
                    match of_inputs {
                        true => self.add("unknown-input", range, message, fix),
                        false => self.add("unknown-field", range, message, fix),
                    }
                    Type::any()
                }
            };
        }
        if kinds == 0 || kinds & OBJECT != 0 {
            return Type::any();
        }
        let shown = text::brief(self.source, object);
        let fix = match &holder.list {
            Some(item) if item.object.as_ref().is_some_and(|fields| fields.field(name).is_some()) => Some(format!(
                "write `({shown} | first).{name}` for one item, `{shown} | map(attribute='{name}')` for all"
            )),
            Some(_) => Some(format!("read an item of it, such as `({shown} | first)`")),
            None => Some(format!("write `{shown}` without `.{}`", brief(name))),
        };
        let message = format!("`{shown}` is {}, it has no `{}`", holder.show(), brief(name));
        self.add("unknown-field", text::tail(expr, name.len()), message, fix);
        Type::any()
    }

    pub(super) fn index(&mut self, expr: &Expr<'_>, object: &Expr<'_>, subscript: &Expr<'_>) -> Type {
        if let Some(name) = text::literal(subscript) {
            return self.attribute(expr, object, &name);
        }
        let position = self.expr(subscript);
        self.need(subscript, position);
        let holder = self.expr(object);
        let holder = self.need(object, holder);
        match holder.kinds() & !NONE {
            LIST if !holder.any => holder.item().or_absent(Lack::Unsure),
            TEXT if !holder.any => Type::text().or_absent(Lack::Unsure),
            _ => Type::any(),
        }
    }

    pub(super) fn slice(&mut self, object: &Expr<'_>) -> Type {
        let holder = self.expr(object);
        let holder = self.need(object, holder);
        let kinds = holder.kinds();
        if holder.any {
            return Type::any();
        }
        if kinds & (LIST | TEXT | NONE) == 0 {
            let message = format!("`{}` is {}, it cannot be cut", text::brief(self.source, object), holder.show());
            self.add("type", text::range(object), message, Some("cut a text or a list".to_owned()));
            return Type::any();
        }
        let mut found = Type { list: holder.list.clone(), ..Type::default() };
        found.text = holder.text.is_some().then_some(crate::types::Text::Any);
        if found.kinds() == 0 { Type::any() } else { found }
    }

    /// Nothing here has methods; those of Python are filters.
    pub(super) fn method(&mut self, expr: &Expr<'_>, object: &Expr<'_>, name: &str, args: &[CallArg<'_>]) -> Type {
        let _ = self.arguments(args);
        let holder = self.expr(object);
        self.need(object, holder);
        let filter = match name {
            "strip" => "trim",
            "keys" => "list",
            "format" | "get" => "default('…')",
            _ => name,
        };
        let shown = text::brief(self.source, object);
        let known = filter != name || super::super::signature::signature(name).is_some();
        let fix = match known {
            true if name == "get" => "read the field by its name: `x.name | default('…')`".to_owned(),
            true => format!("write `{shown} | {filter}`"),
            false => "use a filter, such as `x | upper`".to_owned(),
        };
        let at = expr.span().start_offset as usize;
        let place = self
            .source
            .get(at..)
            .and_then(|rest| rest.find(name))
            .map_or(text::range(expr), |found| at + found..at + found + name.len());
        self.add("unknown-function", place, format!("values have no methods: `{}`", brief(name)), Some(fix));
        Type::any()
    }

    /// Says that a value may not be there.
    pub(super) fn missing(&mut self, expr: &Expr<'_>, found: &Type) {
        let shown = text::brief(self.source, expr);
        let path = text::path(expr).unwrap_or_default();
        let default = format!("`{shown} | default({})`", found.placeholder());
        let step = path.strip_prefix("steps.").and_then(|rest| rest.split('.').next()).unwrap_or_default();
        let (message, fix) = match found.absent {
            Lack::Skipped => {
                let whole = self.source.trim();
                let whole = if whole.starts_with(&shown) && !whole.contains(['|', ' ']) { whole } else { &shown };
                let fix = if step.is_empty() {
                    format!("write {default}")
                } else {
                    format!("write `{} if steps.{step} else none`", crate::text::brief(whole, 120))
                };
                (format!("`{shown}` has no value when the step is skipped"), fix)
            }
            Lack::Input => (
                format!("`{shown}` may be missing: the input is not required and has no default"),
                format!("write {default}, or give the input a `default`"),
            ),
            Lack::Error => (format!("`{shown}` is there only when the step failed"), format!("write {default}")),
            _ => (format!("`{shown}` may be missing: the service does not always send it"), format!("write {default}")),
        };
        self.add("optional", text::range(expr), message, Some(fix));
    }

    /// Says that a value may be none.
    pub(super) fn is_none(&mut self, expr: &Expr<'_>, found: &Type, what: &str) {
        let shown = text::brief(self.source, expr);
        let why = match found.none {
            Lack::Skipped => "is none when the step is skipped",
            _ => "may be none",
        };
        let fix = format!("give another value: `{shown} or {}`", found.placeholder());
        self.add("optional", text::range(expr), format!("`{shown}` {why}: {what}"), Some(fix));
    }
}

fn brief(name: &str) -> String {
    crate::text::brief(name, 100)
}
