//! `audiotome voices`: which voices there are, and installing more.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use audiotome_core::Language;
use audiotome_production::{Address, DataFolder, offered};
use audiotome_speech::{EngineKind, Source, catalogue, install};
use indicatif::ProgressBar;
use serde_json::json;

use crate::cli::{VoicesArgs, VoicesCommand, VoicesListArgs};
use crate::exit::DONE;
use crate::format::bytes;
use crate::studio;

pub(crate) fn run(args: VoicesArgs, data: &DataFolder) -> anyhow::Result<u8> {
    match args.command {
        None => list(&args.list, data)?,
        Some(VoicesCommand::Install { name, from, mirror }) => {
            install_voice(&name, from, mirror, data)?
        }
    }
    Ok(DONE)
}

/// A row of the list.
struct Row {
    engine: EngineKind,
    name: String,
    language: Language,
    description: String,
    installed: bool,
}

fn list(args: &VoicesListArgs, data: &DataFolder) -> anyhow::Result<()> {
    let rows = rows(args, data)?;
    let mut out = io::stdout().lock();
    if args.json {
        let row = |row: &Row| json!({ "engine": row.engine, "voice": row.name, "language": row.language, "description": row.description, "installed": row.installed });
        writeln!(
            out,
            "{:#}",
            serde_json::Value::from_iter(rows.iter().map(row))
        )?;
        return Ok(());
    }
    for row in &rows {
        let state = if row.installed {
            ""
        } else {
            "  (not installed)"
        };
        writeln!(
            out,
            "{:<8} {:<28} {:<8} {}{state}",
            row.engine.name(),
            row.name,
            row.language.as_str(),
            row.description
        )?;
    }
    if rows.is_empty() {
        writeln!(
            io::stderr(),
            "no voice is installed: `audiotome doctor` tells how to get some"
        )?;
    } else if !args.all {
        writeln!(
            io::stderr(),
            "\n`audiotome voices --all` also lists voices that can be installed with `audiotome voices install NAME`"
        )?;
    }
    Ok(())
}

fn rows(args: &VoicesListArgs, data: &DataFolder) -> anyhow::Result<Vec<Row>> {
    let installed = data.voices().installed().into_iter().map(|found| Row {
        engine: found.engine,
        name: found.voice.name,
        language: found.voice.language,
        description: found.voice.description,
        installed: true,
    });
    let mut rows: Vec<Row> = installed.collect();
    if args.all {
        for entry in catalogue::entries() {
            if !rows
                .iter()
                .any(|row| row.engine == entry.engine() && row.name == entry.name())
            {
                let description = format!("{}, {}", entry.description(), bytes(entry.size()));
                rows.push(Row {
                    engine: entry.engine(),
                    name: entry.name().to_owned(),
                    language: entry.language().clone(),
                    description,
                    installed: false,
                });
            }
        }
    }
    if let Some(language) = args.language.as_deref().map(Language::new) {
        rows.retain(|row| row.language.primary() == language.primary());
    }
    rows.extend(foreign(&studio::addresses(&args.nodes)?));
    // Neural voices first, they sound best; and those that are here before those that could be.
    rows.sort_by(|a, b| {
        (
            a.engine == EngineKind::Espeak,
            !a.installed,
            a.engine.name(),
            &a.name,
        )
            .cmp(&(
                b.engine == EngineKind::Espeak,
                !b.installed,
                b.engine.name(),
                &b.name,
            ))
    });
    Ok(rows)
}

/// The voices that the addresses of speech servers name. What they speak is not known: it may be any
/// language.
fn foreign(addresses: &[Address]) -> impl Iterator<Item = Row> {
    let servers = addresses.iter().filter_map(|address| match address {
        Address::Server(server) => Some(offered(server)),
        Address::Worker(_) => None,
    });
    servers.map(|found| Row {
        engine: EngineKind::OpenAi,
        name: found.voice,
        language: Language::undetermined(),
        description: found.description,
        installed: true,
    })
}

fn install_voice(
    name: &str,
    from: Option<PathBuf>,
    mirror: Option<String>,
    data: &DataFolder,
) -> anyhow::Result<()> {
    let source = from.map_or(Source::Internet { mirror }, Source::Path);
    let bar = if io::stderr().is_terminal() {
        ProgressBar::new(0)
    } else {
        ProgressBar::hidden()
    };
    let mut show = |done: u64, total: Option<u64>| {
        bar.set_length(total.unwrap_or(done));
        bar.set_position(done);
    };
    let result = install(&data.voices(), name, source, &mut show);
    bar.finish_and_clear();
    let installed = result?;
    writeln!(
        io::stdout(),
        "installed {} ({}): {}",
        installed.voice.name,
        installed.engine,
        installed.voice.description
    )?;
    Ok(())
}
