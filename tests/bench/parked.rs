//! Memory of many calls that wait for a slow answer, in a program of its own.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use switchboard_egress::Egress;
use switchboard_runtime::{CallOptions, Runtime, RuntimeConfig};

use crate::process::kib;
use crate::report::Report;
use crate::steady::Steady;
use crate::{Failed, beside, file};

const CALLS: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(60);

/// Start the program below once with a pool and once without.
pub fn measure(report: &mut Report) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let code = folder.path().join("connector");
    let component = std::fs::read(file("target/connectors/zoom.wasm"))?;
    for (pooled, name) in [("pooled", "1,000 waiting calls, pooled"), ("plain", "1,000 waiting calls, not pooled")] {
        // compiled here: what a compiler leaves behind would hide memory of the calls
        std::fs::write(&code, sandbox(CALLS, pooled)?.precompile(&component)?)?;
        // both ends of every connection are in that program
        let done = Command::new("sh")
            .args(["-c", "ulimit -n 4096; exec \"$0\" parked \"$1\" \"$2\" \"$3\""])
            .arg(beside("bench")?)
            .args([&CALLS.to_string(), pooled])
            .arg(&code)
            .output()?;
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        let mut words = said.split_whitespace().map(str::parse::<f64>);
        let (Some(Ok(before)), Some(Ok(after))) = (words.next(), words.next()) else {
            return Err(format!("parked: {}", String::from_utf8_lossy(&done.stderr)).into());
        };
        report.figure(name, (after - before) / 1024.0, "MiB", 71.0);
        report.note(&format!("the whole program then holds {:.1} MiB", after / 1024.0));
    }
    Ok(())
}

/// The program that is measured: prints its memory in KiB before the calls and while all of them wait.
pub fn park(calls: &str, pooled: &str, code: &str) -> Result<(), Failed> {
    let calls: usize = calls.parse()?;
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let runtime = sandbox(calls, pooled)?;
    let code: &'static [u8] = Box::leak(std::fs::read(code)?.into_boxed_slice());
    let connector = threads.block_on(runtime.load_precompiled(code))?;
    let (address, waiting) = silent_server()?;
    let before = resident()?;
    for connection in Steady::many(&address, "no-token", calls)? {
        let connector = connector.clone();
        threads.spawn(async move {
            let input = serde_json::json!({});
            let options = CallOptions::default();
            connector.call("zoom.users.me", input, connection, &options).await
        });
    }
    let start = std::time::Instant::now();
    while waiting.load(Ordering::Relaxed) < calls {
        if start.elapsed() > PATIENCE {
            let arrived = waiting.load(Ordering::Relaxed);
            return Err(format!("only {arrived} of {calls} calls arrived").into());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    println!("{before} {}", resident()?);
    threads.shutdown_background();
    Ok(())
}

fn sandbox(calls: usize, pooled: &str) -> Result<Runtime, Failed> {
    let config = RuntimeConfig { pooled: pooled == "pooled", slots: u32::try_from(calls)?, ..RuntimeConfig::default() };
    Ok(Runtime::new(config, Egress::new()?)?)
}

/// Reads requests and never answers; counts those that have come.
fn silent_server() -> Result<(String, Arc<AtomicUsize>), Failed> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = format!("http://127.0.0.1:{}/v2", listener.local_addr()?.port());
    let waiting = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&waiting);
    std::thread::spawn(move || {
        let mut open: Vec<TcpStream> = Vec::new();
        for mut stream in listener.incoming().flatten() {
            // small enough to come at once
            let mut request = [0; 2048];
            if stream.read(&mut request).is_ok_and(|read| read > 0) {
                open.push(stream);
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    Ok((address, waiting))
}

fn resident() -> Result<u64, Failed> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    Ok(kib(&status, "VmRSS:"))
}
