//! The compression of HUFF and CDIC records: Huffman codes for phrases, which may be made of codes.

use super::records::{place_at, u16_at, u32_at};

/// Phrases of a book; real books have 60,000.
const MOST_PHRASES: usize = 1 << 20;
/// Bytes of all phrases, as they stand and unpacked.
const MOST_BYTES: usize = 64 << 20;
/// Phrases in one another.
const DEPTH: usize = 24;
/// Bytes of a phrase.
const LONGEST_PHRASE: usize = 64 << 10;

/// A code by its first eight bits.
#[derive(Clone, Copy, Debug, Default)]
struct Short {
    length: u32,
    /// Whether no longer code begins like this.
    whole: bool,
    last: u32,
}

#[derive(Debug)]
struct Phrase {
    bytes: Vec<u8>,
    /// Whether the bytes are text; else codes.
    is_text: bool,
}

/// The codes of a book.
#[derive(Debug)]
pub(super) struct Huff {
    short: Vec<Short>,
    /// The first and last code of each length.
    range: Vec<(u32, u32)>,
    phrases: Vec<Phrase>,
    /// Bytes that phrases may still take.
    left: usize,
}

impl Huff {
    /// Reads the table of codes; `None` when it is cut off.
    pub(super) fn parse(record: &[u8]) -> Option<Self> {
        if !record.starts_with(b"HUFF") {
            return None;
        }
        let (short_at, range_at) = (place_at(record, 8)?, place_at(record, 12)?);
        let short = (0..256).map(|index| {
            let entry = u32_at(record, short_at.checked_add(index * 4)?)?;
            let length = entry & 0x1F;
            (length > 0).then_some(Short {
                length,
                whole: entry & 0x80 != 0,
                last: last_of(entry >> 8, length),
            })
        });
        let range = (0..32).map(|index| {
            let at = range_at.checked_add(index * 8)?;
            let length = u32::try_from(index).ok()? + 1;
            let first = u32_at(record, at)?.checked_shl(32 - length).unwrap_or(0);
            Some((first, last_of(u32_at(record, at + 4)?, length)))
        });
        Some(Self {
            short: short.collect::<Option<_>>()?,
            range: range.collect::<Option<_>>()?,
            phrases: Vec::new(),
            left: MOST_BYTES,
        })
    }

    /// Adds the phrases of a record.
    pub(super) fn add_phrases(&mut self, record: &[u8]) -> Option<()> {
        if !record.starts_with(b"CDIC") {
            return None;
        }
        let (total, bits) = (place_at(record, 8)?, u32_at(record, 12)?);
        let here = 1_usize.checked_shl(bits).unwrap_or(usize::MAX);
        let left = total.min(MOST_PHRASES).saturating_sub(self.phrases.len());
        for index in 0..here.min(left) {
            let at = 16 + usize::from(u16_at(record, 16 + index * 2)?);
            let head = u16_at(record, at)?;
            let length = usize::from(head & 0x7FFF);
            let bytes = record.get(at + 2..at + 2 + length)?;
            self.left = self.left.checked_sub(length)?;
            self.phrases.push(Phrase {
                bytes: bytes.to_vec(),
                is_text: head & 0x8000 != 0,
            });
        }
        Some(())
    }

    /// Adds what `packed` says to `text`, no more than `limit` bytes.
    pub(super) fn unpack(&mut self, packed: &[u8], text: &mut Vec<u8>, limit: usize) {
        self.unpack_within(packed, text, limit, 0);
    }

    fn unpack_within(&mut self, packed: &[u8], text: &mut Vec<u8>, limit: usize, depth: usize) {
        let end = text.len().saturating_add(limit);
        let bits = packed.len() as u64 * 8;
        let mut at = 0_u64;
        while let Some((phrase, length)) = self.next(packed, at) {
            at += u64::from(length);
            if at > bits || text.len() >= end {
                return;
            }
            self.push_phrase(phrase, text, depth);
        }
    }

    /// The phrase whose code begins at a bit, and the code's length.
    fn next(&self, packed: &[u8], at: u64) -> Option<(usize, u32)> {
        let byte = usize::try_from(at / 8).ok()?;
        let rest = packed.get(byte..)?;
        if rest.is_empty() {
            return None;
        }
        let mut window = [0; 8];
        let known = rest.len().min(8);
        window[..known].copy_from_slice(&rest[..known]);
        let window = u64::from_be_bytes(window) << (at % 8);
        let code = u32::try_from(window >> 32).ok()?;
        let short = self.short.get(usize::try_from(code >> 24).ok()?)?;
        let (mut length, mut last) = (short.length, short.last);
        if !short.whole {
            while code < self.range.get(usize::try_from(length).ok()? - 1)?.0 {
                length += 1;
            }
            last = self.range.get(usize::try_from(length).ok()? - 1)?.1;
        }
        let phrase = last
            .checked_sub(code)?
            .checked_shr(32 - length)
            .unwrap_or(0);
        Some((usize::try_from(phrase).ok()?, length))
    }

    fn push_phrase(&mut self, index: usize, text: &mut Vec<u8>, depth: usize) {
        let Some(phrase) = self.phrases.get_mut(index) else {
            return;
        };
        if !phrase.is_text {
            // Unpacked once; a phrase that is part of itself is empty within.
            phrase.is_text = true;
            let codes = std::mem::take(&mut phrase.bytes);
            let mut bytes = Vec::new();
            if depth < DEPTH {
                self.unpack_within(&codes, &mut bytes, LONGEST_PHRASE, depth + 1);
            }
            bytes.truncate(self.left);
            self.left -= bytes.len();
            self.phrases[index].bytes = bytes;
        }
        text.extend_from_slice(&self.phrases[index].bytes);
    }
}

/// The last code of a length, filled up with ones.
fn last_of(code: u32, length: u32) -> u32 {
    let next = (u64::from(code) + 1) << (32 - length.min(32));
    u32::try_from(next.saturating_sub(1).min(u64::from(u32::MAX))).unwrap_or(u32::MAX)
}
