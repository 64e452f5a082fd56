//! Links the command so that it starts fast, where its maker asks for it.

const PACKED: &str = "SWITCHBOARD_PACKED_ADDRESSES";

fn main() {
    // A start has to correct some 36,000 addresses; written so, they are a thirtieth of the size. Systems with a GNU C library
    // before 2.36 do not start such a program, so its maker asks for it.
    println!("cargo::rerun-if-env-changed={PACKED}");
    if std::env::var(PACKED).is_ok_and(|asked| asked == "1") {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
