//! Books built in code: EPUBs part by part, broken ones too, and files of any bytes.

use std::io::{Cursor, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use audiotome_book::{BookError, ReadOptions, read};
use audiotome_core::{Book, Chapter};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A sentence of 79 characters that no rule about front matter, headings or verse takes for
/// something else.
pub(crate) const SENTENCE: &str =
    "The old clock struck again, and nobody in the quiet house was awake to hear it.";

/// What the navigation of an [`Epub`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Toc {
    /// The EPUB 3 navigation document `nav.xhtml`.
    #[default]
    Nav,
    /// The NCX of EPUB 2, `toc.ncx`, and no navigation document.
    Ncx,
    /// None.
    Absent,
}

/// An EPUB in the making. Everything is in the folder `OEBPS`; the package is `OEBPS/book.opf`.
///
/// ```ignore
/// let book = Epub::new()
///     .document("one.xhtml", &(heading("One") + &paragraphs(3)))
///     .entry("One", "one.xhtml")
///     .book();
/// ```
#[derive(Clone, Debug, Default)]
pub(crate) struct Epub {
    metadata: String,
    manifest: String,
    spine: String,
    guide: String,
    toc: Toc,
    entries: String,
    files: Vec<(String, Vec<u8>)>,
}

impl Epub {
    /// A book called `Test Book` by `Ada Writer`, in English, without any text.
    pub(crate) fn new() -> Self {
        Self::with_metadata(
            "<dc:title>Test Book</dc:title><dc:creator>Ada Writer</dc:creator><dc:language>en</dc:language>",
        )
    }

    /// A book with exactly this content of `<metadata>`.
    pub(crate) fn with_metadata(metadata: &str) -> Self {
        Self {
            metadata: metadata.to_owned(),
            ..Self::default()
        }
    }

    /// Adds to the content of `<metadata>`.
    pub(crate) fn meta(mut self, metadata: &str) -> Self {
        self.metadata.push_str(metadata);
        self
    }

    /// Adds a document with this content of `<body>` to the book and the reading order.
    pub(crate) fn document(self, name: &str, body: &str) -> Self {
        self.linear(name, "yes").file(name, page(body))
    }

    /// Adds a document outside the linear reading order.
    pub(crate) fn side_document(self, name: &str, body: &str) -> Self {
        self.linear(name, "no").file(name, page(body))
    }

    /// Adds a document of any bytes to the book and the reading order.
    pub(crate) fn raw_document(self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.linear(name, "yes").file(name, bytes)
    }

    fn linear(mut self, name: &str, linear: &str) -> Self {
        self.manifest.push_str(&format!(
            "<item id='{name}' href='{name}' media-type='application/xhtml+xml'/>"
        ));
        self.spine
            .push_str(&format!("<itemref idref='{name}' linear='{linear}'/>"));
        self
    }

    /// Adds to the content of `<manifest>`.
    pub(crate) fn manifest(mut self, items: &str) -> Self {
        self.manifest.push_str(items);
        self
    }

    /// Adds to the content of `<spine>`.
    pub(crate) fn spine(mut self, items: &str) -> Self {
        self.spine.push_str(items);
        self
    }

    /// Adds to the content of the EPUB 2 `<guide>`.
    pub(crate) fn guide(mut self, references: &str) -> Self {
        self.guide.push_str(references);
        self
    }

    /// Says of what kind the table of contents is.
    pub(crate) fn toc(mut self, toc: Toc) -> Self {
        self.toc = toc;
        self
    }

    /// Adds an entry to the table of contents; call [`Self::toc`] before.
    pub(crate) fn entry(self, label: &str, href: &str) -> Self {
        self.part(label, href, &[])
    }

    /// Adds an entry with entries below it; without `href` it points nowhere.
    pub(crate) fn part(mut self, label: &str, href: &str, children: &[(&str, &str)]) -> Self {
        let below: String = children
            .iter()
            .map(|(label, href)| self.point(label, href, ""))
            .collect();
        let entry = self.point(label, href, &below);
        self.entries.push_str(&entry);
        self
    }

    fn point(&self, label: &str, href: &str, below: &str) -> String {
        match self.toc {
            Toc::Ncx => format!(
                "<navPoint><navLabel><text>{label}</text></navLabel><content src='{href}'/>{below}</navPoint>"
            ),
            _ => {
                let link = if href.is_empty() {
                    format!("<span>{label}</span>")
                } else {
                    format!("<a href='{href}'>{label}</a>")
                };
                let list = if below.is_empty() {
                    String::new()
                } else {
                    format!("<ol>{below}</ol>")
                };
                format!("<li>{link}{list}</li>")
            }
        }
    }

    /// Adds a file to `OEBPS`, without naming it anywhere.
    pub(crate) fn file(self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.root_file(&format!("OEBPS/{name}"), bytes)
    }

    /// Adds a file under its whole path; a file of the book's own with this path gives way.
    pub(crate) fn root_file(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.push((path.to_owned(), bytes.into()));
        self
    }

    /// The package file.
    pub(crate) fn package(&self) -> String {
        let (item, toc) = match self.toc {
            Toc::Nav => (
                "<item id='nav' href='nav.xhtml' media-type='application/xhtml+xml' properties='nav'/>",
                "",
            ),
            Toc::Ncx => (
                "<item id='ncx' href='toc.ncx' media-type='application/x-dtbncx+xml'/>",
                " toc='ncx'",
            ),
            Toc::Absent => ("", ""),
        };
        format!(
            "<?xml version='1.0' encoding='utf-8'?>\n\
             <package xmlns='http://www.idpf.org/2007/opf' version='3.0'>\
             <metadata xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:opf='http://www.idpf.org/2007/opf'>{}</metadata>\
             <manifest>{}{item}</manifest><spine{toc}>{}</spine><guide>{}</guide></package>",
            self.metadata, self.manifest, self.spine, self.guide
        )
    }

    /// All files: the mimetype first, then the book's own, then what was added.
    pub(crate) fn parts(&self) -> Vec<(String, Vec<u8>)> {
        let entries = &self.entries;
        let mut parts = vec![
            ("mimetype".to_owned(), b"application/epub+zip".to_vec()),
            (
                "META-INF/container.xml".to_owned(),
                b"<container><rootfiles><rootfile full-path='OEBPS/book.opf' media-type='application/oebps-package+xml'/></rootfiles></container>".to_vec(),
            ),
            ("OEBPS/book.opf".to_owned(), self.package().into_bytes()),
        ];
        match self.toc {
            Toc::Nav => parts.push((
                "OEBPS/nav.xhtml".to_owned(),
                page(&format!("<nav epub:type='toc'><ol>{entries}</ol></nav>")).into_bytes(),
            )),
            Toc::Ncx => parts.push((
                "OEBPS/toc.ncx".to_owned(),
                format!("<ncx><navMap>{entries}</navMap></ncx>").into_bytes(),
            )),
            Toc::Absent => {}
        }
        parts.retain(|(path, _)| !self.files.iter().any(|(added, _)| added == path));
        parts.extend(self.files.iter().cloned());
        parts
    }

    /// The EPUB as a file's bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        zipped(&self.parts())
    }

    /// What the reader makes of it.
    pub(crate) fn read(&self) -> Result<Book, BookError> {
        read_bytes("book.epub", &self.bytes())
    }

    /// The book, which must be readable.
    pub(crate) fn book(&self) -> Book {
        self.read().unwrap()
    }
}

/// A whole XHTML document around the content of its `<body>`.
pub(crate) fn page(body: &str) -> String {
    format!(
        "<?xml version='1.0' encoding='utf-8'?>\n\
         <html xmlns='http://www.w3.org/1999/xhtml' xmlns:epub='http://www.idpf.org/2007/ops'>\
         <head><title>Page</title></head><body>{body}</body></html>"
    )
}

/// A heading of the second level.
pub(crate) fn heading(title: &str) -> String {
    format!("<h2>{title}</h2>")
}

/// So many paragraphs of four sentences each, some 320 characters.
pub(crate) fn paragraphs(count: usize) -> String {
    let paragraph = [SENTENCE; 4].join(" ");
    format!("<p>{paragraph}</p>").repeat(count)
}

/// A zip file of these entries.
pub(crate) fn zipped(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in parts {
        let method = match path.as_str() {
            "mimetype" => CompressionMethod::Stored,
            _ => CompressionMethod::Deflated,
        };
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(path.as_str(), options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A folder for one test, gone with it.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The path that `name` has in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file.
    #[expect(
        clippy::disallowed_methods,
        reason = "a crash in a test leaves its folder behind anyhow"
    )]
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// What the reader makes of a file of these bytes.
pub(crate) fn read_bytes(name: &str, bytes: &[u8]) -> Result<Book, BookError> {
    read_with(name, bytes, &ReadOptions::default())
}

/// Like [`read_bytes`], with options.
pub(crate) fn read_with(
    name: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<Book, BookError> {
    let folder = Folder::new();
    read(&folder.file(name, bytes), options)
}

/// The chapters' titles.
pub(crate) fn titles(book: &Book) -> Vec<&str> {
    book.chapters
        .iter()
        .map(|chapter| chapter.title.as_str())
        .collect()
}

/// All text of a book, a line a block.
pub(crate) fn text(book: &Book) -> String {
    book.chapters
        .iter()
        .map(chapter_text)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The text of a chapter, a line a block.
pub(crate) fn chapter_text(chapter: &Chapter) -> String {
    let blocks = chapter.blocks.iter().map(|block| block.text.as_str());
    blocks.collect::<Vec<_>>().join("\n")
}

/// CPU time of this thread so far, which other programs do not lengthen; zero where Linux does not tell it.
pub(crate) fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap_or_default();
    // The thread's name is in brackets and may hold anything; then come user and system time in hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    Duration::from_millis(
        ticks
            .filter_map(|ticks| ticks.parse::<u64>().ok())
            .sum::<u64>()
            * 10,
    )
}
