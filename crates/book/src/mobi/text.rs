//! The text of a book: its records without what stands behind them, unpacked.

use super::header::{Compression, Header};
use super::huff::Huff;
use super::palmdoc;
use super::records::Records;
use crate::BookError;

/// Bytes of a record's text; by the format 4,096, with some play.
const LONGEST_RECORD: usize = 64 << 10;
/// Records of codes and phrases.
const MOST_CODE_RECORDS: usize = 1_024;
/// Bytes of a text.
const LONGEST: usize = 64 << 20;

/// The text whose header is the record `base`.
///
/// # Errors
/// [`BookError::Damaged`], [`BookError::TooLarge`], [`BookError::Io`].
pub(super) fn read(
    records: &mut Records,
    header: &Header,
    base: usize,
    name: &str,
) -> Result<Vec<u8>, BookError> {
    let mut huff = match header.compression {
        Compression::Huff => Some(codes(records, header, base, name)?),
        _ => None,
    };
    let mut text = Vec::new();
    for index in 1..=header.text_records {
        let record = records.read(base + index)?;
        let packed = &record[..record.len() - trailing(&record, header.trailers)];
        match &mut huff {
            Some(huff) => huff.unpack(packed, &mut text, LONGEST_RECORD),
            None if header.compression == Compression::PalmDoc => {
                palmdoc::unpack(packed, &mut text, LONGEST_RECORD);
            }
            None => text.extend_from_slice(packed),
        }
        if text.len() > LONGEST {
            return Err(BookError::TooLarge {
                name: name.to_owned(),
                what: format!("it has over {} MiB of text", LONGEST >> 20),
            });
        }
    }
    Ok(text)
}

fn codes(
    records: &mut Records,
    header: &Header,
    base: usize,
    name: &str,
) -> Result<Huff, BookError> {
    let damaged = || BookError::Damaged {
        name: name.to_owned(),
        what: "its table of codes can't be read".to_owned(),
    };
    let (first, count) = header.huff.ok_or_else(damaged)?;
    let first = base + first;
    let mut huff = Huff::parse(&records.read(first)?).ok_or_else(damaged)?;
    let last = first.saturating_add(count.min(MOST_CODE_RECORDS));
    for index in first + 1..last {
        huff.add_phrases(&records.read(index)?)
            .ok_or_else(damaged)?;
    }
    Ok(huff)
}

/// Bytes behind the text of a record: for each bit of the flags but the lowest an entry that ends
/// with its own length; for the lowest the rest of a character that was cut.
fn trailing(record: &[u8], flags: u16) -> usize {
    let mut length = 0;
    for _ in 0..(flags >> 1).count_ones() {
        length += entry_length(&record[..record.len() - length]);
        length = length.min(record.len());
    }
    if flags & 1 != 0
        && let Some(last) = record[..record.len() - length].last()
    {
        length += usize::from(last & 3) + 1;
    }
    length.min(record.len())
}

/// A number at the end of the bytes, seven bits a byte; the byte with the highest bit is its first.
fn entry_length(bytes: &[u8]) -> usize {
    let mut value = 0;
    for (index, byte) in bytes.iter().rev().take(4).enumerate() {
        value |= usize::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 != 0 {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_a_text_is_cut_off() {
        // An entry of 3 bytes with its length in the last, then one of 2.
        let record = b"textAB\x83C\x82";
        assert_eq!(trailing(record, 0), 0);
        assert_eq!(trailing(record, 0b110), 5);
        // The rest of a character: one byte, and its length less one.
        assert_eq!(trailing(b"text\xC3\x01", 0b1), 2);
        assert_eq!(trailing(b"\xFF", 0b11), 1);
        assert_eq!(trailing(b"", 0xFFFF), 0);
    }
}
