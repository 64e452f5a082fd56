//! Make a component out of a core module: `pack-connector CORE.wasm OUT.wasm`. Checks it and writes, beside it, `OUT.cwasm`
//! (its contract alone, compiled ahead of time for this host), `OUT.index` (its manifest with a table of contents) and
//! `OUT.wasm.sha256`.

mod contract;

use std::path::Path;
use std::process::ExitCode;

use sha2::{Digest, Sha256};
use switchboard_egress::Egress;
use switchboard_runtime::{Runtime, RuntimeConfig};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, core, out] = arguments.as_slice() else {
        eprintln!("usage: pack-connector CORE.wasm OUT.wasm");
        return ExitCode::from(2);
    };
    match pack(Path::new(core), Path::new(out)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn pack(core: &Path, out: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let module = std::fs::read(core).map_err(|error| format!("{}: {error}", core.display()))?;
    let component = self::component(&module)?;
    let digest = format!("{:x}", Sha256::digest(&component));
    // The settings of code must equal those of the engines that run it; pooling is not one of them.
    let runtime = Runtime::new(RuntimeConfig::default(), Egress::new()?)?;
    let part = self::component(&contract::only(&module)?)?;
    let machine = runtime.precompile(&part)?;
    // Loads both as any other connector: imports, manifest and contract are checked here, once for all who embed it.
    let threads = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let index = threads.block_on(runtime.index(&component, &part, machine.clone()))?;
    std::fs::write(out, &component)?;
    std::fs::write(out.with_extension("index"), index)?;
    std::fs::write(out.with_extension("wasm.sha256"), format!("{digest}  {}\n", file_name(out)))?;
    std::fs::write(out.with_extension("cwasm"), machine)?;
    eprintln!("{}: {} bytes, sha256 {digest}", out.display(), component.len());
    Ok(())
}

fn component(module: &[u8]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let encoder = wit_component::ComponentEncoder::default().module(module).map_err(|error| format!("{error:#}"))?;
    Ok(encoder.validate(true).encode().map_err(|error| format!("{error:#}"))?)
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
