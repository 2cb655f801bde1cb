//! The voices of a book, opened.

use std::collections::BTreeSet;
use std::path::Path;

use audiotome_core::{Book, Cast, Narration};
use audiotome_speech::{OpenError, SpeechServer};

use crate::casting::VoiceName;
use crate::{Casting, Installed, MakeError, Narrator, VoiceWish};

/// Names that are offered where one is unknown.
const MOST_NEAR: usize = 3;
/// How alike names are that are offered (Jaro and Winkler; 1 is the same).
const ALIKE: f64 = 0.75;

/// Who can be asked for a voice.
pub(crate) struct Company<'a> {
    pub(crate) wish: &'a VoiceWish,
    pub(crate) installed: &'a Installed,
    pub(crate) servers: &'a [SpeechServer],
}

impl Company<'_> {
    /// Opens a voice for every speaker, chapter and, where that is wanted, foreign language of a book.
    /// What the mapping says of nobody in the book is told as a warning.
    ///
    /// # Errors
    /// When a voice is not there, with names that are near.
    pub(crate) fn cast(&self, book: &mut Book, narrator: &Narration) -> Result<Cast, MakeError> {
        let casting = &self.wish.casting;
        let mut cast = Cast::from(narrator.clone());
        for (number, voice) in chapters(casting, book) {
            let of = || format!("chapter {number}");
            cast.chapters
                .insert(number, self.open(narrator, voice, of)?);
        }
        let speakers = speakers(book);
        for speaker in &speakers {
            let voice = voice_of(casting, speaker);
            let of = || format!("`[voice:{speaker}]`");
            let narration = self.open(narrator, &voice, of)?;
            cast.speakers.insert((*speaker).clone(), narration);
        }
        let mut warnings = self.foreign(book, &mut cast);
        let nobody = casting.names().filter(|name| {
            let speaks = |speaker: &&String| casting.speaker(speaker) == casting.speaker(name);
            !Casting::is_chapter(name, &book.chapters) && !speakers.iter().any(speaks)
        });
        warnings.extend(nobody.map(|name| {
            format!(
                "`{name}` has a voice but says nothing: `[voice:{name}]` is nowhere in the text"
            )
        }));
        book.warnings.append(&mut warnings);
        Ok(cast)
    }

    /// Finds voices for the languages of single paragraphs, if that is wanted.
    fn foreign(&self, book: &Book, cast: &mut Cast) -> Vec<String> {
        if !self.wish.foreign {
            return Vec::new();
        }
        let own = &cast.narrator.language;
        let blocks = book.chapters.iter().flat_map(|chapter| &chapter.blocks);
        let languages = blocks.filter_map(|block| block.language.as_ref());
        let foreign = |language: &&_| {
            let language: &audiotome_core::Language = language;
            !language.is_undetermined() && language.primary() != own.primary()
        };
        let languages: BTreeSet<_> = languages.filter(foreign).cloned().collect();
        let mut warnings = Vec::new();
        for language in languages {
            let wish = VoiceWish {
                engine: None,
                voice: None,
                ..self.wish.clone()
            };
            match Narrator::choose(&language, &wish, self.installed, &[]) {
                Ok(found) => {
                    let narration = Narration {
                        language: own.clone(),
                        ..found.narration
                    };
                    cast.languages.insert(language, narration);
                }
                Err(error) => warnings.push(format!(
                    "what is in `{language}` is read by the narrator: {error}"
                )),
            }
        }
        warnings
    }

    fn open(
        &self,
        narrator: &Narration,
        name: &VoiceName,
        of: impl Fn() -> String,
    ) -> Result<Narration, MakeError> {
        let wish = self.wish.read_by(name);
        match Narrator::choose(&narrator.language, &wish, self.installed, self.servers) {
            Ok(found) => Ok(found.narration),
            Err(OpenError::UnknownVoice { .. }) => Err(MakeError::NoSuchVoice {
                voice: name.to_string(),
                of: of(),
                near: self.near(&name.voice),
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// Voices with names that are like this one, the most alike first.
    fn near(&self, name: &str) -> Vec<String> {
        let name = name.to_lowercase();
        let voices = self.installed.folder().installed().into_iter();
        let known = self.wish.casting.names().map(str::to_owned);
        let names = voices.map(|found| found.voice.name).chain(known);
        let mut near: Vec<_> = names
            .map(|other| (strsim::jaro_winkler(&name, &other.to_lowercase()), other))
            .filter(|(alike, _)| *alike >= ALIKE)
            .collect();
        near.sort_by(|(a, name), (b, other)| b.total_cmp(a).then_with(|| name.cmp(other)));
        near.dedup_by(|(_, a), (_, b)| a == b);
        near.into_iter()
            .take(MOST_NEAR)
            .map(|(_, name)| name)
            .collect()
    }
}

impl VoiceWish {
    /// The same for each voice that chapters and speakers of `book` have, besides the narrator's.
    pub fn of_others(&self, book: &Book) -> impl Iterator<Item = Self> {
        let chapters = chapters(&self.casting, book).map(|(_, voice)| voice.clone());
        let speakers = speakers(book).into_iter();
        let speakers = speakers.map(|speaker| voice_of(&self.casting, speaker));
        let voices: BTreeSet<VoiceName> = chapters.chain(speakers).collect();
        voices.into_iter().map(|voice| self.read_by(&voice))
    }

    fn read_by(&self, name: &VoiceName) -> Self {
        Self {
            engine: name.engine,
            voice: Some(name.voice.clone()),
            ..self.clone()
        }
    }
}

/// Chapters with a voice of their own, by their numbers.
fn chapters<'a>(
    casting: &'a Casting,
    book: &'a Book,
) -> impl Iterator<Item = (usize, &'a VoiceName)> {
    let numbers = 1..=book.chapters.len();
    numbers.filter_map(|number| Some((number, casting.chapter(number, &book.chapters)?)))
}

/// Speakers that the text names.
fn speakers(book: &Book) -> BTreeSet<&String> {
    let blocks = book.chapters.iter().flat_map(|chapter| &chapter.blocks);
    blocks.filter_map(|block| block.voice.as_ref()).collect()
}

/// The voice of a speaker: as the mapping says, else the one of that name. Other programs name a file.
fn voice_of(casting: &Casting, speaker: &str) -> VoiceName {
    let stem = match speaker.contains(['/', '\\']) {
        true => Path::new(speaker)
            .file_stem()
            .and_then(|stem| stem.to_str()),
        false => None,
    };
    let stem = stem.unwrap_or(speaker);
    let mapped = casting.speaker(speaker).or_else(|| casting.speaker(stem));
    mapped.cloned().unwrap_or_else(|| VoiceName::new(stem))
}
