//! A clip in the format that a caller asks for.

use std::io::Write as _;
use std::process::{Command, Stdio};

use audiotome_codec::{flac, wav};
use audiotome_core::Clip;

/// Formats of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Flac,
    Wav,
    /// Samples without a header.
    Pcm,
    /// Made by ffmpeg: its name there, and the content type.
    Ffmpeg(&'static str, &'static str),
}

/// What people hear in OpenAI's clients: enough for speech.
const BITS: &str = "64k";

impl Format {
    /// By the name that OpenAI gives it.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "flac" => Self::Flac,
            "wav" => Self::Wav,
            "pcm" => Self::Pcm,
            "mp3" => Self::Ffmpeg("mp3", "audio/mpeg"),
            "opus" => Self::Ffmpeg("opus", "audio/ogg"),
            "aac" => Self::Ffmpeg("adts", "audio/aac"),
            _ => return None,
        })
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Flac => "audio/flac",
            Self::Wav => "audio/wav",
            Self::Pcm => "audio/pcm",
            Self::Ffmpeg(_, content_type) => content_type,
        }
    }

    /// The clip's bytes.
    ///
    /// # Errors
    /// When ffmpeg is needed and fails; says why.
    pub(super) fn encode(self, clip: &Clip, ffmpeg: &str) -> Result<Vec<u8>, String> {
        match self {
            Self::Flac => Ok(flac::encode(clip)),
            Self::Wav => Ok(wav::encode(clip)),
            Self::Pcm => Ok(pcm(clip)),
            Self::Ffmpeg(muxer, _) => run_ffmpeg(clip, ffmpeg, muxer),
        }
    }
}

fn pcm(clip: &Clip) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(clip.samples().len() * 2);
    for sample in clip.samples() {
        bytes.extend_from_slice(&sample.to_le_bytes());
    }
    bytes
}

fn run_ffmpeg(clip: &Clip, ffmpeg: &str, muxer: &str) -> Result<Vec<u8>, String> {
    let mut child = Command::new(ffmpeg)
        .args(["-v", "error", "-f", "wav", "-i", "pipe:0", "-b:a", BITS])
        .args(["-f", muxer, "pipe:1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("this format needs `{ffmpeg}` ({error}); ask for wav or flac"))?;
    let input = wav::encode(clip);
    let stdin = child.stdin.take();
    // ffmpeg answers while it still reads: somebody else has to write.
    let writer = std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    // A broken pipe shows in the exit status.
    let _ = writer.join();
    if output.status.success() && !output.stdout.is_empty() {
        return Ok(output.stdout);
    }
    Err(format!("`{ffmpeg}` failed ({})", output.status))
}
