//! "Note": the notes of an Italian book, and one box in the text of an English one.

use audiotome_core::Language;

use crate::detect;
use crate::document::Document;

/// The languages in which it is more than one.
const LANGUAGES: [&str; 2] = ["it", "ro"];
/// Texts that the language is detected from, and bytes of each.
const SAMPLES: usize = 5;
const SAMPLE_LENGTH: usize = 1_500;

/// Whether one of the `labels` of this book names one note, which is not the part with all of them.
pub(super) fn names_one_note<'a>(
    documents: &[Document],
    mut labels: impl Iterator<Item = &'a str>,
) -> bool {
    // Few books have the label, and only there the language counts.
    labels.any(is_note) && !is_plural(documents)
}

/// Whether this is the label that is one note or many.
pub(super) fn is_note(label: &str) -> bool {
    super::bare(label) == "note"
}

fn is_plural(documents: &[Document]) -> bool {
    let language = language(documents);
    language.is_some_and(|language| LANGUAGES.contains(&language.primary()))
}

/// The language of passages at equal distances.
fn language(documents: &[Document]) -> Option<Language> {
    let blocks = documents.iter().flat_map(|document| &document.blocks);
    let texts: Vec<&str> = blocks
        .filter(|located| located.left_out.is_none())
        .map(|located| located.block.text.as_str())
        .collect();
    let samples: Vec<String> = (0..SAMPLES)
        .map(|sample| passage(&texts[texts.len() * sample / SAMPLES..]))
        .collect();
    let samples: Vec<&str> = samples.iter().map(String::as_str).collect();
    detect::language(None, &samples)
}

/// The beginning of texts, with a space after each.
fn passage(texts: &[&str]) -> String {
    let mut passage = String::new();
    for text in texts {
        if passage.len() >= SAMPLE_LENGTH {
            break;
        }
        passage.push_str(&text[..text.floor_char_boundary(SAMPLE_LENGTH)]);
        passage.push(' ');
    }
    passage
}
