//! `OpenDocument` text.

use audiotome_book::BookError;
use audiotome_core::{Book, LeftOutKind};

use crate::fixture::{SENTENCE, read_bytes, text, titles, zipped};

const STYLES: &str = "<office:automatic-styles><style:style style:name='P1' style:parent-style-name='Title'/>\
    <style:style style:name='T1'><style:text-properties text:display='none'/></style:style></office:automatic-styles>";

fn content(text: &str) -> String {
    format!(
        "<office:document-content>{STYLES}<office:body><office:text>{text}</office:text></office:body></office:document-content>"
    )
}

fn odt(text: &str, manifest: &str) -> Vec<u8> {
    let meta = "<office:document-meta><office:meta><dc:creator>Ada Writer</dc:creator><dc:language>en</dc:language>\
        <meta:keyword>tests</meta:keyword></office:meta></office:document-meta>";
    zipped(&[
        (
            "mimetype".to_owned(),
            b"application/vnd.oasis.opendocument.text".to_vec(),
        ),
        ("content.xml".to_owned(), content(text).into_bytes()),
        ("meta.xml".to_owned(), meta.into()),
        ("META-INF/manifest.xml".to_owned(), manifest.into()),
    ])
}

fn book(text: &str) -> Book {
    read_bytes("book.odt", &odt(text, "<manifest:manifest/>")).unwrap()
}

fn chapter(title: &str) -> String {
    let text = format!("<text:p>{SENTENCE} {SENTENCE}</text:p>").repeat(2);
    format!("<text:h text:outline-level='1'>{title}</text:h>{text}")
}

#[test]
fn headings_metadata_and_contents() {
    let contents = "<text:table-of-content><text:table-of-content-source><text:p>SOURCE</text:p></text:table-of-content-source>\
        <text:index-body><text:p>One 1</text:p></text:index-body></text:table-of-content>";
    let title = "<text:p text:style-name='P1'>A Test</text:p>";
    let book = book(&[title, contents, &chapter("One"), &chapter("Two")].concat());
    assert_eq!(titles(&book), ["One", "Two"]);
    assert_eq!(book.metadata.title, "A Test");
    assert_eq!(book.metadata.authors, ["Ada Writer"]);
    assert_eq!(book.metadata.subjects, ["tests"]);
    assert_eq!(book.left_out[0].kind, LeftOutKind::Contents);
    assert!(!text(&book).contains("SOURCE"));
}

#[test]
fn notes_frames_and_what_is_hidden_do_not_tear_a_paragraph() {
    let source = format!(
        "<text:tracked-changes><text:p>GONE</text:p></text:tracked-changes><text:p>One<text:s text:c='2'/>word\
         <text:note text:note-class='footnote'><text:note-citation>1</text:note-citation><text:note-body><text:p>A note.</text:p>\
         </text:note-body></text:note><text:span text:style-name='T1'>GONE</text:span><office:annotation><text:p>GONE</text:p></office:annotation>, \
         <draw:frame><draw:text-box><text:p>Boxed.</text:p></draw:text-box></draw:frame>and <text:span>more</text:span>.</text:p>{}",
        chapter(SENTENCE)
    );
    let text = text(&book(&source));
    assert!(text.starts_with("One word, and more.\nBoxed.\n"), "{text}");
    assert!(!text.contains("GONE") && !text.contains("A note"));
}

#[test]
fn flat_files_are_read_and_locked_ones_named() {
    let flat = format!(
        "<?xml version='1.0'?><office:document><office:meta><dc:title>Flat</dc:title></office:meta>{}</office:document>",
        content(&(chapter("One") + &chapter("Two")))
    );
    let book = read_bytes("book.fodt", flat.as_bytes()).unwrap();
    assert_eq!(titles(&book), ["One", "Two"]);
    assert_eq!(book.metadata.title, "Flat");
    let locked = odt(
        "x",
        "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>",
    );
    let error = read_bytes("book.odt", &locked).unwrap_err();
    assert!(matches!(error, BookError::Drm { .. }), "{error}");
}

#[test]
fn hidden_sections_are_not_read() {
    let section = |display: &str, text: &str| {
        format!("<text:section text:name='s'{display}><text:p>{text}</text:p></text:section>")
    };
    let source = [
        chapter("One"),
        section(" text:display='none'", "GONE"),
        section("", "Shown."),
        chapter("Two"),
    ];
    let text = text(&book(&source.concat()));
    assert!(
        text.contains("\nShown.\n") && !text.contains("GONE"),
        "{text}"
    );
}
