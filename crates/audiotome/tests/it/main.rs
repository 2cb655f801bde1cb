//! The program as a user runs it: real files, real ffmpeg, real processes.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bad_input;
mod client;
mod convert;
mod edits;
mod faults;
mod foreign;
mod joining;
mod listening;
mod look;
mod master;
mod master_faults;
mod master_rules;
mod metrics;
mod narration;
mod proxy;
mod queue;
mod queue_api;
mod queue_cli;
mod queue_faults;
mod queue_scene;
mod queue_security;
mod queue_serve;
mod queue_shown;
#[path = "../../../queue/tests/it/redis.rs"]
mod redis;
mod resume;
mod s3;
mod sandbox;
mod serving;
mod tidy;
mod workers;
