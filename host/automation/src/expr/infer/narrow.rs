//! What is known of values where a condition holds.

use std::collections::BTreeSet;

use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, UnaryOpKind};

use super::text;
use crate::types::{Lack, Type};

/// Conditions inside each other that are looked into.
const MAX_DEPTH: usize = 32;

/// What a condition says.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Chains of names that have a value.
    present: BTreeSet<String>,
    /// Chains of names that have a value other than `none`.
    some: BTreeSet<String>,
    /// Conditions that hold.
    pub(super) holds: BTreeSet<String>,
    /// A step is known to be skipped, so another one may be known to have run.
    skipped: bool,
}

impl Facts {
    /// What is known where an expression is true, or false.
    pub(super) fn of(source: &str, expr: &Expr<'_>, truth: bool) -> Facts {
        let mut facts = Facts::default();
        facts.collect(source, expr, truth, 0);
        facts
    }

    /// Adds what another one knows.
    pub(super) fn learn(&mut self, other: &Facts) {
        self.present.extend(other.present.iter().cloned());
        self.some.extend(other.some.iter().cloned());
        self.holds.extend(other.holds.iter().cloned());
        self.skipped |= other.skipped;
    }

    /// A chain of names has a value other than `none`.
    pub fn has(path: &str) -> Facts {
        Facts { some: [path.to_owned()].into(), ..Facts::default() }
    }

    /// The type of an expression, given what is known.
    pub(super) fn apply(&self, expr: &Expr<'_>, mut found: Type) -> Type {
        if found.absent == Lack::Never && found.none == Lack::Never {
            return found;
        }
        if self.skipped && found.none == Lack::Skipped {
            found.none = Lack::Unsure;
        }
        if self.skipped && found.absent == Lack::Skipped {
            found.absent = Lack::Unsure;
        }
        let Some(path) = text::path(expr) else { return found };
        if self.some.contains(&path) {
            return found.some();
        }
        if self.present.contains(&path) {
            return found.present();
        }
        found
    }

    fn collect(&mut self, source: &str, expr: &Expr<'_>, truth: bool, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        match expr {
            Expr::UnaryOp(op) if matches!(op.op, UnaryOpKind::Not) => {
                return self.collect(source, &op.expr, !truth, depth + 1);
            }
            Expr::BinOp(op) => match (op.op, truth) {
                (BinOpKind::ScAnd, true) | (BinOpKind::ScOr, false) => {
                    self.collect(source, &op.left, truth, depth + 1);
                    self.collect(source, &op.right, truth, depth + 1);
                    return;
                }
                (BinOpKind::ScAnd | BinOpKind::ScOr, _) => {}
                _ => self.comparison(op.op, &op.left, &op.right, truth),
            },
            Expr::Test(test) => self.test(&test.expr, test.name, &test.args, truth),
            Expr::GetAttr(_) | Expr::Var(_) | Expr::GetItem(_) => match truth {
                true => self.is_some(expr),
                false => self.is_not(expr),
            },
            Expr::Filter(filter) if truth => {
                // An empty list has no items, so one with items is there.
                if let Some(input) = filter.expr.as_ref().filter(|_| filter.name != "default" && filter.name != "d") {
                    self.is_some(input);
                }
            }
            _ => {}
        }
        self.holds.insert(canonical(source, expr, truth, 0));
    }

    fn comparison(&mut self, op: BinOpKind, left: &Expr<'_>, right: &Expr<'_>, truth: bool) {
        // It failed for a value that is not there.
        for side in [left, right] {
            if let Some(path) = root(side) {
                self.present.insert(path);
            }
        }
        let equal = matches!((op, truth), (BinOpKind::Eq | BinOpKind::In, true) | (BinOpKind::Ne, false));
        for (side, other) in [(left, right), (right, left)] {
            let to_none = matches!(other, Expr::Const(constant) if constant.value.is_none());
            let differs = to_none && !equal && matches!(op, BinOpKind::Eq | BinOpKind::Ne);
            let is_constant = equal && !to_none && matches!(other, Expr::Const(_) | Expr::List(_));
            if differs || is_constant {
                self.is_some(side);
            }
        }
        // A number that is greater than another one is not none.
        if matches!(op, BinOpKind::Gt | BinOpKind::Gte) && truth {
            self.is_some(left);
        }
    }

    fn test(&mut self, expr: &Expr<'_>, name: &str, args: &[CallArg<'_>], truth: bool) {
        match (name, truth) {
            ("defined", true) | ("undefined", false) => {
                if let Some(path) = root(expr) {
                    self.parents(&path);
                    self.present.insert(path);
                }
            }
            ("none", false) => self.is_some_or_absent(expr),
            ("none", true) => self.is_not(expr),
            ("defined" | "undefined", _) => {}
            ("ne" | "false", _) => {}
            _ if truth => {
                let to_none = args
                    .iter()
                    .any(|arg| matches!(arg, CallArg::Pos(Expr::Const(constant)) if constant.value.is_none()));
                if !to_none {
                    self.is_some(expr);
                }
            }
            _ => {}
        }
    }

    fn is_some(&mut self, expr: &Expr<'_>) {
        if let Some(path) = root(expr) {
            self.parents(&path);
            self.some.insert(path);
        }
    }

    /// `is not none` is also true for what is not there; but then its author takes it for there.
    fn is_some_or_absent(&mut self, expr: &Expr<'_>) {
        self.is_some(expr);
    }

    fn is_not(&mut self, expr: &Expr<'_>) {
        if text::path(expr).is_some_and(|path| path.starts_with("steps.")) {
            self.skipped = true;
        }
    }

    /// What holds a field is there.
    fn parents(&mut self, path: &str) {
        let mut path = path;
        while let Some((parent, _)) = path.rsplit_once('.') {
            self.some.insert(parent.to_owned());
            path = parent;
        }
    }
}

/// The chain of names at the beginning of an expression, behind its filters.
fn root(expr: &Expr<'_>) -> Option<String> {
    let mut expr = expr;
    while let Expr::Filter(filter) = expr {
        if matches!(filter.name, "default" | "d") {
            return None;
        }
        expr = filter.expr.as_ref()?;
    }
    text::path(expr)
}

/// A condition as a text that is the same for the same condition.
fn canonical(source: &str, expr: &Expr<'_>, truth: bool, depth: usize) -> String {
    let not = if truth { "" } else { "not " };
    if depth > MAX_DEPTH {
        return format!("{not}…");
    }
    match expr {
        Expr::UnaryOp(op) if matches!(op.op, UnaryOpKind::Not) => canonical(source, &op.expr, !truth, depth + 1),
        Expr::BinOp(op) if !truth && matches!(op.op, BinOpKind::Eq | BinOpKind::Ne) => {
            let sign = if matches!(op.op, BinOpKind::Eq) { "!=" } else { "==" };
            format!(
                "{} {sign} {}",
                canonical(source, &op.left, true, depth + 1),
                canonical(source, &op.right, true, depth + 1)
            )
        }
        Expr::BinOp(op) if matches!(op.op, BinOpKind::Eq | BinOpKind::Ne) => {
            let sign = if matches!(op.op, BinOpKind::Eq) { "==" } else { "!=" };
            format!(
                "{} {sign} {}",
                canonical(source, &op.left, true, depth + 1),
                canonical(source, &op.right, true, depth + 1)
            )
        }
        Expr::Test(test) if !truth && test.name == "defined" => {
            format!("{} is undefined", canonical(source, &test.expr, true, depth + 1))
        }
        Expr::Test(test) if !truth && test.name == "undefined" => {
            format!("{} is defined", canonical(source, &test.expr, true, depth + 1))
        }
        _ => match text::path(expr) {
            Some(path) => format!("{not}{path}"),
            None => format!("{not}{}", text::of(source, expr).split_whitespace().collect::<Vec<_>>().join(" ")),
        },
    }
}
