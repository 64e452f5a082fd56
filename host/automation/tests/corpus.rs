//! Right and wrong documents, against the activities of the resolved manifest.
//!
//! Beside each wrong document stands a `.txt`: for each mistake a line with its code and its place, and a line with a piece of its
//! remedy.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests")]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use support::Zoom;
use switchboard_automation::expr::known_filters;
use switchboard_automation::{check, parse};

fn documents(kind: &str) -> Vec<(String, String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(kind);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let named = |path: PathBuf| {
        (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap(), path)
    };
    files.into_iter().map(named).collect()
}

#[test]
fn right_documents_have_no_mistakes() {
    let zoom = Zoom::real();
    let mut wrong = String::new();
    let documents = documents("right");
    for (name, source, _) in &documents {
        wrong += &check(source, name, &zoom).render_plain();
        wrong += &parse(source, name).err().map_or_else(String::new, |report| report.render_plain());
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(documents.len() >= 30, "{}", documents.len());
}

#[test]
fn right_documents_use_every_filter() {
    let all: String = documents("right").into_iter().map(|(_, source, _)| source).collect();
    for filter in known_filters() {
        assert!(all.contains(&format!("| {filter}")), "no right document uses `{filter}`");
    }
}

#[test]
fn wrong_documents_have_the_mistakes_that_are_stated() {
    let zoom = Zoom::real();
    let mut wrong = String::new();
    let documents = documents("wrong");
    for (name, source, path) in &documents {
        let report = check(source, name, &zoom);
        let stated = fs::read_to_string(path.with_extension("txt")).unwrap_or_default();
        let stated: Vec<&str> = stated.lines().collect();
        let fits = stated.len() == report.diagnostics.len() * 2
            && report.diagnostics.iter().zip(stated.chunks(2)).all(|(found, stated)| {
                let place = format!("{} {}:{}", found.code, found.line, found.column);
                place == stated[0] && found.fix.as_deref().unwrap_or_default().contains(stated[1])
            });
        if !fits {
            let _ = writeln!(wrong, "{name}: stated {stated:?}\n{}", report.render_plain());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(documents.len() >= 80, "{}", documents.len());
}
