//! Engines and installed voices as the rest of the program meets them.
//!
//! The neural engines speak with real voices: `test.sh` installs them and names their folder in
//! `AUDIOTOME_TEST_VOICES`.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on fails where it stands"
)]

mod conformance;
mod espeak;
mod fixture;
mod hibari;
mod install;
mod mirror;
mod openai;
mod piper;
mod site;
