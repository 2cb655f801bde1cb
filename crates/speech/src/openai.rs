//! A speech server of others, through OpenAI's API: this is how engines written in Python, voice
//! cloning included, take part.
//!
//! Servers differ in what they return: content types lie, WAV headers have made-up lengths, some know
//! only raw samples. So the answer's first bytes count, and what a server needs beyond the usual is
//! said in its address.

use std::io::Read as _;
use std::time::Duration;

use audiotome_codec::{flac, wav};
use audiotome_core::{
    Clip, EngineId, Language, SpeechEngine, SpeechError, Utterance, Voice, pronunciation,
};
use serde_json::{Map, Value, json};
use ureq::Agent;
use ureq::http::StatusCode;

mod server;

pub use server::{ServerError, SpeechServer};

/// Where a key for servers that ask for one is found.
const KEY_VARIABLE: &str = "AUDIOTOME_OPENAI_KEY";
/// A machine that does not take a connection within this time is away.
const CONNECT: Duration = Duration::from_secs(3);
/// The longest that a sentence may take.
const LIMIT: Duration = Duration::from_secs(300);
/// The longest that an answer to a question about the server itself may take.
const QUESTION: Duration = Duration::from_secs(5);
/// How long a server that is busy is left alone, when it does not say.
const WAIT: Duration = Duration::from_secs(2);
/// The largest answer that is believed: ten minutes of sound.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// The longest message that is repeated.
const MOST_MESSAGE: usize = 300;

/// The engine behind a server's address. Its id is what model the server is said to have: servers
/// that name the same model and voice share a book.
#[derive(Debug)]
pub struct OpenAi {
    id: EngineId,
    voices: [Voice; 1],
    server: SpeechServer,
    key: Option<String>,
    agent: Agent,
}

impl OpenAi {
    /// The engine's name in its id.
    pub const NAME: &str = "openai";

    /// Speaks through `server`; `voice` stands in for the one that its address names.
    #[must_use]
    pub fn new(server: SpeechServer, voice: Option<&str>) -> Self {
        let name = voice.unwrap_or(&server.voice).to_owned();
        let config = Agent::config_builder()
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(LIMIT))
            .http_status_as_error(false);
        Self {
            id: EngineId {
                engine: Self::NAME.to_owned(),
                version: server.model.clone(),
                weights: String::new(),
            },
            voices: [Voice {
                description: format!("{name} of {}", server.model),
                name,
                language: Language::undetermined(),
            }],
            server,
            key: std::env::var(KEY_VARIABLE)
                .ok()
                .filter(|key| !key.is_empty()),
            agent: config.build().new_agent(),
        }
    }

    fn body(&self, utterance: &Utterance) -> Value {
        let mut body = Map::new();
        // What the user says about this server wins over nothing that we need to say ourselves.
        body.extend(self.server.extra.clone());
        let (slowest, fastest) = self.server.speeds;
        let percent = utterance.speed.percent().clamp(slowest, fastest);
        let ours = json!({
            "model": self.server.model, "input": pronunciation::plain(&utterance.text), "voice": &*utterance.voice,
            "response_format": self.server.format, "speed": f64::from(percent) / 100.0,
        });
        body.extend(ours.as_object().cloned().unwrap_or_default());
        Value::Object(body)
    }

    fn bearer(&self) -> String {
        // Servers that need no key take any.
        format!("Bearer {}", self.key.as_deref().unwrap_or("none"))
    }

    fn post(&self, utterance: &Utterance) -> Result<Vec<u8>, SpeechError> {
        let url = format!("{}/audio/speech", self.server.url);
        let answer = self
            .agent
            .post(&url)
            .header("authorization", self.bearer())
            .send_json(self.body(utterance));
        let mut answer = answer.map_err(|error| SpeechError::Unavailable(error.to_string()))?;
        let mut bytes = Vec::new();
        let body = answer.body_mut().as_reader();
        body.take(MOST_BYTES)
            .read_to_end(&mut bytes)
            .map_err(|error| SpeechError::Unavailable(error.to_string()))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(bytes);
        }
        let wait = answer.headers().get("retry-after");
        let wait = wait.and_then(|wait| wait.to_str().ok()?.parse().ok());
        let wait = wait.map(Duration::from_secs);
        let text = String::from_utf8_lossy(&bytes);
        let text: String = text.trim().chars().take(MOST_MESSAGE).collect();
        let reason = format!("it answers {status}: {text}");
        Err(match status.as_u16() {
            401 | 403 => self.locked_out(status),
            404 => SpeechError::Unusable(format!(
                "there is nothing at `{url}` ({status}): its address, or the model `{}`, is wrong",
                self.server.model
            )),
            429 | 503 => SpeechError::Busy(wait.unwrap_or(WAIT)),
            400 | 413 | 422 => SpeechError::Permanent(reason),
            _ => SpeechError::Unavailable(reason),
        })
    }

    fn locked_out(&self, status: StatusCode) -> SpeechError {
        let verb = match self.key {
            Some(_) => "refuses the key",
            None => "asks for a key",
        };
        let reason = format!("it {verb} ({status}): `{KEY_VARIABLE}` says which");
        SpeechError::Unusable(reason)
    }

    fn clip(&self, bytes: &[u8]) -> Result<Clip, String> {
        if bytes.starts_with(b"RIFF") {
            return wav::read(bytes);
        }
        if bytes.starts_with(b"fLaC") {
            return flac::decode(bytes).map_err(|error| error.to_string());
        }
        if self.server.format == "pcm" {
            let (pairs, _) = bytes.as_chunks::<2>();
            let samples = pairs.iter().copied().map(i16::from_le_bytes).collect();
            return Clip::new(self.server.rate, samples).map_err(|error| error.to_string());
        }
        let start: String = String::from_utf8_lossy(bytes).chars().take(40).collect();
        Err(format!(
            "neither WAV nor FLAC, but `{}`",
            start.escape_debug()
        ))
    }
}

impl SpeechEngine for OpenAi {
    fn id(&self) -> &EngineId {
        &self.id
    }

    fn voices(&self) -> &[Voice] {
        &self.voices
    }

    fn available(&self) -> Result<(), SpeechError> {
        let url = format!("{}/models", self.server.url);
        let answer = self
            .agent
            .get(url)
            .config()
            .timeout_global(Some(QUESTION))
            .build()
            .header("authorization", self.bearer())
            .call();
        let answer = answer.map_err(|error| SpeechError::Unavailable(error.to_string()))?;
        match answer.status() {
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                Err(self.locked_out(status))
            }
            // Not all servers list models: that one answers at all is enough.
            _ => Ok(()),
        }
    }

    fn synthesize(&self, utterance: &Utterance) -> Result<Clip, SpeechError> {
        crate::engines::check_speakable(&utterance.text)?;
        let bytes = self.post(utterance)?;
        self.clip(&bytes).map_err(|reason| {
            SpeechError::Transient(format!("the server's answer is no sound: {reason}"))
        })
    }
}
