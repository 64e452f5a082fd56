//! What filters and tests make of a value.

use minijinja::machinery::ast::{CallArg, Expr};

use super::arguments::{keyword, position};
use super::{Infer, text};
use crate::choice::choose;
use crate::expr::signature::{Gives, Signature, signature};
use crate::types::{ALL, LIST, Lack, NONE, NUMBER, OBJECT, Object, TEXT, Text, Type};

/// Filters that leave out a value that is not there.
const LENIENT: [&str; 4] = ["join", "zip", "flatten", "chain"];

impl Infer<'_> {
    pub(super) fn filter(&mut self, expr: &Expr<'_>, input: &Expr<'_>, name: &str, args: &[CallArg<'_>]) -> Type {
        let name = match name {
            "d" => "default",
            "count" => "length",
            other => other,
        };
        let found = self.expr(input);
        let Some(signature) = signature(name) else {
            let _ = self.arguments(args);
            return Type::any();
        };
        if signature.gives == Gives::Default {
            return self.default(found, args);
        }
        let found = if LENIENT.contains(&name) { found.present() } else { self.need(input, found) };
        self.takes(signature, input, &found);
        if name != "map" {
            self.named(name, signature.form, args);
        }
        let types = self.arguments(args);
        for (at, wanted) in signature.arguments.iter().enumerate() {
            if let (Some(value), Some(found)) = (position(args, at), types.get(at)) {
                self.argument(name, value, found, *wanted);
            }
        }
        self.constants(name, args);
        self.result(expr, signature, &found, args, &types)
    }

    fn default(&mut self, found: Type, args: &[CallArg<'_>]) -> Type {
        let lax = args.len() > 1;
        let other = match args.first() {
            // The other value may be missing as well.
            Some(CallArg::Pos(other)) => self.expr(other),
            Some(_) => Type::any(),
            None => Type::text(),
        };
        let found = if lax { found.some() } else { found.present() };
        // Nothing is known but the default: a value of any kind may stand before it.
        if found.any { Type::any() } else { found.union(&other) }
    }

    /// Reports a value that the filter does not take.
    fn takes(&mut self, signature: &Signature, input: &Expr<'_>, found: &Type) {
        if signature.takes == ALL || found.any {
            return;
        }
        let kinds = found.kinds();
        if kinds != 0 && kinds & signature.takes == 0 && kinds != NONE {
            let what = kinds_in_words(signature.takes);
            let shown = text::brief(self.source, input);
            let fix = match crate::types::conversion(found, signature.takes) {
                Some(filter) => format!("write `{shown} | {filter} | {}`", signature.name),
                None if kinds & !NONE == LIST && signature.takes & OBJECT != 0 => {
                    format!("read one item first: `{shown} | first`")
                }
                None => super::super::calls::written(signature.form),
            };
            let message = format!("filter `{}` takes {what}, `{shown}` is {}", signature.name, found.show());
            return self.add("type", text::range(input), message, Some(fix));
        }
        if found.none > Lack::Field && signature.takes & NONE == 0 {
            self.is_none(input, found, &format!("filter `{}` does not take none", signature.name));
        }
    }

    fn result(
        &mut self,
        expr: &Expr<'_>,
        signature: &Signature,
        found: &Type,
        args: &[CallArg<'_>],
        types: &[Type],
    ) -> Type {
        let item = found.item();
        let attribute = keyword(args, "attribute");
        match signature.gives {
            Gives::Boolean => Type::boolean(),
            Gives::Integer => Type::integer(),
            Gives::Fraction => Type { fraction: true, ..Type::default() },
            Gives::Number if found.any || found.fraction => Type::number(),
            Gives::Number => Type::integer(),
            Gives::Text => {
                if let Some(attribute) = attribute {
                    self.named_field(&item, attribute);
                }
                Type::text()
            }
            Gives::Texts => Type::list(Type::text()),
            Gives::Item => {
                if let Some(attribute) = attribute {
                    self.named_field(&item, attribute);
                }
                item.or_absent(Lack::Unsure)
            }
            Gives::Items => {
                if let Some(attribute) = attribute {
                    self.named_field(&item, attribute);
                }
                Type::list(match (signature.name, position(args, 0).and_then(text::literal).as_deref()) {
                    ("select", Some("defined" | "none")) | ("select", None) => item.some(),
                    _ => item,
                })
            }
            Gives::Selected => self.selected(signature.name, item, args, types),
            Gives::Lists => Type::list(Type::list(item)),
            Gives::Pairs => Type::list(Type::list(Type::any())),
            Gives::Groups => {
                let key = match position(args, 0).or(attribute) {
                    Some(name) => self.named_field(&item, name),
                    None => Type::any(),
                };
                let fields = [("grouper".to_owned(), key.present()), ("list".to_owned(), Type::list(item))];
                let group = Type { list: Some(Type::any().into()), ..Type::object(Object::closed(fields)) };
                Type::list(group)
            }
            Gives::Flat => Type::list(match &item.list {
                Some(inner) if item.kinds() & !NONE == LIST => inner.as_ref().clone(),
                _ => Type::any(),
            }),
            Gives::Chain => {
                let others = types.iter().map(Type::item);
                Type::list(others.fold(item, |all, other| all.union(&other)))
            }
            Gives::Zipped => Type::list(Type::list(Type::any())),
            Gives::Mapped => self.mapped(expr, item, args, types),
            Gives::Attribute => match (position(args, 0).and_then(text::literal), &found.object) {
                (Some(name), Some(object)) if !found.any => object.field(&name).unwrap_or_else(Type::any),
                _ => Type::any(),
            },
            Gives::Default => Type::any(),
            Gives::Sum => self.sum_of(expr, item, position(args, 0).or(attribute)),
            Gives::Reversed => Type {
                text: found.text.as_ref().map(|_| Text::Any),
                list: found.list.clone().or_else(|| found.object.as_ref().map(|_| Type::text().into())),
                any: found.any,
                ..Type::default()
            },
        }
    }

    /// The field of each item that an argument names: `'a'` or `'a.b'`.
    fn named_field(&mut self, item: &Type, argument: &Expr<'_>) -> Type {
        let Some(names) = text::literal(argument) else { return Type::any() };
        let mut holder = item.clone();
        for name in names.split('.') {
            if holder.any {
                return Type::any();
            }
            let kinds = holder.kinds() & !NONE;
            let range = text::range(argument);
            match &holder.object {
                Some(object) if kinds & !LIST == OBJECT => match object.field(name) {
                    Some(field) => {
                        let lack = holder.none.max(holder.absent);
                        holder = field.or_absent(lack);
                    }
                    None => {
                        let fix = choose(name, "fields are", object.fields.keys().map(String::as_str));
                        let message = format!("an item has no `{}`", crate::text::brief(name, 100));
                        self.add("unknown-field", range, message, fix);
                        return Type::any();
                    }
                },
                _ if kinds == TEXT || kinds == NUMBER || kinds == TEXT | NUMBER => {
                    let message =
                        format!("an item is {}, it has no `{}`", holder.show(), crate::text::brief(name, 100));
                    let fix = "leave the name out: the items themselves are the values".to_owned();
                    self.add("unknown-field", range, message, Some(fix));
                    return Type::any();
                }
                _ => return Type::any(),
            }
        }
        holder
    }

    fn selected(&mut self, filter: &str, item: Type, args: &[CallArg<'_>], types: &[Type]) -> Type {
        let Some(argument) = position(args, 0) else { return Type::list(item) };
        let field = self.named_field(&item, argument);
        let test = position(args, 1).and_then(text::literal);
        if let (Some(test), Some(value), Some(other)) = (&test, position(args, 2), types.get(2)) {
            self.tested(argument, &field, test, value, other);
        }
        let remains = match (filter, test.as_deref()) {
            ("selectattr", None) => position(args, 1).is_none(),
            ("selectattr", Some("undefined" | "none" | "ne" | "false" | "!=")) => false,
            ("selectattr", Some(_)) => true,
            (_, Some("undefined" | "none")) => true,
            _ => false,
        };
        let (Some(name), Some(object), true) = (text::literal(argument), &item.object, remains) else {
            return Type::list(item);
        };
        match object.fields.get(&name) {
            Some(field) => {
                let object = object.with(&name, field.clone().some());
                Type::list(Type { object: Some(object.into()), ..item.clone() })
            }
            None => Type::list(item),
        }
    }

    /// The field of an item compared with a value.
    fn tested(&mut self, argument: &Expr<'_>, field: &Type, test: &str, value: &Expr<'_>, other: &Type) {
        // The field has no expression of its own: its name stands for it.
        let field = field.clone().some();
        match test {
            "eq" | "equalto" | "==" | "ne" | "!=" => self.equality(argument, &field, value, other),
            "lt" | "<" | "le" | "<=" | "gt" | ">" | "ge" | ">=" | "greaterthan" | "lessthan" => {
                self.order(argument, &field, value, other);
            }
            "in" => self.membership(argument, &field, value, other),
            _ => {}
        }
    }

    fn mapped(&mut self, expr: &Expr<'_>, item: Type, args: &[CallArg<'_>], types: &[Type]) -> Type {
        if let Some(attribute) = keyword(args, "attribute") {
            let field = self.named_field(&item, attribute);
            let default = args.iter().position(|arg| matches!(arg, CallArg::Kwarg("default", _)));
            return Type::list(match default.and_then(|at| types.get(at)) {
                Some(default) if !field.any => field.some().union(default),
                _ => {
                    let lack = field.absent;
                    field.present().or_none(lack)
                }
            });
        }
        let Some(argument) = position(args, 0) else { return Type::list(Type::any()) };
        let Some(name) = text::literal(argument) else { return Type::list(Type::any()) };
        match signature(&name) {
            Some(filter) => {
                let rest = args.get(1..).unwrap_or_default();
                if filter.gives == Gives::Default {
                    let default = types.get(1).cloned().unwrap_or_else(Type::text);
                    return Type::list(item.some().union(&default));
                }
                if !item.any && item.kinds() & !NONE != 0 && item.kinds() & filter.takes == 0 {
                    let message =
                        format!("filter `{name}` takes {}, an item is {}", kinds_in_words(filter.takes), item.show());
                    self.add("type", text::range(argument), message, Some(super::super::calls::written(filter.form)));
                }
                let found = self.result(expr, filter, &item, rest, types.get(1..).unwrap_or_default());
                Type::list(found)
            }
            None if matches!(name.as_str(), "d" | "count") => Type::list(Type::any()),
            None => {
                let shown = crate::text::brief(&name, 60);
                let known = crate::expr::known_filters();
                let fix = match item.object.as_ref().and_then(|object| object.field(&name)) {
                    Some(_) => Some(format!("write `map(attribute='{shown}')`")),
                    None => choose(&name, "filters are", known),
                };
                self.add("unknown-filter", text::range(argument), format!("unknown filter `{shown}`"), fix);
                Type::list(Type::any())
            }
        }
    }

    fn sum_of(&mut self, expr: &Expr<'_>, item: Type, attribute: Option<&Expr<'_>>) -> Type {
        let summed = match attribute {
            Some(attribute) => self.named_field(&item, attribute),
            None => item,
        };
        let kinds = summed.kinds();
        if !summed.any && kinds & !NONE != 0 && kinds & (NUMBER | crate::types::BOOLEAN) == 0 {
            let fix = match &summed.object {
                Some(object) => {
                    let number = object.fields.iter().find(|(_, field)| field.integer || field.fraction);
                    let name = number.map_or("…", |(name, _)| name.as_str());
                    format!("name the field: `sum(attribute='{name}')`")
                }
                None => "make numbers first: `map('int') | sum`".to_owned(),
            };
            let message = format!("`sum` adds numbers, an item is {}", summed.show());
            let span = expr.span();
            self.add("type", span.start_offset as usize..span.end_offset as usize, message, Some(fix));
        }
        if summed.any || summed.fraction { Type::number() } else { Type::integer() }
    }

    pub(super) fn test(&mut self, input: &Expr<'_>, name: &str, args: &[CallArg<'_>]) -> Type {
        let found = self.expr(input);
        let types = self.arguments(args);
        if let (Some(value), Some(other)) = (position(args, 0), types.first()) {
            let found = found.some();
            self.tested(input, &found, name, value, other);
        }
        Type::boolean()
    }

    /// Constants that a filter cannot use: durations, formats, zones and tests.
    fn constants(&mut self, filter: &str, args: &[CallArg<'_>]) {
        let Some(first) = position(args, 0) else { return };
        let literal = |at| position(args, at).and_then(text::literal);
        match filter {
            "plus" | "minus" => {
                if let Some(Err(message)) = literal(0).map(|text| crate::duration::span(&text)) {
                    self.add("value", text::range(first), message, Some(format!("write `{filter}('P2D')`")));
                }
            }
            "date" => {
                if let Some(format) = literal(0)
                    && let Err(error) = super::super::filters::format_works(&format)
                {
                    let fix = "write for example `date('%Y-%m-%d %H:%M', 'UTC')`".to_owned();
                    self.add("value", text::range(first), error, Some(fix));
                }
                if let (Some(zone), Some(place)) = (literal(1), position(args, 1))
                    && let Err(error) = jiff::tz::TimeZone::get(&zone)
                {
                    let fix = "write a name such as `Europe/Berlin` or `UTC`".to_owned();
                    self.add("value", text::range(place), error.to_string(), Some(fix));
                }
            }
            "select" | "reject" | "selectattr" | "rejectattr" => {
                let at = usize::from(filter.ends_with("attr"));
                if let (Some(test), Some(place)) = (literal(at), position(args, at)) {
                    self.known_test(&test, place);
                }
            }
            _ => {}
        }
    }

    fn known_test(&mut self, test: &str, place: &Expr<'_>) {
        if super::super::calls::is_test(test) {
            return;
        }
        let known = crate::expr::signature::TESTS.iter().map(|test| test.name);
        let fix = choose(test, "tests are", known);
        let shown = crate::text::brief(test, 60);
        self.add("unknown-test", text::range(place), format!("unknown test `{shown}`"), fix);
    }
}

fn kinds_in_words(kinds: u8) -> String {
    let words = [(TEXT, "a text"), (NUMBER, "a number"), (LIST, "a list"), (OBJECT, "an object")];
    let words: Vec<&str> = words.iter().filter(|(kind, _)| kinds & kind != 0).map(|(_, word)| *word).collect();
    words.join(" or ")
}
