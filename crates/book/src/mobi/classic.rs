//! Books of before KF8: one stream of HTML, with places in bytes as links.

use std::collections::BTreeSet;

use regex::bytes::{Captures, Regex};

use super::anchors;
use super::header::Header;
use super::index::Index;
use super::records::Records;
use super::toc;
use crate::BookError;
use crate::document::Entry;
use crate::pages::{Page, Pages};

/// The text as pages, which its page breaks part.
///
/// # Errors
/// [`BookError::Io`].
pub(super) fn pages(
    records: &mut Records,
    header: &Header,
    base: usize,
    text: &[u8],
) -> Result<Pages, BookError> {
    let links = pattern(r#"(?-u)filepos=["']?([0-9]{1,10})["']?"#);
    let index = match header.ncx {
        Some(ncx) => Index::read(records, base + ncx)?,
        None => Index::default(),
    };
    let linked = links.captures_iter(text).filter_map(|link| place(&link));
    let named = index.entries.iter().filter_map(|entry| entry.value(1, 0));
    let places: BTreeSet<usize> = named.chain(linked).take(anchors::MOST).collect();
    let starts = starts(text);
    let page_of = |place: usize| starts.partition_point(|start| *start <= place).max(1) - 1;
    let mut pages = Vec::new();
    for (number, start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(text.len());
        let page = anchors::insert(&text[*start..end], *start, &places);
        let page = links.replace_all(&page, |link: &Captures<'_>| {
            let place = place(link).unwrap_or(0);
            format!("href=\"page{}#{}\"", page_of(place), anchors::id(place)).into_bytes()
        });
        pages.push(Page {
            name: format!("page{number}"),
            html: header.decode(&page),
        });
    }
    let target = |place: usize| (page_of(place), Some(anchors::id(place)));
    let toc = toc::entries(&index, header, |entry| entry.value(1, 0).map(target));
    let toc = if toc.is_empty() {
        contents(text, &starts, &target)
    } else {
        toc
    };
    Ok(Pages {
        pages,
        toc,
        ..Pages::default()
    })
}

/// Where pages begin.
fn starts(text: &[u8]) -> Vec<usize> {
    let breaks = pattern(r"(?i-u)<mbp:pagebreak");
    let mut starts = vec![0];
    // Empty pages are none.
    for found in breaks.find_iter(text).map(|found| found.start()) {
        if starts.last().is_some_and(|last| found > last + 64) && starts.len() < anchors::MOST {
            starts.push(found);
        }
    }
    starts
}

/// The links of the page that the book calls its contents.
fn contents(
    text: &[u8],
    starts: &[usize],
    target: &impl Fn(usize) -> (usize, Option<String>),
) -> Vec<Entry> {
    let reference = pattern(r"(?i-u)<reference[^>]{0,200}>");
    let named = pattern(r#"(?i-u)type=["']?toc"#);
    let links = pattern(r#"(?i-u)filepos=["']?([0-9]{1,10})"#);
    let head = &text[..text.len().min(64 << 10)];
    let toc = reference
        .find_iter(head)
        .find(|tag| named.is_match(tag.as_bytes()))
        .and_then(|tag| place(&links.captures(tag.as_bytes())?));
    let Some(start) = toc.filter(|start| *start < text.len()) else {
        return Vec::new();
    };
    let end = starts.iter().find(|next| **next > start + 64);
    let page = &text[start..end.copied().unwrap_or(text.len())];
    let link = pattern(
        r#"(?is-u)<a\s[^>]{0,200}?filepos=["']?([0-9]{1,10})["']?[^>]{0,200}>(.{0,1000}?)</a>"#,
    );
    link.captures_iter(page)
        .take(10_000)
        .filter_map(|found| {
            let label = String::from_utf8_lossy(found.get(2)?.as_bytes()).into_owned();
            Some(Entry {
                label: crate::html::plain(&label).replace('\n', " "),
                target: Some(target(place(&found)?)),
                ..Entry::default()
            })
        })
        .collect()
}

fn place(link: &Captures<'_>) -> Option<usize> {
    std::str::from_utf8(link.get(1)?.as_bytes())
        .ok()?
        .parse()
        .ok()
}

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns of this file are right")
}
