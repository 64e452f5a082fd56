//! The fuzz gate in small: 200,000 mutants for each reader of foreign data. `make campaign` reads 10 million each.

use std::process::Command;

/// `fuzz gate` passes for a reader.
#[track_caller]
fn check(target: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_fuzz")).args(["gate", target]).output().unwrap();
    let words = [output.stdout, output.stderr].map(|words| String::from_utf8_lossy(&words).into_owned());
    assert!(output.status.success(), "{}", words.join("\n"));
    eprintln!("{}", words.join("\n"));
}

#[test]
fn header_mutants_are_contained() {
    check("header");
}

#[test]
fn redaction_mutants_are_contained() {
    check("redaction");
}

#[test]
fn manifest_mutants_are_contained() {
    check("manifest");
}

#[test]
fn guest_output_mutants_are_contained() {
    check("guest-output");
}

#[test]
fn webhook_mutants_are_contained() {
    check("webhook");
}

#[test]
fn component_mutants_are_contained() {
    check("component");
}

#[test]
fn token_answer_mutants_are_contained() {
    check("token-answer");
}

#[test]
fn document_mutants_are_contained() {
    check("document");
}

#[test]
fn expression_mutants_are_contained() {
    check("expression");
}

#[test]
fn schema_mutants_are_contained() {
    check("schema");
}
