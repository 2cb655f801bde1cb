//! What an audiobook is called and where it goes.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use audiotome_audio::{AudioError, OutputFormat, Tags, Target};
use audiotome_book::has_name_of_ebook;
use audiotome_core::Book;
use audiotome_files::is_staged;

use crate::{MakeError, Narrator, OutputWish};

/// `FOLDER`, `FOLDER (2)`, `FOLDER (3)` and so on.
pub fn numbered(folder: &Path) -> impl Iterator<Item = PathBuf> {
    (1_usize..).map(move |number| {
        let mut name = folder.as_os_str().to_owned();
        if number > 1 {
            name.push(format!(" ({number})"));
        }
        PathBuf::from(name)
    })
}

/// The folder of an ebook's audiobook: the first that is no other ebook's.
fn folder_for(folder: &Path, ebook: &OsStr) -> PathBuf {
    let free = numbered(folder).find(|folder| !is_of_another(folder, ebook));
    free.expect("there are always more numbers")
}

/// Whether a book's folder holds the audiobook of another ebook: it may have the same title and author.
fn is_of_another(folder: &Path, ebook: &OsStr) -> bool {
    let entries = fs_err::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let files: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    let is_audio = |file: &PathBuf| Target::format(file).is_some() && !is_staged(file);
    // What libraries write there is called otherwise.
    let is_ebook = |file: &&PathBuf| {
        let name = file.file_name().unwrap_or_default();
        has_name_of_ebook(file) && name != "desc.txt" && name != "reader.txt"
    };
    // The same book in another format, or as `inspect --text` has written it.
    let stem = |path: &Path| {
        path.file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    let ours = stem(Path::new(ebook));
    let mut ebooks = files
        .iter()
        .filter(is_ebook)
        .map(|file| stem(file))
        .peekable();
    ebooks.peek().is_some() && ebooks.all(|other| other != ours) && files.iter().any(is_audio)
}

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
        ebook: Option<&Path>,
    ) -> Result<Self, MakeError> {
        let tags = Tags {
            metadata: book.metadata.clone(),
            narrator: narrator.name(),
        };
        let mut target = Target::new(&output.path, &tags, output.per_chapter)?;
        if let Some(folder) = &output.folder {
            target = target.in_folder(folder.clone());
        } else if let (Some(folder), Some(name)) =
            (target.folder(), ebook.and_then(Path::file_name))
        {
            let folder = folder_for(folder, name);
            target = target.in_folder(folder);
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
