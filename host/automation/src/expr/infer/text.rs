//! Where the nodes of an expression stand in its source.

use std::ops::Range;

use minijinja::machinery::ast::Expr;

/// Characters of a part of an expression in a message.
const BRIEF: usize = 120;

/// The bytes of a node. The engine's own place of a node begins at its last sign: `.b` of `a.b`.
pub(super) fn range(expr: &Expr<'_>) -> Range<usize> {
    let mut first = expr;
    loop {
        first = match first {
            Expr::GetAttr(get) => &get.expr,
            Expr::GetItem(get) => &get.expr,
            Expr::Slice(slice) => &slice.expr,
            Expr::Call(call) => &call.expr,
            Expr::Test(test) => &test.expr,
            Expr::BinOp(op) => &op.left,
            Expr::Compare(compare) => &compare.expr,
            Expr::IfExpr(choice) => &choice.true_expr,
            Expr::Filter(filter) => match &filter.expr {
                Some(input) => input,
                None => break,
            },
            _ => break,
        };
    }
    let (first, whole) = (first.span(), expr.span());
    first.start_offset as usize..whole.end_offset as usize
}

/// The source of a node, brackets around its beginning included.
pub(super) fn of<'s>(source: &'s str, expr: &Expr<'_>) -> &'s str {
    let mut range = range(expr);
    let mut open = 0_usize;
    let part = source.get(range.clone()).unwrap_or_default();
    for byte in part.bytes() {
        match byte {
            b'(' => open += 1,
            b')' if open > 0 => open -= 1,
            b')' => match source.get(..range.start).and_then(|before| before.rfind('(')) {
                Some(bracket) => range.start = bracket,
                None => break,
            },
            _ => {}
        }
    }
    source.get(range).unwrap_or_default().trim()
}

/// The same for a message.
pub(super) fn brief(source: &str, expr: &Expr<'_>) -> String {
    crate::text::brief(of(source, expr), BRIEF)
}

/// The last `len` bytes of a node: the name behind its dot.
pub(super) fn tail(expr: &Expr<'_>, len: usize) -> Range<usize> {
    let end = expr.span().end_offset as usize;
    end.saturating_sub(len)..end
}

/// The text of a constant.
pub(super) fn literal(expr: &Expr<'_>) -> Option<String> {
    match expr {
        Expr::Const(constant) => constant.value.as_str().map(str::to_owned),
        _ => None,
    }
}

/// A chain of names, such as `steps.list.users`.
pub(super) fn path(expr: &Expr<'_>) -> Option<String> {
    match expr {
        Expr::Var(var) => Some(var.id.to_owned()),
        Expr::GetAttr(get) => Some(format!("{}.{}", path(&get.expr)?, get.name)),
        Expr::GetItem(get) => Some(format!("{}.{}", path(&get.expr)?, literal(&get.subscript_expr)?)),
        _ => None,
    }
}
