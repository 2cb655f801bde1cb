//! Which voice reads a book.

use std::sync::Arc;

use audiotome_core::{Language, SpeechEngine};

use super::catalogue::{self, same_language};
use super::{InstalledVoice, VoiceFolder};
use crate::espeak::{self, Espeak};
use crate::hibari::Hibari;
use crate::piper::Piper;
use crate::tone::{self, Tone, ToneOptions};
use crate::{EngineKind, OpenError};

/// An engine and one of its voices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The engine.
    pub engine: EngineKind,
    /// The voice's name.
    pub voice: String,
    /// The command that gets a better voice for the language, where nobody asked for this one.
    pub advice: Option<String>,
}

/// The environment variable that tells the tone engine how to misbehave.
const TONE_VARIABLE: &str = "AUDIOTOME_TONE";

/// Chooses the best voice that is installed for `language`: a neural one, of its region if possible,
/// before eSpeak's; the tone engine only when it is asked for. An unknown language counts as English.
///
/// # Errors
/// When nothing that is installed (of `engine`, if given) speaks the language, or is called `voice`;
/// voices of servers are never installed.
pub fn choose(
    folder: &VoiceFolder,
    language: &Language,
    engine: Option<EngineKind>,
    voice: Option<&str>,
) -> Result<Choice, OpenError> {
    let language = espeak::or_english(language);
    if engine == Some(EngineKind::OpenAi) {
        return Err(OpenError::NoServer);
    }
    if engine == Some(EngineKind::Tone) {
        return Ok(asked(EngineKind::Tone, voice.unwrap_or(tone::VOICE)));
    }
    if let Some(name) = voice {
        return named(folder, engine, name);
    }
    let neural = best_neural(folder, &language, engine);
    let advice = match engine {
        None => advice(neural.as_ref(), &language),
        Some(_) => None,
    };
    let choice = match (neural, engine) {
        (Some(found), _) => asked(found.engine, &found.voice.name),
        (None, None | Some(EngineKind::Espeak)) => best_espeak(&language, engine)?,
        (None, Some(_)) => return Err(OpenError::NoVoice { language, engine }),
    };
    Ok(Choice { advice, ..choice })
}

/// Makes the engine of a choice ready to speak.
///
/// # Errors
/// When the voice's files or the program behind it are missing or broken.
pub fn open(folder: &VoiceFolder, choice: &Choice) -> Result<Arc<dyn SpeechEngine>, OpenError> {
    let Choice { engine, voice, .. } = choice;
    Ok(match engine {
        EngineKind::Espeak => Arc::new(Espeak::open()?),
        EngineKind::Hibari => {
            folder.find(*engine, voice)?;
            Arc::new(Hibari::open(&folder.of(*engine, voice))?)
        }
        EngineKind::Piper => {
            folder.find(*engine, voice)?;
            Arc::new(Piper::open(&folder.of(*engine, voice), voice)?)
        }
        EngineKind::OpenAi => return Err(OpenError::NoServer),
        EngineKind::Tone => Arc::new(Tone::new(voice, tone_options(voice)?)),
    })
}

fn asked(engine: EngineKind, voice: &str) -> Choice {
    Choice {
        engine,
        voice: voice.to_owned(),
        advice: None,
    }
}

/// The voice called `name`, in any case; of several engines the better one.
fn named(
    folder: &VoiceFolder,
    engine: Option<EngineKind>,
    name: &str,
) -> Result<Choice, OpenError> {
    folder
        .installed()
        .into_iter()
        .filter(|installed| engine.is_none_or(|engine| installed.engine == engine))
        .filter(|installed| installed.voice.name.eq_ignore_ascii_case(name))
        .min_by_key(|installed| installed.engine.rank())
        .map(|installed| asked(installed.engine, &installed.voice.name))
        .or_else(|| variant(engine, name))
        .ok_or_else(|| OpenError::UnknownVoice {
            voice: name.to_owned(),
            engine,
        })
}

/// A variant of one of eSpeak's voices: `en-us+f3`.
fn variant(engine: Option<EngineKind>, name: &str) -> Option<Choice> {
    let (base, variant) = espeak::parts_of_name(name);
    let variant = variant.filter(|_| matches!(engine, None | Some(EngineKind::Espeak)))?;
    let known = espeak::variants().ok()?;
    let variant = known
        .iter()
        .find(|known| known.eq_ignore_ascii_case(variant))?;
    let voices = espeak::voices().ok()?;
    let same = |found: &&espeak::EspeakVoice| found.voice.name.eq_ignore_ascii_case(base);
    let base = &voices.iter().find(same)?.voice.name;
    Some(asked(EngineKind::Espeak, &format!("{base}+{variant}")))
}

fn best_neural(
    folder: &VoiceFolder,
    language: &Language,
    engine: Option<EngineKind>,
) -> Option<InstalledVoice> {
    folder
        .neural()
        .into_iter()
        .filter(|installed| engine.is_none_or(|engine| installed.engine == engine))
        .filter(|installed| same_language(&installed.voice.language, language))
        .min_by_key(|installed| {
            let fit = fit(installed.engine, &installed.voice.language, language);
            (fit, recommended(installed))
        })
}

/// The voice's place in the catalogue; those of the user's own come first.
fn recommended(installed: &InstalledVoice) -> usize {
    let at = |entry: &catalogue::Entry| entry.name == installed.voice.name;
    catalogue::entries()
        .iter()
        .position(at)
        .map_or(0, |at| at + 1)
}

fn best_espeak(language: &Language, engine: Option<EngineKind>) -> Result<Choice, OpenError> {
    let voices = espeak::voices()?;
    let voice = espeak::nearest(&voices, language).ok_or_else(|| OpenError::NoVoice {
        language: language.clone(),
        engine,
    })?;
    Ok(asked(EngineKind::Espeak, &voice.name))
}

/// The command that installs a voice which would be chosen instead of `neural` (the best neural one
/// that is installed).
fn advice(neural: Option<&InstalledVoice>, language: &Language) -> Option<String> {
    let best = catalogue::best(language)?;
    let better = neural.is_none_or(|installed| {
        let chosen = fit(installed.engine, &installed.voice.language, language);
        fit(best.engine, &best.language, language) < chosen
    });
    better.then(|| format!("audiotome voices install {}", best.name))
}

/// How well a neural voice fits a language, lower is better: its region counts first.
fn fit(engine: EngineKind, voice: &Language, language: &Language) -> (bool, u8) {
    let bare = language.as_str() == language.primary();
    (!bare && voice != language, engine.rank())
}

/// How the tone engine misbehaves: as its voice's name says, else as the environment says.
fn tone_options(voice: &str) -> Result<ToneOptions, OpenError> {
    if voice.contains('=') {
        return voice.parse();
    }
    std::env::var(TONE_VARIABLE).unwrap_or_default().parse()
}
