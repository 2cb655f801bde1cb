//! The first record of a book: how its text is kept, and what is known of it.

use audiotome_core::{Language, Metadata};

use super::records::{place_at, record_at, u16_at, u32_at};
use crate::html;

/// Facts of a book; real ones have 40.
const MOST_FACTS: usize = 1_000;

/// How the text is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Nothing,
    PalmDoc,
    /// A book of phrases with a Huffman code for each.
    Huff,
}

/// What the first record says.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) compression: Compression,
    /// Records of text.
    pub(super) text_records: usize,
    pub(super) is_encrypted: bool,
    /// Text without markup, as of the first Palm readers.
    pub(super) is_plain: bool,
    pub(super) version: u32,
    pub(super) is_utf8: bool,
    pub(super) first_image: Option<usize>,
    /// The first record with codes, and how many there are.
    pub(super) huff: Option<(usize, usize)>,
    /// What stands behind the text in each of its records.
    pub(super) trailers: u16,
    pub(super) ncx: Option<usize>,
    /// Of KF8: where its flows, fragments and skeletons are listed.
    pub(super) flows: Option<usize>,
    pub(super) fragments: Option<usize>,
    pub(super) skeletons: Option<usize>,
    /// The first record of the same book as KF8.
    pub(super) boundary: Option<usize>,
    /// The cover, counted from the first picture.
    pub(super) cover: Option<usize>,
    title: String,
    facts: Vec<(u32, String)>,
}

impl Header {
    /// `None` when the record is too short to be one.
    pub(super) fn parse(record: &[u8]) -> Option<Self> {
        let is_plain = record.get(16..20) != Some(b"MOBI");
        let length = place_at(record, 20).unwrap_or(0);
        // Fields that the header is too short for don't exist.
        let known = if is_plain {
            16
        } else {
            length.saturating_add(16)
        };
        let field = |at: usize| record_at(record, at).filter(|_| at + 4 <= known);
        let is_utf8 = u32_at(record, 28) == Some(65_001);
        let exth = record.get(known..).unwrap_or_default();
        let facts = if is_plain { Vec::new() } else { facts(exth) };
        let number = |kind: u32| {
            let (_, bytes) = facts.iter().find(|(known, _)| *known == kind)?;
            record_at(bytes, 0)
        };
        let title = field(84).zip(field(88)).and_then(|(start, length)| {
            let bytes = record.get(start..start.checked_add(length)?)?;
            Some(decode(bytes, is_utf8))
        });
        Some(Self {
            compression: match u16_at(record, 0)? {
                2 => Compression::PalmDoc,
                17_480 => Compression::Huff,
                _ => Compression::Nothing,
            },
            text_records: usize::from(u16_at(record, 8)?),
            is_encrypted: u16_at(record, 12)? != 0,
            is_plain,
            version: field(36).and_then(|v| u32::try_from(v).ok()).unwrap_or(0),
            is_utf8,
            first_image: field(108).filter(|at| *at > 0),
            huff: field(112).zip(field(116)).filter(|(at, _)| *at > 0),
            // Before version 5 nothing was there.
            trailers: field(240).and_then(|_| u16_at(record, 242)).unwrap_or(0),
            ncx: field(244),
            flows: field(192),
            fragments: field(248),
            skeletons: field(252),
            boundary: number(121).filter(|at| *at > 0),
            cover: number(201),
            title: title.unwrap_or_default(),
            facts: facts
                .iter()
                .map(|(kind, bytes)| (*kind, decode(bytes, is_utf8)))
                .collect(),
        })
    }

    /// The text of bytes of the book.
    pub(super) fn decode(&self, bytes: &[u8]) -> String {
        decode(bytes, self.is_utf8)
    }

    pub(super) fn metadata(&self) -> Metadata {
        let all = |kind: u32| {
            let found = self.facts.iter().filter(move |(known, _)| *known == kind);
            found
                .map(|(_, text)| html::plain(text).replace('\n', " "))
                .filter(|text| !text.trim().is_empty())
        };
        let long = self.facts.iter().find(|(kind, _)| *kind == 103);
        let isbn = all(104).map(|isbn| isbn.chars().filter(char::is_ascii_alphanumeric).collect());
        Metadata {
            title: all(503)
                .next()
                .unwrap_or_else(|| html::plain(&self.title).replace('\n', " ")),
            authors: all(100).collect(),
            language: all(524)
                .next()
                .map(|tag| Language::new(&tag))
                .filter(|language| !language.is_undetermined()),
            publisher: all(101).next(),
            date: all(106).next(),
            description: long
                .map(|(_, text)| html::plain(text))
                .filter(|text| !text.is_empty()),
            isbn: { isbn }.find(|isbn: &String| matches!(isbn.len(), 10 | 13)),
            subjects: all(105).collect(),
            ..Metadata::default()
        }
    }
}

fn decode(bytes: &[u8], is_utf8: bool) -> String {
    if is_utf8 {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
    text.into_owned()
}

/// The facts behind the header (EXTH): a number for each kind, and its value.
fn facts(exth: &[u8]) -> Vec<(u32, Vec<u8>)> {
    if !exth.starts_with(b"EXTH") {
        return Vec::new();
    }
    let count = place_at(exth, 8).unwrap_or(0).min(MOST_FACTS);
    let mut facts = Vec::new();
    let mut at = 12;
    for _ in 0..count {
        let Some((kind, length)) = u32_at(exth, at).zip(place_at(exth, at + 4)) else {
            break;
        };
        let end = at.saturating_add(length);
        let Some(value) = exth.get(at + 8..end) else {
            break;
        };
        facts.push((kind, value.to_vec()));
        at = end;
    }
    facts
}
