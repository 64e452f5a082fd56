//! Puts the connector into the program that measures it, as the command has it inside.

use std::path::Path;

fn main() -> Result<(), String> {
    let folder = Path::new(&env("CARGO_MANIFEST_DIR")?).join("../target/connectors");
    let measured = std::env::var_os("CARGO_FEATURE_BENCH").is_some();
    println!("cargo::rerun-if-changed=build.rs");
    for name in ["zoom.cwasm", "zoom.index"].into_iter().filter(|_| measured) {
        let built = folder.join(name);
        println!("cargo::rerun-if-changed={}", built.display());
        std::fs::copy(&built, Path::new(&env("OUT_DIR")?).join(name))
            .map_err(|error| format!("the connector is not built yet ({error}): run `make bench`"))?;
    }
    Ok(())
}

fn env(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|error| format!("{name}: {error}"))
}
