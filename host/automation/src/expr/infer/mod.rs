//! Types of expressions, without evaluating them.
//!
//! The engine's own parser makes the tree, so that an expression is read here as it is read in a run. Only what would certainly or
//! by the document's own words fail, or could never be true, is a mistake. Start at [`infer`].

mod access;
mod arguments;
mod compare;
mod filters;
mod narrow;
mod operators;
mod scope;
mod text;

use std::ops::Range;

use minijinja::machinery::ast::{CallArg, CallType, Expr};
use minijinja::machinery::parse_expr;

use crate::types::{Lack, Object, Type};

pub use narrow::Facts;
pub use scope::TypeScope;

/// Nodes inside each other that are looked into. The longest of our documents has 15. What is deeper is *any*.
const MAX_DEPTH: usize = 64;

/// What is wrong with a part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub code: &'static str,
    pub message: String,
    pub fix: Option<String>,
    /// Bytes of the expression.
    pub range: Range<usize>,
}

/// Where the value of an expression goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It is the whole value.
    Value,
    /// It is the whole value, and there must be one.
    Required,
    /// It becomes a part of a text.
    Text,
    /// Its truth decides.
    Condition,
}

/// The type of an expression and what is wrong with it. The expression was compiled before.
pub fn infer(source: &str, scope: &TypeScope, place: Place) -> (Type, Vec<Finding>) {
    with_tree(source, |tree| {
        let mut infer = Infer { source, scope, facts: scope.facts.clone(), found: Vec::new(), depth: 0 };
        let mut found = infer.expr(tree);
        match place {
            Place::Condition => found = infer.truth(tree, found),
            Place::Text => infer.written(tree, &found),
            Place::Required => found = infer.need(tree, found),
            Place::Value if found.absent > Lack::Field => found = infer.need(tree, found),
            Place::Value => {}
        }
        (found, infer.found)
    })
    .unwrap_or_else(|| (Type::any(), Vec::new()))
}

/// What is known where a condition is true, or where it is false.
pub fn facts(source: &str, truth: bool) -> Facts {
    with_tree(source, |tree| Facts::of(source, tree, truth)).unwrap_or_default()
}

/// A condition in a form that does not depend on blanks: its parts that must all hold.
pub fn conditions(source: &str) -> Vec<String> {
    facts(source, true).holds.into_iter().collect()
}

/// The parser recurses for each operator, so the bounds come first.
fn with_tree<T>(source: &str, work: impl FnOnce(&Expr<'_>) -> T) -> Option<T> {
    super::bounds::check(source, 0).ok()?;
    super::panics::catch(|| parse_expr(source).ok().map(|tree| work(&tree))).ok().flatten()
}

struct Infer<'a> {
    source: &'a str,
    scope: &'a TypeScope,
    facts: Facts,
    found: Vec<Finding>,
    depth: usize,
}

impl Infer<'_> {
    fn expr(&mut self, expr: &Expr<'_>) -> Type {
        if self.depth >= MAX_DEPTH {
            return Type::any();
        }
        self.depth += 1;
        let found = self.node(expr);
        self.depth -= 1;
        self.facts.apply(expr, found)
    }

    fn node(&mut self, expr: &Expr<'_>) -> Type {
        match expr {
            Expr::Var(var) => self.name(var.id, text::range(expr)),
            Expr::Const(constant) => {
                serde_json::to_value(&constant.value).map_or_else(|_| Type::any(), |value| Type::of_value(&value))
            }
            Expr::GetAttr(get) => self.attribute(expr, &get.expr, get.name),
            Expr::GetItem(get) => self.index(expr, &get.expr, &get.subscript_expr),
            Expr::Slice(slice) => {
                let parts = [&slice.start, &slice.stop, &slice.step];
                parts.into_iter().flatten().for_each(|part| drop(self.expr(part)));
                self.slice(&slice.expr)
            }
            Expr::UnaryOp(_) | Expr::BinOp(_) | Expr::Compare(_) | Expr::IfExpr(_) => self.operator(expr),
            Expr::Filter(filter) => match &filter.expr {
                Some(input) => self.filter(expr, input, filter.name, &filter.args),
                None => Type::any(),
            },
            Expr::Test(test) => self.test(&test.expr, test.name, &test.args),
            Expr::Call(call) => match call.identify_call() {
                CallType::Function(name) => self.function(name, &call.args),
                CallType::Method(object, name) => self.method(expr, object, name, &call.args),
                CallType::Object(_) => Type::any(),
            },
            Expr::List(list) => self.items(&list.items),
            Expr::Tuple(tuple) => self.items(&tuple.items),
            Expr::Map(map) => self.members(&map.keys, &map.values),
        }
    }

    fn items(&mut self, items: &[Expr<'_>]) -> Type {
        let mut all: Option<Type> = None;
        for item in items {
            let item = self.member(item);
            all = Some(all.map_or_else(|| item.clone(), |all| all.union(&item)));
        }
        Type::list(all.unwrap_or_else(Type::any))
    }

    /// A member that has no value is `none` in a list and in an object.
    fn member(&mut self, expr: &Expr<'_>) -> Type {
        let found = self.expr(expr);
        let lack = found.absent.min(Lack::Unsure);
        found.present().or_none(lack)
    }

    fn members(&mut self, keys: &[Expr<'_>], values: &[Expr<'_>]) -> Type {
        let mut object = Object::default();
        for (key, value) in keys.iter().zip(values) {
            let value = self.member(value);
            match text::literal(key) {
                Some(name) => drop(object.fields.insert(name, value)),
                None => {
                    self.expr(key);
                    object.rest = Some(Box::new(Type::any()));
                }
            }
        }
        Type::object(object)
    }

    fn function(&mut self, name: &str, args: &[CallArg<'_>]) -> Type {
        let types = self.arguments(args);
        match name {
            "range" => {
                self.positions(name, args, &types, crate::types::NUMBER);
                Type::list(Type::integer())
            }
            "dict" => {
                let mut object = Object::default();
                for (arg, found) in args.iter().zip(types) {
                    match arg {
                        CallArg::Kwarg(name, _) => drop(object.fields.insert((*name).to_owned(), found)),
                        _ => object.rest = Some(Box::new(Type::any())),
                    }
                }
                Type::object(object)
            }
            _ => Type::any(),
        }
    }

    /// A value that must be there. What is said against it is said once.
    fn need(&mut self, expr: &Expr<'_>, found: Type) -> Type {
        if found.absent.is_known() && !found.any {
            self.missing(expr, &found);
        }
        found.present()
    }

    /// A value whose truth is asked for.
    fn truth(&mut self, expr: &Expr<'_>, found: Type) -> Type {
        self.need(expr, found)
    }

    /// A value that becomes a part of a text.
    fn written(&mut self, expr: &Expr<'_>, found: &Type) {
        if found.absent > Lack::Field {
            self.missing(expr, found);
        } else if found.none > Lack::Field {
            self.is_none(expr, found, "there is nothing to write into the text");
        }
    }

    fn add(&mut self, code: &'static str, range: Range<usize>, message: String, fix: Option<String>) {
        let finding = Finding { code, message, fix, range };
        if !self.found.contains(&finding) {
            self.found.push(finding);
        }
    }
}

#[cfg(test)]
mod tests;
