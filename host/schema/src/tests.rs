use serde_json::{Value, json};

use super::*;

/// `d0` refers `times` times to `d1`, and so on.
fn chain(length: usize, times: usize) -> Value {
    let reference = |to: usize| json!({"$ref": format!("#/$defs/d{to}")});
    let definition = |at: usize| (format!("d{at}"), json!({"allOf": vec![reference(at + 1); times]}));
    let mut definitions: serde_json::Map<String, Value> = (0..length).map(definition).collect();
    definitions.insert(format!("d{length}"), json!({"type": "string"}));
    json!({"$ref": "#/$defs/d0", "$defs": definitions})
}

#[test]
fn references_that_multiply_are_refused() {
    assert_eq!(measure(&chain(20, 10)), Err(SchemaError::Work));
    assert_eq!(measure(&chain(4, 10)), Err(SchemaError::Work));
    assert!(measure(&chain(3, 10)).is_ok());
}

#[test]
fn long_chains_are_refused_without_recursion() {
    assert_eq!(measure(&chain(300, 1)), Err(SchemaError::Depth));
    assert_eq!(measure(&chain(8_000, 1)), Err(SchemaError::Work));
    assert_eq!(measure(&chain(20_000, 1)), Err(SchemaError::Parts));
}

#[test]
fn a_tree_is_as_deep_as_its_value() {
    let tree = json!({
        "type": "object",
        "properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}, "name": {"type": "string"}},
        "required": ["name"],
    });
    let cost = measure(&tree).unwrap();
    assert!(cost.work < 1_000, "{cost:?}");
    assert!(cost.depth < 200, "{cost:?}");
}

#[test]
fn recursion_that_branches_at_one_child_is_refused() {
    let twice = json!({"properties": {"next": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}});
    assert_eq!(measure(&twice), Err(SchemaError::Work));
    let patterns = json!({"patternProperties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}});
    assert_eq!(measure(&patterns), Err(SchemaError::Work));
    let unevaluated = json!({"allOf": [{"properties": {"next": {"$ref": "#"}}}], "unevaluatedProperties": false});
    assert_eq!(measure(&unevaluated), Err(SchemaError::Work));
}

#[test]
fn a_reference_to_itself_is_refused() {
    for schema in [
        json!({"$ref": "#"}),
        json!({"$ref": "#/$defs/a", "$defs": {"a": {"enum": ["x"], "$ref": "#/$defs/a"}}}),
        json!({"properties": {"x": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"oneOf": [{"$ref": "#/$defs/b"}]}, "b": {"not": {"$ref": "#/$defs/a"}}}}),
    ] {
        assert!(matches!(measure(&schema), Err(SchemaError::Cycle { .. })), "{schema}");
    }
}

#[test]
fn references_out_of_the_schema_are_refused() {
    for target in ["http://127.0.0.1/x", "file:///etc/passwd", "#anchor", "other.json", "#/$defs/none", ""] {
        let schema = json!({"items": {"$ref": target}});
        assert!(matches!(measure(&schema), Err(SchemaError::Reference { .. })), "{target}");
    }
}

#[test]
fn keywords_that_move_references_are_refused() {
    for schema in [
        json!({"properties": {"a": {"$id": "http://example.org/a"}}}),
        json!({"$dynamicRef": "#node"}),
        json!({"items": {"$recursiveRef": "#"}}),
    ] {
        assert!(matches!(measure(&schema), Err(SchemaError::Keyword { .. })), "{schema}");
    }
    assert!(measure(&json!({"$id": "http://example.org/a", "type": "object"})).is_ok());
}

#[test]
fn regular_expressions_are_counted() {
    let property = |at: usize| (format!("p{at}"), json!({"pattern": "^a+$"}));
    let many = |count: usize| json!({"properties": (0..count).map(property).collect::<serde_json::Map<_, _>>()});
    assert_eq!(measure(&many(MAX_PATTERNS)).unwrap().patterns, 1);
    assert_eq!(measure(&many(MAX_PATTERNS + 1)), Err(SchemaError::Patterns));
    let long = json!({"pattern": "a".repeat(MAX_PATTERN_LENGTH + 1)});
    assert!(matches!(measure(&long), Err(SchemaError::Pattern { .. })));
}

#[test]
fn values_are_measured_without_recursion() {
    let value = json!({"a": [1, "xyz", {"b": null}]});
    assert_eq!(Size::of(&value), Size { values: 6, text: 5, nesting: 3 });
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!([deep]);
    }
    assert_eq!(Size::of(&deep).nesting, 100);
}

#[test]
fn the_connector_of_ours_is_far_below_the_limits() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../manifests/zoom.resolved.json");
    let manifest: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let activities = manifest["activities"].as_array().unwrap();
    let schemas = activities.iter().flat_map(|activity| [&activity["input"], &activity["output"]]);
    let events = manifest["events"].as_array().unwrap().iter().map(|event| &event["payload"]);
    let costs: Vec<Cost> = schemas.chain(events).map(|schema| measure(schema).unwrap()).collect();
    assert!(costs.iter().all(|cost| cost.work < MAX_WORK / 10), "{:?}", costs.iter().map(|cost| cost.work).max());
    assert!(costs.iter().all(|cost| cost.depth < MAX_DEPTH / 4), "{:?}", costs.iter().map(|cost| cost.depth).max());
}

#[test]
fn names_that_add_up_are_refused() {
    let mut schema = json!({"type": "string"});
    for _ in 0..20 {
        schema = json!({"properties": {"n".repeat(100): schema}});
    }
    assert!(matches!(measure(&schema), Err(SchemaError::Pointer { .. })));
}
