//! One call in the sandbox against the same call natively, and loading the connector.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard_egress::Egress;
use switchboard_emulator::Emulator;
use switchboard_runtime::{CallOptions, Connector, Runtime, RuntimeConfig};
use tokio::runtime::Runtime as Threads;

use crate::native::Native;
use crate::report::{Report, median, millis};
use crate::steady::Steady;
use crate::{BUNDLED, Failed, token};

const PAIRS: usize = 15;
const LOADS: usize = 51;
/// Calls of one repetition, enough to last some ten milliseconds.
const DRY: usize = 200;
const SENT: usize = 100;

/// Load machine code that was compiled ahead of time, as the command does.
pub fn load(report: &mut Report) -> Result<(), Failed> {
    let runtime = Runtime::new(RuntimeConfig::default(), Egress::new()?)?;
    let mut times = Vec::new();
    for _ in 0..LOADS {
        let start = Instant::now();
        let loaded = runtime.load_bundle(BUNDLED)?;
        times.push(millis(start.elapsed()));
        drop(loaded);
    }
    let first = times.first().copied().unwrap_or_default();
    report.figure("load the compiled connector, warm", median(&mut times), "ms", 0.1);
    report.note(&format!("the first load took {first:.2} ms; the manifest is read when it is asked for"));
    Ok(())
}

/// Sandboxed calls against native ones, before and with a request.
pub fn compare(threads: &Threads, emulator: &Emulator, report: &mut Report) -> Result<(), Failed> {
    let egress = Egress::new()?;
    let pooled = RuntimeConfig { pooled: true, ..RuntimeConfig::default() };
    let runtime = Runtime::new(pooled, egress.clone())?;
    let sandbox = Sandbox {
        threads,
        connector: runtime.load_bundle(BUNDLED)?,
        api_base: emulator.api_base(),
        token: token(emulator)?,
    };
    let native = || Native::new(threads, egress.clone(), &sandbox.api_base, &sandbox.token);
    let create = json!({
        "topic": "Weekly sync", "start_time": "2036-12-01T10:00:00", "timezone": "Europe/Berlin", "duration": 45,
        "settings": { "waiting_room": true, "auto_recording": "cloud" },
    });
    let dry = Case {
        activity: "meetings.create",
        input: create,
        calls: DRY,
        options: CallOptions { dry_run: true, ..CallOptions::default() },
    };
    let ratio = dry.compare(&sandbox, &native()?.dry(), report)?;
    report.figure("call without a request ÷ native", ratio, "x", 2.9);
    let sent = Case { activity: "users.me", input: json!({}), calls: SENT, options: CallOptions::default() };
    let ratio = sent.compare(&sandbox, &native()?, report)?;
    report.figure("call with a loopback request ÷ native", ratio, "x", 2.0);
    Ok(())
}

struct Sandbox<'a> {
    threads: &'a Threads,
    connector: Connector,
    api_base: String,
    token: String,
}

struct Case {
    activity: &'static str,
    input: Value,
    calls: usize,
    options: CallOptions,
}

impl Case {
    /// The median ratio of alternating repetitions; the first pair warms up.
    fn compare(&self, sandbox: &Sandbox<'_>, native: &Native<'_>, report: &mut Report) -> Result<f64, Failed> {
        let (mut ratios, mut inside, mut outside) = (Vec::new(), Vec::new(), Vec::new());
        for pair in 0..=PAIRS {
            let (a, b) = (self.sandboxed(sandbox)?, self.native(native)?);
            if pair > 0 {
                ratios.push(a.as_secs_f64() / b.as_secs_f64());
                inside.push(self.micros(a));
                outside.push(self.micros(b));
            }
        }
        report.note(&format!(
            "{}: {:.1} µs in the sandbox, {:.1} µs native",
            self.activity,
            median(&mut inside),
            median(&mut outside)
        ));
        Ok(median(&mut ratios))
    }

    fn sandboxed(&self, sandbox: &Sandbox<'_>) -> Result<Duration, Failed> {
        let connections = Steady::many(&sandbox.api_base, &sandbox.token, self.calls)?;
        let activity = format!("zoom.{}", self.activity);
        let start = Instant::now();
        for connection in connections {
            let call = sandbox.connector.call(&activity, self.input.clone(), connection, &self.options);
            sandbox.threads.block_on(call).map_err(|error| format!("{activity}: {error}"))?;
        }
        Ok(start.elapsed())
    }

    fn native(&self, native: &Native<'_>) -> Result<Duration, Failed> {
        let start = Instant::now();
        for _ in 0..self.calls {
            native.call(self.activity, self.input.clone())?;
        }
        Ok(start.elapsed())
    }

    fn micros(&self, whole: Duration) -> f64 {
        millis(whole) * 1_000.0 / self.calls as f64
    }
}
