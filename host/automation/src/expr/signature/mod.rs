//! The filters, tests and functions of expressions, in one table: for checks, for people and for editors.

mod filters;

use crate::types::Kinds;

pub use filters::FILTERS;

/// A filter, as a document writes it.
#[derive(Debug, PartialEq)]
pub struct Signature {
    /// Its name.
    pub name: &'static str,
    /// With its arguments. `=` marks one that is given by name and may be left out, with its default.
    pub form: &'static str,
    /// Arguments without a name that it takes at least and at most.
    pub count: std::ops::RangeInclusive<usize>,
    /// The kinds of values that may stand before it.
    pub takes: Kinds,
    /// The kinds of its arguments without a name.
    pub arguments: &'static [Kinds],
    /// What it makes of the value before it.
    pub gives: Gives,
    /// What it does, in a line.
    pub about: &'static str,
    /// An expression, and its value as JSON.
    pub example: (&'static str, &'static str),
}

/// What a filter makes of the value before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// A number that may not be whole.
    Fraction,
    /// A number, whole if the one before it is.
    Number,
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// An item of the list.
    Item,
    /// A list of the same items.
    Items,
    /// The same, but those without the field that is tested are gone.
    Selected,
    /// A list of lists of the items.
    Lists,
    /// Pairs of name and value.
    Pairs,
    /// Pairs of `grouper` and `list`.
    Groups,
    /// The items of the lists inside the list.
    Flat,
    /// Its items and those of the arguments.
    Chain,
    /// A list of lists, one item of each.
    Zipped,
    /// A field of each item, or what a filter makes of each item.
    Mapped,
    /// The field that the argument names.
    Attribute,
    /// The value, or the argument where there is none.
    Default,
    /// The sum of the items.
    Sum,
    /// A text or a list like the one before it.
    Reversed,
}

/// A test, as a document writes it after `is`.
#[derive(Debug, PartialEq)]
pub struct TestSignature {
    /// Its name.
    pub name: &'static str,
    /// What it asks, in a line.
    pub about: &'static str,
    /// An expression that is true.
    pub example: &'static str,
}

const fn test(name: &'static str, about: &'static str, example: &'static str) -> TestSignature {
    TestSignature { name, about, example }
}

/// What documents may use after `is`.
pub const TESTS: &[TestSignature] = &[
    test("boolean", "It is `true` or `false`", "true is boolean"),
    test("defined", "It has a value", "1 is defined"),
    test("divisibleby", "Divided by the number nothing is left", "9 is divisibleby(3)"),
    test("endingwith", "The text ends with that", "'sync' is endingwith('nc')"),
    test("eq", "It equals that", "3 is eq(3)"),
    test("even", "It is an even number", "4 is even"),
    test("false", "It is `false`", "false is false"),
    test("float", "It is a number that is not whole", "3.5 is float"),
    test("ge", "It is that or greater", "5 is ge(5)"),
    test("gt", "It is greater", "5 is gt(4)"),
    test("in", "The list has it", "'a' is in(['a', 'b'])"),
    test("integer", "It is a whole number", "3 is integer"),
    test("iterable", "It can be gone through", "[1] is iterable"),
    test("le", "It is that or less", "3 is le(3)"),
    test("lower", "Its letters are small", "'abc' is lower"),
    test("lt", "It is less", "3 is lt(4)"),
    test("mapping", "It is an object", "{'a': 1} is mapping"),
    test("ne", "It does not equal that", "3 is ne(4)"),
    test("none", "It is `none`", "none is none"),
    test("number", "It is a number", "3 is number"),
    test("odd", "It is an odd number", "3 is odd"),
    test("sameas", "It is the very same", "3 is sameas(3)"),
    test("sequence", "It is a list", "[1] is sequence"),
    test("startingwith", "The text begins with that", "'sync' is startingwith('sy')"),
    test("string", "It is a text", "'a' is string"),
    test("true", "It is `true`", "true is true"),
    test("undefined", "It has no value", "{}.a is undefined"),
    test("upper", "Its letters are large", "'ABC' is upper"),
];

/// A function, as a document writes it.
#[derive(Debug, PartialEq)]
pub struct FunctionSignature {
    /// Its name.
    pub name: &'static str,
    /// With its arguments.
    pub form: &'static str,
    /// What it gives, in a line.
    pub about: &'static str,
    /// An expression, and its value as JSON.
    pub example: (&'static str, &'static str),
}

/// What documents may call.
pub const FUNCTIONS: &[FunctionSignature] = &[
    FunctionSignature {
        name: "dict",
        form: "dict(name=value, …)",
        about: "An object with these fields",
        example: ("dict(a=1)", r#"{"a": 1}"#),
    },
    FunctionSignature {
        name: "range",
        form: "range(from, to, step)",
        about: "Whole numbers from the first to the one before the last",
        example: ("range(1, 4)", "[1, 2, 3]"),
    },
];

/// How a filter is written.
pub fn signature(name: &str) -> Option<&'static Signature> {
    FILTERS.iter().find(|signature| signature.name == name)
}

#[cfg(test)]
mod tests {
    use minijinja::{Environment, Value, context};

    use crate::expr::{Scope, string};

    use super::*;
    use crate::types::{BOOLEAN, LIST, NONE, NUMBER, OBJECT, TEXT};

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

    #[test]
    fn every_example_has_the_value_it_states() {
        let filters = FILTERS.iter().map(|filter| filter.example);
        let functions = FUNCTIONS.iter().map(|function| function.example);
        let tests = TESTS.iter().map(|test| (test.example, "true"));
        for (source, value) in filters.chain(functions).chain(tests) {
            let stated: serde_json::Value = serde_json::from_str(value).unwrap();
            assert_eq!(string(&format!("${{{{ {source} }}}}"), &Scope::default()), Ok(stated), "{source}");
        }
    }

    /// Calls that are right for a value of a fitting kind.
    fn call(name: &str) -> &str {
        match name {
            "attr" => "attr('a')",
            "batch" => "batch(2)",
            "slice" => "slice(2)",
            "replace" => "replace('a', 'b')",
            "minus" => "minus('P1D')",
            "plus" => "plus('P1D')",
            "groupby" => "groupby('a')",
            "selectattr" => "selectattr('a')",
            "rejectattr" => "rejectattr('a')",
            "map" => "map(attribute='a')",
            "chain" => "chain([1])",
            "zip" => "zip([1])",
            other => other,
        }
    }

    /// The table says which kinds a filter takes, and the engine agrees.
    #[test]
    fn filters_take_the_kinds_that_the_table_names() {
        let values = [
            (BOOLEAN, "true"),
            (NUMBER, "3"),
            (TEXT, "'2026-01-31T09:00:00Z'"),
            (LIST, "[1]"),
            (OBJECT, "{'a': 1}"),
            (NONE, "none"),
        ];
        for filter in FILTERS {
            for (kind, value) in values {
                // Not every text is a number.
                let value = if matches!(filter.name, "int" | "float") && kind == TEXT { "'3'" } else { value };
                let source = format!("${{{{ {value} | {} }}}}", call(filter.name));
                let works = string(&source, &Scope::default()).is_ok();
                assert_eq!(works, filter.takes & kind != 0, "{source}");
            }
        }
    }

    fn evaluate(engine: &Environment<'_>, source: &str) -> Result<Value, String> {
        let expression = engine.compile_expression(source).map_err(|error| error.to_string())?;
        expression.eval(context! { list => vec![1, 2] }).map_err(|error| error.to_string())
    }
}
