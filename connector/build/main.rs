//! Makes, before the connector is compiled: the bindings, the tables of Zoom's error codes and of time zones, and the manifest it carries.

mod bindings;
mod catalogue;
mod zones;

use std::path::Path;
use std::{env, fs, io};

/// Memory for values in a new instance, bytes. Asking for more costs a call to the system, and another when the instance is gone.
const HEAP: u32 = 256 << 10;

/// The guest's stack, bytes: a quarter of Rust's own choice. The host looks through all memory of a call that has ended.
const STACK: u32 = 256 << 10;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const WIT: [&str; 2] = ["../wit/connector", "../wit/zoom"];
const ERRORS: &str = "../manifests/zoom/errors.json";
const MANIFEST: &str = "../manifests/zoom.resolved.json";

#[expect(clippy::disallowed_macros, reason = "how a build script talks to cargo")]
fn main() -> Outcome<()> {
    for input in WIT.into_iter().chain(["build", ERRORS, MANIFEST]) {
        println!("cargo::rerun-if-changed={input}");
    }
    if env::var_os("CARGO_CFG_TARGET_ARCH").is_some_and(|of| of == "wasm32") {
        println!("cargo::rustc-link-arg-cdylib=--initial-heap={HEAP}");
        println!("cargo::rustc-link-arg-cdylib=-zstack-size={STACK}");
    }
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set; build with cargo"))?;
    let out = Path::new(&out);
    fs::write(out.join("bindings.rs"), bindings::bindings()?)?;
    fs::write(out.join("catalogue.rs"), catalogue::catalogue(&fs::read_to_string(ERRORS)?)?)?;
    fs::write(out.join("zones.rs"), zones::zones()?)?;
    let manifest = without_blanks(&fs::read_to_string(MANIFEST)?);
    fs::write(out.join("manifest.deflate"), miniz_oxide::deflate::compress_to_vec(manifest.as_bytes(), 6))?;
    fs::write(out.join("auth.json"), without_blanks(&auth()?))?;
    Ok(())
}

/// The manifest's section on signing in, which is also served alone.
fn auth() -> Outcome<String> {
    let manifest: serde_json::Value = serde_json::from_str(&fs::read_to_string(MANIFEST)?)?;
    Ok(manifest.get("auth").ok_or("the manifest has no `auth`")?.to_string())
}

/// JSON without its blanks, a third of its size.
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
