//! Comparisons: of kinds that never equal, and with values that never occur.

use minijinja::machinery::ast::Expr;
use switchboard_suggest::suggest;

use super::{Infer, text};
use crate::choice::quote;
use crate::types::{ITERABLE, LIST, NONE, NUMBER, TEXT, Type};

impl Infer<'_> {
    pub(super) fn equality(&mut self, left: &Expr<'_>, one: &Type, right: &Expr<'_>, two: &Type) {
        if self.kinds_differ(left, one, right, two, "they are never equal") {
            return;
        }
        self.never(left, one, right, two);
        self.never(right, two, left, one);
    }

    pub(super) fn order(&mut self, left: &Expr<'_>, one: &Type, right: &Expr<'_>, two: &Type) {
        self.kinds_differ(left, one, right, two, "neither is the greater one");
    }

    pub(super) fn membership(&mut self, left: &Expr<'_>, one: &Type, right: &Expr<'_>, two: &Type) {
        self.wanted(right, two, ITERABLE, "`in` looks into a list, a text or an object");
        if two.any || two.kinds() & !NONE != LIST {
            return;
        }
        let item = two.item();
        if self.kinds_differ(left, one, right, &item, "it is never in the list") {
            return;
        }
        // Each constant of the list on its own.
        match right {
            Expr::List(list) => {
                for constant in &list.items {
                    let found = self.expr(constant);
                    self.never(left, one, constant, &found);
                }
            }
            _ => self.never(left, one, right, &item),
        }
        self.never(right, &item, left, one);
    }

    /// Reports values of kinds that are never equal, and that nobody orders.
    fn kinds_differ(&mut self, left: &Expr<'_>, one: &Type, right: &Expr<'_>, two: &Type, so: &str) -> bool {
        let (a, b) = (one.kinds(), two.kinds());
        if one.any || two.any || a & !NONE == 0 || b & !NONE == 0 || a & b != 0 {
            return false;
        }
        let (x, y) = (text::brief(self.source, left), text::brief(self.source, right));
        let message = format!("`{x}` is {}, `{y}` is {}: {so}", one.show(), two.show());
        let fix = match (a & !NONE, b & !NONE, text::literal(left), text::literal(right)) {
            (NUMBER, TEXT, _, Some(number)) if number.parse::<f64>().is_ok() => {
                format!("write `{number}` without quotes")
            }
            (TEXT, NUMBER, Some(number), _) if number.parse::<f64>().is_ok() => {
                format!("write `{number}` without quotes")
            }
            (TEXT, NUMBER, ..) if matches!(right, Expr::Const(_)) => format!("write `'{y}'`, in quotes"),
            (TEXT, NUMBER, ..) => format!("write `{x} | int`"),
            (NUMBER, TEXT, ..) => format!("write `{y} | int`"),
            (LIST, NUMBER, ..) => format!("write `{x} | length`"),
            (_, _, _, Some(word)) if word == "true" || word == "false" => format!("write `{word}` without quotes"),
            _ => "compare values of one kind".to_owned(),
        };
        self.add("type", text::range(left).start..text::range(right).end, message, Some(fix));
        true
    }

    /// Reports a constant that a value with a list of values never is.
    pub(super) fn never(&mut self, expr: &Expr<'_>, found: &Type, constant: &Expr<'_>, other: &Type) {
        let Some((values, true)) = found.values() else { return };
        let Some((given, declared)) = other.values() else { return };
        if given.iter().any(|value| values.contains(value)) || found.any || other.any {
            return;
        }
        let names: Vec<&str> = values.iter().map(String::as_str).collect();
        let listed = quote(&names);
        let shown = text::brief(self.source, expr);
        let (message, fix) = match given.first().filter(|_| given.len() == 1 && !declared) {
            Some(word) => {
                let fix = suggest(word, names.iter().copied());
                let fix =
                    fix.map_or_else(|| format!("it is one of {listed}"), |fix| format!("{fix} It is one of {listed}"));
                (format!("`{shown}` is never `{}`", crate::text::brief(word, 100)), fix)
            }
            None => (
                format!("`{shown}` never is what `{}` is", text::brief(self.source, constant)),
                format!("it is one of {listed}"),
            ),
        };
        self.add("value", text::range(constant), message, Some(fix));
    }
}
