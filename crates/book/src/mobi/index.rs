//! Indexes: tables of entries, each a key and numbers by tags.

use std::collections::HashMap;

use super::header::Header;
use super::records::{Records, place_at, u16_at};
use crate::BookError;

/// Entries of an index; real books have 3,000.
const MOST_ENTRIES: usize = 100_000;
/// Records of an index, and of its strings.
const MOST_RECORDS: usize = 2_000;
/// Values of one tag of an entry.
const MOST_VALUES: usize = 64;

/// A tag in a table of tags: how its values are found.
struct TagRule {
    tag: u8,
    /// Numbers of one value.
    width: usize,
    /// The bits of the control byte that count its values; no bits end the control byte.
    mask: u8,
    ends: bool,
}

/// An entry.
#[derive(Debug, Default)]
pub(super) struct IndexEntry {
    pub(super) key: Vec<u8>,
    tags: HashMap<u8, Vec<usize>>,
}

impl IndexEntry {
    /// A number of a tag.
    pub(super) fn value(&self, tag: u8, at: usize) -> Option<usize> {
        self.tags.get(&tag)?.get(at).copied()
    }
}

/// A table with its strings.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) entries: Vec<IndexEntry>,
    /// Records of strings; an offset counts 65,536 for each before.
    strings: Vec<Vec<u8>>,
}

impl Index {
    /// Reads the index that begins at a record. What is broken is left out.
    ///
    /// # Errors
    /// [`BookError::Io`].
    pub(super) fn read(records: &mut Records, first: usize) -> Result<Self, BookError> {
        let mut index = Self::default();
        let main = records.read(first)?;
        let Some((rules, control_bytes)) = rules(&main) else {
            return Ok(index);
        };
        let count = place_at(&main, 24).unwrap_or(0).min(MOST_RECORDS);
        for number in 1..=count {
            let record = records.read(first + number)?;
            index.add_entries(&record, &rules, control_bytes);
        }
        let strings = place_at(&main, 52).unwrap_or(0).min(MOST_RECORDS);
        for number in 1..=strings {
            index.strings.push(records.read(first + count + number)?);
        }
        Ok(index)
    }

    /// The string at an offset.
    pub(super) fn string(&self, offset: usize, header: &Header) -> Option<String> {
        let record = self.strings.get(offset >> 16)?;
        let rest = record.get(offset & 0xFFFF..)?;
        let (length, used) = number(rest);
        Some(header.decode(rest.get(used..used.checked_add(length)?)?))
    }

    fn add_entries(&mut self, record: &[u8], rules: &[TagRule], control_bytes: usize) {
        let Some((offsets, count)) = place_at(record, 20).zip(place_at(record, 24)) else {
            return;
        };
        if !record.starts_with(b"INDX") {
            return;
        }
        for number in 0..count.min(MOST_ENTRIES.saturating_sub(self.entries.len())) {
            let Some(at) = offsets.checked_add(4 + number * 2) else {
                return;
            };
            let Some(start) = u16_at(record, at).map(usize::from) else {
                return;
            };
            let next = u16_at(record, at + 2).map(usize::from);
            let end = next.filter(|_| number + 1 < count).unwrap_or(offsets);
            let bytes = record.get(start..end).unwrap_or_default();
            self.entries.extend(entry(bytes, rules, control_bytes));
        }
    }
}

/// The table of tags behind the header of an index, and how many control bytes an entry has.
fn rules(main: &[u8]) -> Option<(Vec<TagRule>, usize)> {
    if !main.starts_with(b"INDX") {
        return None;
    }
    let table = main.get(place_at(main, 4)?..)?;
    if !table.starts_with(b"TAGX") {
        return None;
    }
    let length = place_at(table, 4)?;
    let rules = table.get(12..length)?.chunks_exact(4).map(|rule| TagRule {
        tag: rule[0],
        width: usize::from(rule[1]),
        mask: rule[2],
        ends: rule[3] == 1,
    });
    Some((rules.collect(), place_at(table, 8)?))
}

fn entry(bytes: &[u8], rules: &[TagRule], control_bytes: usize) -> Option<IndexEntry> {
    let key_end = 1 + usize::from(*bytes.first()?);
    let mut entry = IndexEntry {
        key: bytes.get(1..key_end)?.to_vec(),
        ..IndexEntry::default()
    };
    let mut control = key_end;
    let mut rest = bytes.get(key_end.checked_add(control_bytes)?..)?;
    // First the counts of all tags stand, where they don't fit the control bytes; then the values.
    let mut counts = Vec::new();
    for rule in rules {
        if rule.ends {
            control += 1;
            continue;
        }
        let bits = bytes.get(control)? & rule.mask;
        if bits == rule.mask && rule.mask.count_ones() > 1 {
            let (length, used) = number(rest);
            rest = &rest[used..];
            counts.push((rule, Count::Bytes(length)));
        } else if bits != 0 {
            let values = bits >> rule.mask.trailing_zeros();
            counts.push((rule, Count::Values(usize::from(values))));
        }
    }
    for (rule, count) in counts {
        let (numbers, bytes) = match count {
            Count::Values(values) => (values * rule.width, usize::MAX),
            Count::Bytes(bytes) => (usize::MAX, bytes),
        };
        let mut used_bytes = 0;
        let values = entry.tags.entry(rule.tag).or_default();
        for _ in 0..numbers.min(MOST_VALUES * 4) {
            if used_bytes >= bytes || rest.is_empty() {
                break;
            }
            let (value, used) = number(rest);
            rest = &rest[used..];
            used_bytes += used;
            if values.len() < MOST_VALUES {
                values.push(value);
            }
        }
    }
    Some(entry)
}

enum Count {
    Values(usize),
    Bytes(usize),
}

/// A number at the start of the bytes, seven bits a byte, and how many bytes it takes; the last
/// has the highest bit.
fn number(bytes: &[u8]) -> (usize, usize) {
    let mut value = 0_usize;
    for (index, byte) in bytes.iter().take(4).enumerate() {
        value = value << 7 | usize::from(byte & 0x7F);
        if byte & 0x80 != 0 {
            return (value, index + 1);
        }
    }
    (value, bytes.len().min(4))
}
