//! The zip file of a book, read within limits. Nothing is unpacked: names inside are only looked up.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use zip::ZipArchive;

use crate::{BookError, href};

/// Entries of an archive. The limits are absolute: what a zip says about itself may be a lie, and
/// honest blank pictures reach a compression of 463 : 1.
const MAX_ENTRIES: u64 = 20_000;
/// Bytes of an entry, unpacked.
const MAX_ENTRY: u64 = 48 << 20;
/// Bytes of all entries that are read, unpacked.
const MAX_BOOK: u64 = 256 << 20;

/// An open archive.
pub(crate) struct Archive {
    /// The file's name, for messages.
    name: String,
    zip: ZipArchive<File>,
    /// Canonical paths in the order of the archive.
    paths: Vec<String>,
    exact: HashMap<String, usize>,
    caseless: HashMap<String, usize>,
    /// By file name alone; `None` where several have it.
    by_file_name: HashMap<String, Option<usize>>,
    left: u64,
    /// Paths of entries that were read although their checksum is wrong.
    damaged: Vec<String>,
}

impl Archive {
    /// Opens an archive.
    ///
    /// # Errors
    /// [`BookError::Damaged`] when the directory can't be read, [`BookError::TooLarge`] when it is too long.
    pub(crate) fn open(mut file: File, name: &str) -> Result<Self, BookError> {
        let entries = count_entries(&mut file).unwrap_or_default();
        let too_many = || too_large(name, format!("it has over {MAX_ENTRIES} files inside"));
        if entries > MAX_ENTRIES {
            return Err(too_many());
        }
        let zip = ZipArchive::new(file).map_err(|error| {
            tracing::debug!(book.name = name, "{error}");
            BookError::Damaged {
                name: name.to_owned(),
                what: "the zip file is cut off or broken".to_owned(),
            }
        })?;
        // The file may have a second directory, which only the reader finds.
        if zip.len() as u64 > MAX_ENTRIES {
            return Err(too_many());
        }
        let mut archive = Self {
            name: name.to_owned(),
            paths: zip.file_names_raw().map(path_of).collect(),
            zip,
            exact: HashMap::new(),
            caseless: HashMap::new(),
            by_file_name: HashMap::new(),
            left: MAX_BOOK,
            damaged: Vec::new(),
        };
        archive.index();
        Ok(archive)
    }

    fn index(&mut self) {
        for (index, path) in self.paths.iter().enumerate() {
            self.exact.entry(path.clone()).or_insert(index);
            self.caseless.entry(path.to_lowercase()).or_insert(index);
            self.by_file_name
                .entry(file_name(path).to_lowercase())
                .and_modify(|found| *found = None)
                .or_insert(Some(index));
        }
    }

    /// All paths inside, canonical, in the order of the archive.
    pub(crate) fn paths(&self) -> &[String] {
        &self.paths
    }

    /// The path as the archive spells it: exactly this one, else in another case, else the only
    /// file with this name in any folder.
    pub(crate) fn find(&self, path: &str) -> Option<&str> {
        let path = href::canonical(path);
        let index = self
            .exact
            .get(&path)
            .or_else(|| self.caseless.get(&path.to_lowercase()))
            .copied()
            .or_else(|| *self.by_file_name.get(&file_name(&path).to_lowercase())?)?;
        Some(&self.paths[index])
    }

    /// What was read although its checksum is wrong.
    pub(crate) fn damaged(&self) -> &[String] {
        &self.damaged
    }

    /// Whether the archive's own encryption (a password) is on this entry.
    pub(crate) fn is_encrypted(&mut self, path: &str) -> bool {
        let Some(index) = self.exact.get(path).copied() else {
            return false;
        };
        self.zip
            .by_index_raw(index)
            .is_ok_and(|entry| entry.encrypted())
    }

    /// Reads an entry whole; `path` as [`Self::find`] or [`Self::paths`] gives it. `Ok(None)` when
    /// there is none or it is broken.
    ///
    /// # Errors
    /// [`BookError::TooLarge`] beyond a limit.
    pub(crate) fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, BookError> {
        self.read_up_to(path, MAX_ENTRY)
    }

    /// Like [`Self::read`] with a limit of its own.
    ///
    /// # Errors
    /// [`BookError::TooLarge`] beyond a limit.
    pub(crate) fn read_up_to(
        &mut self,
        path: &str,
        limit: u64,
    ) -> Result<Option<Vec<u8>>, BookError> {
        let Some(index) = self.exact.get(path).copied() else {
            return Ok(None);
        };
        let own_limit = limit;
        let limit = limit.min(self.left);
        let Ok(entry) = self.zip.by_index(index) else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        let result = entry.take(limit + 1).read_to_end(&mut bytes);
        if bytes.len() as u64 > limit {
            let what = if limit < own_limit {
                format!("its files are over {} MiB unpacked", MAX_BOOK >> 20)
            } else {
                format!("`{path}` inside it is over {} MiB unpacked", limit >> 20)
            };
            return Err(too_large(&self.name, what));
        }
        self.left -= bytes.len() as u64;
        match result {
            Ok(_) => Ok(Some(bytes)),
            // A wrong checksum is noticed at the end: what was unpacked may still be the text.
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData && !bytes.is_empty() => {
                if !self.damaged.iter().any(|known| known == path) {
                    self.damaged.push(path.to_owned());
                }
                Ok(Some(bytes))
            }
            Err(_) => Ok(None),
        }
    }
}

fn too_large(name: &str, what: String) -> BookError {
    BookError::TooLarge {
        name: name.to_owned(),
        what,
    }
}

fn path_of(raw: &[u8]) -> String {
    // Many writers use UTF-8 without saying so; else bytes beyond ASCII only have to stay distinct.
    match std::str::from_utf8(raw) {
        Ok(name) => href::canonical(name),
        Err(_) => href::canonical(&raw.iter().map(|byte| char::from(*byte)).collect::<String>()),
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The number of entries that the end of the file declares, without reading the directory itself.
fn count_entries(file: &mut File) -> Option<u64> {
    const END: usize = 22;
    let length = file.seek(SeekFrom::End(0)).ok()?;
    let tail_length = length.min(END as u64 + 65_535 + 20);
    file.seek(SeekFrom::Start(length - tail_length)).ok()?;
    let mut tail = Vec::new();
    file.take(tail_length).read_to_end(&mut tail).ok()?;
    let end = tail
        .windows(4)
        .rposition(|window| window == b"PK\x05\x06")?;
    let count = u64::from(u16::from_le_bytes(
        tail.get(end + 10..end + 12)?.try_into().ok()?,
    ));
    let locator = end.checked_sub(20).and_then(|at| tail.get(at..end));
    let Some(locator) = locator.filter(|locator| locator.starts_with(b"PK\x06\x07")) else {
        return Some(count);
    };
    let record = u64::from_le_bytes(locator[8..16].try_into().ok()?);
    file.seek(SeekFrom::Start(record)).ok()?;
    let mut end64 = [0; 40];
    file.read_exact(&mut end64).ok()?;
    Some(u64::from_le_bytes(end64[32..40].try_into().ok()?))
}
