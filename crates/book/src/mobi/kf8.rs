//! KF8: the files of an EPUB taken apart into skeletons and fragments.

use std::collections::BTreeSet;

use regex::bytes::{Captures, Regex};

use super::anchors;
use super::header::Header;
use super::index::{Index, IndexEntry};
use super::records::{Records, place_at};
use super::toc;
use crate::BookError;
use crate::pages::{Page, Pages};

/// What the tags of the indexes mean.
const COUNT: u8 = 1;
const RANGE: u8 = 6;
const PLACE: u8 = 6;

/// Bytes that may be moved to make place for fragments: they belong near the ends of their files.
const MOST_MOVED: usize = 2 << 30;

/// A file put together again.
struct Part {
    start: usize,
    bytes: Vec<u8>,
}

/// The text as the files that it was made of.
///
/// # Errors
/// [`BookError::Io`].
pub(super) fn pages(
    records: &mut Records,
    header: &Header,
    base: usize,
    text: &[u8],
) -> Result<Pages, BookError> {
    let mut index = |record: Option<usize>| match record {
        Some(record) => Index::read(records, base + record),
        None => Ok(Index::default()),
    };
    let skeletons = index(header.skeletons)?;
    let fragments = index(header.fragments)?;
    let ncx = index(header.ncx)?;
    let flow = match header.flows {
        Some(record) => first_flow(&records.read(base + record)?, text),
        None => text,
    };
    let parts = put_together(flow, &skeletons, &fragments);
    let place = |fragment: usize, offset: usize| {
        Some(insertion(fragments.entries.get(fragment)?)?.saturating_add(offset))
    };
    let named = |entry: &IndexEntry| place(entry.value(PLACE, 0)?, entry.value(PLACE, 1)?);
    let links = Regex::new(r"(?-u)kindle:pos:fid:([0-9A-Va-v]{1,10}):off:([0-9A-Va-v]{1,10})")
        .expect("the pattern is right");
    let linked = |link: &Captures<'_>| place(base32(&link[1]), base32(&link[2]));
    let mut places: BTreeSet<usize> = ncx.entries.iter().filter_map(named).collect();
    for part in &parts {
        let left = anchors::MOST.saturating_sub(places.len());
        let all = links.captures_iter(&part.bytes);
        places.extend(all.filter_map(|link| linked(&link)).take(left));
    }
    let part_of = |place: usize| parts.partition_point(|part| part.start <= place).max(1) - 1;
    let page = |(number, part): (usize, &Part)| {
        let html = anchors::insert(&part.bytes, part.start, &places);
        let html = links.replace_all(&html, |link: &Captures<'_>| {
            let place = linked(link).unwrap_or(0);
            format!("part{}#{}", part_of(place), anchors::id(place)).into_bytes()
        });
        Page {
            name: format!("part{number}"),
            html: header.decode(&html),
        }
    };
    let target = |entry: &IndexEntry| {
        let place = named(entry)?;
        Some((part_of(place), Some(anchors::id(place))))
    };
    Ok(Pages {
        pages: parts.iter().enumerate().map(page).collect(),
        toc: toc::entries(&ncx, header, target),
        ..Pages::default()
    })
}

/// The text is the first of the flows; styles and drawings follow.
fn first_flow<'t>(record: &[u8], text: &'t [u8]) -> &'t [u8] {
    if !record.starts_with(b"FDST") {
        return text;
    }
    let end = place_at(record, 4).and_then(|list| place_at(record, list.checked_add(4)?));
    &text[..end.unwrap_or(text.len()).min(text.len())]
}

/// Where a fragment is put: the key is a number.
fn insertion(fragment: &IndexEntry) -> Option<usize> {
    std::str::from_utf8(&fragment.key).ok()?.trim().parse().ok()
}

fn put_together(text: &[u8], skeletons: &Index, fragments: &Index) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut fragments = fragments.entries.iter();
    let mut reached = 0;
    let mut moved = 0;
    for skeleton in &skeletons.entries {
        let range = skeleton.value(RANGE, 0).zip(skeleton.value(RANGE, 1));
        let Some((start, length)) = range else {
            continue;
        };
        // Each byte of the text belongs to one part.
        if start < reached {
            continue;
        }
        let mut end = start.saturating_add(length);
        let mut bytes = text
            .get(start..end.min(text.len()))
            .unwrap_or_default()
            .to_vec();
        let count = skeleton.value(COUNT, 0).unwrap_or(0);
        for fragment in fragments.by_ref().take(count) {
            let length = fragment.value(RANGE, 1).unwrap_or(0);
            let next = end.saturating_add(length);
            let piece = text.get(end.min(text.len())..next.min(text.len()));
            let at = insertion(fragment).unwrap_or(end).saturating_sub(start);
            let at = at.min(bytes.len());
            moved += bytes.len() - at;
            if moved > MOST_MOVED {
                return parts;
            }
            bytes.splice(at..at, piece.unwrap_or_default().iter().copied());
            end = next;
        }
        reached = end;
        parts.push(Part { start, bytes });
    }
    if parts.is_empty() {
        parts.push(Part {
            start: 0,
            bytes: text.to_vec(),
        });
    }
    parts
}

/// A number in digits from 0 to V.
fn base32(digits: &[u8]) -> usize {
    let digits = digits
        .iter()
        .filter_map(|digit| char::from(*digit).to_digit(32));
    digits.fold(0, |number, digit| {
        number
            .saturating_mul(32)
            .saturating_add(usize::try_from(digit).unwrap_or(0))
    })
}
