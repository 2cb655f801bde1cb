//! From places to the starts of chapters: which places are split into those below them, and which
//! are too short to stand alone.

use super::outline::{Outline, Place};
use super::words;

/// Share of a place, in percent, that the places below it must cover.
const COVERED: usize = 60;
/// Average length, in letters, from which the places below are chapters.
const CHAPTER: usize = 3_000;
/// Length, in letters, from which a place is too long for one chapter.
const TOO_LONG: usize = 120_000;
/// Share of the book, in percent, that is too much for one chapter.
const TOO_MUCH: usize = 60;
/// Letters of its own up to which a place that is split is only the title's first part.
const PREFIX: usize = 200;
/// Letters below which an entry is never a chapter.
const NO_CHAPTER: usize = 100;

/// Bytes of a label from which no more labels are joined to it.
const LONGEST_JOINED: usize = 1_000;

/// The start of a chapter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Start {
    /// Index of its first block.
    pub(super) position: usize,
    /// Its label in the table of contents.
    pub(super) label: String,
    /// Whether the label is the whole title.
    pub(super) is_title: bool,
    /// Index of the block that the label points at: shorter parts may have joined in front of it.
    pub(super) named_at: usize,
    /// Whether it is text before the first chapter.
    pub(super) front: bool,
}

/// A start that may turn out to be none.
struct Candidate {
    start: Start,
    /// Part of the next one's title, whatever its length.
    prefix: bool,
}

/// The starts of chapters among `places`.
pub(super) fn find(outline: &Outline, mut places: Vec<Place>) -> Vec<Start> {
    measure_places(outline, &mut places);
    let mut candidates = Vec::new();
    let whole = outline.letters(0, outline.blocks.len());
    choose(places, whole, &mut candidates);
    candidates.sort_by_key(|candidate| candidate.start.position);
    settle(outline, candidates)
}

/// Fills in the lengths.
fn measure_places(outline: &Outline, places: &mut [Place]) {
    fn positions(places: &[Place], all: &mut Vec<usize>) {
        for place in places {
            all.push(place.position);
            positions(&place.children, all);
        }
    }
    fn fill(places: &mut [Place], lengths: &mut impl Iterator<Item = usize>) -> usize {
        let mut sum = 0;
        for place in places {
            place.own = lengths.next().unwrap_or_default();
            place.total = place.own + fill(&mut place.children, lengths);
            sum += place.total;
        }
        sum
    }
    let mut all = Vec::new();
    positions(places, &mut all);
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|index| all[*index]);
    let mut lengths = vec![0; all.len()];
    for (rank, index) in order.iter().enumerate() {
        let end = order
            .get(rank + 1)
            .map_or(outline.blocks.len(), |next| all[*next]);
        lengths[*index] = outline.letters(all[*index], end);
    }
    fill(places, &mut lengths.into_iter());
}

fn choose(places: Vec<Place>, whole: usize, candidates: &mut Vec<Candidate>) {
    // The numbered sections of one story among others are no chapters, those of most of the text are.
    let letters = |is_meant: fn(&Place) -> bool| {
        let meant = places.iter().filter(|place| is_meant(place));
        meant.map(|place| place.total).sum::<usize>()
    };
    let by_numbers = letters(is_numbered) * 2 >= letters(|_| true);
    for place in places {
        let split = is_split(&place, whole, by_numbers);
        candidates.push(Candidate {
            prefix: split && place.own < PREFIX,
            start: Start {
                position: place.position,
                label: place.label,
                is_title: place.is_title,
                named_at: place.position,
                front: false,
            },
        });
        if split {
            choose(place.children, whole, candidates);
        }
    }
}

fn is_split(place: &Place, whole: usize, by_numbers: bool) -> bool {
    let covered: usize = place.children.iter().map(|child| child.total).sum();
    let count = place.children.len();
    count > 0
        && covered * 100 >= place.total * COVERED
        && (words::is_part(&place.label)
            || by_numbers && has_chapters(place)
            || covered / count >= CHAPTER
                && (place.is_heading
                    || by_numbers && is_numbered(place)
                    || place.total > TOO_LONG
                    || place.total * 100 >= whole * TOO_MUCH))
}

/// Whether what is below a place is numbered, and the place itself is not.
fn is_numbered(place: &Place) -> bool {
    let is_chapter = words::is_chapter_line(&place.label) || words::is_number(&place.label);
    let numbers = are_mostly(&place.children, words::is_bare_number);
    !is_chapter && numbers || has_chapters(place)
}

/// Whether what is below a place is called chapters, and the place itself is not.
fn has_chapters(place: &Place) -> bool {
    !words::is_chapter_line(&place.label) && are_mostly(&place.children, words::is_chapter)
}

/// Whether at least two places, and half of all, are called so.
fn are_mostly(places: &[Place], is_so: fn(&str) -> bool) -> bool {
    let so = places.iter().filter(|place| is_so(&place.label)).count();
    so >= 2 && so * 2 >= places.len()
}

/// Joins labels at one position, and entries that are too short with the next.
fn settle(outline: &Outline, candidates: Vec<Candidate>) -> Vec<Start> {
    let ends: Vec<usize> = candidates
        .iter()
        .skip(1)
        .map(|candidate| candidate.start.position)
        .chain([outline.blocks.len()])
        .collect();
    let lengths: Vec<usize> = candidates
        .iter()
        .zip(&ends)
        .map(|(candidate, end)| outline.letters(candidate.start.position, *end))
        .collect();
    let shortest = shortest_chapter(&candidates, &lengths);
    let mut starts: Vec<Start> = Vec::new();
    // What the next chapter takes over: a position, and labels.
    let mut pending: Option<Start> = None;
    let last = candidates.len().saturating_sub(1);
    for (index, (candidate, length)) in candidates.into_iter().zip(lengths).enumerate() {
        let label_counts =
            candidate.prefix || length == 0 || words::is_part(&candidate.start.label);
        let start = match pending.take() {
            Some(before) => join(before, candidate.start),
            None => candidate.start,
        };
        if (candidate.prefix || length < shortest) && index < last {
            let label = if label_counts {
                start.label
            } else {
                String::new()
            };
            pending = Some(Start { label, ..start });
        } else if length >= shortest || starts.is_empty() {
            starts.push(start);
        }
    }
    starts
}

fn join(before: Start, next: Start) -> Start {
    // A title is cut anyway; thousands of entries at one place would grow it without end.
    if before.label.len() > LONGEST_JOINED {
        return before;
    }
    let named_at = next.named_at;
    let labels = [before.label, next.label];
    let mut parts: Vec<&str> = labels
        .iter()
        .map(String::as_str)
        .filter(|label| !label.is_empty())
        .collect();
    parts.dedup();
    Start {
        label: parts.join(" — "),
        is_title: next.is_title,
        named_at,
        ..before
    }
}

/// A book whose entries are all tiny (a poem each, say) is cut by its own measure.
fn shortest_chapter(candidates: &[Candidate], lengths: &[usize]) -> usize {
    let mut own: Vec<usize> = candidates
        .iter()
        .zip(lengths)
        .filter(|(candidate, length)| !candidate.prefix && **length > 0)
        .map(|(_, length)| *length)
        .collect();
    own.sort_unstable();
    let median = own.get(own.len() / 2).copied().unwrap_or_default();
    NO_CHAPTER.min(median / 10).max(1)
}
