//! "Note": the notes of an Italian book, and one box in the text of an English one.

use crate::compose::detect_language;
use crate::document::Document;

/// The languages in which it is more than one.
const LANGUAGES: [&str; 2] = ["it", "ro"];

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
    let language = detect_language(None, documents);
    language.is_some_and(|language| LANGUAGES.contains(&language.primary()))
}
