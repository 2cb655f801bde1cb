//! Who speaks.
//!
//! [`speak`] turns a plan into clips in a store: it asks the store what is missing, leases those
//! segments in reading order to the slots of this machine, checks every clip and keeps it. Where a
//! clip comes from is nobody's business afterwards, so a run that was killed is continued by
//! planning again.

mod local;
mod progress;

pub use local::{DispatchError, Outcome, Slots, speak};
