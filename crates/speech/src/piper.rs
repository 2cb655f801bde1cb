//! Piper voices: VITS models that speak phonemes of eSpeak, run in this process.

use std::path::{Path, PathBuf};

use audiotome_core::{Clip, EngineId, SpeechEngine, SpeechError, Utterance, Voice};
use rten::{NodeId, Value};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

use crate::engines::{check_speakable, check_voice};
use crate::onnx::{self, Network, weights_digest};
use crate::{EngineKind, OpenError, espeak};

mod clauses;
mod config;
mod phonemes;
mod seeds;

pub(crate) use config::PiperConfig;

use config::PhonemeType;

/// Raise it when this module would make another sound of the same text.
const VERSION: u32 = 1;

/// Silence between the sentences of one utterance, seconds.
const BETWEEN_SENTENCES: f32 = 0.2;

/// The engine with one voice.
#[derive(Debug)]
pub(crate) struct Piper {
    id: EngineId,
    voice: Voice,
    config: PiperConfig,
    /// The program that knows the phonemes; none where the model takes letters.
    espeak: Option<PathBuf>,
    network: Network,
    nodes: Nodes,
}

/// The model's inputs and its output.
#[derive(Debug)]
struct Nodes {
    phonemes: NodeId,
    length: NodeId,
    scales: NodeId,
    /// Only models of several speakers have it.
    speaker: Option<NodeId>,
    sound: NodeId,
}

impl Piper {
    /// Loads the voice called `key` from its folder.
    ///
    /// # Errors
    /// When a file is missing or damaged, or espeak-ng isn't installed.
    pub(crate) fn open(folder: &Path, key: &str) -> Result<Self, OpenError> {
        let model_path = folder.join(format!("{key}.onnx"));
        let config_path = folder.join(format!("{key}.onnx.json"));
        let config = PiperConfig::read(folder, key)?;
        let espeak = match config.phoneme_type {
            PhonemeType::Text => None,
            PhonemeType::Espeak | PhonemeType::Other => Some(espeak::find()?),
        };
        let model = onnx::read(&model_path)?;
        let weights = weights_digest([model.as_slice(), &onnx::read(&config_path)?]);
        let seeded = seeds::seed(&model).map_err(|reason| OpenError::BadVoice {
            voice: key.to_owned(),
            reason,
        })?;
        drop(model);
        let network = Network::new(key, &format!("{key}.onnx"), seeded)?;
        Ok(Self {
            id: EngineId {
                engine: EngineKind::Piper.to_string(),
                version: version(espeak.as_deref())?,
                weights,
            },
            voice: config.voice(key),
            nodes: Nodes::find(&network, key, &config)?,
            config,
            espeak,
            network,
        })
    }

    /// The sound of one sentence, −1.0 to 1.0.
    fn infer(&self, ids: Vec<i32>, speed: f32) -> Result<Vec<f32>, SpeechError> {
        let inference = &self.config.inference;
        let length = i32::try_from(ids.len()).map_err(|_| too_long())?;
        let scales = [
            inference.noise_scale,
            inference.length_scale / speed,
            inference.noise_w,
        ];
        let phonemes = Tensor::from_data(&[1, ids.len()], ids);
        let mut inputs = vec![
            (self.nodes.phonemes, phonemes.into()),
            (self.nodes.length, NdTensor::from([length]).into()),
            (self.nodes.scales, NdTensor::from(scales).into()),
        ];
        if let Some(speaker) = self.nodes.speaker {
            let id = NdTensor::from([self.config.default_speaker_id]);
            inputs.push((speaker, id.into()));
        }
        let [sound] = self.network.run(inputs, [self.nodes.sound])?;
        samples(sound)
    }
}

impl Nodes {
    fn find(network: &Network, key: &str, config: &PiperConfig) -> Result<Self, OpenError> {
        let node = |name| network.node(key, name);
        let speaker = (config.num_speakers > 1).then(|| node("sid"));
        Ok(Self {
            phonemes: node("input")?,
            length: node("input_lengths")?,
            scales: node("scales")?,
            speaker: speaker.transpose()?,
            sound: node("output")?,
        })
    }
}

impl SpeechEngine for Piper {
    fn id(&self) -> &EngineId {
        &self.id
    }

    fn voices(&self) -> &[Voice] {
        std::slice::from_ref(&self.voice)
    }

    fn synthesize(&self, utterance: &Utterance) -> Result<Clip, SpeechError> {
        check_voice(&self.id, self.voices(), &utterance.voice)?;
        check_speakable(&utterance.text)?;
        let sentences =
            phonemes::sentences(&self.config, &utterance.text, |lines| self.phonemes(lines))?;
        let mut sound = Vec::new();
        for ids in sentences {
            if !sound.is_empty() {
                sound.resize(sound.len() + self.silence(), 0.0);
            }
            sound.extend(self.infer(ids, utterance.speed.factor())?);
        }
        Clip::from_f32(self.config.audio.sample_rate, &sound).map_err(|error| {
            SpeechError::Permanent(format!("`{}` gave no clip: {error}", utterance.text))
        })
    }
}

impl Piper {
    fn phonemes(&self, lines: &str) -> Result<String, SpeechError> {
        let Some(program) = &self.espeak else {
            return Ok(lines.to_owned());
        };
        let answer = espeak::phonemes_of_text(program, &self.config.espeak.voice, lines)
            .map_err(|error| SpeechError::Transient(espeak::chain(&error)))?;
        String::from_utf8(answer).map_err(|_| {
            SpeechError::Transient("espeak-ng gave phonemes that are no text".to_owned())
        })
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few thousand samples"
    )]
    fn silence(&self) -> usize {
        (self.config.audio.sample_rate as f32 * BETWEEN_SENTENCES) as usize
    }
}

/// The phonemes are eSpeak's, so its version changes the sound.
fn version(espeak: Option<&Path>) -> Result<String, OpenError> {
    Ok(match espeak {
        Some(program) => format!("{VERSION}-espeak-{}", espeak::version(program)?),
        None => VERSION.to_string(),
    })
}

fn samples(sound: Value) -> Result<Vec<f32>, SpeechError> {
    let tensor: Tensor<f32> = sound.try_into().map_err(|_| {
        SpeechError::Permanent("the model answers with something other than sound".to_owned())
    })?;
    Ok(tensor.to_vec())
}

fn too_long() -> SpeechError {
    SpeechError::Permanent("the text is too long to be said at once".to_owned())
}
