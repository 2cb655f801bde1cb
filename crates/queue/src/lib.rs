//! Segments on Redis Streams: added by masters, leased to workers, finished once.
//!
//! Redis carries work; the truth is the master's, which puts back what is lost. What Streams leave open
//! (leases that are renewed, waits between tries, dead letters, turns between books, limits) are a few
//! Lua scripts, each of them atomic: see `scripts/common.lua` for the keys. Nothing in here knows how a
//! segment is spoken.

mod address;
mod clips;
mod error;
mod lane;
mod limits;
mod link;
mod queue;
mod rest;
mod results;
mod scripts;
mod segments;
mod stats;
mod wake;
mod worker;

pub use address::{QueueAddress, QueueAddressError};
pub use clips::RedisStore;
pub use error::{QueueError, QueueErrorKind};
pub use lane::{Lane, LaneId, Queued, Skill};
pub use limits::{Limit, LimitOn};
pub use queue::Queue;
pub use rest::rest;
pub use results::{Results, Told, What};
pub use segments::{Record, SegmentLine, SegmentState};
pub use stats::{LaneStats, QueueStats, Totals};
pub use wake::Wake;
pub use worker::{Again, Exchange, Leased, Leases, Orders, Retry, Skills, Spoken, WorkerStatus};
