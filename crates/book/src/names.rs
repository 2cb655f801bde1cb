//! Unusual names of a book: what a lexicon may be needed for.

use std::collections::HashMap;

use audiotome_core::{Block, BlockKind, Book, Language};
use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::normalise::Table;

/// Names that are listed.
const MOST_NAMES: usize = 1_000;
/// Different words that are looked at; a novel has 20,000.
const MOST_WORDS: usize = 300_000;
/// Characters of an example on each side of the name.
const AROUND: usize = 40;

/// A name, and how often it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Name {
    /// As it is written most early inside a sentence.
    pub name: String,
    /// How often it is there, at the start of a sentence, too.
    pub count: usize,
    /// A passage with it.
    pub example: String,
}

/// What is known of a word, however it is written.
#[derive(Default)]
struct Seen {
    count: usize,
    small: usize,
    /// As it is written inside a sentence, with a capital first.
    name: Option<(String, String)>,
}

/// The names of a book, the most frequent first: words that have a capital where no sentence begins and
/// are never written small. In a language that gives all nouns a capital, those are among them.
#[must_use]
pub fn names(book: &Book) -> Vec<Name> {
    let mut seen: HashMap<String, Seen> = HashMap::new();
    let blocks = book.chapters.iter().flat_map(|chapter| &chapter.blocks);
    let language = book.metadata.language.clone();
    let table = Table::of(&language.unwrap_or_else(Language::undetermined));
    for block in blocks {
        look(block, table, &mut seen);
    }
    let names = seen.into_values().filter_map(|seen| {
        let (name, example) = seen.name?;
        let is_title = !table.abbreviation(&format!("{name}.")).is_empty();
        let unusual = seen.small == 0 && !is_title;
        unusual.then_some(Name {
            name,
            count: seen.count,
            example,
        })
    });
    let mut names: Vec<_> = names.collect();
    names.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    names.truncate(MOST_NAMES);
    names
}

fn look(block: &Block, table: &Table, seen: &mut HashMap<String, Seen>) {
    let text = &block.text;
    // A heading may have a capital in each word, and a line of verse begins with one.
    let tells = matches!(block.kind, BlockKind::Paragraph | BlockKind::ListItem);
    let shouts = !text.chars().any(char::is_lowercase);
    let mut inside = false;
    let (mut start, mut end) = (0, 0);
    for (at, word) in text.unicode_word_indices() {
        let between = &text[end..at];
        // `Mr. Weasley` is inside of a sentence.
        let is_title = between == ". " && !table.abbreviation(&text[start..=end]).is_empty();
        inside &= is_title || !ends_sentence(between);
        (start, end) = (at, at + word.len());
        let word = without_ending(word);
        let known = seen.len() < MOST_WORDS;
        let folded = word.to_lowercase();
        if !known && !seen.contains_key(&folded) {
            continue;
        }
        let entry = seen.entry(folded).or_default();
        entry.count += 1;
        entry.small += usize::from(word.starts_with(char::is_lowercase));
        let is_name = tells && inside && !shouts && looks_like_name(word);
        if is_name && entry.name.is_none() {
            entry.name = Some((word.to_owned(), example(text, at, end)));
        }
        inside = true;
    }
}

/// Two letters, the first a capital, not all of them (`USA` is spelt, not said).
fn looks_like_name(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    word.starts_with(char::is_uppercase) && letters.nth(1).is_some() && {
        word.chars().any(char::is_lowercase)
    }
}

/// The name in `Holmes’s` and `I’ll`, `I’m`: what stands before an apostrophe and a short ending.
fn without_ending(word: &str) -> &str {
    match word.rfind(['\'', '’']) {
        Some(at) if word[at..].chars().count() <= 3 => &word[..at],
        _ => word,
    }
}

/// Whether a sentence may begin after what stands between two words.
fn ends_sentence(between: &str) -> bool {
    between.contains(|c: char| {
        matches!(
            c,
            '.' | '!' | '?' | '…' | ':' | '—' | '–' | '\n' | '。' | '！' | '？'
        ) || matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '‘' | '(' | '[')
    })
}

fn example(text: &str, start: usize, end: usize) -> String {
    let before: Vec<char> = text[..start].chars().rev().take(AROUND).collect();
    let after = text[end..].chars().take(AROUND);
    let all = before
        .into_iter()
        .rev()
        .chain(text[start..end].chars())
        .chain(after);
    let all: String = all.collect();
    all.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use audiotome_core::{Chapter, Metadata};

    use super::*;

    #[test]
    fn names_are_never_written_small_and_stand_inside_sentences() {
        let texts = [
            "Hermione asked Ron. “Where is Hermione’s cat?” Then Will said he will ask Mr. Weasley.",
            "Perhaps I’ll go to the USA. ‘Perhaps,’ said Ron, and Hermione laughed.",
            "THE END OF THE Hobbit",
        ];
        let blocks = texts.map(|text| Block::new(BlockKind::Paragraph, text));
        let mut heading = vec![Block::new(BlockKind::Heading(1), "A Scandal In Bohemia")];
        heading.extend(blocks);
        let book = Book {
            metadata: Metadata {
                language: Some(Language::new("en")),
                ..Metadata::default()
            },
            chapters: vec![Chapter {
                title: String::new(),
                blocks: heading,
            }],
            ..Book::default()
        };
        let found = names(&book);
        let counted: Vec<_> = found.iter().map(|n| (&*n.name, n.count)).collect();
        assert_eq!(
            counted,
            [("Hermione", 3), ("Ron", 2), ("Hobbit", 1), ("Weasley", 1)]
        );
        assert!(
            found[1].example.starts_with("Hermione asked Ron."),
            "{found:?}"
        );
    }
}
