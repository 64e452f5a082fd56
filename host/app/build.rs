//! Embeds the connector that `make` built, or says how to build it.

use std::path::PathBuf;

fn main() -> Result<(), String> {
    let folder = PathBuf::from(env("CARGO_MANIFEST_DIR")?).join("../../target/connectors");
    let out = PathBuf::from(env("OUT_DIR")?);
    for name in ["zoom.cwasm", "zoom.index"] {
        let built = folder.join(name);
        println!("cargo::rerun-if-changed={}", built.display());
        std::fs::copy(&built, out.join(name))
            .map_err(|error| format!("the connector is not built yet ({error}): run `make build`"))?;
    }
    Ok(())
}

fn env(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|error| format!("{name}: {error}"))
}
