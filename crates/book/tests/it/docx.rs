//! Word documents.

use audiotome_core::{BlockKind, Book, LeftOutKind};

use crate::fixture::{SENTENCE, chapter_text, read_bytes, text, titles, zipped};

const STYLES: &str = "<w:styles><w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val='en-GB'/></w:rPr></w:rPrDefault></w:docDefaults>\
    <w:style w:type='paragraph' w:styleId='berschrift1'><w:name w:val='heading 1'/></w:style>\
    <w:style w:type='paragraph' w:styleId='Mine'><w:name w:val='Mine'/><w:basedOn w:val='berschrift1'/></w:style>\
    <w:style w:type='paragraph' w:styleId='TOC1'><w:name w:val='toc 1'/></w:style>\
    <w:style w:type='character' w:styleId='Gone'><w:name w:val='Gone'/><w:rPr><w:vanish/></w:rPr></w:style></w:styles>";

fn docx(body: &str) -> Vec<u8> {
    let notes = "<w:footnotes><w:footnote w:type='separator' w:id='-1'><w:p><w:r><w:t>LINE</w:t></w:r></w:p></w:footnote>\
        <w:footnote w:id='2'><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote></w:footnotes>";
    let core = "<cp:coreProperties><dc:title>A Test</dc:title><dc:creator>Ada Writer;Bo Other</dc:creator>\
        <dc:description>About.</dc:description></cp:coreProperties>";
    let document = format!("<w:document><w:body>{body}<w:sectPr/></w:body></w:document>");
    zipped(&[
        ("[Content_Types].xml".to_owned(), b"<Types/>".to_vec()),
        ("word/document.xml".to_owned(), document.into_bytes()),
        ("word/styles.xml".to_owned(), STYLES.into()),
        ("word/footnotes.xml".to_owned(), notes.into()),
        ("docProps/core.xml".to_owned(), core.into()),
    ])
}

fn book(body: &str) -> Book {
    read_bytes("book.docx", &docx(body)).unwrap()
}

fn paragraph(style: &str, runs: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val='{style}'/></w:pPr>{runs}</w:p>")
}

fn run(text: &str) -> String {
    format!("<w:r><w:t xml:space='preserve'>{text}</w:t></w:r>")
}

fn chapter(style: &str, title: &str) -> String {
    let text = paragraph("", &run(&format!("{SENTENCE} {SENTENCE}")));
    paragraph(style, &run(title)) + &text.repeat(2)
}

#[test]
fn styles_make_headings_in_any_language_and_by_inheritance() {
    let contents = paragraph("TOC1", &run("One\t7"));
    let book = book(&(contents + &chapter("berschrift1", "One") + &chapter("Mine", "Two")));
    assert_eq!(titles(&book), ["One", "Two"]);
    assert_eq!(book.chapters[1].blocks[0].kind, BlockKind::Heading(1));
    assert_eq!(book.metadata.title, "A Test");
    assert_eq!(book.metadata.authors, ["Ada Writer", "Bo Other"]);
    assert_eq!(book.metadata.description.as_deref(), Some("About."));
    assert_eq!(book.metadata.language.as_ref().unwrap().as_str(), "en-GB");
    assert_eq!(book.left_out[0].kind, LeftOutKind::Contents);
}

#[test]
fn runs_join_without_spaces_and_what_is_not_text_is_dropped() {
    let runs = "<w:r><w:t>T</w:t></w:r><w:r><w:t>he end</w:t></w:r><w:del><w:r><w:delText>GONE</w:delText></w:r></w:del>\
        <w:ins><w:r><w:t xml:space='preserve'> came</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>GONE</w:t></w:r>\
        <w:r><w:rPr><w:rStyle w:val='Gone'/></w:rPr><w:t>GONE</w:t></w:r><w:r><w:instrText>GONE</w:instrText></w:r>\
        <w:r><w:noBreakHyphen/><w:t>soon</w:t><w:br/><w:t>after.</w:t></w:r>\
        <w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:footnoteReference w:id='2'/></w:r>";
    let source = format!("<w:p>{runs}</w:p>{}", chapter("", SENTENCE));
    let text = text(&book(&source));
    assert!(
        text.starts_with("The end came\u{2011}soon\nafter.\n"),
        "{text}"
    );
    assert!(!text.contains("GONE") && !text.contains("A note") && !text.contains("LINE"));
}

#[test]
fn a_text_box_is_read_once_and_after_its_paragraph() {
    let inner = paragraph("", &run("Boxed."));
    let source = format!(
        "<w:p>{}<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>{inner}</w:txbxContent></mc:Choice>\
         <mc:Fallback><w:txbxContent>{inner}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>{}</w:p>{}",
        run("Before "),
        run("after."),
        chapter("", SENTENCE)
    );
    let text = text(&book(&source));
    assert!(text.starts_with("Before after.\nBoxed.\nThe old"), "{text}");
    assert_eq!(text.matches("Boxed").count(), 1);
}

#[test]
fn rows_of_tables_are_read_with_their_headers() {
    let row = |head: &str, cells: [&str; 2]| {
        let cells = cells.map(|cell| format!("<w:tc>{}</w:tc>", paragraph("", &run(cell))));
        format!("<w:tr><w:trPr>{head}</w:trPr>{}</w:tr>", cells.concat())
    };
    let table = row("<w:tblHeader/>", ["Town", "People"]) + &row("", ["Bern", "130"]);
    let source = format!("{}<w:tbl>{table}</w:tbl>", chapter("", SENTENCE));
    let text = chapter_text(&book(&source).chapters[0]);
    assert!(text.ends_with("Town: Bern; People: 130"), "{text}");
}

#[test]
fn breaks_of_pages_and_lines_hold_words_apart() {
    for (kind, between) in [
        ("", "\n"),
        (" w:type='textWrapping'", "\n"),
        (" w:type='page'", " "),
        (" w:type='column'", " "),
    ] {
        let runs = format!("<w:r><w:t>Half past</w:t><w:br{kind}/><w:t>four.</w:t></w:r>");
        let book = book(&(paragraph("", &runs) + &chapter("berschrift1", "One")));
        let read = format!("Half past{between}four.");
        assert!(text(&book).contains(&read), "{kind}: {}", text(&book));
    }
}
