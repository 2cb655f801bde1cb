//! Speaking through a queue: masters add, workers that come and go take.
//!
//! A [`Producer`] is a master's side: it adds what a plan lacks, and hears what becomes of it. A
//! [`Consumer`] is a worker's: it leases, speaks, checks, keeps the clip in the shared store, and tells.

mod consumer;
mod hands;
mod held;
mod keep;
mod outbox;
mod patient;
mod producer;
mod pulse;
mod round;
mod skills;
mod talk;

pub use consumer::{Consumer, ConsumerSettings, Ended, Transport};
pub use producer::{Producer, ProducerSettings};
