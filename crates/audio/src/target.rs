//! Where an audiobook goes, and safe names for its files.

use std::path::{Path, PathBuf};

use crate::metadata_file::cut;
use crate::{AudioError, OutputFormat, Tags};

/// Bytes of a file name without its extension; file systems allow 255.
const LONGEST_NAME: usize = 180;

/// Names that Windows keeps for devices, with any extension.
const DEVICES: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];

/// Where an audiobook goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Exactly this file and nothing beside it.
    File(PathBuf),
    /// A book's folder in a library: the audiobook, cover, `metadata.json` and the ebook.
    Folder {
        /// The book's folder.
        folder: PathBuf,
        /// Name of the audiobook without extension.
        name: String,
    },
    /// A book's folder with one file per chapter, cover, `metadata.json` and the ebook.
    Chapters {
        /// The book's folder.
        folder: PathBuf,
    },
}

impl Target {
    /// What the user means by `output`: with an audio file's extension that one file, else the root
    /// of a library in which the book gets `Author/[Series/]Title {Narrator}/`.
    ///
    /// # Errors
    /// When one file is named, but one per chapter is wanted.
    pub fn new(output: &Path, tags: &Tags, per_chapter: bool) -> Result<Self, AudioError> {
        match (is_audio(output), per_chapter) {
            (true, true) => Err(AudioError::OneFileForChapters(output.to_owned())),
            (true, false) => Ok(Self::File(output.to_owned())),
            (false, true) => Ok(Self::Chapters {
                folder: book_folder(output, tags),
            }),
            (false, false) => Ok(Self::Folder {
                folder: book_folder(output, tags),
                name: file_name(&tags.metadata.title),
            }),
        }
    }

    /// The format that the named file's extension asks for.
    #[must_use]
    pub fn format(output: &Path) -> Option<OutputFormat> {
        output.extension()?.to_str()?.parse().ok()
    }

    /// The same in another folder, where it has one.
    #[must_use]
    pub fn in_folder(self, folder: PathBuf) -> Self {
        match self {
            Self::File(path) => Self::File(path),
            Self::Folder { name, .. } => Self::Folder { folder, name },
            Self::Chapters { .. } => Self::Chapters { folder },
        }
    }

    /// The audio file, where there is just one.
    #[must_use]
    pub fn file(&self, format: OutputFormat) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(path.clone()),
            Self::Folder { folder, name } => {
                Some(folder.join(format!("{name}.{}", format.extension())))
            }
            Self::Chapters { .. } => None,
        }
    }

    /// The book's folder in a library.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::File(_) => None,
            Self::Folder { folder, .. } | Self::Chapters { folder } => Some(folder),
        }
    }
}

/// `NN - Title.ext`, with as many digits as the last chapter's number needs, at least two.
pub(crate) fn chapter_name(number: usize, of: usize, title: &str, format: OutputFormat) -> String {
    let digits = of.to_string().len().max(2);
    let title = file_name(title);
    format!("{number:0digits$} - {title}.{}", format.extension())
}

/// A name that every file system takes, for any text at all.
#[must_use]
pub fn file_name(text: &str) -> String {
    let replaced: String = text
        .chars()
        .map(|c| match c {
            '/' | '\\' | '|' => '-',
            ':' => '-',
            '"' => '\'',
            '<' => '(',
            '>' => ')',
            '?' | '*' => ' ',
            c if c.is_control() || is_invisible(c) => ' ',
            c => c,
        })
        .collect();
    let single_spaced = replaced.split_whitespace().collect::<Vec<_>>().join(" ");
    // A dot in front hides the file, dots and spaces at the end vanish on Windows.
    let cut = cut(single_spaced.trim_start_matches(['.', ' ']), LONGEST_NAME);
    let name = cut.trim_end_matches(['.', ' ']);
    match name {
        "" => "Untitled".to_owned(),
        name if is_device(name) => format!("{name}_"),
        name => name.to_owned(),
    }
}

/// Marks of text direction and the like, which make names look like others.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let upper = stem.to_ascii_uppercase();
    let numbered = |prefix: &str| {
        upper
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.len() == 1 && rest.chars().all(|c| c.is_ascii_digit()))
    };
    DEVICES.contains(&upper.as_str()) || numbered("COM") || numbered("LPT")
}

fn is_audio(path: &Path) -> bool {
    Target::format(path).is_some() && !path.is_dir()
}

fn book_folder(library: &Path, tags: &Tags) -> PathBuf {
    let metadata = &tags.metadata;
    let author = metadata
        .author_line()
        .unwrap_or_else(|| "Unknown author".to_owned());
    let mut folder = library.join(file_name(&author));
    if let Some(series) = &metadata.series {
        folder.push(file_name(&series.name));
    }
    let title = file_name(&metadata.title);
    if tags.narrator.is_empty() {
        folder.push(title);
    } else {
        let narrator = file_name(&tags.narrator.replace(['{', '}'], ""));
        folder.push(format!("{} {{{}}}", title, cut(&narrator, 60)));
    }
    folder
}

#[cfg(test)]
mod tests {
    use audiotome_core::{Metadata, Series};

    use super::*;

    fn tags() -> Tags {
        Tags {
            metadata: Metadata {
                title: "AC/DC: What?".to_owned(),
                authors: vec!["A. B.".to_owned(), "C".to_owned()],
                ..Metadata::default()
            },
            narrator: "Hibari".to_owned(),
        }
    }

    #[test]
    fn names_are_safe() {
        let long = "ж".repeat(300);
        for (text, name) in [
            ("../../etc/passwd", "-..-etc-passwd"),
            ("..", "Untitled"),
            ("", "Untitled"),
            ("a\0b\nc", "a b c"),
            ("con.txt", "con.txt_"),
            ("COM1", "COM1_"),
            ("Comma", "Comma"),
            ("etc...", "etc"),
            ("Ünïcode 😀", "Ünïcode 😀"),
            ("C:\\x", "C--x"),
            (&long, &"ж".repeat(90)),
        ] {
            assert_eq!(file_name(text), name, "{text:?}");
        }
    }

    #[test]
    fn a_book_gets_its_folder() {
        let mut tags = tags();
        let target = Target::new(Path::new("/lib"), &tags, false).unwrap();
        assert_eq!(
            target.file(OutputFormat::M4b).unwrap(),
            Path::new("/lib/A. B. and C/AC-DC- What {Hibari}/AC-DC- What.m4b")
        );
        tags.metadata.series = Some(Series {
            name: "S".to_owned(),
            position: None,
        });
        let target = Target::new(Path::new("/out"), &tags, true).unwrap();
        assert_eq!(
            target.folder().unwrap(),
            Path::new("/out/A. B. and C/S/AC-DC- What {Hibari}")
        );
    }

    #[test]
    fn a_named_file_is_that_file() {
        let output = Path::new("x/y.M4B");
        let target = |per_chapter| Target::new(output, &tags(), per_chapter);
        assert_eq!(target(false).unwrap(), Target::File(output.to_owned()));
        assert!(matches!(
            target(true),
            Err(AudioError::OneFileForChapters(_))
        ));
    }

    #[test]
    fn chapter_files_sort_by_number() {
        assert_eq!(
            chapter_name(7, 120, "One / Two", OutputFormat::Mp3),
            "007 - One - Two.mp3"
        );
        assert_eq!(
            chapter_name(7, 9, "", OutputFormat::Wav),
            "07 - Untitled.wav"
        );
    }
}
