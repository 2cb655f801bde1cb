//! The `audiotome` program: one role per subcommand.

mod clean;
mod cli;
mod client;
mod convert;
mod doctor;
mod environment;
mod exit;
mod format;
mod inspect;
mod lexicon;
mod progress;
mod queue;
mod say;
mod serve;
#[cfg(test)]
mod settings_page;
mod signals;
mod studio;
mod tend;
mod voices;
mod worker;

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use audiotome_production::DataFolder;
use tracing_subscriber::EnvFilter;

use crate::cli::{Cli, Command, LogFormat};

fn main() -> ExitCode {
    let cli = environment::read();
    start_log(cli.common.log_format, cli.command.is_server());
    match run(cli) {
        Ok(code) => exit::exit_code(code),
        // `| head` has seen enough.
        Err(error) if is_broken_pipe(&error) => exit::exit_code(exit::DONE),
        Err(error) => {
            // Nothing can be done about a closed stderr.
            let _ = writeln!(io::stderr(), "{}", exit::describe(&error));
            exit::exit_code(exit::code(&error))
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<u8> {
    let data = DataFolder::new(cli.common.data)
        .context("this user has no data folder: name one with `--data`")?;
    match cli.command {
        Command::Convert(args) => convert::run(*args, &data),
        Command::Inspect(args) => inspect::run(&args, &data),
        Command::Voices(args) => voices::run(args, &data),
        Command::Say(args) => say::run(args, &data),
        Command::Doctor => doctor::run(&data),
        Command::Clean(args) => clean::run(&args, &data),
        Command::Serve(args) => serve::run(&args, &data),
        Command::Worker(args) => worker::run(&args, &data),
        Command::Queue(args) => tend::run(&args),
        Command::Client(command) => client::run(command, &data),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.downcast_ref().is_some_and(kind)
}

/// Servers tell what they do. Other commands tell by default only what went wrong: progress has its
/// own display.
fn start_log(format: LogFormat, server: bool) {
    let usual = if server { "info" } else { "error" };
    // What is wrong with a certificate is told by whoever needed it. Scanned pages take seconds each.
    let usual = format!("{usual},rustls_platform_verifier=off,audiotome_book::ocr=info");
    let filter = EnvFilter::try_from_env("AUDIOTOME_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}
