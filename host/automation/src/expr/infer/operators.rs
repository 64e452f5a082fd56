//! Operators and the choice `a if b else c`.

use minijinja::machinery::ast::{BinOpKind, CompareOpKind, Expr, UnaryOpKind};

use super::{Facts, Infer, text};
use crate::types::{ALL, BOOLEAN, LIST, Lack, NONE, NUMBER, TEXT, Type};

impl Infer<'_> {
    pub(super) fn operator(&mut self, expr: &Expr<'_>) -> Type {
        match expr {
            Expr::UnaryOp(op) => match op.op {
                UnaryOpKind::Not => {
                    let found = self.expr(&op.expr);
                    self.truth(&op.expr, found);
                    Type::boolean()
                }
                UnaryOpKind::Neg => {
                    let found = self.expr(&op.expr);
                    let found = self.need(&op.expr, found);
                    self.wanted(&op.expr, &found, NUMBER | BOOLEAN, "`-` takes a number");
                    number(&found, &found)
                }
            },
            Expr::BinOp(op) => match op.op {
                BinOpKind::ScAnd => self.both(&op.left, &op.right, true),
                BinOpKind::ScOr => self.both(&op.left, &op.right, false),
                kind => self.binary(kind, &op.left, &op.right),
            },
            Expr::Compare(compare) => {
                let mut left = &compare.expr;
                for next in &compare.ops {
                    self.binary(of_comparison(next.op), left, &next.expr);
                    left = &next.expr;
                }
                Type::boolean()
            }
            Expr::IfExpr(choice) => self.choice(&choice.test_expr, &choice.true_expr, choice.false_expr.as_ref()),
            _ => Type::any(),
        }
    }

    /// Works out a part where more is known than elsewhere.
    pub(super) fn knowing(&mut self, facts: &Facts, work: impl FnOnce(&mut Self) -> Type) -> Type {
        let before = self.facts.clone();
        self.facts.learn(facts);
        let found = work(self);
        self.facts = before;
        found
    }

    fn choice(&mut self, test: &Expr<'_>, yes: &Expr<'_>, no: Option<&Expr<'_>>) -> Type {
        let condition = self.expr(test);
        self.truth(test, condition);
        let one = self.knowing(&Facts::of(self.source, test, true), |infer| infer.expr(yes));
        let Some(no) = no else { return one.or_absent(Lack::Unsure) };
        let two = self.knowing(&Facts::of(self.source, test, false), |infer| infer.expr(no));
        one.union(&two)
    }

    fn both(&mut self, left: &Expr<'_>, right: &Expr<'_>, and: bool) -> Type {
        let one = self.expr(left);
        let one = self.truth(left, one);
        let two = self.knowing(&Facts::of(self.source, left, and), |infer| infer.expr(right));
        if and {
            let lack = one.none.min(Lack::Unsure);
            return Type { none: lack, ..one }.union(&two);
        }
        // What is none is not chosen.
        one.some().union(&two)
    }

    fn binary(&mut self, op: BinOpKind, left: &Expr<'_>, right: &Expr<'_>) -> Type {
        let one = self.expr(left);
        let one = self.need(left, one);
        let two = self.expr(right);
        let two = self.need(right, two);
        match op {
            BinOpKind::Eq | BinOpKind::Ne => {
                self.equality(left, &one, right, &two);
                Type::boolean()
            }
            BinOpKind::Lt | BinOpKind::Lte | BinOpKind::Gt | BinOpKind::Gte => {
                self.order(left, &one, right, &two);
                Type::boolean()
            }
            BinOpKind::In => {
                self.membership(left, &one, right, &two);
                Type::boolean()
            }
            BinOpKind::Concat => {
                self.concat(left, &one);
                self.concat(right, &two);
                Type::text()
            }
            BinOpKind::Add => self.sum(left, one, right, two),
            _ => {
                let sign = match op {
                    BinOpKind::Sub => "`-`",
                    BinOpKind::Mul => "`*`",
                    BinOpKind::Div => "`/`",
                    BinOpKind::FloorDiv => "`//`",
                    BinOpKind::Rem => "`%`",
                    _ => "`**`",
                };
                let takes = format!("{sign} takes numbers");
                self.wanted(left, &one, NUMBER | BOOLEAN, &takes);
                self.wanted(right, &two, NUMBER | BOOLEAN, &takes);
                if matches!(op, BinOpKind::Div) { Type::number() } else { number(&one, &two) }
            }
        }
    }

    /// `none` becomes the text `None`, which nobody wants.
    fn concat(&mut self, expr: &Expr<'_>, found: &Type) {
        if found.none > Lack::Field && !found.any {
            self.is_none(expr, found, "`~` would write `None`");
        }
    }

    fn sum(&mut self, left: &Expr<'_>, one: Type, right: &Expr<'_>, two: Type) -> Type {
        let (a, b) = (class(&one), class(&two));
        let possible = ALL & !NONE;
        self.wanted(left, &one, NUMBER | BOOLEAN | TEXT | LIST, "`+` takes numbers, texts or lists");
        self.wanted(right, &two, NUMBER | BOOLEAN | TEXT | LIST, "`+` takes numbers, texts or lists");
        if one.any || two.any || a == 0 || b == 0 || a & possible == 0 {
            return Type::any();
        }
        if a & b == 0 {
            let (x, y) = (text::brief(self.source, left), text::brief(self.source, right));
            let message = format!("`{x}` is {}, `{y}` is {}: `+` does not join them", one.show(), two.show());
            let fix = match a | b {
                both if both == TEXT | NUMBER => format!("write `{x} ~ {y}` for a text, or `| int` behind the text"),
                _ if a == LIST => format!("write `{x} + [{y}]`"),
                _ => format!("write `{x} ~ {y}` for a text"),
            };
            self.add("type", text::range(left).start..text::range(right).end, message, Some(fix));
            return Type::any();
        }
        if a == TEXT && b == TEXT { Type::text() } else { Type { text: None, ..number_or_list(&one, &two) } }
    }

    /// Reports a value that is never of a wanted kind.
    pub(super) fn wanted(&mut self, expr: &Expr<'_>, found: &Type, wanted: u8, takes: &str) {
        let kinds = found.kinds();
        if found.any || kinds == 0 {
            return;
        }
        if found.none.is_known() && wanted & NONE == 0 && kinds & wanted != 0 {
            return self.is_none(expr, found, takes);
        }
        if kinds & wanted == 0 && kinds != NONE {
            let shown = text::brief(self.source, expr);
            let fix = crate::types::conversion(found, wanted)
                .map_or_else(|| takes.to_owned(), |filter| format!("write `{shown} | {filter}`"));
            self.add("type", text::range(expr), format!("{takes}, `{shown}` is {}", found.show()), Some(fix));
        }
    }
}

/// Kinds that `+` keeps apart: a truth value counts as a number.
fn class(found: &Type) -> u8 {
    let kinds = found.kinds();
    let numbers = if kinds & (NUMBER | BOOLEAN) != 0 { NUMBER } else { 0 };
    numbers | kinds & (TEXT | LIST)
}

fn number(one: &Type, two: &Type) -> Type {
    if one.any || two.any || one.fraction || two.fraction { Type::number() } else { Type::integer() }
}

fn number_or_list(one: &Type, two: &Type) -> Type {
    match (&one.list, &two.list) {
        (Some(a), Some(b)) => Type::list(a.union(b)),
        _ if class(one) == NUMBER && class(two) == NUMBER => number(one, two),
        _ => Type::any(),
    }
}

fn of_comparison(op: CompareOpKind) -> BinOpKind {
    match op {
        CompareOpKind::Eq => BinOpKind::Eq,
        CompareOpKind::Ne => BinOpKind::Ne,
        CompareOpKind::Lt => BinOpKind::Lt,
        CompareOpKind::Lte => BinOpKind::Lte,
        CompareOpKind::Gt => BinOpKind::Gt,
        CompareOpKind::Gte => BinOpKind::Gte,
        CompareOpKind::In | CompareOpKind::NotIn => BinOpKind::In,
    }
}
