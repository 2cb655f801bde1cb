//! `audiotome doctor`: what is missing on this machine, and the command that installs it.

use std::io::{self, Write as _};
use std::path::Path;

use audiotome_audio::ffmpeg::Ffmpeg;
use audiotome_production::DataFolder;
use audiotome_speech::EngineKind;

use crate::exit::{DONE, MISSING};
use crate::format::{bytes, count};

/// A thing that the program needs, or works better with.
struct Finding {
    name: &'static str,
    /// What was found, or the way out.
    state: Result<String, String>,
    needed: bool,
}

pub(crate) fn run(data: &DataFolder) -> anyhow::Result<u8> {
    let findings = [
        ffmpeg(),
        espeak(data),
        neural(data),
        program(&PDF),
        program(&SCANS),
        program(&OTHERS),
        folder(data),
    ];
    let mut out = io::stdout().lock();
    for finding in &findings {
        let (mark, text) = match &finding.state {
            Ok(found) => ("ok     ", found),
            Err(way_out) if finding.needed => ("missing", way_out),
            Err(way_out) => ("advice ", way_out),
        };
        writeln!(out, "{mark}  {:<13} {text}", finding.name)?;
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    writeln!(
        out,
        "        {:<13} {}: as many sentences are spoken at once",
        "cores",
        count(cores, "core")
    )?;
    let missing = findings
        .iter()
        .any(|finding| finding.needed && finding.state.is_err());
    Ok(if missing { MISSING } else { DONE })
}

fn ffmpeg() -> Finding {
    let state = match Ffmpeg::find() {
        Ok(ffmpeg) => Ok(format!(
            "{} ({})",
            ffmpeg.version(),
            ffmpeg.program().display()
        )),
        Err(error) => Err(error.hint().unwrap_or_else(|| error.to_string())),
    };
    Finding {
        name: "ffmpeg",
        state,
        needed: true,
    }
}

fn espeak(data: &DataFolder) -> Finding {
    let voices = data
        .voices()
        .installed()
        .iter()
        .filter(|voice| voice.engine == EngineKind::Espeak)
        .count();
    let state = if voices > 0 {
        Ok(format!(
            "{} for over 100 languages; Piper voices need it too",
            count(voices, "voice")
        ))
    } else {
        Err("`sudo apt install espeak-ng` (macOS: `brew install espeak-ng`): over 100 languages; Piper voices need it too".to_owned())
    };
    Finding {
        name: "espeak-ng",
        state,
        needed: true,
    }
}

fn neural(data: &DataFolder) -> Finding {
    let installed = data.voices().installed();
    let names: Vec<_> = installed
        .iter()
        .filter(|voice| voice.engine != EngineKind::Espeak)
        .map(|voice| voice.voice.name.as_str())
        .collect();
    let state = if names.is_empty() {
        Err("`audiotome voices install hibari` gets a natural English voice; `audiotome voices --all` lists more languages".to_owned())
    } else {
        Ok(names.join(", "))
    };
    Finding {
        name: "neural voices",
        state,
        needed: false,
    }
}

/// A program that reads books which the others can't.
struct Reader {
    name: &'static str,
    program: &'static str,
    reads: &'static str,
    way_out: &'static str,
}

const PDF: Reader = Reader {
    name: "poppler",
    program: "pdftotext",
    reads: "reads PDF",
    way_out: "`sudo apt install poppler-utils` (macOS: `brew install poppler`) reads PDF",
};
const SCANS: Reader = Reader {
    name: "tesseract",
    program: "tesseract",
    reads: "reads scanned PDFs and pictures with `--ocr`",
    way_out: "`sudo apt install tesseract-ocr` (macOS: `brew install tesseract`) reads scanned PDFs and pictures with `--ocr`",
};
const OTHERS: Reader = Reader {
    name: "calibre",
    program: "ebook-convert",
    reads: "reads LIT, LRF, PDB, CHM, DJVU and others",
    way_out: "`sudo apt install calibre` reads LIT, LRF, PDB, CHM, DJVU and others",
};

fn program(reader: &Reader) -> Finding {
    Finding {
        name: reader.name,
        state: if audiotome_book::is_installed(reader.program) {
            Ok(reader.reads.to_owned())
        } else {
            Err(reader.way_out.to_owned())
        },
        needed: false,
    }
}

fn folder(data: &DataFolder) -> Finding {
    let path = data.path();
    let state = match probe(path) {
        Ok(()) => {
            let clips: u64 = crate::clean::files(&data.clips())
                .map(|file| file.bytes)
                .sum();
            Ok(format!(
                "{}, {} of clips (`audiotome clean` removes old ones)",
                path.display(),
                bytes(clips)
            ))
        }
        Err(error) => Err(format!(
            "can't write to `{}` ({error}): name another folder with `--data`",
            path.display()
        )),
    };
    Finding {
        name: "data folder",
        state,
        needed: true,
    }
}

/// Whether files can be kept there.
fn probe(folder: &Path) -> io::Result<()> {
    let probe = folder.join("probe");
    audiotome_files::write(&probe, b"")?;
    fs_err::remove_file(probe)
}
