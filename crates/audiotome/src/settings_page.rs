//! `docs/settings.md`: every setting on one page, written from the definitions of the command line.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, Command, CommandFactory as _};

use crate::cli::Cli;

/// Settings that every command has.
const EVERYWHERE: &str = "Common options";
/// Settings of all commands that ask a master, told once.
const CLIENT: &str = "Master";

const HEAD: &str = "\
# Settings

Every setting that is worth keeping is a flag and an environment variable; the flag wins. This page is written from the
program itself: `AUDIOTOME_REWRITE=1 cargo test -p audiotome settings_page` writes it anew.
";

/// Variables without a flag: what they are for does not belong on a command line.
const NO_FLAG: [(&str, &str, &str); 5] = [
    (
        "AUDIOTOME_LOG",
        "`error`; of `serve` and `worker`, `info`",
        "What is logged on stderr: `warn`, `info`, `debug`, or by part, such as `audiotome_server=debug`",
    ),
    (
        "AUDIOTOME_FFMPEG",
        "`ffmpeg`",
        "The ffmpeg program, where it is not on the path",
    ),
    (
        "AUDIOTOME_OPENAI_KEY",
        "",
        "The key for speech servers of others that ask for one",
    ),
    (
        "AUDIOTOME_TONE",
        "",
        "For tests: how the engine `tone` misbehaves, such as `delay=50ms,fail=TEXT`",
    ),
    (
        "WORKER_NODES",
        "",
        "Another name of `AUDIOTOME_WORKERS`, which wins",
    ),
];

fn page() -> String {
    let cli = Cli::command();
    let mut page = HEAD.to_owned();
    section(&mut page, "Every command", &of(&cli, Some(EVERYWHERE)));
    let commands: Vec<_> = cli.get_subcommands().collect();
    let asks = |command: &&&Command| !of(command, Some(CLIENT)).is_empty();
    if let Some(client) = commands.iter().find(asks) {
        let names = commands.iter().filter(asks);
        let names: Vec<_> = names.map(|c| format!("`{}`", c.get_name())).collect();
        let heading = format!("Commands that ask a master ({})", names.join(", "));
        section(&mut page, &heading, &of(client, Some(CLIENT)));
    }
    for command in commands {
        command_section(&mut page, "audiotome", command);
    }
    page.push_str("\n## Without a flag\n\n| variable | default | |\n|---|---|---|\n");
    for (name, default, help) in NO_FLAG {
        let _ = writeln!(page, "| `{name}` | {default} | {help} |");
    }
    page
}

fn command_section(page: &mut String, above: &str, command: &Command) {
    let name = format!("{above} {}", command.get_name());
    let about = command.get_about().map(ToString::to_string);
    let _ = write!(page, "\n## `{name}`\n\n{}.\n", about.unwrap_or_default());
    let rows = of(command, None);
    if !rows.is_empty() {
        table(page, &rows);
    }
    for nested in command.get_subcommands() {
        command_section(page, &name, nested);
    }
}

fn section(page: &mut String, heading: &str, rows: &[&Arg]) {
    let _ = write!(page, "\n## {heading}\n");
    table(page, rows);
}

/// Settings of a command below a heading; without one, all that are not told elsewhere.
fn of<'a>(command: &'a Command, heading: Option<&str>) -> Vec<&'a Arg> {
    let fits = |arg: &&Arg| match heading {
        Some(_) => arg.get_help_heading() == heading,
        None => ![Some(EVERYWHERE), Some(CLIENT)].contains(&arg.get_help_heading()),
    };
    command.get_arguments().filter(fits).collect()
}

fn table(page: &mut String, rows: &[&Arg]) {
    page.push_str("\n| flag | variable | default | |\n|---|---|---|---|\n");
    for arg in rows {
        let env = arg.get_env().map(|name| format!("`{}`", name.display()));
        let (help, default) = help(arg);
        let cells = [flag(arg), env.unwrap_or_default(), default, help];
        let cells = cells.map(|cell| cell.replace('|', "\\|"));
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
}

/// `-o`, `--output PATH`; for an argument without a flag, its name.
fn flag(arg: &Arg) -> String {
    let value = arg.get_value_names().unwrap_or_default().first();
    let value = value.map_or_else(|| arg.get_id().as_str().to_uppercase(), ToString::to_string);
    let Some(long) = arg.get_long() else {
        let repeats = matches!(arg.get_action(), ArgAction::Append);
        return format!("{value}{}", if repeats { "…" } else { "" });
    };
    let short = arg.get_short().map(|short| format!("`-{short}`, "));
    let value = if arg.get_action().takes_values() {
        format!(" {value}")
    } else {
        String::new()
    };
    format!("{}`--{long}{value}`", short.unwrap_or_default())
}

/// What a setting is for, and its default.
fn help(arg: &Arg) -> (String, String) {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let (mut help, told) = match help.split_once("[default: ") {
        Some((help, default)) => (
            help.trim().to_owned(),
            default.trim_end_matches(']').to_owned(),
        ),
        None => (help, String::new()),
    };
    let values = arg.get_possible_values();
    if arg.get_action().takes_values() && !values.is_empty() {
        let names: Vec<_> = values
            .iter()
            .map(|value| format!("`{}`", value.get_name()))
            .collect();
        let _ = write!(help, ": {}", names.join(", "));
    }
    let defaults = arg.get_default_values().iter();
    let defaults: Vec<_> = defaults
        .map(|value| format!("`{}`", value.display()))
        .collect();
    let default = if defaults.is_empty() || !arg.get_action().takes_values() {
        told
    } else {
        defaults.join(", ")
    };
    (help, default)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_page_of_settings_is_up_to_date() {
    let path = root().join("docs/settings.md");
    let page = page();
    if std::env::var_os("AUDIOTOME_REWRITE").is_some() {
        audiotome_files::write(&path, page.as_bytes()).unwrap();
    }
    let there = fs_err::read_to_string(&path).unwrap_or_default();
    assert!(
        there == page,
        "docs/settings.md is stale: `AUDIOTOME_REWRITE=1 cargo test -p audiotome settings_page` writes it anew"
    );
}

#[test]
fn every_variable_that_the_program_knows_is_on_the_page() {
    let page = page();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap_or_default();
            if path.is_dir() && name != "tests" {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") && name != "settings_page.rs" {
                let text = fs_err::read_to_string(&path).unwrap();
                for name in variables(&text) {
                    let there = page.contains(&format!("`{name}`"));
                    assert!(there, "{name} of {} is not on the page", path.display());
                }
            }
        }
    }
}

/// String literals that are names of our variables.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').filter(|literal| {
        let rest = literal.strip_prefix("AUDIOTOME_");
        rest.is_some_and(|rest| {
            !rest.is_empty() && rest.chars().all(|c| c.is_ascii_uppercase() || c == '_')
        })
    })
}
