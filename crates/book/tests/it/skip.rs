//! Parts that are left out because somebody said so.

use audiotome_book::ReadOptions;
use audiotome_core::{Book, LeftOutKind};

use crate::fixture::{Epub, paragraphs, read_with, text, titles};

/// A book with something of each kind, read without `skip` but with `include`.
fn read_without(skip: &[LeftOutKind], include: &[LeftOutKind]) -> Book {
    let inside = "<table><tr><th>TABLED</th><td>one</td></tr></table><pre>CODED();</pre>\
         <figure><figcaption>CAPTIONED picture</figcaption></figure>";
    let epub = Epub::new()
        .document(
            "front.xhtml",
            "<section epub:type='frontmatter'><section epub:type='dedication'><p>DEDICATED to you.</p></section>\
             <p>FRONTED by this.</p></section>",
        )
        .document("preface.xhtml", "<h2>Preface</h2><p>PREFACED by this.</p>")
        .document("1.xhtml", &("<h2>HEADED</h2>".to_owned() + &paragraphs(4) + inside))
        .document("2.xhtml", &("<h2>Other</h2>".to_owned() + &paragraphs(4)))
        .document("a.xhtml", "<h2>Appendix A: More</h2><p>APPENDED text.</p>")
        .document("g.xhtml", "<section role='doc-glossary'><p>GLOSSED words.</p></section>")
        .entry("Preface", "preface.xhtml")
        .entry("The House", "1.xhtml")
        .entry("The Road", "2.xhtml")
        .entry("Appendix A: More", "a.xhtml");
    let options = ReadOptions {
        skip: skip.iter().copied().collect(),
        include: include.iter().copied().collect(),
        ..ReadOptions::default()
    };
    read_with("book.epub", &epub.bytes(), &options).unwrap()
}

#[test]
fn each_kind_is_read_unless_it_is_skipped() {
    let all = text(&read_without(&[], &[]));
    for (kind, word) in [
        (LeftOutKind::Dedication, "DEDICATED"),
        (LeftOutKind::FrontMatter, "FRONTED"),
        (LeftOutKind::Preface, "PREFACED"),
        (LeftOutKind::Headings, "HEADED"),
        (LeftOutKind::Tables, "TABLED"),
        (LeftOutKind::Code, "CODED"),
        (LeftOutKind::Captions, "CAPTIONED"),
        (LeftOutKind::Appendix, "APPENDED"),
        (LeftOutKind::Glossary, "GLOSSED"),
    ] {
        assert!(all.contains(word), "{kind:?}");
        let book = read_without(&[kind], &[]);
        assert!(!text(&book).contains(word), "{kind:?}");
        let part = book.left_out.iter().find(|part| part.kind == kind);
        assert!(part.is_some_and(|part| part.words > 0), "{kind:?}");
        assert!(titles(&book).contains(&"The House"), "{kind:?}");
    }
}

#[test]
fn front_and_back_matter_are_all_that_belongs_to_them() {
    let book = read_without(&[LeftOutKind::FrontMatter, LeftOutKind::BackMatter], &[]);
    assert_eq!(titles(&book), ["The House", "The Road"]);
    for word in ["DEDICATED", "FRONTED", "PREFACED", "APPENDED", "GLOSSED"] {
        assert!(!text(&book).contains(word), "{word}");
    }
}

#[test]
fn what_is_included_is_not_skipped() {
    let book = read_without(&[LeftOutKind::FrontMatter], &[LeftOutKind::Preface]);
    assert!(text(&book).contains("PREFACED"));
    assert!(!text(&book).contains("FRONTED"));
    let headings = [LeftOutKind::Headings];
    assert!(text(&read_without(&headings, &headings)).contains("HEADED"));
}
