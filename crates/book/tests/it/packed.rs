//! Zip files of one book.

use crate::fixture::{Epub, SENTENCE, heading, paragraphs, read_bytes, text, titles, zipped};

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let files: Vec<_> = files
        .iter()
        .map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec()))
        .collect();
    zipped(&files)
}

fn epub() -> Vec<u8> {
    Epub::new()
        .document("a.xhtml", &(heading("One") + &paragraphs(3)))
        .bytes()
}

#[test]
fn the_only_book_in_a_zip_file_is_read() {
    let fb2 =
        format!("<FictionBook><body><section><p>{SENTENCE}</p></section></body></FictionBook>");
    let book = read_bytes("book.fb2.zip", &zip(&[("b.fb2", fb2.as_bytes())])).unwrap();
    assert_eq!(text(&book), SENTENCE);
    let inner = zip(&[
        ("folder/book.epub", &epub()),
        ("folder/readme.txt", b"Read me."),
        ("__MACOSX/._book.epub", b"x"),
        ("cover.jpg", b"x"),
    ]);
    let book = read_bytes("a.zip", &inner).unwrap();
    assert_eq!(titles(&book), ["One"]);
    assert_eq!(
        book.warnings,
        ["`folder/readme.txt`, which is packed with `folder/book.epub`, is not read"]
    );
    let text_only = zip(&[("notes.txt", SENTENCE.as_bytes())]);
    let book = read_bytes("a.zip", &text_only).unwrap();
    assert_eq!(
        (book.metadata.title.as_str(), text(&book).as_str()),
        ("notes", SENTENCE)
    );
}

#[test]
fn several_books_are_refused_and_zips_in_zips_are_not_followed() {
    let two = zip(&[("a.epub", &epub()), ("b.epub", &epub())]);
    let error = read_bytes("a.zip", &two).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`a.zip` holds several books, such as `a.epub` and `b.epub`"
    );
    assert!(error.hint().unwrap().contains("unpack it"));
    let deep = zip(&[("b.fb2", &zip(&[("c.fb2", b"<FictionBook/>")]))]);
    let error = read_bytes("a.zip", &deep).unwrap_err().to_string();
    assert_eq!(
        error,
        "`b.fb2` is not an ebook: it is a zip file without any text document"
    );
}
