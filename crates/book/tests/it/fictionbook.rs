//! FictionBook.

use audiotome_core::{BlockKind, Book, LeftOutKind};

use crate::fixture::{SENTENCE, chapter_text, read_bytes, text, titles};

/// A one-pixel picture.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn book(body: &str) -> Book {
    let file = format!(
        "<?xml version='1.0' encoding='utf-8'?><FictionBook xmlns:l='http://www.w3.org/1999/xlink'><description><title-info>\
         <genre>prose</genre><author><first-name>Ada</first-name><middle-name>B.</middle-name><last-name>Writer</last-name></author>\
         <author><nickname>Scribe</nickname></author><book-title>A Test</book-title><annotation><p>Never read.</p></annotation>\
         <coverpage><image l:href='#c.png'/></coverpage><lang>en</lang><sequence name='Tests' number='2'/></title-info>\
         <document-info><author><first-name>No</first-name><last-name>One</last-name></author></document-info>\
         <publish-info><publisher>House</publisher><year>1901</year><isbn>978-5-9614-3115-5</isbn></publish-info></description>\
         {body}<binary id='c.png' content-type='image/png'>\n{PNG}\n</binary></FictionBook>"
    );
    read_bytes("book.fb2", file.as_bytes()).unwrap()
}

fn chapter(title: &str) -> String {
    let text = format!("<p>{SENTENCE} {SENTENCE}</p>").repeat(2);
    format!("<section><title><p>{title}</p></title>{text}</section>")
}

#[test]
fn the_description_says_what_the_book_is_and_is_not_read() {
    let body = chapter("One") + &chapter("Two");
    let book = book(&format!("<body><title><p>A Test</p></title>{body}</body>"));
    let metadata = &book.metadata;
    assert_eq!(metadata.title, "A Test");
    assert_eq!(metadata.authors, ["Ada B. Writer", "Scribe"]);
    let series = metadata.series.as_ref().unwrap();
    assert_eq!(
        (series.name.as_str(), series.position.as_deref()),
        ("Tests", Some("2"))
    );
    assert_eq!(metadata.publisher.as_deref(), Some("House"));
    assert_eq!(metadata.date.as_deref(), Some("1901"));
    assert_eq!(metadata.isbn.as_deref(), Some("9785961431155"));
    assert_eq!(metadata.description.as_deref(), Some("Never read."));
    assert_eq!(book.cover.as_ref().unwrap().media_type, "image/png");
    assert_eq!(titles(&book), ["One", "Two"]);
    assert!(!text(&book).contains("Never read"));
    assert!(!text(&book).contains("iVBOR"));
}

#[test]
fn notes_are_left_out_with_their_marks() {
    let body = format!(
        "<body>{}<section><title><p>Two</p><p>Lines</p></title><p>A word<a l:href='#n1' type='note'>[1]</a> more. {SENTENCE} {SENTENCE}</p>\
         </section></body><body name='notes'><section id='n1'><title><p>1</p></title><p>A note.</p></section></body>",
        chapter("One")
    );
    let book = book(&body);
    assert_eq!(titles(&book), ["One", "Two: Lines"]);
    let second = chapter_text(&book.chapters[1]);
    assert!(second.contains("A word more."), "{second}");
    assert!(!text(&book).contains("A note"));
    assert_eq!(book.left_out[0].kind, LeftOutKind::Notes);
}

#[test]
fn verse_keeps_its_lines_and_an_empty_line_is_a_change_of_scene() {
    let body = format!(
        "<body>{}<section><title><p>Two</p></title><p>{SENTENCE} {SENTENCE}</p><empty-line/><p>{SENTENCE}</p>\
         <poem><title><p>Song</p></title><stanza><v>One line,</v><v>another.</v></stanza></poem></section></body>",
        chapter("One")
    );
    let blocks = &book(&body).chapters[1].blocks;
    let kinds: Vec<BlockKind> = blocks.iter().map(|block| block.kind).collect();
    use BlockKind::{Heading, Paragraph, SceneBreak, Verse};
    assert_eq!(
        kinds,
        [
            Heading(2),
            Paragraph,
            SceneBreak,
            Paragraph,
            Heading(6),
            Verse
        ]
    );
    assert_eq!(blocks[5].text, "One line,\nanother.");
}

#[test]
fn parts_stand_above_their_chapters() {
    let part = |name: &str| {
        let chapters = chapter("First") + &chapter("Second");
        format!("<section><title><p>{name}</p></title>{chapters}</section>")
    };
    let body = part("Part One") + &part("Part Two");
    let book = book(&format!("<body>{body}</body>"));
    assert_eq!(
        titles(&book),
        ["Part One — First", "Second", "Part Two — First", "Second"]
    );
}

#[test]
fn legacy_encodings_are_read_as_declared() {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"windows-1251\"?><FictionBook><body><section><p>{}</p></section></body></FictionBook>",
        "В больничном дворе стоит небольшой флигель, окруженный лесом. ".repeat(3)
    );
    let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(&text);
    let book = read_bytes("book.fb2", &bytes).unwrap();
    assert!(book.chapters[0].blocks[0].text.starts_with("В больничном"));
}
