//! The commands in what people are told, as they copy them.
#![expect(clippy::expect_used, reason = "test support: a broken context is a failed test")]

use std::process::Stdio;

use serde_json::Value;

use crate::context::{CommandOutput, TestContext};

/// Where a command ends that stands in a sentence.
const ENDS: [&str; 7] = ["   (", "; ", ". ", ", then", " (", "\n", "`"];

/// Every command of the program in a text, without its name, as a shell hands its words over.
pub fn commands(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("switchboard ") {
        let (before, rest) = text.split_at(at);
        if before.ends_with(|letter: char| letter.is_alphanumeric() || "-_/.".contains(letter)) {
            continue;
        }
        let end = match before.chars().last() {
            Some('`') => rest.find('`'),
            Some('(') => rest.find(')'),
            _ => ENDS.iter().filter_map(|end| rest.find(end)).min(),
        };
        let command = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let words = words(command.trim_end_matches(['.', ':', ' ']));
        found.push(words.into_iter().skip(1).take_while(|word| word != "<").collect());
    }
    found
}

/// Words of a command line; quotes hold blanks together.
fn words(line: &str) -> Vec<String> {
    let (mut all, mut word, mut quote) = (Vec::new(), String::new(), None);
    for letter in line.chars() {
        match (letter, quote) {
            (one, Some(open)) if one == open => quote = None,
            ('\'' | '"', None) => quote = Some(letter),
            (' ', None) => all.push(std::mem::take(&mut word)),
            _ => word.push(letter),
        }
    }
    all.push(word);
    all.retain(|word| !word.is_empty());
    all
}

/// Every text in what a program was told.
pub fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(all) => all.iter().flat_map(texts).collect(),
        Value::Object(all) => all.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

impl TestContext {
    /// What the program says to a command line, without doing anything: there is no data folder to do it in.
    pub fn parses(&self, words: &[String]) -> CommandOutput {
        let nowhere = self.home.path().join("no-folder");
        std::fs::write(&nowhere, "").expect("the folder is ours");
        for file in ["FILE", "token.txt"] {
            std::fs::write(self.home.path().join(file), "x").expect("the folder is ours");
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut command = self.command(&words);
        self.finish(command.env("SWITCHBOARD_HOME", nowhere).stdin(Stdio::null()))
    }
}
