//! Embeds the connector that `make` built, or says how to build it.

use std::path::PathBuf;

fn main() -> Result<(), String> {
    let folder = PathBuf::from(env("CARGO_MANIFEST_DIR")?).join("../../target/connectors");
    let out = PathBuf::from(env("OUT_DIR")?);
    for name in ["zoom.cwasm", "zoom.book"] {
        let built = folder.join(name);
        println!("cargo::rerun-if-changed={}", built.display());
        std::fs::copy(&built, out.join(name))
            .map_err(|error| format!("the connector is not built yet ({error}): run `make build`"))?;
    }
    // A start has to correct some 36,000 addresses; written so, they are a thirtieth of the size.
    if env("HOST")? == env("TARGET")? && glibc().is_some_and(|version| version >= (2, 36)) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    Ok(())
}

fn env(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|error| format!("{name}: {error}"))
}

/// Version of this machine's C library, when it is GNU's. It reads packed addresses since 2.36.
fn glibc() -> Option<(u32, u32)> {
    let said = std::process::Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let said = String::from_utf8(said.stdout).ok()?;
    let (major, minor) = said.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}
