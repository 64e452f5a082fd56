//! Takes the blanks out of the resolved manifest, a third of its size, before the component embeds it.

use std::path::Path;
use std::{env, fs, io};

#[expect(clippy::disallowed_macros, reason = "how a build script talks to cargo")]
fn main() -> io::Result<()> {
    let source = "../manifests/zoom.resolved.json";
    println!("cargo::rerun-if-changed={source}");
    let text = fs::read_to_string(source)?;
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set; build with cargo"))?;
    fs::write(Path::new(&out).join("manifest.min.json"), without_blanks(&text))
}

fn without_blanks(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    json.chars()
        .filter(|&c| {
            if in_string {
                in_string = escaped || c != '"';
                escaped = c == '\\' && !escaped;
                true
            } else {
                in_string = c == '"';
                !c.is_ascii_whitespace()
            }
        })
        .collect()
}
