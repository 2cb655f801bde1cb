//! What master and worker say to each other over HTTP. It belongs to neither side.
//!
//! The speech call is OpenAI's `POST /v1/audio/speech`; what is ours travels in headers and in fields
//! that other servers ignore. docs/worker-api.md describes it with curl.

use audiotome_core::EngineId;
use serde::{Deserialize, Serialize};

/// Goes up when master and worker of different versions would misunderstand each other.
pub const PROTOCOL: u32 = 1;

/// Request: the segment's key, for logs. Answer: the same.
pub const KEY: &str = "x-audiotome-key";
/// Request: the engine id that must speak. Answer: the one that spoke.
pub const ENGINE: &str = "x-audiotome-engine";
/// Answer: samples per second.
pub const SAMPLE_RATE: &str = "x-audiotome-sample-rate";
/// Answer: how many samples.
pub const SAMPLES: &str = "x-audiotome-samples";
/// Answer: blake3 of the samples, see `audiotome_codec::digest`.
pub const DIGEST: &str = "x-audiotome-digest";
/// Request and answer: W3C trace context.
pub const TRACE: &str = "traceparent";

/// The longest text of a request, in characters (OpenAI's own limit).
pub const MOST_CHARACTERS: usize = 4_096;

/// `POST /v1/audio/speech`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpeechBody {
    /// Name of the engine.
    pub model: String,
    /// The text.
    pub input: String,
    /// Name of the voice.
    pub voice: String,
    /// `flac`, `wav`, `pcm`, or what ffmpeg makes of it: `mp3`, `opus`, `aac`.
    #[serde(default = "mp3")]
    pub response_format: String,
    /// 1.0 is the voice's own rate.
    #[serde(default = "one")]
    pub speed: f32,
    /// Language of the text; ours. Without it, the voice's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// OpenAI's default.
fn mp3() -> String {
    "mp3".to_owned()
}

fn one() -> f32 {
    1.0
}

/// `GET /ready?engine=…&voice=…`: whether exactly this engine speaks here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyQuery {
    /// An engine id as it prints. Without it: whether anything speaks here.
    pub engine: Option<String>,
    /// Name of the voice.
    pub voice: Option<String>,
}

/// Its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// Version of the program.
    pub version: String,
    /// Utterances that are spoken at once.
    pub slots: usize,
}

/// `POST /workers/announce` to a master: a worker offers its help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// Where it can be reached, if not at the address that it calls from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its port.
    pub port: u16,
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// Version of the program.
    pub version: String,
}

/// `GET /status`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// Version of the program.
    pub version: String,
    /// Whether it refuses new work and is about to leave.
    pub draining: bool,
    /// Engines that were opened, with their exact ids.
    pub engines: Vec<EngineId>,
    /// Voices that can speak here.
    pub voices: Vec<OfferedVoice>,
    /// Languages that they speak, each once.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Utterances that are spoken at once.
    pub slots: usize,
    /// Slots that speak now.
    pub busy: usize,
    /// Requests that wait for a slot.
    pub waiting: usize,
    /// Where it computes.
    pub device: String,
    /// Memory in use, bytes; 0 where the system does not say.
    pub memory_bytes: u64,
    /// Characters that a busy slot speaks in a second, on average.
    pub characters_per_second: f64,
    /// Seconds since it started.
    pub uptime_s: f64,
}

/// A voice as `GET /v1/voices` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedVoice {
    /// What `model` takes.
    pub model: String,
    /// What `voice` takes.
    pub voice: String,
    /// The language that it speaks best.
    pub language: String,
    /// One line for people.
    pub description: String,
}

/// The body of every answer that is no success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorDetail,
}

/// What went wrong, as OpenAI's clients expect it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// For people.
    pub message: String,
    /// For programs.
    #[serde(rename = "type")]
    pub kind: ErrorKind,
}

/// What went wrong, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The request makes no sense (400, 413).
    InvalidRequest,
    /// The token is missing or wrong (401).
    Unauthorized,
    /// There is no such model or voice (404).
    NotFound,
    /// The engine is another one than asked for (409).
    WrongEngine,
    /// This text can't be spoken, now or later (422).
    Unspeakable,
    /// The engine failed; another try can help (500).
    EngineFailed,
    /// The engine, or everybody who could speak, is away (503).
    Unavailable,
    /// All slots and the queue are full, or the worker is leaving (503).
    Busy,
}
