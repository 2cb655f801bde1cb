//! What is measured.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Ticks in a second of `/proc/…/stat`, on every Linux.
const TICKS: f64 = 100.0;

/// A measurement that runs.
pub(crate) struct Clock {
    wall: Instant,
    cpu: f64,
}

/// What came out.
pub(crate) struct Figures {
    wall: f64,
    cpu: f64,
    latencies: Vec<Duration>,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            wall: Instant::now(),
            cpu: cpu_seconds(),
        }
    }

    pub(crate) fn stop(self, mut latencies: Vec<Duration>) -> Figures {
        latencies.sort();
        Figures {
            wall: self.wall.elapsed().as_secs_f64(),
            cpu: cpu_seconds() - self.cpu,
            latencies,
        }
    }
}

impl Figures {
    /// The line that masters of bench/dispatch.py print.
    pub(crate) fn line(&self, stack: &str, window: usize) -> Value {
        let count = self.latencies.len();
        let milliseconds = |per_cent: usize| {
            let index = (count * per_cent / 100).min(count - 1);
            self.latencies[index].as_secs_f64() * 1e3
        };
        json!({
            "stack": stack, "n": count, "window": window, "seconds": self.wall,
            "tasks_per_s": count as f64 / self.wall,
            "p50_ms": milliseconds(50), "p99_ms": milliseconds(99),
            "master_cpu_s": self.cpu, "master_rss_mb": most_memory(),
        })
    }
}

/// User and system time of this process.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The program's name is in brackets and may hold anything.
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    let ticks: f64 = fields
        .skip(11)
        .take(2)
        .map(|f| f.parse::<f64>().unwrap())
        .sum();
    ticks / TICKS
}

/// The most memory that this process ever had, MiB.
fn most_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.unwrap().trim().trim_end_matches(" kB");
    kilobytes.parse::<f64>().unwrap() / 1024.0
}
