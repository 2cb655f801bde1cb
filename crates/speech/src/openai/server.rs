//! Addresses of speech servers, as people write them.

use std::fmt;
use std::str::FromStr;

use audiotome_core::Speed;
use serde_json::{Map, Value};
use thiserror::Error;
use url::Url;

/// What stands before the address of a server that is none of ours.
const PREFIX: &str = "openai+";
/// Samples per second of raw samples, where the address names no rate: OpenAI's own.
const RATE: u32 = 24_000;

/// A speech server: `openai+http://gpu:8880/v1?model=kokoro&voice=af_heart&slots=4`.
///
/// Also `format=pcm` (with `rate=24000`) for servers that know no WAV, and `extra={"stream":false}`
/// for fields that a server wants besides OpenAI's, and `speeds=1.0-2.0` for one that knows no others.
#[derive(Clone, Debug, PartialEq)]
pub struct SpeechServer {
    /// Everything before `/audio/speech`, without a slash at the end.
    pub(crate) url: String,
    pub(crate) model: String,
    pub(crate) voice: String,
    pub(crate) format: String,
    pub(crate) rate: u32,
    pub(crate) extra: Map<String, Value>,
    /// The slowest and the fastest speed that it knows, in percent.
    pub(crate) speeds: (u16, u16),
    slots: usize,
}

/// Not the address of a speech server.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{address}` is no address of a speech server ({reason}); such as `{PREFIX}http://gpu:8880/v1?model=kokoro&voice=af_heart&slots=4`"
)]
pub struct ServerError {
    address: String,
    reason: String,
}

impl SpeechServer {
    /// Whether the text is meant to be such an address.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        text.trim().starts_with(PREFIX)
    }

    /// What people call it: host and port.
    #[must_use]
    pub fn name(&self) -> String {
        let url = self
            .url
            .split_once("://")
            .map_or(&*self.url, |(_, rest)| rest);
        url.split('/').next().unwrap_or(url).to_owned()
    }

    /// The model that its address names.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The voice that its address names.
    #[must_use]
    pub fn voice(&self) -> &str {
        &self.voice
    }

    /// Requests that it may have at once.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.slots
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let number = || {
            value
                .parse::<u32>()
                .map_err(|_| format!("`{name}` is no number"))
        };
        match name {
            "model" => value.clone_into(&mut self.model),
            "voice" => value.clone_into(&mut self.voice),
            "format" if matches!(value, "wav" | "pcm" | "flac") => {
                value.clone_into(&mut self.format)
            }
            "format" => return Err("`format` is wav, flac or pcm".to_owned()),
            "rate" => self.rate = number()?,
            "slots" => self.slots = number()?.clamp(1, 256) as usize,
            "extra" => {
                self.extra = serde_json::from_str(value)
                    .map_err(|_| "`extra` is no JSON object".to_owned())?;
            }
            "speeds" => {
                self.speeds = speeds(value).ok_or("`speeds` is no range such as `1.0-2.0`")?
            }
            _ => return Err(format!("it knows no `{name}`")),
        }
        Ok(())
    }
}

/// `1.0-2.0`, in percent.
fn speeds(text: &str) -> Option<(u16, u16)> {
    let (slowest, fastest) = text.split_once('-')?;
    let percent = |text: &str| text.parse::<Speed>().ok().map(Speed::percent);
    Some((percent(slowest)?, percent(fastest)?)).filter(|(slowest, fastest)| slowest <= fastest)
}

impl FromStr for SpeechServer {
    type Err = ServerError;

    fn from_str(text: &str) -> Result<Self, ServerError> {
        let error = |reason: &str| ServerError {
            address: text.trim().to_owned(),
            reason: reason.to_owned(),
        };
        let address = text.trim().strip_prefix(PREFIX);
        let address = address.ok_or_else(|| error("it does not start with `openai+`"))?;
        let mut url = Url::parse(address).map_err(|cause| error(&cause.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(error("neither http nor https"));
        }
        let settings: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        url.set_query(None);
        let mut server = Self {
            url: url.as_str().trim_end_matches('/').to_owned(),
            model: "tts-1".to_owned(),
            voice: "alloy".to_owned(),
            format: "wav".to_owned(),
            rate: RATE,
            extra: Map::new(),
            speeds: (0, u16::MAX),
            slots: 1,
        };
        for (name, value) in settings {
            server.set(&name, &value).map_err(|reason| error(&reason))?;
        }
        Ok(server)
    }
}

impl fmt::Display for SpeechServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_everything_about_a_server() {
        let address = "openai+http://gpu:8880/v1/?model=kokoro&voice=af_heart&slots=4&format=pcm&rate=22050&extra={\"stream\":false}";
        let server: SpeechServer = address.parse().unwrap();
        assert_eq!(
            (&*server.url, &*server.model, &*server.voice),
            ("http://gpu:8880/v1", "kokoro", "af_heart")
        );
        assert_eq!(
            (server.slots(), &*server.format, server.rate),
            (4, "pcm", 22_050)
        );
        assert_eq!(server.extra["stream"], false);
        assert_eq!(server.name(), "gpu:8880");
        assert!(SpeechServer::is_meant(address) && !SpeechServer::is_meant("gpu:8880"));
    }

    #[test]
    fn mistakes_are_named() {
        for (bad, part) in [
            ("http://gpu", "openai+"),
            ("openai+ftp://gpu", "http"),
            ("openai+http://gpu?slots=many", "slots"),
            ("openai+http://gpu?speeds=2.0-1.0", "speeds"),
            ("openai+http://gpu?format=mp3", "wav"),
            ("openai+http://gpu?colour=red", "colour"),
            ("openai+http://gpu?extra=[1]", "extra"),
        ] {
            let error = bad.parse::<SpeechServer>().unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
