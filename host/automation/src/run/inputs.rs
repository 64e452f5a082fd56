//! Inputs of a run: defaults applied, the rest checked.

use serde_json::{Map, Value, json};

use super::RunError;
use crate::activity::StepError;
use crate::check::shape::{Deviation, Shape};
use crate::document::Document;

/// Inputs that one message names.
const MAX_NAMED: usize = 20;

/// Applies the defaults of the document's inputs and checks the result. Inputs the document does not name are refused.
pub fn prepare_inputs(doc: &Document, inputs: Value) -> Result<Value, RunError> {
    let mut inputs = if inputs.is_null() { json!({}) } else { inputs };
    let schema = closed(&doc.automation.inputs);
    defaults(&schema, &mut inputs);
    let shape = Shape::of(&schema)
        .map_err(|error| RunError::new(doc, None, "/inputs", StepError::problem("input", error.to_string())))?;
    let deviations = shape.deviations(&inputs, "", MAX_NAMED);
    let wrong = deviations.list;
    if wrong.is_empty() {
        return Ok(inputs);
    }
    let sentence = |found: &Deviation| found.message.replace("the document lacks", "missing input:");
    let mut sentences: Vec<String> = wrong.iter().map(sentence).collect();
    if deviations.more > 0 {
        sentences.push(format!("and {} more", deviations.more));
    }
    let mut cause = StepError::problem("input", sentences.join("; "));
    cause.fix = wrong.iter().find_map(|found| found.fix.clone());
    cause.details = Some(wrong.iter().map(|found| json!({"pointer": found.pointer, "code": found.code, "message": sentence(found), "fix": found.fix})).collect());
    Err(RunError::new(doc, None, "/inputs", cause))
}

fn closed(schema: &Map<String, Value>) -> Value {
    let mut schema = schema.clone();
    schema.entry("type").or_insert_with(|| json!("object"));
    schema.entry("properties").or_insert_with(|| json!({}));
    schema.entry("additionalProperties").or_insert(Value::Bool(false));
    Value::Object(schema)
}

fn defaults(schema: &Value, value: &mut Value) {
    let (Some(properties), Some(members)) =
        (schema.get("properties").and_then(Value::as_object), value.as_object_mut())
    else {
        return;
    };
    for (name, property) in properties {
        if let Some(default) = property.get("default")
            && !members.contains_key(name)
        {
            members.insert(name.clone(), default.clone());
        }
        if let Some(member) = members.get_mut(name) {
            defaults(property, member);
        }
    }
}
