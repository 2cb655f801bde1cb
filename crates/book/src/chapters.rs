//! Chapters: from a table of contents, from headings, or from files; the same for every format.

mod contents;
mod gaps;
mod gutenberg;
mod headings;
mod initials;
mod labels;
mod outline;
pub(crate) mod skip;
mod starts;
mod titles;
mod words;

use audiotome_core::{Block, BlockKind, Chapter, Metadata};

use crate::document::{Document, Entry, Matter};
pub(crate) use contents::is_label as is_contents_label;
pub(crate) use outline::Outline;
use outline::Place;
use starts::Start;
pub(crate) use words::is_chapter_line;

/// Characters of text in front of the first chapter that make a chapter of their own.
const FRONT_TEXT: usize = 400;

/// Marks what is not read: the distributor's boilerplate, lists of contents, and parts whose
/// heading or entry in the table of contents says what they are.
pub(crate) fn leave_out(documents: &mut [Document], toc: &[Entry]) {
    gutenberg::leave_out(documents);
    labels::leave_out_entries(documents, toc, labels::kind);
    labels::leave_out_sections(documents, labels::kind);
    contents::leave_out(documents);
}

/// Cuts the text into chapters.
pub(crate) fn divide(mut outline: Outline, metadata: &Metadata) -> Vec<Chapter> {
    let roots = std::mem::take(&mut outline.roots);
    let found = starts::find(&outline, roots);
    let usable = |starts: &[Start]| starts.len() >= 2;
    let mut all = if usable(&found) {
        found
    } else {
        let by_headings = headings::places(&outline).map(|places| starts::find(&outline, places));
        by_headings
            .filter(|starts| usable(starts))
            .or_else(|| Some(by_file(&outline)).filter(|starts| usable(starts)))
            .unwrap_or(found)
    };
    gaps::fill(&mut outline, &mut all);
    add_front(&outline, &mut all);
    let mut chapters = cut(outline.blocks, &all, metadata);
    initials::join(&mut chapters);
    chapters
}

/// One chapter per file.
fn by_file(outline: &Outline) -> Vec<Start> {
    let places = outline.files.iter().map(|file| Place {
        position: file.start,
        ..Place::default()
    });
    starts::find(outline, places.collect())
}

/// Text before the first chapter: files that are typed, or long enough, are chapters; the rest
/// joins what follows.
fn add_front(outline: &Outline, starts: &mut Vec<Start>) {
    let Some(first) = starts.first().map(|start| start.position) else {
        starts.push(Start::default());
        return;
    };
    let long = |from: usize, to: usize| outline.letters(from, to) > FRONT_TEXT;
    let mut front = Vec::new();
    for (index, file) in outline
        .files
        .iter()
        .enumerate()
        .filter(|(_, file)| file.start < first)
    {
        let end = outline
            .files
            .get(index + 1)
            .map_or(outline.blocks.len(), |next| next.start)
            .min(first);
        let typed = file.matter.filter(|_| outline.letters(file.start, end) > 0);
        if typed.is_some() || long(file.start, end) {
            front.push(Start {
                position: file.start,
                label: typed.map(name_of).unwrap_or_default().to_owned(),
                named_at: file.start,
                front: true,
                is_title: false,
            });
        }
    }
    if front.is_empty() && long(0, first) {
        front.push(Start {
            front: true,
            ..Start::default()
        });
    }
    starts.splice(0..0, front);
    if let Some(start) = starts.first_mut() {
        start.position = 0;
    }
}

fn name_of(matter: Matter) -> &'static str {
    match matter {
        Matter::Dedication => "Dedication",
        Matter::Epigraph => "Epigraph",
        Matter::Preface => "Preface",
        Matter::Foreword => "Foreword",
        Matter::Introduction => "Introduction",
        Matter::Prologue => "Prologue",
    }
}

fn cut(blocks: Vec<Block>, starts: &[Start], metadata: &Metadata) -> Vec<Chapter> {
    let mut chapters: Vec<Chapter> = Vec::new();
    let mut blocks = blocks.into_iter().enumerate().peekable();
    for (index, start) in starts.iter().enumerate() {
        let end = starts
            .get(index + 1)
            .map_or(usize::MAX, |next| next.position);
        let mut own = Vec::new();
        while let Some((_, block)) = blocks.next_if(|(position, _)| *position < end) {
            own.push(block);
        }
        let named = own.get(start.named_at.saturating_sub(start.position)..);
        let mut title = titles::title(start, named.unwrap_or_default());
        if title.is_empty() && start.front {
            title.clone_from(&metadata.title);
        }
        mark_heading(&mut own, &title, start);
        trim_scene_breaks(&mut own);
        chapters.push(Chapter { title, blocks: own });
    }
    join_silent(&mut chapters);
    titles::name_untitled(&mut chapters, metadata);
    chapters
}

/// The line that the table of contents names is a heading, whatever its element.
fn mark_heading(blocks: &mut [Block], title: &str, start: &Start) {
    let at = start.named_at.saturating_sub(start.position);
    let Some(block) = blocks.get_mut(at) else {
        return;
    };
    let same = |text: &str| !text.is_empty() && block.text.eq_ignore_ascii_case(text);
    if block.kind == BlockKind::Paragraph && (same(title) || same(&start.label)) {
        block.kind = BlockKind::Heading(2);
    }
}

/// A change of scene at the edge of a chapter changes nothing.
fn trim_scene_breaks(blocks: &mut Vec<Block>) {
    let is_break = |block: &Block| block.kind == BlockKind::SceneBreak;
    let leading = blocks.iter().take_while(|block| is_break(block)).count();
    blocks.drain(..leading);
    while blocks.last().is_some_and(is_break) {
        blocks.pop();
    }
}

/// Chapters without a letter or digit go to the one before or after.
fn join_silent(chapters: &mut Vec<Chapter>) {
    let speaks = |chapter: &Chapter| {
        let mut texts = chapter.blocks.iter().map(|block| &block.text);
        texts.any(|text| text.chars().any(char::is_alphanumeric))
    };
    let mut joined: Vec<Chapter> = Vec::new();
    let mut waiting = Vec::new();
    for mut chapter in chapters.drain(..) {
        if !speaks(&chapter) {
            match joined.last_mut() {
                Some(last) => last.blocks.append(&mut chapter.blocks),
                None => waiting.append(&mut chapter.blocks),
            }
            continue;
        }
        if !waiting.is_empty() {
            waiting.append(&mut chapter.blocks);
            chapter.blocks = std::mem::take(&mut waiting);
        }
        joined.push(chapter);
    }
    *chapters = joined;
}
