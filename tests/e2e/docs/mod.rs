//! The documents: their examples are run, their links and paths lead somewhere, their generated pages are up to date.

mod automations;
mod generated;
mod links;
mod requirements;

use std::fs;
use std::path::PathBuf;

use switchboard_tests::context::TestContext;

/// A fenced block of a page.
struct Block {
    /// What follows the fence, for example `json outputs`.
    info: String,
    text: String,
    /// `docs/guides/connect.md:12`.
    place: String,
}

/// The text of a file of the repository.
fn read(path: &str) -> String {
    fs::read_to_string(TestContext::file(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every fenced block of a page, in order.
fn blocks(path: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (number, line) in read(path).lines().enumerate() {
        if let Some(info) = line.trim_start().strip_prefix("```") {
            if !open {
                let place = format!("{path}:{}", number + 1);
                blocks.push(Block { info: info.to_owned(), text: String::new(), place });
            }
            open = !open;
        } else if open {
            let block = blocks.last_mut().unwrap();
            block.text.push_str(line);
            block.text.push('\n');
        }
    }
    assert!(!open, "{path}: a block does not end");
    blocks
}

/// The Markdown files of the repository that people write or generate, relative to its root.
fn pages() -> Vec<String> {
    let mut pages: Vec<String> =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"].map(str::to_owned).to_vec();
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(TestContext::file(&folder.display().to_string())).unwrap() {
            let name = folder.join(entry.unwrap().file_name());
            if TestContext::file(&name.display().to_string()).is_dir() {
                folders.push(name);
            } else if name.extension().is_some_and(|extension| extension == "md") {
                pages.push(name.display().to_string());
            }
        }
    }
    pages.sort();
    assert!(pages.len() > 20, "the documents were found: {pages:?}");
    pages
}
