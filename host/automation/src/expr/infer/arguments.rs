//! Arguments of filters, tests and functions.

use minijinja::machinery::ast::{CallArg, Expr};

use super::{Infer, text};
use crate::choice::choose;
use crate::types::{Kinds, NUMBER, Type};

impl Infer<'_> {
    /// The types of all arguments, in order.
    pub(super) fn arguments(&mut self, args: &[CallArg<'_>]) -> Vec<Type> {
        let types = args.iter().map(|arg| match arg {
            CallArg::Pos(value) | CallArg::Kwarg(_, value) => {
                let found = self.expr(value);
                self.need(value, found)
            }
            CallArg::PosSplat(value) | CallArg::KwargSplat(value) => {
                self.expr(value);
                Type::any()
            }
        });
        types.collect()
    }

    /// Reports arguments without a name that are of a wrong kind.
    pub(super) fn positions(&mut self, name: &str, args: &[CallArg<'_>], types: &[Type], wanted: Kinds) {
        for (arg, found) in args.iter().zip(types) {
            if let CallArg::Pos(value) = arg {
                self.argument(name, value, found, wanted);
            }
        }
    }

    pub(super) fn argument(&mut self, name: &str, value: &Expr<'_>, found: &Type, wanted: Kinds) {
        let what = if wanted == NUMBER { "a number" } else { "a text" };
        self.wanted(value, found, wanted, &format!("`{name}` takes {what} there"));
    }

    /// Reports arguments with a name that the filter does not have.
    pub(super) fn named(&mut self, filter: &str, form: &str, args: &[CallArg<'_>]) {
        let known: Vec<&str> =
            form.split(['(', ')', ',']).filter_map(|part| part.split_once('=')).map(|(name, _)| name.trim()).collect();
        for arg in args {
            let CallArg::Kwarg(name, value) = arg else { continue };
            if known.contains(name) {
                continue;
            }
            let end = text::range(value).start;
            let start = self.source.get(..end).and_then(|before| before.rfind(name)).unwrap_or(end);
            let fix = choose(name, "named arguments are", known.iter().copied())
                .unwrap_or_else(|| super::super::calls::written(form));
            let message = format!("filter `{filter}` has no argument `{}`", crate::text::brief(name, 60));
            self.add("arguments", start..start + name.len(), message, Some(fix));
        }
    }
}

/// The argument of a name.
pub(super) fn keyword<'e, 'a>(args: &'e [CallArg<'a>], name: &str) -> Option<&'e Expr<'a>> {
    args.iter().find_map(|arg| match arg {
        CallArg::Kwarg(key, value) if *key == name => Some(value),
        _ => None,
    })
}

/// The argument of a position, when only arguments without a name stand before it.
pub(super) fn position<'e, 'a>(args: &'e [CallArg<'a>], at: usize) -> Option<&'e Expr<'a>> {
    if args.iter().take(at).any(|arg| !matches!(arg, CallArg::Pos(_))) {
        return None;
    }
    match args.get(at) {
        Some(CallArg::Pos(value)) => Some(value),
        _ => None,
    }
}
