//! The tables of `src/catalogue.rs`, from `manifests/zoom/errors.json`.

use std::fmt::Write as _;

use serde_json::Value;

use crate::Outcome;

pub fn catalogue(json: &str) -> Outcome<String> {
    let all: Value = serde_json::from_str(json)?;
    let mut text = String::from("static PROBLEMS: &[Row] = &[\n");
    for row in rows(&all, "problems")? {
        let (code, cause, fix, retry) =
            (part(row, "code")?, part(row, "cause")?, part(row, "fix")?, part(row, "retry")?);
        writeln!(text, "Row {{ code: {code:?}, cause: {cause:?}, fix: {fix:?}, retry: {retry:?} }},")?;
    }
    text.push_str("];\nstatic REFUSALS: &[Code] = &[\n");
    for row in rows(&all, "refusals")? {
        let code = row.get("code").and_then(Value::as_i64).ok_or("a refusal has no code")?;
        let status = row.get("status").map_or_else(|| "[]".to_owned(), Value::to_string);
        let (problem, cause) = (part(row, "problem")?, part(row, "cause")?);
        let fix = row.get("fix").and_then(Value::as_str);
        writeln!(
            text,
            "Code {{ code: {code}, status: &{status}, problem: {problem:?}, cause: {cause:?}, fix: {fix:?} }},"
        )?;
    }
    text.push_str("];\n");
    Ok(text)
}

fn rows<'a>(all: &'a Value, name: &str) -> Outcome<&'a Vec<Value>> {
    Ok(all.get(name).and_then(Value::as_array).ok_or_else(|| format!("errors.json has no `{name}`"))?)
}

fn part<'a>(row: &'a Value, name: &str) -> Outcome<&'a str> {
    Ok(row.get(name).and_then(Value::as_str).ok_or_else(|| format!("errors.json: {row} has no `{name}`"))?)
}
