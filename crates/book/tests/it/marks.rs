//! Raised numbers and links: marks of notes, powers, and what only looks like one.

use crate::fixture::{Epub, SENTENCE, chapter_text, paragraphs, read_bytes, text, zipped};

/// What is read of a paragraph of HTML.
fn line(paragraph: &str) -> String {
    let page = format!("<h2>One</h2>{paragraph}{}", paragraphs(3));
    let book = read_bytes("book.html", page.as_bytes()).unwrap();
    book.chapters[0].blocks[1].text.clone()
}

/// A book of a chapter with this paragraph, and of notes.
fn with_notes(paragraph: &str, notes: &str) -> String {
    let book = Epub::new()
        .document(
            "a.xhtml",
            &format!("<h1>One</h1>{paragraph}{}", paragraphs(3)),
        )
        .document("n.xhtml", &format!("<h1>Notes</h1>{notes}"))
        .entry("One", "a.xhtml")
        .book();
    chapter_text(&book.chapters[0])
        .lines()
        .nth(1)
        .unwrap()
        .to_owned()
}

#[test]
fn links_that_their_notes_lead_back_to_are_marks() {
    let note = "<p id='n1'><a href='a.xhtml#r1'>1</a> First.</p>";
    for (paragraph, read) in [
        (
            "<p>He was born in 1984<a id='r1' href='n.xhtml#n1'>1</a> and left.</p>",
            "He was born in 1984 and left.",
        ),
        (
            "<p>The king<a id='r1' href='n.xhtml#n1'>1</a> left.</p>",
            "The king left.",
        ),
        (
            "<p>He left.<a id='r1' href='n.xhtml#n1'>1</a></p>",
            "He left.",
        ),
        (
            "<p>In 1984<a id='r1' href='n.xhtml#n1'><small>4</small></a>, he left.</p>",
            "In 1984, he left.",
        ),
        (
            "<p>In 1984<span id='r1'></span><a href='n.xhtml#n1'>1</a> he left.</p>",
            "In 1984 he left.",
        ),
    ] {
        assert_eq!(with_notes(paragraph, note), read);
    }
    for note in [
        "<div id='n1'><p>First.</p><p>More. <a href='a.xhtml#r1'>↩</a></p></div>",
        "<p><a id='n1'></a>First. <a href='a.xhtml#r1'>↩</a></p>",
        "<p><a id='n1'></a>First. [<a href='a.xhtml#r1'>↩</a>, <a href='a.xhtml#r2'>2</a>]</p>",
        "<ol><li id='n1'><p><a href='a.xhtml#r1'>1</a> First.</p></li></ol>",
        "<p id='n1'>[<a href='a.xhtml#r1'>1</a>] First.</p>",
    ] {
        let read = with_notes(
            "<p>In 1984<a id='r1' href='n.xhtml#n1'>1</a> he left.</p>",
            note,
        );
        assert_eq!(read, "In 1984 he left.", "{note}");
    }
}

#[test]
fn links_that_nothing_leads_back_to_stay() {
    let paragraph = "<p>See chapter <a id='r1' href='n.xhtml#n1'>1</a> of it.</p>";
    for other in [
        "<p id='n1'>First.</p>",
        "<p id='n1'><a href='a.xhtml#r2'>1</a> First.</p>",
        "<h2 id='n1'><a href='a.xhtml#r1'>1</a></h2><p>First.</p>",
        "<section id='n1'><p>As <a href='a.xhtml#r1'>1</a> says.</p></section>",
    ] {
        assert_eq!(
            with_notes(paragraph, other),
            "See chapter 1 of it.",
            "{other}"
        );
    }
    let first = "<p><a id='r1' href='n.xhtml#n1'>1</a> In the beginning.</p>";
    let back = "<p id='n1'><a href='a.xhtml#r1'>1</a> First.</p>";
    assert_eq!(with_notes(first, back), "1 In the beginning.");
}

#[test]
fn references_to_what_leads_back_are_words() {
    let link = "<a id='r1' href='n.xhtml#n1'>1</a>";
    for (before, note) in [
        // A word of the sentence, whatever leads back.
        (
            "See figure ",
            "<p id='n1'>Figure <a href='a.xhtml#r1'>1</a>: the plan.</p>",
        ),
        (
            "Exercise ",
            "<p id='n1'>Answer <a href='a.xhtml#r1'>1</a>: no.</p>",
        ),
        (
            "Exercise ",
            "<p id='n1'><a href='a.xhtml#r1'>1</a>. No.</p>",
        ),
        ("Exercise ", "<p id='n1'>No. <a href='a.xhtml#r1'>↩</a></p>"),
        // A part of a number.
        (
            "Exercise 3.",
            "<p id='n1'><a href='a.xhtml#r1'>1</a> No.</p>",
        ),
        (
            "Figure A-",
            "<p id='n1'><a href='a.xhtml#r1'>1</a> A plan.</p>",
        ),
        // Nothing that leads back from a note.
        (
            "Figure",
            "<p id='n1'>Figure <a href='a.xhtml#r1'>1</a>: the plan.</p>",
        ),
        (
            "Figure",
            "<p id='n1'>The <a href='a.xhtml#r1'>↑</a> leads up.</p>",
        ),
    ] {
        let read = with_notes(&format!("<p>{before}{link} it.</p>"), note);
        assert_eq!(read, format!("{before}1 it."), "{note}");
    }
}

#[test]
fn raised_numbers_stay_raised() {
    for (paragraph, read) in [
        (
            "<p>The war of 1914<sup>8</sup> began near the town<sup>12</sup>. He saw 10<sup>3</sup> men.</p>",
            "The war of 1914⁸ began near the town¹². He saw 10³ men.",
        ),
        (
            "<p>E=mc<sup>2</sup>, 5 m<sup> 2 </sup>of 10<sup>−3</sup> m<span style='vertical-align: super'>3</span></p>",
            "E=mc², 5 m ² of 10⁻³ m³",
        ),
        (
            "<p>At 9 m<sup>2</sup>/s and 10<sup>3</sup>/2 of it</p>",
            "At 9 m²/s and 10³/2 of it",
        ),
        (
            "<p>The town <sup>12</sup> and the king<sup>1, 2</sup>, see<a href='n.html'><sup>3</sup></a></p>",
            "The town ¹² and the king¹,², see³",
        ),
    ] {
        assert_eq!(line(paragraph), read);
    }
}

#[test]
fn raised_text_that_is_no_number_of_its_own_stays_as_it_is() {
    for (paragraph, read) in [
        (
            "<p>The 1<sup>st</sup> of the XIX<sup>e</sup> s., n<sup>o</sup> 5, Ca<sup>2+</sup></p>",
            "The 1st of the XIXe s., no 5, Ca2+",
        ),
        (
            "<p>Add <sup>1</sup>/<sub>2</sub> or 2<sup>3</sup>⁄<sub>4</sub> cups. <sup>1</sup>/<sub>8</sub> more.</p>",
            "Add 1/2 or 2 3⁄4 cups. 1/8 more.",
        ),
        (
            "<p><sup>1</sup>In the beginning was <sup>14</sup><i>C</i></p>",
            "1In the beginning was 14C",
        ),
        (
            "<p>He left.<sup>3</sup> She stayed,<sup>*</sup> too.</p>",
            "He left. She stayed, too.",
        ),
    ] {
        assert_eq!(line(paragraph), read);
    }
}

#[test]
fn raised_numbers_are_raised_in_every_format() {
    let markdown = format!("# One\n\nThe town^12^ and 10<sup>3</sup> men.\n\n{SENTENCE}\n");
    let fictionbook = format!(
        "<FictionBook><body><section><p>The town<sup>12</sup> and 10<sup>3</sup> men.</p><p>{SENTENCE}</p></section></body></FictionBook>"
    );
    let rtf = format!(
        "{{\\rtf1\\ansi The town{{\\super 12}} and 10{{\\super 3}} men.\\par {SENTENCE}\\par}}"
    );
    let styles = "<w:styles><w:style w:styleId='Base'><w:rPr><w:vertAlign w:val='superscript'/></w:rPr></w:style>\
        <w:style w:styleId='Up'><w:basedOn w:val='Base'/></w:style></w:styles>";
    let run = |properties: &str, text: &str| {
        format!("<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>")
    };
    let up = "<w:rStyle w:val='Up'/>";
    let runs = [
        run("", "The town"),
        run(up, "1"),
        run(up, "2"),
        run("", " and 10"),
        run("<w:vertAlign w:val='superscript'/>", "3"),
        run("", " men."),
    ];
    let document = format!(
        "<w:document><w:body><w:p>{}</w:p><w:p>{}</w:p></w:body></w:document>",
        runs.concat(),
        run("", SENTENCE)
    );
    let docx = zipped(&[
        ("word/document.xml".to_owned(), document.into_bytes()),
        ("word/styles.xml".to_owned(), styles.into()),
    ]);
    let odt = format!(
        "<?xml version='1.0'?><office:document office:mimetype='application/vnd.oasis.opendocument.text'>\
         <office:automatic-styles><style:style style:name='T1'><style:text-properties style:text-position='super 58%'/></style:style></office:automatic-styles>\
         <office:body><office:text><text:p>The town<text:span text:style-name='T1'>12</text:span> and 10<text:span text:style-name='T1'>3</text:span> men.</text:p>\
         <text:p>{SENTENCE}</text:p></office:text></office:body></office:document>"
    );
    for (name, bytes) in [
        ("a.md", markdown.into_bytes()),
        ("a.fb2", fictionbook.into_bytes()),
        ("a.rtf", rtf.into_bytes()),
        ("a.docx", docx),
        ("a.fodt", odt.into_bytes()),
    ] {
        let book = read_bytes(name, &bytes).unwrap();
        assert!(
            text(&book).contains("The town¹² and 10³ men."),
            "{name}: {}",
            text(&book)
        );
    }
}
