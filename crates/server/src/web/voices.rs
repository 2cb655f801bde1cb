//! Voices to choose from: those of the book's language first, the best engine first.

use audiotome_core::Language;

use crate::api::inside::Inside;
use crate::api::problem::Problem;
use crate::api::voices;
use crate::master::Master;

/// Voices of one language and engine.
pub(crate) struct Group {
    /// Tag of the language; the page names it.
    pub(crate) language: String,
    pub(crate) engine: String,
    pub(crate) voices: Vec<Entry>,
}

/// A voice.
pub(crate) struct Entry {
    pub(crate) engine: String,
    pub(crate) voice: String,
    /// What it is called.
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

/// All voices, grouped.
pub(crate) async fn groups(master: &Master, inside: &Inside) -> Result<Vec<Group>, Problem> {
    let mut voices = voices::all(master).await?;
    let own = inside.language();
    let rank = |tag: &str| {
        let language = Language::new(tag);
        let same = language.primary() == own.primary();
        // What a server speaks is not known: it may be any language.
        (!same && !language.is_undetermined(), !same)
    };
    // Within a language they come as the repertoire has them, the best first.
    voices.sort_by_cached_key(|voice| {
        let language = Language::new(&voice.language);
        (rank(&voice.language), language.primary().to_owned())
    });
    let wishes = &inside.wishes;
    let mut groups: Vec<Group> = Vec::new();
    for voice in voices {
        let language = Language::new(&voice.language);
        let language = language.primary().to_owned();
        let engine = wishes.engine.as_ref();
        let entry = Entry {
            chosen: wishes.voice.as_ref() == Some(&voice.voice)
                && engine.is_none_or(|engine| *engine == voice.model),
            label: label(&voice.voice, &voice.description),
            engine: voice.model,
            voice: voice.voice,
        };
        match groups
            .iter_mut()
            .find(|group| group.language == language && group.engine == entry.engine)
        {
            Some(group) => group.voices.push(entry),
            None => groups.push(Group {
                language,
                engine: entry.engine.clone(),
                voices: vec![entry],
            }),
        }
    }
    Ok(groups)
}

fn label(voice: &str, description: &str) -> String {
    if description.is_empty() || description == voice {
        voice.to_owned()
    } else {
        format!("{voice} – {description}")
    }
}

/// Languages that a person can choose for a book, besides its own. The page names them.
pub(crate) const LANGUAGES: [&str; 24] = [
    "en", "fr", "de", "es", "it", "pt", "nl", "pl", "ru", "uk", "cs", "sv", "da", "nb", "fi", "hu",
    "ro", "el", "tr", "ar", "hi", "zh", "ja", "ko",
];
