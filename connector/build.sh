#!/usr/bin/env bash
# Build the Zoom connector's core module for wasm32-unknown-unknown and print its path.
#
# With the wasm target in rustup's toolchain that is one ordinary cargo call. Where rustup cannot add the target (no network
# to its server), Debian's own Rust with its sources builds the standard library for wasm as well.
set -euo pipefail
cd "$(dirname "$0")/.."
target=wasm32-unknown-unknown
out=target/wasm
# Small code loads faster and one unit optimises best; names and unwinding are of no use inside the sandbox.
export CARGO_PROFILE_RELEASE_LTO=fat CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1 CARGO_PROFILE_RELEASE_PANIC=abort CARGO_PROFILE_RELEASE_STRIP=true
# To the person: past the log of `host/build.sh`, where that runs this.
say() { printf '%s\n' "$*" >&"${MESSAGES_FD:-2}"; }

build_with_rustup() {
  CARGO_TARGET_DIR=$out cargo build --locked --release --target $target -p switchboard-connector-zoom --lib
}

has_target() { [ -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ]; }

add_target() {
  command -v rustup >/dev/null || return 1
  say "setup: adding Rust's $target target (the connector is a WASM component)"
  timeout 60 rustup target add $target >/dev/null 2>&1
}

install_debian() {
  command -v apt-get >/dev/null || return 1
  local sudo=""
  [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo=sudo || return 1; }
  say "setup: rustup could not add $target; installing Debian's rustc-web, cargo-web and rust-web-src instead (about 250 MB)"
  $sudo apt-get update -qq >/dev/null && $sudo apt-get install -y -qq --no-install-recommends rustc-web cargo-web rust-web-src >/dev/null
}

build_with_debian() {
  local bin
  bin=$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin
  PATH="$PATH:$bin" RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$out \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=rust-lld \
    /usr/bin/cargo build --locked --release --target $target -Zbuild-std=std,panic_abort -p switchboard-connector-zoom --lib
}

if has_target || add_target; then
  build_with_rustup
elif { [ -x /usr/bin/cargo ] && [ -x /usr/bin/rustc ] && dpkg -s rust-web-src >/dev/null 2>&1; } || install_debian; then
  build_with_debian
else
  say "error: the connector needs Rust's $target target and it could not be installed."
  say "fix: run 'rustup target add $target', or on Debian 'apt-get install rustc-web cargo-web rust-web-src', then try again."
  exit 1
fi
echo "$out/$target/release/switchboard_connector_zoom.wasm"
