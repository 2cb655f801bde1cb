//! The command line together with the environment.

use clap::builder::Resettable;
use clap::{Arg, Command, CommandFactory as _, FromArgMatches as _};

use crate::cli::Cli;

/// Reads the arguments; what they don't say, the environment may. Ends the program when they make no
/// sense.
pub(crate) fn read() -> Cli {
    let matches = without_blanks(Cli::command()).get_matches();
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// A variable that is empty counts as not set: files of variables have such lines.
fn without_blanks(command: Command) -> Command {
    command
        .mut_args(without_blank)
        .mut_subcommands(without_blanks)
}

fn without_blank(arg: Arg) -> Arg {
    let variable = arg.get_env().and_then(std::env::var_os);
    match variable {
        Some(value) if value.is_empty() => arg.env(Resettable::Reset),
        _ => arg,
    }
}
