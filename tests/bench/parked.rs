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
use crate::{BUNDLED, Failed, beside};

const CALLS: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(60);

/// Start the program below once with a pool and once without.
pub fn measure(report: &mut Report) -> Result<(), Failed> {
    for (pooled, name) in [("pooled", "1,000 waiting calls, pooled"), ("plain", "1,000 waiting calls, not pooled")] {
        // both ends of every connection are in that program
        let done = Command::new("sh")
            .args(["-c", "ulimit -n 4096; exec \"$0\" parked \"$1\" \"$2\""])
            .arg(beside("bench")?)
            .args([&CALLS.to_string(), pooled])
            .output()?;
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        let mut words = said.split_whitespace().map(str::parse::<f64>);
        let mut next = || words.next().and_then(Result::ok);
        let (Some(before), Some(after), Some(mapped_before), Some(mapped_after)) = (next(), next(), next(), next())
        else {
            return Err(format!("parked: {}", String::from_utf8_lossy(&done.stderr)).into());
        };
        report.figure(name, (after - before) / 1024.0, "MiB", 71.0);
        report.note(&format!(
            "the whole program then holds {:.1} MiB; the calls add {:.1} MiB to its VmRSS, which counts the connector's image, \
             one copy in memory, once for each call",
            after / 1024.0,
            (mapped_after - mapped_before) / 1024.0
        ));
    }
    Ok(())
}

/// The program that is measured: prints its memory in KiB before the calls and while all of them wait.
pub fn park(calls: &str, pooled: &str) -> Result<(), Failed> {
    let calls: usize = calls.parse()?;
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let runtime = sandbox(calls, pooled)?;
    let connector = runtime.load_bundle(BUNDLED)?;
    let (address, waiting) = silent_server()?;
    let before = resident()?;
    let mapped_before = mapped()?;
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
    println!("{before} {} {mapped_before} {}", resident()?, mapped()?);
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

/// Memory of this program, KiB, each page counted once however often it is mapped.
fn resident() -> Result<u64, Failed> {
    Ok(kib(&std::fs::read_to_string("/proc/self/smaps_rollup")?, "Pss:"))
}

/// The same with each page counted as often as it is mapped, KiB.
fn mapped() -> Result<u64, Failed> {
    Ok(kib(&std::fs::read_to_string("/proc/self/status")?, "VmRSS:"))
}
