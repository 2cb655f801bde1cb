//! Why a voice can't be used.

use std::path::PathBuf;

use audiotome_core::Language;
use thiserror::Error;

use crate::process::ProcessError;
use crate::{EngineKind, catalogue};

/// Why an engine or a voice can't be used.
#[derive(Debug, Error)]
pub enum OpenError {
    /// No engine has this name.
    #[error("there is no engine `{0}`")]
    UnknownEngine(String),
    /// The tone engine was told something that it doesn't know.
    #[error("the tone engine has no option `{0}`")]
    UnknownToneOption(String),
    /// No speech server of others takes part.
    #[error("there is no speech server of others")]
    NoServer,
    /// A program that the engine needs isn't on this machine.
    #[error("the program `{program}` is not installed")]
    MissingProgram {
        /// Its name.
        program: &'static str,
    },
    /// A program that the engine needs doesn't work.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// Nothing that is installed speaks the language.
    #[error("no installed voice{} speaks `{language}`", of(*engine))]
    NoVoice {
        /// The language of the book.
        language: Language,
        /// The engine that was asked for.
        engine: Option<EngineKind>,
    },
    /// The voice that was asked for isn't there.
    #[error("no voice `{voice}`{} is installed", of(*engine))]
    UnknownVoice {
        /// Its name.
        voice: String,
        /// The engine that was asked for.
        engine: Option<EngineKind>,
    },
    /// The files of a voice are damaged or of a kind that this program doesn't know.
    #[error("the voice `{voice}` can't be used: {reason}")]
    BadVoice {
        /// Its name.
        voice: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file of a voice can't be read.
    #[error("can't read `{}`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

impl OpenError {
    /// The way out, where there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownEngine(_) => {
                let names = EngineKind::ALL.map(EngineKind::name).join(", ");
                Some(format!("the engines are {names}"))
            }
            Self::UnknownToneOption(_) => Some(format!(
                "the tone engine takes {}",
                crate::tone::OPTIONS_HELP
            )),
            Self::NoServer => Some(
                "name one with `--workers 'openai+http://HOST:PORT/v1?model=…&voice=…'`".to_owned(),
            ),
            Self::MissingProgram { program } => Some(format!(
                "install it with `{}`",
                crate::process::install_command(program)
            )),
            Self::NoVoice { language, engine } => {
                Some(match catalogue::best_of(*engine, language) {
                    Some(entry) => format!(
                        "install one with `audiotome voices install {}`",
                        entry.name()
                    ),
                    None => "`audiotome voices` lists what is installed; take one with `--voice`, \
                         or name another language with `--language`"
                        .to_owned(),
                })
            }
            Self::UnknownVoice { voice, .. } => Some(match catalogue::find(voice) {
                Some(entry) => format!(
                    "install it with `audiotome voices install {}`",
                    entry.name()
                ),
                None => "`audiotome voices` lists what is installed".to_owned(),
            }),
            Self::BadVoice { voice, .. } => {
                let entry = catalogue::find(voice)?;
                Some(format!(
                    "install it again with `audiotome voices install {}`",
                    entry.name()
                ))
            }
            Self::Process(_) | Self::Unreadable { .. } => None,
        }
    }
}

fn of(engine: Option<EngineKind>) -> String {
    engine.map_or_else(String::new, |engine| format!(" of {engine}"))
}
