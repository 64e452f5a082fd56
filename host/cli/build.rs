//! Embeds the connector that `make` built, or says how to build it.

use std::path::PathBuf;

const PACKED: &str = "SWITCHBOARD_PACKED_ADDRESSES";

fn main() -> Result<(), String> {
    let folder = PathBuf::from(env("CARGO_MANIFEST_DIR")?).join("../../target/connectors");
    let out = PathBuf::from(env("OUT_DIR")?);
    for name in ["zoom.cwasm", "zoom.index"] {
        let built = folder.join(name);
        println!("cargo::rerun-if-changed={}", built.display());
        std::fs::copy(&built, out.join(name))
            .map_err(|error| format!("the connector is not built yet ({error}): run `make build`"))?;
    }
    // A start has to correct some 36,000 addresses; written so, they are a thirtieth of the size. Systems with a GNU C library
    // before 2.36 do not start such a program, so its maker asks for it.
    println!("cargo::rerun-if-env-changed={PACKED}");
    if std::env::var(PACKED).is_ok_and(|asked| asked == "1") {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    Ok(())
}

fn env(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|error| format!("{name}: {error}"))
}
