//! Where audiotome keeps what it must not lose.

use std::path::{Path, PathBuf};

use audiotome_audio::FolderStore;
use audiotome_core::StoreError;
use audiotome_speech::VoiceFolder;

/// The data folder: clips, encoded chapters, voices, and which audiobooks are finished.
#[derive(Clone, Debug)]
pub struct DataFolder(PathBuf);

impl DataFolder {
    /// The folder that was asked for, else the user's data folder; `None` for a user without one.
    #[must_use]
    pub fn new(asked: Option<PathBuf>) -> Option<Self> {
        let default = || dirs::data_dir().map(|folder| folder.join("audiotome"));
        asked.or_else(default).map(Self)
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where clips are kept.
    #[must_use]
    pub fn clips(&self) -> PathBuf {
        self.0.join("clips")
    }

    /// Where encoded chapters are kept.
    #[must_use]
    pub fn chapters(&self) -> PathBuf {
        self.0.join("chapters")
    }

    /// Which audiobooks are there and up to date.
    pub(crate) fn finished(&self) -> PathBuf {
        self.0.join("finished")
    }

    /// What interrupted audiobooks need of the clips.
    pub(crate) fn claims(&self) -> PathBuf {
        self.0.join("claims")
    }

    /// The store of clips.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub fn store(&self) -> Result<FolderStore, StoreError> {
        FolderStore::open(self.clips())
    }

    /// The installed voices.
    #[must_use]
    pub fn voices(&self) -> VoiceFolder {
        VoiceFolder::new(self.0.join("voices"))
    }
}
