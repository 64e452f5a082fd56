//! The figures, each beside what it should be.

use std::time::Duration;

/// How far a figure may be from its target on another machine.
const TOLERANCE: f64 = 1.3;

/// Prints as it goes; remembers what missed.
pub struct Report {
    missed: Vec<String>,
    load: String,
}

impl Report {
    pub fn start() -> Self {
        let load = busy();
        println!("load of the machine before: {load}\n");
        Self { missed: Vec::new(), load }
    }

    /// A figure that should be no more than `target`.
    pub fn figure(&mut self, name: &str, value: f64, unit: &str, target: f64) {
        let good = value <= target * TOLERANCE;
        let mark = if good { "ok" } else { "MISSED" };
        println!("{name:<44} {value:>8.2} {unit:<4} target {target:>6} {unit:<4} {mark}");
        if !good {
            self.missed.push(name.to_owned());
        }
    }

    /// What helps to read the figures around it.
    pub fn note(&self, text: &str) {
        println!("    {text}");
    }

    pub fn end(&self) {
        println!("\nload of the machine: {} before, {} after", self.load, busy());
        match self.missed.as_slice() {
            [] => println!("all figures are within {TOLERANCE} of their targets"),
            missed => println!("past {TOLERANCE} of the target: {}", missed.join("; ")),
        }
    }
}

/// Runnable processes, averaged over one and five minutes.
fn busy() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let mut words = text.split(' ');
    match (words.next(), words.next()) {
        (Some(one), Some(five)) if !one.is_empty() => format!("{one} (1 min), {five} (5 min)"),
        _ => "unknown".to_owned(),
    }
}

pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The middle value; of none, zero.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
