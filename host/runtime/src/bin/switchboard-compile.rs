//! Compile a component for the `switchboard` of the same build, which has no compiler inside: a component on standard input, machine
//! code on standard output. A component can be made to compile for ever and to take all memory, so the program limits itself
//! before it reads one.

use std::io::{Read, Write};
use std::process::ExitCode;

use switchboard_egress::Egress;
use switchboard_runtime::{MAX_COMPONENT, Runtime, RuntimeConfig};

fn main() -> ExitCode {
    match limit().and_then(|()| compile()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compile() -> Result<(), Box<dyn std::error::Error>> {
    let mut component = Vec::new();
    std::io::stdin().lock().take(MAX_COMPONENT as u64 + 1).read_to_end(&mut component)?;
    if component.len() > MAX_COMPONENT {
        return Err(format!("it has more than {MAX_COMPONENT} bytes").into());
    }
    // The settings of code must equal those of the engines that run it; pooling is not one of them.
    let code = Runtime::new(RuntimeConfig::default(), Egress::new()?)?.precompile(&component)?;
    std::io::stdout().lock().write_all(&code)?;
    Ok(())
}

/// Processor time of all threads, seconds: more than the caller waits with one thread, so that a busy machine does not matter.
#[cfg(unix)]
const SECONDS: u64 = 60;

/// Address space, bytes. Zoom's connector, of one megabyte, takes a tenth of it.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 2 << 30;

#[cfg(unix)]
fn limit() -> Result<(), Box<dyn std::error::Error>> {
    use rlimit::Resource;
    let lower = |resource: Resource, most: u64| {
        let (soft, hard) = resource.get()?;
        resource.set(soft.min(most), hard)
    };
    lower(Resource::CPU, SECONDS)?;
    // Its memory holds nothing but the component, which is not worth a file.
    lower(Resource::CORE, 0)?;
    #[cfg(target_os = "linux")]
    lower(Resource::AS, MEMORY)?;
    Ok(())
}

#[cfg(not(unix))]
fn limit() -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}
