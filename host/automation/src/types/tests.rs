use serde_json::json;

use super::*;

#[track_caller]
fn check(schema: &serde_json::Value, shown: &str) {
    assert_eq!(of_schema(schema, Origin::Output).show(), shown, "{schema}");
}

#[test]
fn schemas_become_types() {
    check(&json!({"type": "string"}), "text");
    check(&json!({"type": ["integer", "null"]}), "a whole number or none");
    check(&json!({"enum": ["a", "b"]}), "one of `a`, `b`");
    check(&json!({"oneOf": [{"const": "a"}, {"enum": ["b"]}]}), "one of `a`, `b`");
    check(&json!({"anyOf": [{"type": "string"}, {"type": "number"}]}), "text or a number");
    check(&json!({"type": "array", "items": {"type": "boolean"}}), "a list of true or false");
    check(&json!({"type": "object", "additionalProperties": {"type": "string"}}), "{…}");
    check(&json!({}), "anything");
    check(&json!(true), "anything");
    check(&json!({"allOf": [{"type": "string"}, {"minLength": 1}]}), "anything");
    check(&json!({"$ref": "#/$defs/a", "$defs": {"a": {"type": "object", "properties": {"x": {}}}}}), "{x}");
}

#[test]
fn hostile_schemas_are_anything() {
    let own = json!({"$ref": "#/$defs/a", "$defs": {"a": {"type": "array", "items": {"$ref": "#/$defs/a"}}}});
    check(&own, "a list");
    // Each definition refers ten times to the next one.
    let mut definitions = serde_json::Map::new();
    for level in 0..30 {
        let next = json!({"$ref": format!("#/$defs/d{}", level + 1)});
        let fields: serde_json::Map<String, serde_json::Value> =
            (0..10).map(|field| (format!("f{field}"), next.clone())).collect();
        definitions.insert(format!("d{level}"), json!({"type": "object", "properties": fields}));
    }
    definitions.insert("d30".to_owned(), json!({"type": "string"}));
    let bomb = json!({"$ref": "#/$defs/d0", "$defs": definitions});
    let before = std::time::Instant::now();
    let one = of_schema(&bomb, Origin::Output);
    let _ = one.union(&Type::text()).misfit(&one);
    assert!(before.elapsed() < std::time::Duration::from_secs(2));
}

#[test]
fn a_union_has_one_part_of_each_kind() {
    let many: Vec<String> = (0..200).map(|at| format!("v{at}")).collect();
    let all = many.iter().map(|value| Type::literal(value)).reduce(|all, one| all.union(&one)).unwrap();
    assert_eq!(all.text, Some(Text::Any));
    let one = Type::object(Object::closed([("a".to_owned(), Type::text())]));
    let two = Type::object(Object::closed([("b".to_owned(), Type::integer())]));
    let both = one.union(&two).object.unwrap();
    assert_eq!(both.field("a").unwrap().absent, Lack::Unsure);
    assert_eq!(both.field("c"), None);
}

#[test]
fn a_value_fits_or_the_reason_is_given() {
    let wanted = of_schema(
        &json!({"type": "object", "required": ["email"], "additionalProperties": false, "properties": {
            "email": {"type": "string"}, "kind": {"enum": ["a", "b"]}, "tags": {"type": "array", "items": {"type": "string"}}
        }}),
        Origin::Wanted,
    );
    let given = |fields: &[(&str, Type)]| {
        Type::object(Object::closed(fields.iter().map(|(name, field)| ((*name).to_owned(), field.clone()))))
    };
    assert_eq!(given(&[("email", Type::text()), ("kind", Type::literal("a"))]).misfit(&wanted), None);
    let reason = |found: &Type| found.misfit(&wanted).map(|misfit| (misfit.path, misfit.reason));
    let missing = Reason::Missing { field: "email".to_owned() };
    assert_eq!(reason(&given(&[])), Some((Vec::new(), missing)));
    let found = reason(&given(&[("email", Type::text()), ("kind", Type::literal("c"))])).unwrap();
    assert_eq!(found.0, ["kind"]);
    let found = reason(&given(&[("email", Type::text()), ("tags", Type::list(Type::integer()))])).unwrap();
    assert_eq!(found.0, ["tags", "[]"]);
    assert_eq!(reason(&Type::any()), None);
}
