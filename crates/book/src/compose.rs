//! From the documents of any format to a book: what is left out, the language, the chapters.

use std::collections::{BTreeMap, BTreeSet};

use audiotome_core::{Block, Book, Cover, Language, LeftOut, LeftOutKind, Metadata};

use crate::chapters::{self, Outline, skip};
use crate::document::{Document, Entry, Located};
use crate::{BookError, ReadOptions, detect, note_marks};

/// Texts that the language is detected from, and characters of each.
const SAMPLES: usize = 5;
const SAMPLE_LENGTH: usize = 1_500;

/// Bytes of a paragraph. No book has one of a thousandth of it: a file that has is data.
const LONGEST_PARAGRAPH: usize = 16 << 20;

/// What a format knows of a book.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// Facts; the title may be empty.
    pub(crate) metadata: Metadata,
    pub(crate) cover: Option<Cover>,
    /// The text in reading order.
    pub(crate) documents: Vec<Document>,
    /// The table of contents, or nothing: headings make the chapters then.
    pub(crate) toc: Vec<Entry>,
    pub(crate) warnings: Vec<String>,
    /// Whether there are pictures, for the message when there is no text.
    pub(crate) has_images: bool,
}

/// Makes a book of a draft; `name` is the file's name.
///
/// # Errors
/// [`BookError::NoText`] when nothing is left to read, [`BookError::TooLarge`] when a paragraph is
/// longer than in any book.
pub(crate) fn compose(
    name: &str,
    mut draft: Draft,
    options: &ReadOptions,
) -> Result<Book, BookError> {
    let mut blocks = draft.documents.iter().flat_map(|document| &document.blocks);
    if blocks.any(|block| block.block.text.len() > LONGEST_PARAGRAPH) {
        let what = format!("it has a paragraph of over {} MiB", LONGEST_PARAGRAPH >> 20);
        let name = name.to_owned();
        return Err(BookError::TooLarge { name, what });
    }
    note_marks::take_out(&mut draft.documents);
    chapters::leave_out(&mut draft.documents, &draft.toc);
    skip::leave_out(&mut draft.documents, &draft.toc, options);
    let mut metadata = draft.metadata;
    if metadata.title.is_empty() {
        metadata.title = name
            .rsplit_once('.')
            .map_or(name, |(stem, _)| stem)
            .to_owned();
    }
    let declared = metadata.language.clone();
    metadata.language = options
        .language
        .clone()
        .or_else(|| detect_language(declared.as_ref(), &draft.documents));
    if let Some(book) = &metadata.language {
        keep_languages_of_files(&mut draft.documents, book);
    }
    let mut left_out = left_out(&draft.documents, &draft.toc, &options.include);
    let outline = Outline::new(draft.documents, &draft.toc, &options.include);
    let has_text = outline
        .blocks
        .iter()
        .any(|block| block.text.chars().any(char::is_alphanumeric));
    if !has_text {
        return Err(BookError::NoText {
            name: name.to_owned(),
            images: draft.has_images,
        });
    }
    let mut chapters = chapters::divide(outline, &metadata);
    left_out.extend(skip::leave_out_headings(&mut chapters, options));
    for block in chapters.iter_mut().flat_map(|chapter| &mut chapter.blocks) {
        keep_other_language(block, metadata.language.as_ref(), declared.as_ref());
    }
    for warning in &draft.warnings {
        tracing::warn!(book.name = name, "{warning}");
    }
    Ok(Book {
        metadata,
        chapters,
        cover: draft.cover,
        left_out,
        warnings: draft.warnings,
        lexicon: String::new(),
    })
}

/// What a file says about its language holds for all text in it that says nothing else. Where all
/// files say the same, programs may have written it; and no text is what it surely isn't.
fn keep_languages_of_files(documents: &mut [Document], book: &Language) {
    let said = |document: &Document| document.head.language.as_deref().map(Language::new);
    let mut all = documents.iter().filter_map(said);
    let first = all.next();
    if all.all(|language| Some(language.primary()) == first.as_ref().map(Language::primary)) {
        return;
    }
    for document in documents {
        let language = said(document).filter(|language| !language.is_undetermined());
        let Some(language) = language.filter(|own| own.primary() != book.primary()) else {
            continue;
        };
        let unknown = |located: &&mut Located| located.block.language.is_none();
        let blocks = document.blocks.iter_mut().filter(unknown);
        let mut blocks: Vec<&mut Block> = blocks.map(|located| &mut located.block).collect();
        let mut sample = String::new();
        for block in &blocks {
            if sample.len() < SAMPLE_LENGTH {
                sample.push_str(cut(&block.text));
                sample.push('\n');
            }
        }
        if detect::other_language(&sample, &language).is_none() {
            for block in &mut blocks {
                block.language = Some(language.clone());
            }
        }
    }
}

/// A block has a language of its own only where it differs from the book's; where the book's own
/// word on its language was wrong, so are the same words in its text.
fn keep_other_language(block: &mut Block, book: Option<&Language>, declared: Option<&Language>) {
    let known = [book, declared].into_iter().flatten();
    let mut same = known.filter(|known| {
        block
            .language
            .as_ref()
            .is_some_and(|own| own.is_undetermined() || own.primary() == known.primary())
    });
    if same.next().is_some() {
        block.language = None;
    }
}

/// The language of the text that is read, from passages of it.
pub(crate) fn detect_language(
    declared: Option<&Language>,
    documents: &[Document],
) -> Option<Language> {
    let texts: Vec<&str> = documents
        .iter()
        .flat_map(|document| &document.blocks)
        .filter(|block| block.left_out.is_none())
        .map(|block| block.block.text.as_str())
        .collect();
    let total: usize = texts.iter().map(|text| text.len()).sum();
    let mut samples: Vec<String> = Vec::new();
    let mut passed = 0;
    for text in texts {
        // Samples start at equal distances, so that front matter is at most one of them.
        let due = (2 * samples.len() + 1) * total / (2 * SAMPLES);
        let full = samples.len() == SAMPLES;
        match samples.last_mut() {
            Some(open) if open.len() < SAMPLE_LENGTH => {
                open.push(' ');
                open.push_str(cut(text));
            }
            _ if !full && passed + text.len() >= due => samples.push(cut(text).to_owned()),
            _ => {}
        }
        passed += text.len();
    }
    let samples: Vec<&str> = samples.iter().map(String::as_str).collect();
    detect::language(declared, &samples)
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(text.len().min(SAMPLE_LENGTH))]
}

/// What is not read: whole documents each by its label, scattered parts together by kind.
fn left_out(
    documents: &[Document],
    toc: &[Entry],
    include: &BTreeSet<LeftOutKind>,
) -> Vec<LeftOut> {
    let mut whole = Vec::new();
    let mut scattered: BTreeMap<LeftOutKind, LeftOut> = BTreeMap::new();
    for (index, document) in documents.iter().enumerate() {
        let mut kinds: BTreeMap<LeftOutKind, LeftOut> = BTreeMap::new();
        let out = |kind: &LeftOutKind| !include.contains(kind);
        for located in &document.blocks {
            if let Some(kind) = located.left_out.filter(out) {
                let part = kinds.entry(kind).or_insert_with(|| scattered_part(kind));
                part.add(&located.block);
            }
        }
        let read = document
            .blocks
            .iter()
            .any(|block| !block.left_out.is_some_and(|kind| out(&kind)));
        match kinds.pop_first() {
            Some((_, part)) if !read && kinds.is_empty() => whole.push(LeftOut {
                label: label_of(index, toc).unwrap_or(&document.name).to_owned(),
                ..part
            }),
            first => {
                for (kind, part) in first.into_iter().chain(kinds) {
                    let all = scattered
                        .entry(kind)
                        .or_insert_with(|| scattered_part(kind));
                    all.characters += part.characters;
                    all.words += part.words;
                }
            }
        }
    }
    whole.extend(scattered.into_values());
    whole.retain(|part| part.characters > 0);
    whole
}

/// What of a kind stands here and there in the text.
pub(crate) fn scattered_part(kind: LeftOutKind) -> LeftOut {
    LeftOut {
        kind,
        label: "in the text".to_owned(),
        characters: 0,
        words: 0,
    }
}

/// The first label that the table of contents has for a document.
fn label_of(document: usize, toc: &[Entry]) -> Option<&str> {
    toc.iter().find_map(|entry| match &entry.target {
        Some((target, _)) if *target == document && !entry.label.is_empty() => {
            Some(entry.label.as_str())
        }
        _ => label_of(document, &entry.children),
    })
}
