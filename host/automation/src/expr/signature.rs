//! How each filter is written, for checks and for people.

/// A filter, as a document writes it.
#[derive(Debug, PartialEq)]
pub struct Signature {
    pub name: &'static str,
    /// With its arguments. `=` marks one that is given by name and may be left out, with its default.
    pub form: &'static str,
    /// Arguments without a name that it takes at least and at most.
    pub count: std::ops::RangeInclusive<usize>,
}

const fn of(name: &'static str, form: &'static str, least: usize, most: usize) -> Signature {
    Signature { name, form, count: least..=most }
}

/// What documents may use after `|`.
pub const FILTERS: &[Signature] = &[
    of("abs", "abs", 0, 0),
    of("attr", "attr(name)", 1, 1),
    of("batch", "batch(size, fill)", 1, 2),
    of("bool", "bool", 0, 0),
    of("bytes", "bytes", 0, 0),
    of("capitalize", "capitalize", 0, 0),
    of("chain", "chain(list, …)", 0, usize::MAX),
    of("date", "date('%Y-%m-%d', 'UTC')", 0, 2),
    of("default", "default(value)", 0, 2),
    of("dictsort", "dictsort(by='key', reverse=false, case_sensitive=false)", 0, 0),
    of("first", "first", 0, 0),
    of("flatten", "flatten", 0, 0),
    of("float", "float(default=0.0)", 0, 1),
    of("groupby", "groupby(attribute, default=none)", 0, 1),
    of("int", "int(default=0, base=10)", 0, 2),
    of("items", "items", 0, 0),
    of("join", "join(text, attribute=none)", 0, 1),
    of("last", "last", 0, 0),
    of("length", "length", 0, 0),
    of("lines", "lines", 0, 0),
    of("list", "list", 0, 0),
    of("lower", "lower", 0, 0),
    of("map", "map(filter, …) or map(attribute='name')", 0, usize::MAX),
    of("max", "max(attribute=none)", 0, 0),
    of("min", "min(attribute=none)", 0, 0),
    of("minus", "minus(duration), for example minus('P2D')", 1, 1),
    of("plus", "plus(duration), for example plus('PT90M')", 1, 1),
    of("reject", "reject(test, …)", 0, usize::MAX),
    of("rejectattr", "rejectattr(name, test, …)", 1, usize::MAX),
    of("replace", "replace(from, to)", 2, 2),
    of("reverse", "reverse", 0, 0),
    of("round", "round(digits)", 0, 2),
    of("select", "select(test, …)", 0, usize::MAX),
    of("selectattr", "selectattr(name, test, …)", 1, usize::MAX),
    of("slice", "slice(count, fill)", 1, 2),
    of("slug", "slug", 0, 0),
    of("sort", "sort(attribute=none, reverse=false, case_sensitive=false)", 0, 0),
    of("split", "split(separator, most)", 0, 2),
    of("string", "string", 0, 0),
    of("sum", "sum(attribute=none, start=0)", 0, 2),
    of("title", "title", 0, 0),
    of("trim", "trim(characters)", 0, 1),
    of("unique", "unique(attribute=none, case_sensitive=false)", 0, 0),
    of("upper", "upper", 0, 0),
    of("zip", "zip(list, …)", 0, usize::MAX),
];

/// What documents may use after `is`, for suggestions.
pub const TESTS: &[&str] = &[
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "even",
    "false",
    "float",
    "ge",
    "gt",
    "in",
    "integer",
    "iterable",
    "le",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sameas",
    "sequence",
    "startingwith",
    "string",
    "true",
    "undefined",
    "upper",
];

/// How a filter is written.
pub fn signature(name: &str) -> Option<&'static Signature> {
    FILTERS.iter().find(|signature| signature.name == name)
}

#[cfg(test)]
mod tests {
    use minijinja::{Environment, Value, context};

    use super::*;

    /// A filter that does not take an argument by name refuses it, whatever the value.
    #[test]
    fn arguments_that_are_shown_by_name_are_taken_by_name() {
        let engine = &crate::expr::ENGINE;
        for signature in FILTERS {
            for argument in signature.form.split(['(', ')', ',']).filter(|part| part.contains('=')) {
                let source = format!("list | {}({argument})", signature.name);
                if let Err(error) = evaluate(engine, &source) {
                    let refused = error.contains("unknown keyword") || error.contains("unexpected keyword");
                    assert!(!refused, "{source}: {error}");
                }
            }
        }
    }

    fn evaluate(engine: &Environment<'_>, source: &str) -> Result<Value, String> {
        let expression = engine.compile_expression(source).map_err(|error| error.to_string())?;
        expression.eval(context! { list => vec![1, 2] }).map_err(|error| error.to_string())
    }
}
