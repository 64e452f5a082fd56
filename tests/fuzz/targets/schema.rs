//! A JSON Schema that we did not write: of a document's inputs, and of a component's activity.

use serde_json::{Value, json};
use switchboard_automation::{check, parse, prepare_inputs};

use super::Target;
use super::catalog::Activities;

pub const WORDS: &[&str] = &[
    "\"type\":\"object\"",
    "\"type\":[\"string\",\"null\"]",
    "\"properties\":{",
    "\"additionalProperties\":",
    "\"patternProperties\":{\"(a+)+$\":{}}",
    "\"propertyNames\":",
    "\"required\":[\"a\"]",
    "\"items\":",
    "\"prefixItems\":[",
    "\"contains\":",
    "\"uniqueItems\":true",
    "\"allOf\":[",
    "\"anyOf\":[",
    "\"oneOf\":[",
    "\"not\":",
    "\"if\":{},\"then\":{},\"else\":{}",
    "\"dependentSchemas\":{",
    "\"unevaluatedProperties\":false",
    "\"unevaluatedItems\":false",
    "\"enum\":[",
    "\"const\":",
    "\"default\":",
    "\"pattern\":\"^(a|a)*$\"",
    "\"pattern\":\"(?<=a)b\"",
    "\"format\":\"email\"",
    "\"minimum\":0",
    "\"multipleOf\":0.1",
    "\"maxLength\":1",
    "\"$ref\":\"#\"",
    "\"$ref\":\"#/$defs/a\"",
    "\"$ref\":\"https://example.com/s.json\"",
    "\"$ref\":\"file:///etc/passwd\"",
    "\"$dynamicRef\":\"#n\"",
    "\"$dynamicAnchor\":\"n\"",
    "\"$id\":\"https://example.com/a\"",
    "\"$schema\":\"http://json-schema.org/draft-04/schema#\"",
    "\"$schema\":\"https://json-schema.org/draft/2020-12/schema\"",
    "\"$defs\":{",
    "{\"$ref\":\"#/$defs/b\"},",
    "\"$anchor\":\"x\"",
    "true",
    "false",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
];

const AUTOMATION: &str = r#"{"automation":"1","id":"a","steps":[{"id":"s","use":"zoom.x","with":{"a":"text","list":[1,2,3],"b":{"c":null}}}]"#;

pub fn open() -> Target {
    let values = [
        json!({}),
        json!({"a": "aaaaaaaaaaaaaaaaaaaaaaaa!", "list": [1, [2, [3]], {"a": {"a": {}}}], "b": {"c": null}}),
    ];
    let mut activities = Activities(vec![("zoom.x", Value::Null, Value::Null)]);
    Box::new(move |input| {
        let text = String::from_utf8_lossy(input);
        let source = format!("{AUTOMATION},\"inputs\":{text}}}");
        if let Ok(schema) = serde_json::from_str::<Value>(&text)
            && let Some((_, input, output)) = activities.0.first_mut()
        {
            (*input, *output) = (schema.clone(), schema);
        }
        let report = check(&source, "a.json", &activities);
        let _ = (report.render(), report.to_json());
        let Ok(document) = parse(&source, "a.json") else { return };
        for value in &values {
            if let Err(error) = prepare_inputs(&document, value.clone()) {
                let _ = (error.to_string(), error.to_json());
            }
        }
    })
}
