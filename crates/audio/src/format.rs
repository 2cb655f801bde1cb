//! Kinds of audiobook file.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Kind of audiobook file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputFormat {
    /// AAC in MP4 with chapters, cover and tags: what audiobook players expect.
    #[default]
    M4b,
    /// MP3 with ID3 chapters.
    Mp3,
    /// Opus in Ogg with chapters as comments.
    Opus,
    /// Lossless, with chapters as comments.
    Flac,
    /// Uncompressed; RF64 above 4 GiB. Has no room for chapters or a cover.
    Wav,
}

/// Not a format.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("format `{0}` is not one of m4b, mp3, opus, flac, wav")]
pub struct OutputFormatError(String);

impl OutputFormat {
    /// All formats.
    pub const ALL: [Self; 5] = [Self::M4b, Self::Mp3, Self::Opus, Self::Flac, Self::Wav];

    /// Name and file extension.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::M4b => "m4b",
            Self::Mp3 => "mp3",
            Self::Opus => "opus",
            Self::Flac => "flac",
            Self::Wav => "wav",
        }
    }
}

impl fmt::Display for OutputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.extension())
    }
}

impl FromStr for OutputFormat {
    type Err = OutputFormatError;

    /// Takes a name in any case; `m4a` and `aac` stand for `m4b`.
    fn from_str(name: &str) -> Result<Self, OutputFormatError> {
        Ok(match name.to_ascii_lowercase().as_str() {
            "m4b" | "m4a" | "aac" => Self::M4b,
            "mp3" => Self::Mp3,
            "opus" => Self::Opus,
            "flac" => Self::Flac,
            "wav" => Self::Wav,
            _ => return Err(OutputFormatError(name.to_owned())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_to_what_they_print() {
        for format in OutputFormat::ALL {
            assert_eq!(format.to_string().to_uppercase().parse(), Ok(format));
        }
        assert!("ogg vorbis".parse::<OutputFormat>().is_err());
    }
}
