//! `find-leaks`: the search for tests that are not in Rust.
//!
//! Reads lines of JSON from standard input until it ends, each `{"what": …}`: `secret` with `name` and `text`; `said` with
//! `place` and `text`; `follow` with `process`, an id whose arguments and environment are looked at from then on, and those of
//! what it starts, and with the `arguments` and the `environment` that it was started with; `home` with `path`, a data folder
//! whose database seals secrets; `handed_over` with `path` and `text`, a file that may hold just that; `folder` with `path`, to
//! be searched.
//! Then prints one line of JSON: how many `secrets` were looked for in how many `places`, and what was `found`, which is also
//! what could not be looked at.
//! Exits with 1 when something was found, with 2 when a line cannot be read.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Deserialize;
use serde_json::json;
use switchboard_leaks::{Search, Secret, Watch, sealed_in};

#[derive(Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    Secret { name: String, text: String },
    Said { place: String, text: String },
    Follow { process: u32, arguments: Vec<String>, environment: BTreeMap<String, String> },
    Home { path: PathBuf },
    HandedOver { path: PathBuf, text: String },
    Folder { path: PathBuf },
}

/// Everything that was told.
#[derive(Default)]
struct Told {
    secrets: Vec<Secret>,
    said: Vec<Secret>,
    watch: Watch,
    homes: Vec<PathBuf>,
    handed_over: Vec<(PathBuf, String)>,
    folders: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let mut told = Told::default();
    for (number, line) in std::io::stdin().lock().split(b'\n').enumerate() {
        // Nothing of a line is printed: it may hold a secret.
        let why = match line.map(|line| serde_json::from_slice(&line)) {
            Ok(Ok(line)) => {
                told.take(line);
                continue;
            }
            Ok(Err(error)) => {
                format!("at column {} it is not one of the lines, which are JSON in UTF-8", error.column())
            }
            Err(error) => format!("standard input cannot be read: {error}"),
        };
        eprintln!("line {}: {why}; see the beginning of tests/leaks/src/main.rs", number + 1);
        return ExitCode::from(2);
    }
    let (secrets, search) = told.search();
    let places = search.places();
    let found = search.found();
    println!("{}", json!({"secrets": secrets, "places": places, "found": found}));
    ExitCode::from(u8::from(!found.is_empty()))
}

impl Told {
    fn take(&mut self, line: Line) {
        match line {
            Line::Secret { name, text } => self.secrets.push((name, text.into_bytes())),
            Line::Said { place, text } => self.said.push((place, text.into_bytes())),
            Line::Follow { process, arguments, environment } => {
                let variables = environment.iter().map(|(name, value)| format!("{name}={value}"));
                self.watch.follow(process, arguments.into_iter().chain(variables).map(String::into_bytes).collect());
            }
            Line::Home { path } => self.homes.push(path),
            Line::HandedOver { path, text } => {
                self.secrets.push(("what a file handed over".to_owned(), text.trim().into()));
                self.handed_over.push((path, text));
            }
            Line::Folder { path } => self.folders.push(path),
        }
    }

    /// How many secrets were looked for, and the search for them.
    fn search(mut self) -> (usize, Search) {
        let mut failed = Vec::new();
        for home in &self.homes {
            let sealed = sealed_in(home, &[]);
            self.secrets.extend(sealed.secrets);
            failed.extend(sealed.failed);
        }
        let mut search = Search::new(&self.secrets);
        failed.into_iter().for_each(|why| search.failed(why));
        self.homes.into_iter().for_each(|home| search.keys_of(home));
        self.handed_over.into_iter().for_each(|(file, text)| search.handed_over(file, text.into_bytes()));
        self.said.iter().for_each(|(place, text)| search.look(place, text));
        search.processes(&self.watch);
        self.folders.iter().for_each(|folder| search.folder(folder));
        (self.secrets.len(), search)
    }
}
