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
        for number in 1..=book.chapters.len() {
            if let Some(voice) = casting.chapter(number, &book.chapters) {
                let of = || format!("chapter {number}");
                cast.chapters
                    .insert(number, self.open(narrator, voice, of)?);
            }
        }
        let blocks = || book.chapters.iter().flat_map(|chapter| &chapter.blocks);
        let speakers: BTreeSet<&String> = blocks().filter_map(|b| b.voice.as_ref()).collect();
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
        let wish = VoiceWish {
            engine: name.engine,
            voice: Some(name.voice.clone()),
            ..self.wish.clone()
        };
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
