//! Pictures: what of them is text.

use super::reader::{Reader, State};
use crate::markup::Tag;

/// Pictures of a document that are remembered: enough to find a cover.
const MAX_IMAGES: usize = 4;
/// Alternative texts that programs write where nobody wrote one.
const NO_TEXT: &[&str] = &[
    "image",
    "img",
    "picture",
    "illustration",
    "cover",
    "logo",
    "ornament",
    "decoration",
    "decorative",
    "graphic",
    "figure",
    "photo",
];

impl Reader<'_, '_> {
    pub(super) fn image(&mut self, tag: &Tag, state: &State) {
        let source = tag.attribute("src").or_else(|| tag.local_attribute("href"));
        if let Some(source) = source
            && self.document.images.len() < MAX_IMAGES
        {
            self.document.images.push(source.to_owned());
        }
        let alt = tag.attribute("alt").unwrap_or_default().trim();
        if state.hidden || alt.is_empty() {
            return;
        }
        // A drawn initial is a letter of the text.
        let initial = alt.chars().count() == 1 && alt.chars().all(char::is_alphabetic);
        if initial || self.context.alt_text {
            self.text.push(alt);
        } else if state.heading.is_some() && is_title(alt) && self.alt_of_heading.is_empty() {
            // A heading that is only drawn.
            let words: Vec<&str> = alt.split_whitespace().collect();
            self.alt_of_heading = words.join(" ");
        }
    }
}

/// Whether an alternative text can be a heading: words, and no name of a file.
fn is_title(alt: &str) -> bool {
    let is_file = !alt.contains(char::is_whitespace) && alt.contains(['.', '_', '/']);
    let name = alt.trim_end_matches(|c: char| !c.is_alphabetic());
    let is_filler = NO_TEXT.iter().any(|word| name.eq_ignore_ascii_case(word));
    alt.chars().any(char::is_alphanumeric) && !is_file && !is_filler
}
