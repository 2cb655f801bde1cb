//! Who reads what of a book.

use std::collections::BTreeMap;

use crate::{Block, Language, Narration};

/// Who reads what of a book. Where several are meant, a speaker that the text names comes first, then
/// the one of the text's language, then the one of the chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    /// Whoever reads what nobody else does.
    pub narrator: Narration,
    /// Speakers, by the names that blocks have for them.
    pub speakers: BTreeMap<String, Narration>,
    /// Whoever reads a text in another language, by the language.
    pub languages: BTreeMap<Language, Narration>,
    /// Whoever reads a chapter, by its number.
    pub chapters: BTreeMap<usize, Narration>,
}

impl Cast {
    /// Whoever reads `block` of the chapter of that number.
    #[must_use]
    pub fn reader(&self, chapter: usize, block: &Block) -> &Narration {
        let speaker = block
            .voice
            .as_ref()
            .and_then(|name| self.speakers.get(name));
        let foreign = || self.languages.get(block.language.as_ref()?);
        let reader = speaker.or_else(foreign);
        let reader = reader.or_else(|| self.chapters.get(&chapter));
        reader.unwrap_or(&self.narrator)
    }
}

impl From<Narration> for Cast {
    fn from(narrator: Narration) -> Self {
        Self {
            narrator,
            speakers: BTreeMap::new(),
            languages: BTreeMap::new(),
            chapters: BTreeMap::new(),
        }
    }
}
