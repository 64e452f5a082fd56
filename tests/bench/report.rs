//! The figures, each beside what it should be, and at the end the table of the README.

use std::time::Duration;

/// How far a figure may be from its target on another machine.
const TOLERANCE: f64 = 1.3;

/// Prints as it goes; remembers all figures.
pub struct Report {
    rows: Vec<String>,
    missed: Vec<&'static str>,
    load: String,
}

impl Report {
    pub fn start() -> Self {
        let load = busy();
        println!("load of the machine before: {load}\n");
        Self { rows: Vec::new(), missed: Vec::new(), load }
    }

    /// A figure that should be no more than `target`.
    pub fn figure(&mut self, name: &'static str, value: f64, unit: &str, target: f64) {
        let good = value <= target * TOLERANCE;
        let (mark, answer) = if good { ("ok", "yes") } else { ("MISSED", "no") };
        let value = if value < 100.0 { format!("{value:.2}") } else { format!("{value:.0}") };
        println!("{name:<58} {value:>8} {unit:<4} target {target:>6} {unit:<4} {mark}");
        self.rows.push(format!("| {name} | {value} {unit} | {target} {unit} | {answer} |"));
        if !good {
            self.missed.push(name);
        }
    }

    /// A figure without a target, for comparison.
    pub fn other(&mut self, name: &str, value: f64, unit: &str) {
        println!("{name:<58} {value:>8.2} {unit}");
        self.rows.push(format!("| {name} | {value:.2} {unit} | | |"));
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
        println!("\n| What | Measured | Target | Within {TOLERANCE} × |\n|---|---|---|---|");
        for row in &self.rows {
            println!("{row}");
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
