//! What a file is, by its content first and its name's ending second.

use std::path::Path;

/// Kinds of ebook that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Format {
    /// EPUB 2 or 3.
    Epub,
    /// A single HTML or XHTML file.
    Html,
    /// Markdown.
    Markdown,
    /// Plain text.
    PlainText,
    /// FictionBook 2, also zipped.
    FictionBook,
    /// Mobipocket and Kindle books (MOBI, AZW3).
    Mobi,
    /// Office Open XML text.
    Docx,
    /// `OpenDocument` text.
    Odt,
    /// Rich Text Format.
    Rtf,
    /// PDF.
    Pdf,
}

/// What the first bytes of a file say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sniffed {
    /// A zip file: the names inside say which kind.
    Zip,
    /// Certainly this format.
    Format(Format),
    /// Text of some kind: the name's ending says which.
    Text,
    /// A picture, with its article.
    Image(&'static str),
    /// A book that only Calibre reads, by the ending that Calibre knows it by.
    Calibre(&'static str),
    /// No book: what it is instead, with its article.
    Other(&'static str),
}

/// What is known of a file that nothing is known of.
pub(crate) const BINARY: &str = "binary data";

/// Endings of books that only Calibre reads.
const CALIBRE: &[&str] = &[
    "lit", "lrf", "lrx", "pdb", "pml", "rb", "snb", "tcr", "chm", "djvu", "djv", "azw4",
];

/// How the files start that people take for books, or name like books.
const MAGIC: &[(&[u8], Sniffed)] = &[
    (b"PK\x03\x04", Sniffed::Zip),
    (b"PK\x05\x06", Sniffed::Other("an empty zip file")),
    (b"%PDF-", Sniffed::Format(Format::Pdf)),
    (b"{\\rtf", Sniffed::Format(Format::Rtf)),
    (b"\xFF\xD8\xFF", Sniffed::Image("a JPEG image")),
    (b"\x89PNG\r\n", Sniffed::Image("a PNG image")),
    (b"GIF8", Sniffed::Other("a GIF image")),
    (b"II*\0", Sniffed::Image("a TIFF image")),
    (b"MM\0*", Sniffed::Image("a TIFF image")),
    (b"ITOLITLS", Sniffed::Calibre("lit")),
    (b"L\0R\0F\0", Sniffed::Calibre("lrf")),
    (b"ITSF", Sniffed::Calibre("chm")),
    (b"AT&TFORM", Sniffed::Calibre("djvu")),
    (b"!!8-Bit!!", Sniffed::Calibre("tcr")),
    (b"SNBP000B", Sniffed::Calibre("snb")),
    (b"\xB0\x0C\xB0\x0C", Sniffed::Calibre("rb")),
    (
        b"TPZ",
        Sniffed::Other("a Kindle book in Amazon's Topaz format, which is locked"),
    ),
    (
        b"\xEADRMION",
        Sniffed::Other("a Kindle book in Amazon's KFX format, which is locked"),
    ),
    (b"BM", Sniffed::Other("a bitmap image")),
    (b"RIFF", Sniffed::Other("a sound, video or WebP file")),
    (b"OggS", Sniffed::Other("an Ogg sound file")),
    (b"fLaC", Sniffed::Other("a FLAC sound file")),
    (b"ID3", Sniffed::Other("an MP3 sound file")),
    (b"Rar!", Sniffed::Other("a RAR archive")),
    (b"7z\xBC\xAF", Sniffed::Other("a 7-Zip archive")),
    (b"\x1F\x8B", Sniffed::Other("a gzip file")),
    (b"BZh", Sniffed::Other("a bzip2 file")),
    (b"\xFD7zXZ", Sniffed::Other("an xz file")),
    (
        b"\xD0\xCF\x11\xE0",
        Sniffed::Other("an old Microsoft Office file"),
    ),
    (b"\x7FELF", Sniffed::Other("a program")),
    (b"MZ", Sniffed::Other("a Windows program")),
    (b"SQLite format 3", Sniffed::Other("a database")),
];

impl Format {
    /// What Calibre knows a file by whose content says nothing, if it may read it.
    pub(crate) fn calibre_extension(path: &Path) -> Option<&'static str> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        CALIBRE.iter().copied().find(|known| *known == extension)
    }

    /// Whether the file is one text, in one of the formats that are read.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Html | Self::Markdown | Self::PlainText)
    }

    /// The format that a file's name stands for, where its content says nothing.
    pub(crate) fn of_name(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match extension.as_str() {
            "epub" => Self::Epub,
            "html" | "htm" | "xhtml" | "xht" => Self::Html,
            "md" | "markdown" | "mdown" | "mkd" => Self::Markdown,
            "txt" | "text" | "asc" => Self::PlainText,
            "fb2" | "fbz" => Self::FictionBook,
            "mobi" | "azw" | "azw3" | "prc" => Self::Mobi,
            "docx" => Self::Docx,
            "odt" => Self::Odt,
            "rtf" => Self::Rtf,
            "pdf" => Self::Pdf,
            _ => return None,
        })
    }
}

/// Whether a file has a name that ebooks have.
#[must_use]
pub fn has_name_of_ebook(path: &Path) -> bool {
    Format::of_name(path).is_some()
}

/// What `head`, the first bytes of a file (64 KiB are plenty), says that the file is.
pub(crate) fn sniff(head: &[u8]) -> Sniffed {
    if head.is_empty() {
        return Sniffed::Other("an empty file");
    }
    if let Some((_, sniffed)) = MAGIC
        .iter()
        .find(|(magic, what)| head.starts_with(magic) && !(magic.len() < 4 && is_text(head, what)))
    {
        return sniffed.clone();
    }
    if head.get(60..68) == Some(b"BOOKMOBI") || head.get(60..68) == Some(b"TEXtREAd") {
        return Sniffed::Format(Format::Mobi);
    }
    // Other books of Palm devices: eReader, zTXT and so on.
    if matches!(
        head.get(60..68),
        Some(b"PNRdPPrs" | b"zTXTGPlm" | b"PNPdPPrs" | b"DataPlkr")
    ) {
        return Sniffed::Calibre("pdb");
    }
    if !looks_like_text(head) {
        return Sniffed::Other(BINARY);
    }
    let start = String::from_utf8_lossy(&head[..head.len().min(2_048)])
        .replace('\0', "")
        .to_ascii_lowercase();
    if start.contains("<fictionbook") {
        Sniffed::Format(Format::FictionBook)
    } else if start.contains("<office:document") {
        Sniffed::Format(Format::Odt)
    } else if is_markup(&start) {
        Sniffed::Format(Format::Html)
    } else {
        Sniffed::Text
    }
}

/// Whether a short magic is just how a text happens to begin (`BMW was…`, `MZ`).
fn is_text(head: &[u8], what: &Sniffed) -> bool {
    matches!(what, Sniffed::Other(_)) && looks_like_text(head)
}

fn is_markup(start: &str) -> bool {
    let start = start.trim_start_matches(|c: char| !c.is_ascii() || c.is_whitespace());
    start.starts_with("<!doctype html")
        || start.starts_with("<html")
        || (start.starts_with("<?xml") || start.starts_with("<!--")) && start.contains("<html")
}

/// Whether the bytes can be text in some encoding: hardly any control characters, and NUL only in
/// the pattern of UTF-16.
fn looks_like_text(head: &[u8]) -> bool {
    let zeros = |from: usize| {
        head.iter()
            .skip(from)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let utf16_mark = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]);
    let (even, odd) = (zeros(0), zeros(1));
    let utf16 =
        utf16_mark || even.max(odd) * 10 > head.len() * 3 && even.min(odd) * 20 < head.len();
    let control = head
        .iter()
        .filter(|b| matches!(b, 1..=8 | 14..=26 | 28..=31 | 127))
        .count();
    control * 50 <= head.len() && (utf16 || even + odd == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_says_what_a_file_is() {
        let cases: &[(&[u8], Sniffed)] = &[
            (b"", Sniffed::Other("an empty file")),
            (b"PK\x03\x04rest", Sniffed::Zip),
            (b"%PDF-1.4", Sniffed::Format(Format::Pdf)),
            (b"\x89PNG\r\n\x1a\n\0\0", Sniffed::Image("a PNG image")),
            (
                b"<?xml version='1.0'?>\n<html lang='en'>",
                Sniffed::Format(Format::Html),
            ),
            (
                b"\xEF\xBB\xBF<!DOCTYPE HTML>",
                Sniffed::Format(Format::Html),
            ),
            (
                b"<?xml version='1.0'?><FictionBook>",
                Sniffed::Format(Format::FictionBook),
            ),
            (b"Call me Ishmael.", Sniffed::Text),
            (
                b"BMW was a firm in a story that I once read.",
                Sniffed::Text,
            ),
            (
                b"MZ\x90\0\x03\0\0\0\x04\0",
                Sniffed::Other("a Windows program"),
            ),
            (b"C\0a\0l\0l\0 \0m\0e\0", Sniffed::Text),
            (b"\x01\x02\x03\0\0\x04", Sniffed::Other(BINARY)),
        ];
        for (head, expected) in cases {
            assert_eq!(sniff(head), *expected, "{head:?}");
        }
    }

    #[test]
    fn names_say_it_where_content_does_not() {
        assert_eq!(Format::of_name(Path::new("a/B.MD")), Some(Format::Markdown));
        assert_eq!(Format::of_name(Path::new("README")), None);
    }
}
