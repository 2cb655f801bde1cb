//! Engines that turn utterances into clips, and the voices that they speak with.

mod cut;
mod engines;
mod error;
mod espeak;
mod hibari;
mod onnx;
mod openai;
mod piper;
mod process;
mod tone;
mod voices;

pub use engines::EngineKind;
pub use error::OpenError;
pub use hibari::Hibari;
pub use openai::{OpenAi, ServerError, SpeechServer};
pub use process::ProcessError;
pub use tone::{Tone, ToneOptions};
pub use voices::{
    Choice, InstallError, InstalledVoice, OnProgress, Source, VoiceFolder, catalogue, choose,
    install, open,
};
