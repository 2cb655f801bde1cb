//! What an audiobook is called and where it goes.

use std::path::{Path, PathBuf};

use audiotome_audio::{AudioError, OutputFormat, Tags, Target};
use audiotome_core::Book;

use crate::{MakeError, Narrator, OutputWish};

/// One audiobook before it is there.
pub(crate) struct Edition {
    pub(crate) tags: Tags,
    pub(crate) target: Target,
    /// Everything about the output that changes the files.
    pub(crate) settings: String,
    pub(crate) format: OutputFormat,
}

impl Edition {
    pub(crate) fn new(
        book: &Book,
        narrator: &Narrator,
        output: &OutputWish,
    ) -> Result<Self, MakeError> {
        let tags = Tags {
            metadata: book.metadata.clone(),
            narrator: narrator.name(),
        };
        let mut target = Target::new(&output.path, &tags, output.per_chapter)?;
        if let Some(folder) = &output.folder {
            target = target.in_folder(folder.clone());
        }
        let settings = output.settings(&target);
        Ok(Self {
            settings: settings.map_err(MakeError::file("find", &output.path))?,
            format: output.format(),
            tags,
            target,
        })
    }

    /// Finds out early what would fail after hours.
    pub(crate) fn check(&self) -> Result<(), AudioError> {
        let path = match &self.target {
            Target::Chapters { folder } => folder.join("chapter"),
            Target::File(_) | Target::Folder { .. } => self.path(),
        };
        audiotome_files::can_write(&path).map_err(|source| AudioError::File {
            action: "write",
            path,
            source,
        })
    }

    /// The audiobook, or the folder of its chapters.
    pub(crate) fn path(&self) -> PathBuf {
        let folder = self.target.folder().map(Path::to_owned);
        let file = self.target.file(self.format);
        file.or(folder).unwrap_or_default()
    }
}
