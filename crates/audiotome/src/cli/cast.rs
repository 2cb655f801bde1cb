//! Who reads what, where it is not one voice.

use std::path::PathBuf;

use anyhow::Context as _;
use audiotome_production::{Casting, VoiceWish};
use clap::Args;

use crate::exit::{Ending, FAILED};

/// The largest mapping that is read, bytes.
const MOST_BYTES: u64 = 1 << 20;

/// Who reads what.
#[derive(Debug, Args)]
#[command(next_help_heading = "Voice")]
pub(crate) struct CastArgs {
    /// Who reads what, a line for each: `narrator = VOICE`, `3-5 = VOICE`, `Chapter 3 = VOICE`, and
    /// `Alice = VOICE` for `[voice:Alice]` in the text
    #[arg(long, env = "AUDIOTOME_CAST", value_name = "FILE")]
    pub(crate) voices: Option<PathBuf>,
    /// Read paragraphs in another language with the best voice of that language
    #[arg(long, env = "AUDIOTOME_FOREIGN")]
    pub(crate) foreign: bool,
}

impl CastArgs {
    /// What the mapping says, unless there is none.
    pub(crate) fn casting(&self) -> anyhow::Result<Casting> {
        let Some(path) = &self.voices else {
            return Ok(Casting::default());
        };
        let name = path.display();
        // Opened, so that what is wrong with the name says so.
        let size = fs_err::File::open(path)?.metadata()?.len();
        if size > MOST_BYTES {
            let message = format!("`{name}` is no list of voices: it is over 1 MiB");
            return Err(Ending::new(FAILED, message, "a line is `NAME = VOICE`").into());
        }
        let text = fs_err::read_to_string(path)?;
        let casting = text.parse::<Casting>();
        casting.with_context(|| format!("`{name}` is no list of voices"))
    }

    /// Adds it to who reads.
    pub(crate) fn complete(&self, wish: VoiceWish) -> anyhow::Result<VoiceWish> {
        Ok(VoiceWish {
            casting: self.casting()?,
            foreign: self.foreign,
            ..wish
        })
    }
}
