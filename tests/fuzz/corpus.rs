//! The inputs that mutants are made of, and those that once ended a process: a folder for each target, a file for each input.

use std::path::Path;

use crate::targets;

/// What mutants of a target are made of: short, and read without a fault.
pub fn of(target: &str) -> Vec<Vec<u8>> {
    let inputs = files(targets::corpus(target));
    assert!(!inputs.is_empty(), "tests/{} is empty", targets::corpus(target));
    inputs
}

/// What once ended a process or took too long. Each is read in every run, as it is.
pub fn crashes(target: &str) -> Vec<Vec<u8>> {
    files(&format!("fuzz/crashes/{target}"))
}

fn files(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))).collect()
}
