//! The built-in neural voice: American English, 24 kHz, 59 times real time on one core.
//!
//! Text becomes phonemes ([`phonemes`]), a small network predicts from them five spectra and the
//! pitch for every 12.5 ms, and a little signal processing ([`sound`]) turns those into samples.
//! All of it is Rust; nothing but the two model files is needed.

mod noise;
mod phonemes;
mod pulses;
mod script;
mod sound;
mod told;
mod unknown;
mod vocabulary;

use std::path::Path;

use audiotome_core::pronunciation::{Run, runs};
use audiotome_core::{
    Clip, EngineId, Language, SpeechEngine, SpeechError, Speed, Utterance, Voice,
};
use rten::{NodeId, Value};
use rten_tensor::{Layout as _, NdTensor};

use self::noise::Noise;
use self::phonemes::Phonemes;
use self::sound::{BINS, Parts, SAMPLE_RATE, Sound};
use self::unknown::UnknownWords;
use crate::OpenError;
use crate::cut::{MOST_PHONEMES, cut};
use crate::engines::{check_speakable, check_voice};
use crate::onnx::{self, Network};

/// Name of the engine and of its only voice.
const NAME: &str = "hibari";
/// Goes up when the same text and weights would sound different: a new version of the phoneme
/// rules, another way to cut, a change of the signal processing.
const VERSION: &str = "1";
/// Characters that are turned into phonemes at once; a plan's utterances are shorter.
const MOST_CHARACTERS: usize = 1_000;
const OUTPUTS: [&str; 6] = ["lh", "theta", "ln", "lr", "phi", "f0"];

/// The built-in voice, shared by all slots; each speaks on a thread of its own.
#[derive(Debug)]
pub struct Hibari {
    id: EngineId,
    voices: [Voice; 1],
    phonemes: Phonemes,
    network: Network,
    ids: NodeId,
    speed: NodeId,
    outputs: [NodeId; 6],
    sound: Sound,
}

impl Hibari {
    /// Opens the voice in `folder`, which holds `hibari.onnx` and `oov.onnx`.
    ///
    /// # Errors
    /// When a file is missing, or isn't the model that it should be.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let voice = onnx::read(&folder.join("hibari.onnx"))?;
        let unknown = onnx::read(&folder.join("oov.onnx"))?;
        let id = EngineId {
            engine: NAME.to_owned(),
            version: VERSION.to_owned(),
            weights: onnx::weights_digest([voice.as_slice(), &unknown]),
        };
        let unknown = Network::new(NAME, "oov.onnx", unknown)?;
        let network = Network::new(NAME, "hibari.onnx", voice)?;
        let [lh, theta, ln, lr, phi, f0] = OUTPUTS.map(|name| network.node(NAME, name));
        Ok(Self {
            id,
            voices: [Voice {
                name: NAME.to_owned(),
                language: Language::new("en-US"),
                description: "American English, neural, 24 kHz".to_owned(),
            }],
            phonemes: Phonemes::new(UnknownWords::new(unknown, NAME)?),
            ids: network.node(NAME, "ids")?,
            speed: network.node(NAME, "speed")?,
            outputs: [lh?, theta?, ln?, lr?, phi?, f0?],
            network,
            sound: Sound::new(),
        })
    }

    /// The phonemes that are spoken for `text`, in the pieces that are spoken at once; none when
    /// nothing in it makes a sound. The alphabet is that of misaki and Kokoro.
    ///
    /// # Errors
    /// [`SpeechError::Permanent`] when a network fails.
    pub fn phonemes(&self, text: &str) -> Result<Vec<String>, SpeechError> {
        let mut pieces = Vec::new();
        // Pieces of text follow each other with a breath between; words whose sound is told do not.
        let mut open = String::new();
        for run in runs(text) {
            let text = match run {
                Run::Word(word) => {
                    open.push_str(&told::phonemes(&word.ipa));
                    continue;
                }
                Run::Text(text) => text,
            };
            if !open.is_empty() && text.starts_with(char::is_whitespace) {
                open.push(' ');
            }
            let readable = self.phonemes.readable(text);
            for (index, piece) in cut(&readable, MOST_CHARACTERS).into_iter().enumerate() {
                if index > 0 {
                    close(&mut pieces, &mut open);
                }
                open.push_str(&self.phonemes.of(piece)?);
            }
            if text.ends_with(char::is_whitespace) && !open.ends_with(' ') {
                open.push(' ');
            }
        }
        close(&mut pieces, &mut open);
        Ok(pieces)
    }

    /// Speaks phonemes; what isn't in the alphabet is left out.
    ///
    /// # Errors
    /// [`SpeechError::Permanent`] when the network fails or makes no sound of them.
    pub fn speak(&self, phonemes: &str, speed: Speed) -> Result<Vec<f32>, SpeechError> {
        let ids = vocabulary::ids(phonemes);
        let mut noise = Noise::new(noise::seed(&ids, speed.percent()));
        let inputs = vec![
            (self.ids, NdTensor::from_data([1, ids.len()], ids).into()),
            (
                self.speed,
                NdTensor::from_data([1], vec![speed.factor()]).into(),
            ),
        ];
        let predicted = self.network.run(inputs, self.outputs)?;
        let parts = parts(predicted).ok_or_else(|| {
            SpeechError::Permanent(format!("the voice predicted no sound for `{phonemes}`"))
        })?;
        Ok(self.sound.render(parts, &mut noise))
    }
}

impl SpeechEngine for Hibari {
    fn id(&self) -> &EngineId {
        &self.id
    }

    fn voices(&self) -> &[Voice] {
        &self.voices
    }

    fn synthesize(&self, utterance: &Utterance) -> Result<Clip, SpeechError> {
        check_voice(&self.id, &self.voices, &utterance.voice)?;
        check_speakable(&utterance.text)?;
        let pieces = self.phonemes(&utterance.text)?;
        if pieces.is_empty() {
            return Err(SpeechError::Permanent(format!(
                "`{}` has no sound in English",
                utterance.text
            )));
        }
        let mut samples = Vec::new();
        for phonemes in pieces {
            samples.extend(self.speak(&phonemes, utterance.speed)?);
        }
        Clip::from_f32(SAMPLE_RATE, &samples)
            .map_err(|error| SpeechError::Permanent(format!("`{}`: {error}", utterance.text)))
    }
}

/// Ends what is said in one breath, cut further where it is too long for the network.
fn close(pieces: &mut Vec<String>, open: &mut String) {
    let phonemes = std::mem::take(open);
    let phonemes = phonemes.trim();
    if phonemes.chars().any(vocabulary::is_sound) {
        pieces.extend(cut(phonemes, MOST_PHONEMES).into_iter().map(str::to_owned));
    }
}

/// Takes the outputs apart; `None` when they have another shape than the sound needs.
fn parts(predicted: [Value; 6]) -> Option<Parts> {
    let [lh, theta, ln, lr, phi, f0] = predicted;
    let pitch = NdTensor::<f32, 2>::try_from(f0).ok()?.into_data();
    let frames = pitch.len();
    let rows = |value: Value| {
        let rows = NdTensor::<f32, 3>::try_from(value).ok()?;
        (frames > 0 && rows.shape() == [1, BINS, frames]).then(|| rows.into_data())
    };
    Some(Parts {
        harmonic: rows(lh)?,
        rotation: rows(theta)?,
        noise: rows(ln)?,
        free: rows(lr)?,
        phase: rows(phi)?,
        pitch,
    })
}
