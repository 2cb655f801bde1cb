//! What a page does not show, and what it shows that is no text.

use audiotome_book::ReadOptions;
use audiotome_core::LeftOutKind;

use crate::fixture::{Epub, paragraphs, read_bytes, read_with, text, titles};

/// What is read of a piece of HTML, a line a block.
fn lines(body: &str) -> String {
    lines_with(body, &ReadOptions::default())
}

fn lines_with(body: &str, options: &ReadOptions) -> String {
    let page = format!("<h2>One</h2>{body}<h2>Two</h2>{}", paragraphs(3));
    let book = read_with("book.html", page.as_bytes(), options).unwrap();
    let text = text(&book);
    let (read, _) = text.split_once("\nTwo").unwrap();
    read.trim_start_matches("One").trim().to_owned()
}

#[test]
fn a_caption_is_read_once_though_its_picture_says_the_same() {
    let figure = "<figure><img src='a.png' alt='A red barn.'/><figcaption aria-hidden='true'>A red barn.</figcaption></figure>";
    assert_eq!(lines(figure), "A red barn.");
    let options = ReadOptions {
        alt_text: true,
        ..ReadOptions::default()
    };
    assert_eq!(lines_with(figure, &options), "A red barn.");
    assert_eq!(lines("<p aria-hidden='true'>Gone.</p>"), "");
}

#[test]
fn numbers_of_pages_go_and_text_in_their_style_stays() {
    for number in ["[Pg 12]", "13", "Page xii", "– 14 –", "<p>15</p>"] {
        let page = format!("<div class='pagenum'>{number}</div>");
        assert_eq!(lines(&page), "", "{number}");
    }
    assert_eq!(lines("<p class='pagenum'>12 men came.</p>"), "12 men came.");
    assert_eq!(lines("<h3 class='pagenum'>12</h3>"), "12");
    assert_eq!(lines("<p class='newpage'>12</p>"), "12");
}

#[test]
fn of_two_forms_of_a_passage_one_is_read() {
    let switch = "<epub:switch><epub:case required-namespace='http://www.w3.org/1998/Math/MathML'><p>Case.</p></epub:case>\
        <epub:default><p>Default.</p></epub:default></epub:switch>";
    assert_eq!(lines(switch), "Default.");
}

#[test]
fn a_drawn_heading_is_read_by_its_alternative_text() {
    let body = |alt: &str| format!("<h1><img src='a.png' alt='{alt}'/></h1>{}", paragraphs(3));
    let book = Epub::new()
        .toc(crate::fixture::Toc::Absent)
        .document("1.xhtml", &body("Chapter  One"))
        .document("2.xhtml", &body("The Sea"))
        .document("3.xhtml", &body("c03_head.png"))
        .book();
    assert_eq!(titles(&book), ["Chapter One", "The Sea"]);
    assert!(text(&book).starts_with("Chapter One\n"), "{}", text(&book));
    let page = format!(
        "<h2>One <img alt='Logo of us'/></h2>{0}<h2>Two</h2>{0}",
        paragraphs(3)
    );
    let book = read_bytes("book.html", page.as_bytes()).unwrap();
    assert_eq!(titles(&book), ["One", "Two"]);
}

#[test]
fn lines_of_a_label_are_words_apart() {
    let book = Epub::new()
        .document("1.xhtml", &paragraphs(3))
        .document("2.xhtml", &paragraphs(3))
        .entry("Chapter 1<br/>The Start", "1.xhtml")
        .entry("Chapter 2<br/>The End", "2.xhtml")
        .book();
    assert_eq!(titles(&book), ["Chapter 1 The Start", "Chapter 2 The End"]);
}

#[test]
fn what_style_sheets_hide_is_not_read() {
    let body = "<p>Read. <span class='h'>GONE</span></p><div id='x'><p>GONE</p></div><p class='print h' style='display: block'>Kept.</p>";
    let sheet =
        ".h { display: none } #x{visibility:hidden} @media print { .print { display: none } }";
    let page = format!("<style>{sheet}</style><h2>One</h2>{body}{}", paragraphs(3));
    let in_page = read_bytes("book.html", page.as_bytes()).unwrap();
    let linked = Epub::new()
        .raw_document(
            "1.xhtml",
            format!(
                "<html><head><link rel='stylesheet' href='css/a.css'/></head><body><h2>One</h2>{body}{}</body></html>",
                paragraphs(3)
            ),
        )
        .manifest("<item id='css' href='css/a.css' media-type='text/css'/>")
        .file("css/a.css", sheet)
        .book();
    for book in [in_page, linked] {
        assert!(
            text(&book).starts_with("One\nRead.\nKept.\n"),
            "{}",
            text(&book)
        );
    }
    let page = format!(
        "<style media='print'>.h{{display:none}}</style><h2>One</h2><p class='h'>Kept.</p>{}",
        paragraphs(3)
    );
    let book = read_bytes("book.html", page.as_bytes()).unwrap();
    assert!(text(&book).contains("Kept."));
}

#[test]
fn notes_that_pages_show_in_windows_are_left_out_and_can_be_read() {
    let note = "<aside class='fn' epub:type='footnote' id='n1'><p>A note.</p></aside>";
    let called =
        "<p>Word<a class='noteref' href='#n2'>2</a> it.</p><p class='fn' id='n2'>A note.</p>";
    let inside = "<div class='fn'><p>GONE</p><aside role='doc-footnote'>A note.<script>GONE</script></aside></div>";
    let inline = "<p>Word<span class='footnote fn'>A note.</span> it.</p>";
    for body in [note, called, inside, inline] {
        let page = format!(
            "<style>.fn{{display:none}}</style><h2>One</h2>{body}{}",
            paragraphs(3)
        );
        let book = read_bytes("book.html", page.as_bytes()).unwrap();
        let [part] = book.left_out.as_slice() else {
            panic!("{body}: {:?}", book.left_out)
        };
        assert_eq!(part.kind, LeftOutKind::Notes, "{body}");
        assert!(!text(&book).contains("A note."), "{body}");
        let options = ReadOptions {
            include: [LeftOutKind::Notes].into(),
            ..ReadOptions::default()
        };
        let book = read_with("book.html", page.as_bytes(), &options).unwrap();
        assert!(text(&book).contains("A note."), "{body}");
        assert!(!text(&book).contains("GONE"), "{body}");
    }
}

#[test]
fn what_is_shown_on_some_screens_is_read() {
    for sheet in [
        ".x{display:none} @media screen{.x{display:block}}",
        "@supports (display:grid){ .x{display:grid} } .x{display:none}",
    ] {
        let page = format!(
            "<style>{sheet}</style><h2>One</h2><p class='x'>Kept.{}",
            paragraphs(3)
        );
        let book = read_bytes("book.html", page.as_bytes()).unwrap();
        assert!(text(&book).contains("Kept."), "{sheet}");
    }
}
