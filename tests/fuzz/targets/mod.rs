//! What reads foreign data, as the product reads it: a file for each reader.

mod catalog;
mod component;
mod document;
mod expression;
mod guest_output;
mod header;
mod manifest;
mod redaction;
mod schema;
mod token_answer;
mod webhook;

/// A reader, ready for any number of inputs.
pub type Target = Box<dyn FnMut(&[u8])>;

/// A reader, and what it is given.
struct Entry {
    name: &'static str,
    open: fn() -> Target,
    /// The words of the language it reads.
    words: &'static [&'static str],
    /// Folder of `tests` with what mutants are made of.
    corpus: &'static str,
    /// How many inputs it gets in `make test`.
    inputs: u64,
}

/// Most readings take some 10 to 100 microseconds.
const INPUTS: u64 = 200_000;
/// Compiling a component takes thousands.
const COMPONENTS: u64 = 2_000;

static ENTRIES: [Entry; 10] = [
    entry("document", document::open, document::WORDS, "fuzz/corpus/document"),
    entry("expression", expression::open, expression::WORDS, "fuzz/corpus/expression"),
    entry("schema", schema::open, schema::WORDS, "fuzz/corpus/schema"),
    entry("header", header::open, header::WORDS, "fuzz/corpus/header"),
    entry("redaction", redaction::open, redaction::WORDS, "fuzz/corpus/redaction"),
    entry("manifest", manifest::open, manifest::WORDS, "fuzz/corpus/manifest"),
    entry("guest-output", guest_output::open, guest_output::WORDS, "fuzz/corpus/guest-output"),
    entry("token-answer", token_answer::open, token_answer::WORDS, "fuzz/corpus/token-answer"),
    entry("webhook", webhook::open, webhook::WORDS, "fuzz/corpus/webhook"),
    Entry { inputs: COMPONENTS, ..entry("component", component::open, component::WORDS, "hostile") },
];

const fn entry(
    name: &'static str,
    open: fn() -> Target,
    words: &'static [&'static str],
    corpus: &'static str,
) -> Entry {
    Entry { name, open, words, corpus, inputs: INPUTS }
}

/// Every name.
pub fn names() -> Vec<&'static str> {
    ENTRIES.iter().map(|entry| entry.name).collect()
}

/// Makes the reader of a name ready.
pub fn open(name: &str) -> Target {
    (find(name).open)()
}

/// The dictionary of a name.
pub fn words(name: &str) -> &'static [&'static str] {
    find(name).words
}

/// The folder of a name's corpus, below `tests`.
pub fn corpus(name: &str) -> &'static str {
    find(name).corpus
}

/// How many inputs a name gets in `make test`.
pub fn inputs(name: &str) -> u64 {
    find(name).inputs
}

fn find(name: &str) -> &'static Entry {
    ENTRIES.iter().find(|entry| entry.name == name).unwrap_or_else(|| panic!("there is no target `{name}`"))
}

/// What stands before and after the first empty line.
fn split(input: &[u8]) -> (&[u8], &[u8]) {
    let end = input.windows(2).position(|pair| pair == b"\n\n").unwrap_or(input.len());
    (input.get(..end).unwrap_or_default(), input.get(end + 2..).unwrap_or_default())
}

/// The status on the first line, and the headers below it.
fn head(input: &[u8]) -> (u16, Vec<(String, Vec<u8>)>) {
    let (status, rest) = input.split_at(input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len()));
    (String::from_utf8_lossy(status).parse().unwrap_or(200), headers(rest))
}

/// A header a line.
fn headers(lines: &[u8]) -> Vec<(String, Vec<u8>)> {
    let header = |line: &[u8]| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = String::from_utf8_lossy(line.get(..colon)?).into_owned();
        Some((name, line.get(colon + 1..)?.trim_ascii().to_vec()))
    };
    lines.split(|byte| *byte == b'\n').filter_map(header).collect()
}
