//! Files that appear whole or not at all.
//!
//! A crash, a full disk or a kill in the middle of a write must never leave half a file under its
//! final name. Everything that audiotome keeps goes through this crate: bytes are staged in a
//! temporary file of the same folder, synced to the disk, and then renamed.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::{Builder, NamedTempFile, TempPath};

/// The prefix of staged files; one that a crash left behind is known by it.
pub const STAGED_PREFIX: &str = ".audiotome-";

/// A staged file so old belongs to no living process.
pub const LEFT_BEHIND: Duration = Duration::from_secs(60 * 60);

/// A file on its way to a path: invisible there until [`Staged::commit`], gone when dropped.
#[derive(Debug)]
pub struct Staged {
    file: NamedTempFile,
    target: PathBuf,
}

impl Staged {
    /// Opens a staged file beside `target`, making the folders above it.
    ///
    /// # Errors
    /// When the folder can't be made or written to.
    pub fn new(target: &Path) -> io::Result<Self> {
        let file = named_beside(target)?;
        Ok(Self {
            file,
            target: target.to_owned(),
        })
    }

    /// Makes the bytes durable and gives the file its final name, replacing what was there.
    ///
    /// # Errors
    /// When the disk refuses; the target is then as it was.
    pub fn commit(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file
            .persist(&self.target)
            .map_err(|error| error.error)?;
        sync_folder(&self.target)
    }
}

impl Write for Staged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A staged path for a program that writes a file by name (ffmpeg, say).
#[derive(Debug)]
pub struct StagedPath {
    path: TempPath,
    target: PathBuf,
}

impl StagedPath {
    /// Reserves a staged path beside `target`, with the same extension (programs read it).
    ///
    /// # Errors
    /// When the folder can't be made or written to.
    pub fn new(target: &Path) -> io::Result<Self> {
        let path = named_beside(target)?.into_temp_path();
        Ok(Self {
            path,
            target: target.to_owned(),
        })
    }

    /// Where the program writes.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the bytes durable and gives the file its final name, replacing what was there.
    ///
    /// # Errors
    /// When the disk refuses; the target is then as it was.
    pub fn commit(self) -> io::Result<()> {
        fs_err::File::open(&self.path)?.file().sync_all()?;
        self.path
            .persist(&self.target)
            .map_err(|error| error.error)?;
        sync_folder(&self.target)
    }
}

/// Writes a whole file, durably.
///
/// # Errors
/// When the folder can't be made or the disk refuses; the target is then as it was.
pub fn write(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut staged = Staged::new(target)?;
    staged.write_all(bytes)?;
    staged.commit()
}

/// Writes a whole file, durably, unless there is one already. Returns whether there was none.
///
/// # Errors
/// When the folder can't be made or the disk refuses.
pub fn create(target: &Path, bytes: &[u8]) -> io::Result<bool> {
    let mut staged = Staged::new(target)?;
    staged.write_all(bytes)?;
    staged.file.as_file().sync_all()?;
    match staged.file.persist_noclobber(target) {
        Ok(_) => sync_folder(target).map(|()| true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

/// Whether a file is on its way to its final name, or was left behind on it.
#[must_use]
pub fn is_staged(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.as_encoded_bytes()
        .starts_with(STAGED_PREFIX.as_bytes())
}

/// Whether a file could be written there, as far as that can be known: nothing is left behind.
///
/// # Errors
/// When the nearest folder above it that exists can't be written to, or is no folder.
pub fn can_write(target: &Path) -> io::Result<()> {
    let there = parent(target).ancestors().find(|folder| folder.exists());
    let folder = there.unwrap_or(Path::new("."));
    named_beside(&folder.join("probe")).map(drop)
}

fn named_beside(target: &Path) -> io::Result<NamedTempFile> {
    let folder = parent(target);
    fs_err::create_dir_all(folder)?;
    let extension = target
        .extension()
        .map_or(String::new(), |e| format!(".{}", e.to_string_lossy()));
    let mut builder = Builder::new();
    builder.prefix(STAGED_PREFIX).suffix(&extension);
    #[cfg(unix)]
    {
        // What a plain `open` would give under the usual umask: libraries are read by other users.
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    builder.tempfile_in(folder).map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("can't write to `{}`: {error}", folder.display()),
        )
    })
}

fn parent(target: &Path) -> &Path {
    target
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// A rename is durable only when the folder that holds the name is.
fn sync_folder(target: &Path) -> io::Result<()> {
    if cfg!(unix) {
        fs_err::File::open(parent(target))?.file().sync_all()
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_with_its_commit_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a/b.txt");
        let mut staged = Staged::new(&target).unwrap();
        staged.write_all(b"whole").unwrap();
        assert!(!target.exists());
        staged.commit().unwrap();
        assert_eq!(fs_err::read(&target).unwrap(), b"whole");
    }

    #[test]
    fn what_could_be_written_is_known_without_a_trace() {
        let folder = tempfile::tempdir().unwrap();
        can_write(&folder.path().join("a/b/c.txt")).unwrap();
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 0);
        write(&folder.path().join("file"), b"").unwrap();
        assert!(can_write(&folder.path().join("file/c.txt")).is_err());
    }

    #[test]
    fn a_dropped_file_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        drop(Staged::new(&folder.path().join("x")).unwrap());
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 0);
    }
}
