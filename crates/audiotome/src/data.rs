//! Where audiotome keeps what it must not lose.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use audiotome_audio::FolderStore;
use audiotome_speech::VoiceFolder;

/// The data folder: clips, encoded chapters, voices, and which audiobooks are finished.
#[derive(Debug)]
pub(crate) struct DataFolder(PathBuf);

impl DataFolder {
    /// The folder that was asked for, else the user's data folder.
    pub(crate) fn new(asked: Option<PathBuf>) -> anyhow::Result<Self> {
        let default = || dirs::data_dir().map(|folder| folder.join("audiotome"));
        asked
            .or_else(default)
            .map(Self)
            .context("this user has no data folder: name one with `--data`")
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn clips(&self) -> PathBuf {
        self.0.join("clips")
    }

    pub(crate) fn chapters(&self) -> PathBuf {
        self.0.join("chapters")
    }

    pub(crate) fn finished(&self) -> PathBuf {
        self.0.join("finished")
    }

    pub(crate) fn store(&self) -> anyhow::Result<FolderStore> {
        Ok(FolderStore::open(self.clips())?)
    }

    pub(crate) fn voices(&self) -> VoiceFolder {
        VoiceFolder::new(self.0.join("voices"))
    }
}
