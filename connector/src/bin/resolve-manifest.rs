//! Writes `manifests/zoom.resolved.json`; with `--check` only says whether it is up to date.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use switchboard_connector_zoom::manifest;

fn main() -> ExitCode {
    let check = env::args().skip(1).any(|argument| argument == "--check");
    match run(check) {
        Ok(code) => code,
        Err(message) => {
            report(&message);
            ExitCode::FAILURE
        }
    }
}

fn run(check: bool) -> Result<ExitCode, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../manifests");
    let target = folder.join("zoom.resolved.json");
    let fresh = manifest::resolve(&folder.join("zoom"))?;
    if fs::read_to_string(&target).is_ok_and(|present| present == fresh) {
        return Ok(ExitCode::SUCCESS);
    }
    if check {
        report(
            "manifests/zoom.resolved.json is not up to date: run `cargo run -p switchboard-connector-zoom --features schema --bin resolve-manifest`",
        );
        return Ok(ExitCode::FAILURE);
    }
    fs::write(&target, fresh).map_err(|error| format!("cannot write {}: {error}", target.display()))?;
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::disallowed_macros, reason = "a native tool, not part of the component")]
fn report(message: &str) {
    eprintln!("{message}");
}
