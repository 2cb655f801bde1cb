//! Chapters: where they begin, what they are called, and what is no chapter.

use audiotome_book::ReadOptions;
use audiotome_core::{BlockKind, Book, LeftOutKind};

use crate::fixture::{
    Epub, SENTENCE, Toc, chapter_text, heading, paragraphs, read_bytes, read_with, text, titles,
};

/// An XHTML section with an anchor and text that names it.
fn section(id: &str) -> String {
    format!("<p id='{id}'>Here is {id}.</p>{}", paragraphs(2))
}

/// A chapter of this number of a book in one HTML file.
fn numbered(title: &str) -> String {
    heading(title) + &paragraphs(3)
}

fn kinds(book: &Book) -> Vec<LeftOutKind> {
    book.left_out.iter().map(|part| part.kind).collect()
}

#[test]
fn anchors_cut_one_file_into_chapters_in_the_order_of_the_text() {
    for toc in [Toc::Nav, Toc::Ncx] {
        let body = section("first") + &section("second") + &section("third");
        let book = Epub::new()
            .toc(toc)
            .document("all.xhtml", &body)
            .entry("Three", "all.xhtml#third")
            .entry("One", "all.xhtml#first")
            .entry("Two", "all.xhtml#second")
            .book();
        assert_eq!(titles(&book), ["One", "Two", "Three"], "{toc:?}");
        for (chapter, id) in book.chapters.iter().zip(["first", "second", "third"]) {
            assert!(
                chapter_text(chapter).starts_with(&format!("Here is {id}.")),
                "{toc:?}"
            );
        }
    }
}

#[test]
fn a_missing_anchor_means_the_start_of_the_file() {
    let book = Epub::new()
        .document("one.xhtml", &section("a"))
        .document("two.xhtml", &section("b"))
        .entry("One", "one.xhtml#gone")
        .entry("Two", "two.xhtml#gone")
        .book();
    assert_eq!(titles(&book), ["One", "Two"]);
    assert!(chapter_text(&book.chapters[1]).starts_with("Here is b."));
}

#[test]
fn files_without_an_entry_continue_the_chapter_before_them() {
    let book = Epub::new()
        .document("1.xhtml", &section("a"))
        .document("2.xhtml", &section("b"))
        .document("3.xhtml", &section("c"))
        .document("4.xhtml", &section("d"))
        .entry("One", "1.xhtml")
        .entry("Two", "4.xhtml")
        .book();
    assert_eq!(titles(&book), ["One", "Two"]);
    let first = chapter_text(&book.chapters[0]);
    assert!(first.contains("Here is b.") && first.contains("Here is c."));
    assert!(!first.contains("Here is d."));
}

#[test]
fn parts_are_split_and_those_without_text_become_prefixes() {
    let book = Epub::new()
        .document("p1.xhtml", "<h1>Part One</h1>")
        .document("1.xhtml", &section("a"))
        .document("2.xhtml", &section("b"))
        .document(
            "p2.xhtml",
            &("<h1>Part Two</h1>".to_owned() + &paragraphs(2)),
        )
        .document("3.xhtml", &(section("c") + &section("d")))
        .part(
            "Part One",
            "p1.xhtml",
            &[("Dawn", "1.xhtml"), ("Noon", "2.xhtml")],
        )
        .part("Part Two", "p2.xhtml", &[("Dusk", "3.xhtml")])
        .book();
    assert_eq!(
        titles(&book),
        ["Part One — Dawn", "Noon", "Part Two", "Dusk"]
    );
    assert!(chapter_text(&book.chapters[0]).starts_with("Part One\nHere is a."));
}

#[test]
fn sections_of_an_ordinary_chapter_stay_in_it() {
    let book = Epub::new()
        .document("1.xhtml", &(section("a") + &section("b")))
        .document("2.xhtml", &section("c"))
        .document("3.xhtml", &section("d"))
        .part(
            "Tools",
            "1.xhtml",
            &[("Saws", "1.xhtml#a"), ("Files", "1.xhtml#b")],
        )
        .entry("Wood", "2.xhtml")
        .entry("Glue", "3.xhtml")
        .book();
    assert_eq!(titles(&book), ["Tools", "Wood", "Glue"]);
}

#[test]
fn an_entry_without_a_link_heads_its_chapters_where_they_are_long() {
    let long = || paragraphs(12);
    let book = Epub::new()
        .document("1.xhtml", &long())
        .document("2.xhtml", &long())
        .document("3.xhtml", &long())
        .part("Nature", "", &[("Trees", "1.xhtml"), ("Birds", "2.xhtml")])
        .entry("Afterword", "3.xhtml")
        .book();
    assert_eq!(titles(&book), ["Nature — Trees", "Birds", "Afterword"]);
}

#[test]
fn entries_at_one_place_and_tiny_ones_are_no_chapters_of_their_own() {
    let book = Epub::new()
        .document("1.xhtml", &section("a"))
        .document("tiny.xhtml", "<p>A motto in between.</p>")
        .document("2.xhtml", &section("b"))
        .entry("Book", "1.xhtml")
        .entry("One", "1.xhtml")
        .entry("Motto", "tiny.xhtml")
        .entry("Two", "2.xhtml")
        .book();
    assert_eq!(titles(&book), ["Book — One", "Two"]);
    assert!(chapter_text(&book.chapters[1]).starts_with("A motto in between."));
}

#[test]
fn text_before_the_first_entry_is_a_chapter_if_it_is_long_or_named_by_its_type() {
    let book = |front: &str| {
        Epub::new()
            .document("front.xhtml", front)
            .document("1.xhtml", &section("a"))
            .document("2.xhtml", &section("b"))
            .entry("One", "1.xhtml")
            .entry("Two", "2.xhtml")
            .book()
    };
    let dedicated = book("<section epub:type='dedication'><p>To my mother.</p></section>");
    assert_eq!(titles(&dedicated), ["Dedication", "One", "Two"]);
    let long = book(&(heading("To the Reader") + &paragraphs(2)));
    assert_eq!(titles(&long), ["To the Reader", "One", "Two"]);
    let short = book("<p>Third edition.</p>");
    assert_eq!(titles(&short), ["One", "Two"]);
    assert!(chapter_text(&short.chapters[0]).starts_with("Third edition."));
}

#[test]
fn bare_numbers_take_their_heading_into_the_title() {
    let book = Epub::new()
        .document("1.xhtml", &numbered("The Storm"))
        .document("2.xhtml", &numbered("II. The Calm"))
        .document(
            "3.xhtml",
            &("<h2>III</h2><h3>The Harbour</h3>".to_owned() + &paragraphs(3)),
        )
        .document("4.xhtml", &paragraphs(3))
        .entry("I", "1.xhtml")
        .entry("II", "2.xhtml")
        .entry("III", "3.xhtml")
        .entry("IV", "4.xhtml")
        .book();
    assert_eq!(
        titles(&book),
        ["I: The Storm", "II. The Calm", "III: The Harbour", "IV"]
    );
}

#[test]
fn without_a_table_files_are_chapters_with_numbers_in_the_books_language() {
    let german = "Es war spät im Mai, und der Regen hatte noch nicht aufgehört. Niemand kam die Straße herauf, und im Haus war es still.";
    let body = format!("<p>{german}</p>").repeat(3);
    let book = Epub::with_metadata("<dc:title>Regen</dc:title><dc:language>de</dc:language>")
        .toc(Toc::Absent)
        .document("1.xhtml", &body)
        .document("2.xhtml", &body)
        .book();
    assert_eq!(titles(&book), ["Kapitel 1", "Kapitel 2"]);
}

#[test]
fn without_a_table_the_highest_common_heading_level_makes_the_chapters() {
    let page = |body: &str| format!("<html lang='en'><title>X</title><body>{body}</body></html>");
    let body = "<h1>The Whole Book</h1>".to_owned()
        + &numbered("One")
        + "<h3>A section</h3>"
        + &paragraphs(2)
        + &numbered("Two");
    let book = read_bytes("book.html", page(&body).as_bytes()).unwrap();
    assert_eq!(titles(&book), ["One", "Two"]);
    let lines: String = ["Chapter 1", "Chapter 2: The Sea"]
        .map(|line| format!("<p>{line}</p>{}", paragraphs(2)))
        .concat();
    let book = read_bytes("book.html", page(&lines).as_bytes()).unwrap();
    assert_eq!(titles(&book), ["Chapter 1", "Chapter 2: The Sea"]);
}

/// A book with everything that is left out, and its options.
fn with_everything(options: &ReadOptions) -> Book {
    let note = "<p>Text<a epub:type='noteref' href='#n1'>1</a> goes on.</p>\
         <aside epub:type='footnote' id='n1'><p>SECRET note.</p></aside>";
    let page_number = "<p>Before <span epub:type='pagebreak'>XCVII</span>after.</p>";
    let list: String = (1..9)
        .map(|number| format!("<p><a href='1.xhtml'>LISTED chapter {number}</a></p>"))
        .collect();
    let epub = Epub::new()
        .document(
            "cover.xhtml",
            "<section epub:type='cover'><p>COVER words.</p></section>",
        )
        .document(
            "copy.xhtml",
            "<section epub:type='copyright-page'><p>RESERVED rights.</p></section>",
        )
        .document("list.xhtml", &list)
        .document("1.xhtml", &(paragraphs(3) + note + page_number))
        .document("2.xhtml", &paragraphs(3))
        .document("index.xhtml", "<h2>Index</h2><p>INDEXED, 4</p>")
        .entry("One", "1.xhtml")
        .entry("Two", "2.xhtml")
        .entry("Index", "index.xhtml");
    read_with("book.epub", &epub.bytes(), options).unwrap()
}

#[test]
fn what_is_no_text_is_left_out_and_listed() {
    let book = with_everything(&ReadOptions::default());
    let all = text(&book);
    for silent in ["SECRET", "COVER", "RESERVED", "LISTED", "INDEXED", "XCVII"] {
        assert!(!all.contains(silent), "{silent}");
    }
    assert!(all.contains("\nText goes on.\n") && all.contains("Before after."));
    assert_eq!(titles(&book), ["One", "Two"]);
    for kind in [
        LeftOutKind::Cover,
        LeftOutKind::Copyright,
        LeftOutKind::Contents,
        LeftOutKind::Notes,
        LeftOutKind::Index,
    ] {
        assert!(kinds(&book).contains(&kind), "{kind:?}");
    }
}

#[test]
fn each_kind_can_be_read_all_the_same() {
    for (kind, word) in [
        (LeftOutKind::Cover, "COVER"),
        (LeftOutKind::Copyright, "RESERVED"),
        (LeftOutKind::Contents, "LISTED"),
        (LeftOutKind::Notes, "SECRET"),
        (LeftOutKind::Index, "INDEXED"),
    ] {
        let book = with_everything(&ReadOptions {
            include: [kind].into(),
            ..ReadOptions::default()
        });
        assert!(text(&book).contains(word), "{kind:?}");
        assert!(!kinds(&book).contains(&kind), "{kind:?}");
    }
}

#[test]
fn links_to_other_pages_are_no_text() {
    // Sphinx writes them above and below each page.
    let links =
        "<div role='navigation'><h3>MORE</h3><ul><li><a href='2.xhtml'>NEXT</a> |</li></ul></div>";
    let book = Epub::new()
        .document("1.xhtml", &(links.to_owned() + &paragraphs(3)))
        .document("2.xhtml", &paragraphs(3))
        .entry("The House", "1.xhtml")
        .entry("The Road", "2.xhtml")
        .book();
    let all = text(&book);
    assert!(!all.contains("MORE") && !all.contains("NEXT"), "{all}");
    assert_eq!(kinds(&book), [LeftOutKind::Contents]);
}

#[test]
fn labels_leave_parts_out_in_other_languages_but_never_most_of_a_book() {
    let book = Epub::new()
        .document("1.xhtml", &paragraphs(6))
        .document("2.xhtml", &paragraphs(6))
        .document("3.xhtml", "<p>GEHEIM</p>")
        .entry("Eins", "1.xhtml")
        .entry("Zwei", "2.xhtml")
        .entry("Impressum", "3.xhtml")
        .book();
    assert!(!text(&book).contains("GEHEIM"));
    let book = Epub::new()
        .document("1.xhtml", &paragraphs(6))
        .document("2.xhtml", &paragraphs(6))
        .entry("Notes", "1.xhtml")
        .entry("Index", "2.xhtml")
        .book();
    assert_eq!(text(&book).matches(SENTENCE).count(), 48);
}

#[test]
fn one_note_is_no_part_with_notes() {
    let with = |text: &str, headings: [&str; 2]| {
        let boxes = headings.map(|heading| format!("<h3>{heading}</h3><p>BOXED words.</p>"));
        let rest = "<h3>More</h3><p>Other words.</p>";
        Epub::new()
            .document("1.xhtml", text)
            .document("2.xhtml", &(text.to_owned() + &boxes.concat() + rest))
            .entry("One", "1.xhtml")
            .entry("Two", "2.xhtml")
            .book()
    };
    let boxed = |book: &Book| text(book).matches("BOXED").count();
    let english = paragraphs(6);
    assert_eq!(boxed(&with(&english, ["Note", "NOTE:"])), 2);
    assert_eq!(boxed(&with(&english, ["Note", "Notes"])), 1);
    assert_eq!(boxed(&with(&english, ["Endnotes", "Footnotes"])), 0);
    let italian = "<p>Il vecchio orologio batté ancora le ore, e nella casa silenziosa nessuno \
         era sveglio per sentirlo.</p>"
        .repeat(6);
    assert_eq!(boxed(&with(&italian, ["Note", "Note"])), 0);
    // Where the table of contents names it as well.
    let book = |text: &str| {
        Epub::new()
            .document("1.xhtml", text)
            .document("2.xhtml", text)
            .document("3.xhtml", "<p>BOXED words.</p>")
            .entry("One", "1.xhtml")
            .entry("Two", "2.xhtml")
            .entry("Note", "3.xhtml")
            .book()
    };
    assert_eq!(boxed(&book(&english)), 1);
    assert_eq!(boxed(&book(&italian)), 0);
}

#[test]
fn parts_are_known_by_a_number_and_not_by_the_word_alone() {
    // "The Book of Sand" was taken for a part, and its sections for chapters.
    let book = Epub::new()
        .document("1.xhtml", &(section("a") + &section("b")))
        .document("2.xhtml", &section("c"))
        .document("3.xhtml", &section("d"))
        .part(
            "The Book of Sand",
            "1.xhtml",
            &[("Grain", "1.xhtml#a"), ("Dune", "1.xhtml#b")],
        )
        .entry("Ulrica", "2.xhtml")
        .entry("The Disk", "3.xhtml")
        .book();
    assert_eq!(titles(&book), ["The Book of Sand", "Ulrica", "The Disk"]);
}

#[test]
fn a_number_that_is_no_heading_begins_its_chapter_all_the_same() {
    let chapters = ["I", "II", "IV", "V"].map(|number| heading(number) + &section("x"));
    // A Cyrillic letter is no reason, and a number that is not missing is text.
    let three = format!("<p>ІІІ</p><p>IX</p>{}", section("y"));
    let book = Epub::new()
        .document(
            "a.xhtml",
            &(chapters[..2].concat() + &three + &chapters[2..].concat()),
        )
        .book();
    assert_eq!(titles(&book), ["I", "II", "III", "IV", "V"]);
    assert_eq!(book.chapters[2].blocks[0].kind, BlockKind::Heading(2));
    assert_eq!(book.chapters[2].blocks[1].text, "IX");
}

#[test]
fn a_chapter_may_have_the_largest_number() {
    let chapters = ["4294967295", "7"].map(|number| heading(number) + &section("x"));
    let book = Epub::new().document("a.xhtml", &chapters.concat()).book();
    assert_eq!(titles(&book), ["4294967295", "7"]);
}

/// Stories of these names, each with sections of these labels and lengths.
fn stories(names: [&str; 3], label: fn(usize) -> String, length: usize) -> Epub {
    let mut epub = Epub::new();
    for (story, name) in names.iter().enumerate() {
        let files: Vec<String> = (1..=4).map(|at| format!("{story}-{at}.xhtml")).collect();
        for file in &files {
            epub = epub.document(file, &paragraphs(length));
        }
        let labels: Vec<String> = (1..=4).map(label).collect();
        let children: Vec<_> = labels
            .iter()
            .map(String::as_str)
            .zip(files.iter().map(String::as_str))
            .collect();
        epub = epub.part(name, &files[0], &children);
    }
    epub
}

#[test]
fn chapters_below_stories_are_chapters() {
    let names = ["The Red Moon", "The Blue Sun", "The Grey Star"];
    let chapters = |label: fn(usize) -> String, length| stories(names, label, length).book();
    let book = chapters(|at| format!("Chapter {at}"), 5);
    assert_eq!(book.chapters.len(), 12);
    assert_eq!(
        titles(&book)[..2],
        ["The Red Moon — Chapter 1", "Chapter 2"]
    );
    assert_eq!(titles(&book)[4], "The Blue Sun — Chapter 1");
    assert_eq!(chapters(|at| at.to_string(), 12).chapters.len(), 12);
    assert_eq!(chapters(|at| at.to_string(), 3).chapters.len(), 3);
    assert_eq!(chapters(|at| format!("Scene {at}"), 12).chapters.len(), 3);
    // The sections of a chapter, and of one story among others.
    let names = ["Chapter One", "Chapter Two", "Chapter Three"];
    let book = stories(names, |at| at.to_string(), 12).book();
    assert_eq!(titles(&book), names);
    let mut epub = stories(["One", "Two", "Three"], |at| at.to_string(), 12);
    for name in ["4.xhtml", "5.xhtml", "6.xhtml", "7.xhtml"] {
        epub = epub.document(name, &paragraphs(50)).entry(name, name);
    }
    assert_eq!(epub.book().chapters.len(), 7);
}

#[test]
fn chapters_below_stories_are_chapters_without_a_table_too() {
    let story = |name: &str| {
        let chapters: String = (1..=3)
            .map(|at| numbered(&format!("Chapter {at}")))
            .collect();
        format!("<h1>{name}</h1>{chapters}")
    };
    let page = ["The Red Moon", "The Blue Sun"].map(story).concat();
    let book = read_bytes("book.html", page.as_bytes()).unwrap();
    assert_eq!(
        titles(&book),
        [
            "The Red Moon — Chapter 1",
            "Chapter 2",
            "Chapter 3",
            "The Blue Sun — Chapter 1",
            "Chapter 2",
            "Chapter 3",
        ]
    );
}

#[test]
fn parts_may_have_letters() {
    for part in ["1.xhtml", ""] {
        let book = Epub::new()
            .document("1.xhtml", &section("a"))
            .document("2.xhtml", &section("b"))
            .document("3.xhtml", &section("c"))
            .document("4.xhtml", &section("d"))
            .part("Part A", part, &[("Dawn", "1.xhtml"), ("Noon", "2.xhtml")])
            .part(
                "Part B",
                &part.replace('1', "3"),
                &[("Dusk", "3.xhtml"), ("Night", "4.xhtml")],
            )
            .book();
        assert_eq!(
            titles(&book),
            ["Part A — Dawn", "Noon", "Part B — Dusk", "Night"]
        );
    }
}
