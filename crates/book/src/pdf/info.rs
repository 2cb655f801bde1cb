//! What `pdfinfo` says about a book.

use std::io::Read as _;
use std::process::ChildStdout;

use audiotome_core::Metadata;

/// Bytes of all facts.
const MOST: u64 = 1 << 20;

pub(super) fn read(output: ChildStdout) -> String {
    let mut bytes = Vec::new();
    let _ = output.take(MOST).read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The facts as metadata. Dates are those of the file and not of the book.
pub(super) fn metadata(info: &str) -> Metadata {
    let field = |name: &str| {
        let value = info
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        value
            .map(|value| value.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|value| !value.is_empty())
    };
    let authors = field("Author").unwrap_or_default();
    let keywords = field("Keywords").unwrap_or_default();
    let list = |text: &str, ends: &[char]| -> Vec<String> {
        let items = text.split(ends).map(str::trim);
        items
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    };
    Metadata {
        title: field("Title")
            .filter(|title| !is_file_name(title))
            .unwrap_or_default(),
        authors: list(&authors, &[';', '&']),
        description: field("Subject"),
        subjects: list(&keywords, &[',', ';']),
        ..Metadata::default()
    }
}

/// Word and others give a document the name of its file as a title.
fn is_file_name(title: &str) -> bool {
    let lower = title.to_lowercase();
    let endings = [
        ".doc", ".docx", ".indd", ".tex", ".dvi", ".pdf", ".qxd", ".rtf", ".odt",
    ];
    lower == "untitled" || endings.iter().any(|ending| lower.ends_with(ending))
}
