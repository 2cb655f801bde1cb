//! The records of a Palm database.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

use crate::BookError;

/// Bytes of a record that is no picture: places in it are counted with two bytes.
const LONGEST: u64 = 128 << 10;
/// Bytes of a picture.
const LONGEST_PICTURE: u64 = 20 << 20;
/// Where the list of records begins.
const LIST: usize = 78;

/// An open database.
pub(super) struct Records {
    file: File,
    name: String,
    /// Where each record begins, and where the last one ends.
    offsets: Vec<u64>,
}

impl Records {
    pub(super) fn open(mut file: File, name: &str) -> Result<Self, BookError> {
        let io = |source| BookError::Io {
            name: name.to_owned(),
            source,
        };
        let length = file.seek(SeekFrom::End(0)).map_err(io)?;
        file.seek(SeekFrom::Start(0)).map_err(io)?;
        let mut head = Vec::new();
        file.by_ref()
            .take(LIST as u64 + 65_535 * 8)
            .read_to_end(&mut head)
            .map_err(io)?;
        let count = usize::from(u16_at(&head, 76).unwrap_or(0));
        let offset = |index: usize| u32_at(&head, LIST + index * 8).map(u64::from);
        let mut offsets: Vec<u64> = (0..count).map_while(offset).collect();
        offsets.push(length);
        Ok(Self {
            file,
            name: name.to_owned(),
            offsets,
        })
    }

    pub(super) fn count(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether records are in the list that are not in the file.
    pub(super) fn are_cut_off(&self) -> bool {
        let (length, starts) = self.offsets.split_last().unwrap_or((&0, &[]));
        starts.last().is_some_and(|start| start >= length)
    }

    /// A record; empty where there is none. A longer one than the format allows is cut.
    ///
    /// # Errors
    /// [`BookError::Io`].
    pub(super) fn read(&mut self, index: usize) -> Result<Vec<u8>, BookError> {
        self.read_up_to(index, LONGEST)
    }

    /// A record that is a picture.
    ///
    /// # Errors
    /// [`BookError::Io`].
    pub(super) fn picture(&mut self, index: usize) -> Result<Vec<u8>, BookError> {
        self.read_up_to(index, LONGEST_PICTURE)
    }

    fn read_up_to(&mut self, index: usize, limit: u64) -> Result<Vec<u8>, BookError> {
        let [start, end] = match self.offsets.get(index..).unwrap_or_default() {
            [start, end, ..] if start < end => [*start, *end],
            _ => return Ok(Vec::new()),
        };
        let mut read = || {
            let mut bytes = Vec::new();
            self.file.seek(SeekFrom::Start(start))?;
            let part = self.file.by_ref().take((end - start).min(limit));
            { part }.read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(|source| BookError::Io {
            name: self.name.clone(),
            source,
        })
    }
}

/// A number of two bytes, the high one first.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(bytes.try_into().ok()?))
}

/// A number of four bytes, the highest first.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

/// A number of four bytes as a place in memory.
pub(super) fn place_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}

/// Like [`place_at`], for the number of a record: all bits set mean none.
pub(super) fn record_at(bytes: &[u8], at: usize) -> Option<usize> {
    let number = u32_at(bytes, at)?;
    (number != u32::MAX).then_some(usize::try_from(number).ok()?)
}
