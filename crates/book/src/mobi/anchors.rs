//! Places in a text, counted in bytes, as anchors.

use std::collections::BTreeSet;

/// Places that are linked; books with many notes have 5,000.
pub(super) const MOST: usize = 100_000;

/// The anchor of a place.
pub(super) fn id(place: usize) -> String {
    format!("p{place}")
}

/// The bytes of a page that begins at `start`, with anchors at the places in it. A place at or in a
/// tag is one in the element: a note's place is where its paragraph begins.
pub(super) fn insert(page: &[u8], start: usize, places: &BTreeSet<usize>) -> Vec<u8> {
    let mut out = Vec::with_capacity(page.len() + 1_024);
    let mut copied = 0;
    let mut in_tag = false;
    let mut waiting = Vec::new();
    let mut places = places.range(start..=start + page.len()).peekable();
    for at in 0..=page.len() {
        let next = (page.get(at) == Some(&b'<'))
            .then(|| page.get(at + 1))
            .flatten();
        in_tag |= next.is_some_and(u8::is_ascii_alphabetic);
        while let Some(place) = places.next_if(|place| **place - start == at) {
            waiting.push(*place);
        }
        if !in_tag && !waiting.is_empty() {
            let before = character_start(page, at).max(copied);
            out.extend_from_slice(&page[copied..before]);
            copied = before;
            for place in waiting.drain(..) {
                out.extend_from_slice(format!("<a id=\"{}\"></a>", id(place)).as_bytes());
            }
        }
        in_tag |= next == Some(&b'/');
        in_tag &= page.get(at) != Some(&b'>');
    }
    out.extend_from_slice(&page[copied..]);
    out
}

/// The start of the character of UTF-8 that `at` is in; `at` itself where there is none.
fn character_start(page: &[u8], at: usize) -> usize {
    let inside = |at: usize| page.get(at).is_some_and(|byte| byte & 0xC0 == 0x80);
    let starts = (0..4).filter_map(|back| at.checked_sub(back));
    { starts }.find(|start| !inside(*start)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_at_tags_are_in_their_elements_and_none_is_in_a_character() {
        let page = "<p>aé</p><h1>x".as_bytes();
        let places = BTreeSet::from([10, 11, 15, 16, 19, 24, 99]);
        let out = String::from_utf8(insert(page, 10, &places)).unwrap();
        let shown = out.replace("<a id=\"p", "[").replace("\"></a>", "]");
        assert_eq!(shown, "<p>[10][11]a[15]é[16]</p><h1>[19][24]x");
    }

    #[test]
    fn bytes_that_are_no_characters_stay_where_they_are() {
        let places = BTreeSet::from([2, 3]);
        let out = insert(b"\x80\x80\x80\x80", 0, &places);
        assert_eq!(out.len(), 4 + 2 * "<a id=\"p2\"></a>".len());
    }
}
