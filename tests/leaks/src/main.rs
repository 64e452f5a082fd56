//! `find-leaks`: the search for tests that are not in Rust.
//!
//! Reads lines of JSON from standard input until it ends, each `{"what": …}`: `secret` with `name` and `text`; `said` with
//! `place` and `text`; `follow` with `process`, an id whose arguments and environment are looked at from then on, and those of
//! what it starts; `home` with `path`, a data folder whose database seals secrets; `folder` with `path`, to be searched.
//! Then prints one line of JSON: how many `secrets` were looked for in how many `places`, and what was `found`.
//! Exits with 1 when something was found, with 2 when a line cannot be read.

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
    Follow { process: u32 },
    Home { path: PathBuf },
    Folder { path: PathBuf },
}

fn main() -> ExitCode {
    let watch = Watch::default();
    let (mut secrets, mut said, mut folders): (Vec<Secret>, Vec<Secret>, Vec<PathBuf>) = Default::default();
    for line in std::io::stdin().lines().map_while(Result::ok) {
        match serde_json::from_str(&line) {
            Ok(Line::Secret { name, text }) => secrets.push((name, text.into_bytes())),
            Ok(Line::Said { place, text }) => said.push((place, text.into_bytes())),
            Ok(Line::Follow { process }) => watch.follow(process, Vec::new()),
            Ok(Line::Home { path }) => secrets.extend(sealed_in(&path)),
            Ok(Line::Folder { path }) => folders.push(path),
            Err(error) => {
                eprintln!("not one of the lines: {error}");
                return ExitCode::from(2);
            }
        }
    }
    let mut search = Search::new(&secrets);
    said.iter().for_each(|(place, text)| search.look(place, text));
    watch.seen().iter().for_each(|shown| search.look("the arguments or the environment of a process", shown));
    folders.iter().for_each(|folder| search.folder(folder));
    let places = search.places();
    let found = search.found();
    println!("{}", json!({"secrets": secrets.len(), "places": places, "found": found}));
    ExitCode::from(u8::from(!found.is_empty()))
}
