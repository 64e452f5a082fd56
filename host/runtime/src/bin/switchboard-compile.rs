//! Compile a component for the `switchboard` of the same build, which has no compiler inside: a component on standard input, machine
//! code on standard output.

use std::io::{Read, Write};
use std::process::ExitCode;

use switchboard_egress::Egress;
use switchboard_runtime::{Runtime, RuntimeConfig};

fn main() -> ExitCode {
    match compile() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compile() -> Result<(), Box<dyn std::error::Error>> {
    let mut component = Vec::new();
    std::io::stdin().lock().read_to_end(&mut component)?;
    // The settings of code must equal those of the engines that run it; pooling is not one of them.
    let code = Runtime::new(RuntimeConfig::default(), Egress::new()?)?.precompile(&component)?;
    std::io::stdout().lock().write_all(&code)?;
    Ok(())
}
