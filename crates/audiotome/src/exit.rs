//! How the program ends: exit codes, and errors as people read them.

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Error;
use audiotome_audio::AudioError;
use audiotome_book::BookError;
use audiotome_core::StoreError;
use audiotome_production::MakeError;
use audiotome_queue::QueueError;
use audiotome_speech::{InstallError, OpenError};

/// Everything that was asked for is done.
pub(crate) const DONE: u8 = 0;
/// It could not be done; the message says why.
pub(crate) const FAILED: u8 = 1;
/// The command line makes no sense (clap's own code).
pub(crate) const USAGE: u8 = 2;
/// Segments failed for good: nothing is lost, but the audiobook needs a decision.
pub(crate) const ATTENTION: u8 = 3;
/// A program or a voice is missing on this machine.
pub(crate) const MISSING: u8 = 4;
/// The queue or the store can't be used.
pub(crate) const UNREACHABLE: u8 = 5;
/// Stopped by Ctrl-C or SIGTERM; the same command goes on.
pub(crate) const STOPPED: u8 = 130;

/// The table of `--help`.
pub(crate) const HELP: &str = "\
Exit codes:
  0    done
  1    failed; the message says why (of several books, at least one)
  2    the command line makes no sense
  3    some sentences could not be spoken: nothing is lost, decide and run again
  4    a program or a voice is missing: `audiotome doctor` tells
  5    the queue or the shared store can't be used; nothing was begun
  130  stopped by Ctrl-C; the same command goes on where it stopped";

/// An error that knows its exit code and the way out.
#[derive(Debug)]
pub(crate) struct Ending {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    pub(crate) code: u8,
}

impl Ending {
    pub(crate) fn new(code: u8, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: Some(hint.into()),
            code,
        }
    }
}

impl std::fmt::Display for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Ending {}

/// The exit code for `error`.
pub(crate) fn code(error: &Error) -> u8 {
    if let Some(ending) = error.downcast_ref::<Ending>() {
        return ending.code;
    }
    if error.is::<QueueError>() || error.is::<StoreError>() {
        return UNREACHABLE;
    }
    match error.downcast_ref::<MakeError>() {
        Some(MakeError::Dead { .. }) => return ATTENTION,
        Some(MakeError::Stopped { .. }) => return STOPPED,
        Some(MakeError::Voice(error)) if is_missing(error) => return MISSING,
        Some(MakeError::NoSuchVoice { .. }) => return MISSING,
        Some(MakeError::Audio(AudioError::NoFfmpeg { .. })) => return MISSING,
        _ => {}
    }
    let missing = error.downcast_ref::<OpenError>().is_some_and(is_missing);
    if missing { MISSING } else { FAILED }
}

fn is_missing(error: &OpenError) -> bool {
    matches!(
        error,
        OpenError::MissingProgram { .. }
            | OpenError::NoVoice { .. }
            | OpenError::UnknownVoice { .. }
    )
}

/// The error as a person reads it: the chain of causes once, then the way out.
pub(crate) fn describe(error: &Error) -> String {
    let mut text = format!("error: {}", chain(error));
    if let Some(hint) = hint(error) {
        text.push_str("\nhint: ");
        text.push_str(&hint);
    }
    text
}

/// Causes joined by colons; one that its parent has already told is left out.
fn chain(error: &Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

fn hint(error: &Error) -> Option<String> {
    error.chain().find_map(|cause| {
        let ending = cause.downcast_ref::<Ending>();
        let make = || cause.downcast_ref::<MakeError>().and_then(MakeError::hint);
        let book = || cause.downcast_ref::<BookError>().and_then(BookError::hint);
        let open = || cause.downcast_ref::<OpenError>().and_then(OpenError::hint);
        let queue = || {
            cause
                .downcast_ref::<QueueError>()
                .map(|error| error.hint().to_owned())
        };
        let store = || {
            let hint = cause
                .downcast_ref::<StoreError>()
                .and_then(StoreError::hint);
            hint.map(str::to_owned)
        };
        let install = || {
            cause
                .downcast_ref::<InstallError>()
                .and_then(InstallError::hint)
        };
        ending
            .and_then(|error| error.hint.clone())
            .or_else(make)
            .or_else(book)
            .or_else(open)
            .or_else(install)
            .or_else(queue)
            .or_else(store)
    })
}

/// Whoever can be reached by anybody works for anybody: that must be said.
pub(crate) fn guarded(listen: SocketAddr, guarded: bool) -> Result<(), Ending> {
    if guarded || listen.ip().is_loopback() {
        return Ok(());
    }
    let message = format!("`{listen}` can be reached from other machines, and there is no token");
    Err(Ending::new(
        USAGE,
        message,
        "set one with `--token`, or say `--insecure` in a network that you trust",
    ))
}

/// The exit code as the system wants it.
pub(crate) fn exit_code(code: u8) -> ExitCode {
    ExitCode::from(code)
}
