//! A worker elsewhere, over HTTP.

use std::time::Duration;

use async_trait::async_trait;
use audiotome_codec::digest;
use audiotome_core::{Clip, EngineId, Narration};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url};

use crate::speaker::{Failure, Fitness, Request, Speaker};
use crate::wire::{self, ErrorBody, ErrorKind, PROTOCOL, Ready, SpeechBody};

mod address;
mod caller;

pub(crate) use address::at;
pub use address::{AddressError, MasterAddress, WorkerAddress};
pub use caller::Caller;

/// A question about the worker itself is answered at once, but a model may have to be loaded first.
const QUESTION: Duration = Duration::from_secs(30);
/// The largest answer that is believed: ten minutes of sound.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// The longest message that is repeated.
const MOST_MESSAGE: usize = 300;
/// While one request of a slot is being spoken, the next one is on its way.
const REQUESTS_PER_SLOT: usize = 2;

/// A worker of ours.
pub struct HttpWorker {
    name: String,
    base: Url,
    caller: Caller,
    client: Client,
}

impl HttpWorker {
    /// The worker at an address. Nothing is asked yet.
    ///
    /// # Errors
    /// When TLS is asked for and the system has no usable certificates.
    pub fn new(address: &WorkerAddress, caller: &Caller) -> Result<Self, reqwest::Error> {
        let base = address.url().clone();
        Ok(Self {
            name: address.name(),
            client: caller.client(&base)?,
            base,
            caller: caller.clone(),
        })
    }

    /// Asks whether it is ready: for a narration, or at all.
    async fn ask(&self, narration: Option<&Narration>) -> Result<Ready, Fitness> {
        let mut url = at(&self.base, "/ready");
        if let Some(narration) = narration {
            url.query_pairs_mut()
                .append_pair("engine", &narration.engine.to_string())
                .append_pair("voice", &narration.voice);
        }
        let request = self.client.get(url).timeout(QUESTION);
        let answer = self.caller.sign(request).send().await;
        let answer = answer.map_err(|error| Fitness::Away(chain(&error)))?;
        let status = answer.status();
        if status.is_success() {
            let ready = answer.json().await;
            return ready.map_err(|_| Fitness::Unfit("it is no worker of audiotome".to_owned()));
        }
        let reason = message(answer).await.1;
        Err(match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Fitness::Unfit(format!("it refuses the token ({reason})"))
            }
            StatusCode::NOT_FOUND | StatusCode::CONFLICT => Fitness::Unfit(reason),
            _ => Fitness::Away(reason),
        })
    }

    async fn post(&self, request: Request<'_>) -> Result<Response, Failure> {
        let utterance = &request.segment.utterance;
        let body = SpeechBody {
            model: request.engine.engine.clone(),
            input: utterance.text.to_string(),
            voice: utterance.voice.to_string(),
            response_format: "pcm".to_owned(),
            speed: utterance.speed.factor(),
            language: Some(utterance.language.to_string()),
        };
        let call = self
            .client
            .post(at(&self.base, "/v1/audio/speech"))
            .header(wire::KEY, request.segment.key.to_string())
            .header(wire::ENGINE, request.engine.to_string())
            .header(wire::TRACE, request.trace)
            .json(&body);
        let answer = self.caller.sign(call).send().await;
        answer.map_err(|error| Failure::Speaker(chain(&error)))
    }
}

#[async_trait]
impl Speaker for HttpWorker {
    fn name(&self) -> &str {
        &self.name
    }

    async fn fitness(&self, narration: &Narration) -> Fitness {
        judge(self.ask(Some(narration)).await)
    }

    async fn presence(&self) -> Fitness {
        judge(self.ask(None).await)
    }

    async fn speak(&self, request: Request<'_>) -> Result<Clip, Failure> {
        let answer = self.post(request).await?;
        if !answer.status().is_success() {
            return Err(refused(answer).await);
        }
        let headers = answer.headers().clone();
        let bytes = body(answer).await?;
        let clip = clip(&headers, &bytes)?;
        believe(&headers, request.engine, &clip)?;
        Ok(clip)
    }
}

/// What a worker's answer means for a book.
fn judge(answer: Result<Ready, Fitness>) -> Fitness {
    match answer {
        Ok(ready) if ready.protocol == PROTOCOL => Fitness::Fit {
            requests: ready.slots.max(1) * REQUESTS_PER_SLOT,
        },
        Ok(ready) => Fitness::Unfit(format!(
            "it is audiotome {} and speaks protocol {}, this is {} with {PROTOCOL}",
            ready.version,
            ready.protocol,
            env!("CARGO_PKG_VERSION")
        )),
        Err(fitness) => fitness,
    }
}

/// The samples of an answer. They travel as they are: packing and unpacking costs more than a network
/// of today, and the digest says whether all of them came.
fn clip(headers: &HeaderMap, bytes: &[u8]) -> Result<Clip, Failure> {
    let rate = headers.get(wire::SAMPLE_RATE);
    let rate = rate.and_then(|rate| rate.to_str().ok()?.parse().ok());
    let rate = rate.ok_or_else(|| Failure::Speaker("it names no sample rate".to_owned()))?;
    let (samples, _) = bytes.as_chunks::<2>();
    let samples = samples.iter().copied().map(i16::from_le_bytes).collect();
    Clip::new(rate, samples)
        .map_err(|error| Failure::Speaker(format!("it answers with no sound ({error})")))
}

/// Compares the sound with what the worker says about it.
fn believe(headers: &HeaderMap, engine: &EngineId, clip: &Clip) -> Result<(), Failure> {
    let expected = [
        (wire::ENGINE, engine.to_string()),
        (wire::SAMPLE_RATE, clip.sample_rate().to_string()),
        (wire::SAMPLES, clip.samples().len().to_string()),
        (wire::DIGEST, digest(clip)),
    ];
    for (name, expected) in expected {
        let said = headers.get(name).map(|value| value.as_bytes());
        if said != Some(expected.as_bytes()) {
            let said = said.map_or("nothing".into(), String::from_utf8_lossy);
            let reason = format!("its answer is damaged: `{name}` says {said}, not {expected}");
            return Err(Failure::Speaker(reason));
        }
    }
    Ok(())
}

/// What a refusal means for the segment and for the worker.
async fn refused(answer: Response) -> Failure {
    let status = answer.status();
    let seconds = answer.headers().get(RETRY_AFTER);
    let seconds = seconds.and_then(|value| value.to_str().ok()?.parse().ok());
    let (kind, reason) = message(answer).await;
    match (status, kind) {
        (_, Some(ErrorKind::Unavailable)) => Failure::Speaker(reason),
        (StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS, _) => {
            Failure::Busy(Duration::from_secs(seconds.unwrap_or(1)))
        }
        (_, Some(ErrorKind::Unspeakable | ErrorKind::InvalidRequest)) => Failure::Segment {
            again: false,
            reason,
        },
        (_, Some(ErrorKind::EngineFailed)) => Failure::Segment {
            again: true,
            reason,
        },
        _ => Failure::Speaker(format!("it answers {status}: {reason}")),
    }
}

/// What an answer that is no success says.
async fn message(answer: Response) -> (Option<ErrorKind>, String) {
    let Ok(bytes) = body(answer).await else {
        return (None, "nothing more".to_owned());
    };
    if let Ok(body) = serde_json::from_slice::<ErrorBody>(&bytes) {
        return (Some(body.error.kind), body.error.message);
    }
    let text = String::from_utf8_lossy(&bytes);
    (None, text.trim().chars().take(MOST_MESSAGE).collect())
}

/// The whole body, as long as it is no flood.
pub(crate) async fn body(mut answer: Response) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() <= MOST_BYTES => {
                bytes.extend_from_slice(&chunk);
            }
            Ok(Some(_)) => {
                return Err(Failure::Speaker("its answer never ends".to_owned()));
            }
            Ok(None) => return Ok(bytes),
            Err(error) => return Err(Failure::Speaker(chain(&error))),
        }
    }
}

/// An error with its causes, each once, without the address that everybody knows.
pub(crate) fn chain(error: &reqwest::Error) -> String {
    let mut line = String::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(error) = cause {
        let text = error.to_string();
        if !line.contains(&text) {
            if !line.is_empty() {
                line.push_str(": ");
            }
            line.push_str(&text);
        }
        cause = error.source();
    }
    if line.is_empty() {
        error.to_string()
    } else {
        line
    }
}
