//! EPUBs as they occur: reading order, tables of contents, metadata, covers, encodings.

use audiotome_book::ReadOptions;
use audiotome_core::{Cover, Language, LeftOutKind, Series};

use crate::fixture::{
    Epub, SENTENCE, Toc, chapter_text, heading, page, paragraphs, read_with, text, titles, zipped,
};

const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0picture";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\npicture";

/// A body whose paragraphs begin with `word`.
fn body(word: &str) -> String {
    format!("<p>{word} {SENTENCE} {SENTENCE} {SENTENCE}</p>").repeat(3)
}

fn simple() -> Epub {
    Epub::new().document("a.xhtml", &(heading("One") + &paragraphs(3)))
}

/// The first word of each block, where documents are made by [`body`]: each word once.
fn words(epub: &Epub) -> Vec<String> {
    let text = text(&epub.book());
    let mut words: Vec<String> = text
        .lines()
        .filter_map(|line| line.split(' ').next().map(str::to_owned))
        .collect();
    words.dedup();
    words
}

#[test]
fn the_spine_is_the_reading_order() {
    let epub = Epub::new()
        .manifest("<item id='c' href='c.xhtml' media-type='application/xhtml+xml'/>")
        .manifest("<item id='never' href='never.xhtml' media-type='application/xhtml+xml'/>")
        .manifest("<item id='a' href='a.xhtml' media-type='application/xhtml+xml'/>")
        .spine("<itemref idref='a'/><itemref idref='c'/>")
        .document("b.xhtml", &body("third"))
        .file("a.xhtml", page(&body("first")))
        .file("c.xhtml", page(&body("second")))
        .file("never.xhtml", page(&body("never")));
    assert_eq!(words(&epub), ["first", "second", "third"]);
}

#[test]
fn items_twice_in_the_spine_are_read_once_and_missing_ones_are_warnings() {
    let epub = simple()
        .manifest("<item id='gone' href='gone.xhtml' media-type='application/xhtml+xml'/>")
        .manifest("<item id='again' href='a.xhtml' media-type='application/xhtml+xml'/>")
        .spine("<itemref idref='a.xhtml'/><itemref idref='again'/>")
        .spine("<itemref idref='gone'/><itemref idref='unheard'/>");
    let book = epub.book();
    assert_eq!(text(&book), text(&simple().book()));
    assert_eq!(
        book.warnings,
        [
            "`OEBPS/gone.xhtml` is missing from the book",
            "the reading order names `unheard`, which the book does not list"
        ]
    );
}

#[test]
fn files_with_one_id_are_read_in_turn_with_a_warning() {
    let epub = Epub::new()
        .manifest("<item id='x' href='a.xhtml' media-type='application/xhtml+xml'/>")
        .manifest("<item id='x' href='b.xhtml' media-type='application/xhtml+xml'/>")
        .file("a.xhtml", page(&body("first")))
        .file("b.xhtml", page(&body("second")));
    let once = epub.clone().spine("<itemref idref='x'/>");
    assert_eq!(words(&once), ["first"]);
    let twice = once.spine("<itemref idref='x'/>");
    assert_eq!(words(&twice), ["first", "second"]);
    assert_eq!(
        words(&twice.clone().spine("<itemref idref='x'/>")),
        ["first", "second"]
    );
    assert_eq!(
        twice.book().warnings,
        ["the book lists several files as `x`"]
    );
}

#[test]
fn a_malformed_package_is_a_warning_and_a_whole_one_is_not() {
    let epub = simple();
    assert_eq!(epub.book().warnings, [""; 0]);
    let whole = epub.package();
    let cut = whole.replace("</package>", "");
    let bare = whole.replace("Test Book", "Tom & Jerry");
    for package in [cut, bare] {
        let book = epub.clone().file("book.opf", package).book();
        assert_eq!(text(&book), text(&epub.book()));
        let warning =
            "the package file `OEBPS/book.opf` is malformed: it is read as far as it goes";
        assert_eq!(book.warnings, [warning]);
    }
}

#[test]
fn a_document_with_a_wrong_checksum_is_read_with_a_warning() {
    let epub = simple();
    let mut bytes = epub.bytes();
    // The last entry of the zip's directory is the document's; its checksum is 16 bytes in.
    let last = bytes
        .windows(4)
        .rposition(|bytes| bytes == b"PK\x01\x02")
        .unwrap();
    bytes[last + 16] ^= 0xff;
    let book = crate::fixture::read_bytes("book.epub", &bytes).unwrap();
    assert_eq!(text(&book), text(&epub.book()));
    let warning = "`OEBPS/a.xhtml` is damaged (its checksum is wrong): it is read as it is";
    assert_eq!(book.warnings, [warning]);
}

#[test]
fn fallbacks_are_followed() {
    let epub = Epub::new()
        .manifest("<item id='s' href='s.svg' media-type='image/svg+xml' fallback='t'/>")
        .manifest("<item id='t' href='t.pdf' media-type='application/pdf' fallback='u'/>")
        .manifest("<item id='u' href='u.xhtml' media-type='application/xhtml+xml'/>")
        .spine("<itemref idref='s'/>")
        .file("u.xhtml", page(&body("text")));
    assert_eq!(words(&epub), ["text"]);
}

#[test]
fn side_documents_are_read_only_where_the_contents_name_them() {
    let epub = simple()
        .side_document("side.xhtml", &body("side"))
        .entry("One", "a.xhtml");
    let book = epub.book();
    assert!(!text(&book).contains("side"));
    assert_eq!(book.left_out[0].kind, LeftOutKind::NonLinear);
    let options = ReadOptions {
        include: [LeftOutKind::NonLinear].into(),
        ..ReadOptions::default()
    };
    let book = read_with("book.epub", &epub.bytes(), &options).unwrap();
    assert!(text(&book).contains("side"));
    let named = simple()
        .side_document("side.xhtml", &body("side"))
        .entry("One", "a.xhtml")
        .entry("Aside", "side.xhtml");
    assert_eq!(titles(&named.book()), ["One", "Aside"]);
}

#[test]
fn the_ncx_of_epub_2_makes_chapters_inside_files() {
    let inner = heading("x") + &body("one") + "<p id='two'></p>" + &body("two");
    let epub = Epub::new()
        .toc(Toc::Ncx)
        .document("a.html", &inner)
        .document("b.html", &body("three"))
        .entry("First &amp; foremost", "a.html")
        .entry("Second", "a.html#two")
        .entry("Third", "b.html#nowhere");
    let book = epub.book();
    assert_eq!(titles(&book), ["First & foremost", "Second", "Third"]);
    for (chapter, word) in book.chapters.iter().zip(["one", "two", "three"]) {
        let text = chapter_text(chapter);
        assert!(text.contains(word), "{text}");
    }
    assert!(chapter_text(&book.chapters[1]).starts_with("two"));
}

#[test]
fn the_nav_counts_before_the_ncx_and_may_point_at_anchors() {
    let inner = body("one") + "<div id='b'>" + &body("two") + "</div>";
    let epub = Epub::new()
        .document("te%20xt/ä.xhtml", &inner)
        .entry("One", "te%20xt/%C3%A4.xhtml")
        .entry("Two", "te%20xt/ä.xhtml#b")
        .file("toc.ncx", "<ncx><navMap><navPoint><navLabel><text>No</text></navLabel><content src='x'/></navPoint></navMap></ncx>");
    let mut parts = epub.parts();
    for (path, _) in &mut parts {
        *path = path.replace("%20", " ");
    }
    let book = crate::fixture::read_bytes("book.epub", &zipped(&parts)).unwrap();
    assert_eq!(titles(&book), ["One", "Two"]);
    assert!(chapter_text(&book.chapters[1]).starts_with("two"));
}

#[test]
fn without_a_table_headings_make_the_chapters() {
    let inner = heading("Dawn") + &body("one") + &heading("Dusk") + &body("two");
    let epub = Epub::new().toc(Toc::Absent).document("a.xhtml", &inner);
    assert_eq!(titles(&epub.book()), ["Dawn", "Dusk"]);
}

#[test]
fn links_into_wrong_folders_and_cases_are_found_by_name() {
    let epub = Epub::new()
        .document("Text/Chapter1.xhtml", &body("one"))
        .document("Text/Chapter2.xhtml", &body("two"))
        .entry("One", "chapter1.xhtml")
        .entry("Two", "../wrong/Chapter2.XHTML");
    assert_eq!(titles(&epub.book()), ["One", "Two"]);
}

#[test]
fn containers_and_packages_may_be_wrong_or_missing() {
    let without = |gone: &[&str], mimetype: &[u8]| {
        let mut parts = simple().parts();
        parts.retain(|(path, _)| !gone.contains(&path.as_str()));
        for (path, bytes) in &mut parts {
            if path == "mimetype" {
                *bytes = mimetype.to_vec();
            }
        }
        let book = crate::fixture::read_bytes("book.epub", &zipped(&parts)).unwrap();
        assert!(text(&book).contains(SENTENCE), "{gone:?}");
        (book.metadata.title, book.warnings)
    };
    const RIGHT: &[u8] = b"application/epub+zip";
    let test_book = |warning: &str| ("Test Book".to_owned(), vec![warning.to_owned()]);
    assert_eq!(
        without(&[], b"application/zip"),
        test_book("the file's `mimetype` is not an EPUB's")
    );
    assert_eq!(
        without(&["mimetype"], RIGHT),
        test_book("the file does not say that it is an EPUB (no `mimetype`)")
    );
    assert_eq!(
        without(&["META-INF/container.xml"], RIGHT),
        test_book("the book does not name its package file (`META-INF/container.xml`)")
    );
    assert_eq!(
        without(&["OEBPS/book.opf", "OEBPS/nav.xhtml"], RIGHT),
        (
            "book".to_owned(),
            vec!["the book does not say its reading order: its files are read by name".to_owned()]
        )
    );
}

#[test]
fn malformed_and_latin1_packages_are_read() {
    let package = simple().package().replace("Test Book", "Caf\u{e9} & Bar");
    let broken = package.replace("</package>", "").replace("</dc:title>", "");
    assert_eq!(
        simple().file("book.opf", broken).book().metadata.title,
        "Café & Bar"
    );
    let latin1: Vec<u8> = package.chars().map(|c| u8::try_from(c).unwrap()).collect();
    let declared = [&latin1[..30], &latin1[30..]].concat();
    // It says UTF-8, and is not.
    let epub = simple().file("book.opf", declared);
    assert_eq!(epub.book().metadata.title, "Café & Bar");
}

#[test]
fn documents_may_be_in_any_encoding() {
    let source = page(&format!("<p>Größe, naïve: {SENTENCE}</p>"));
    let utf16 = source.replace("utf-8", "utf-16");
    let little: Vec<u8> = utf16.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = utf16.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked = [b"\xFE\xFF".as_slice(), &big].concat();
    let latin1: Vec<u8> = source
        .replace("utf-8", "iso-8859-1")
        .chars()
        .map(|c| u8::try_from(c).unwrap())
        .collect();
    for bytes in [source.clone().into_bytes(), little, big, marked, latin1] {
        let book = Epub::new().raw_document("a.xhtml", bytes).book();
        assert_eq!(text(&book), format!("Größe, naïve: {SENTENCE}"));
    }
}

#[test]
fn self_closed_elements_swallow_nothing() {
    let document = page(&body("text")).replace(
        "<title>Page</title>",
        "<title/><script src='x.js'/><style/><iframe/><textarea/>",
    );
    let epub = Epub::new().raw_document("a.xhtml", document);
    assert_eq!(words(&epub), ["text"]);
}

#[test]
fn metadata_of_epub_3() {
    let book = Epub::with_metadata(
        "<dc:title id='s'>A Subtitle</dc:title><meta refines='#s' property='title-type'>subtitle</meta>\
         <dc:title id='t'>Main</dc:title><meta refines='#t' property='title-type'>main</meta>\
         <dc:creator id='a'>Ada</dc:creator><meta refines='#a' property='role'>ann</meta>\
         <meta refines='#a' property='role' scheme='marc:relators'>aut</meta>\
         <dc:creator>Bob</dc:creator>\
         <dc:creator id='t1'>Tom</dc:creator><meta refines='#t1' property='role'>trl</meta>\
         <dc:contributor>Nobody</dc:contributor><dc:language>en-GB</dc:language>\
         <dc:publisher>Press</dc:publisher><dc:date>1895-05-07T00:00:00Z</dc:date>\
         <dc:identifier>urn:uuid:1</dc:identifier><dc:identifier>urn:isbn:978-1-4493-2803-0</dc:identifier>\
         <dc:description>&lt;p&gt;A &lt;i&gt;blurb&lt;/i&gt;.&lt;/p&gt;</dc:description>\
         <dc:subject>Clocks</dc:subject>\
         <meta property='belongs-to-collection' id='c'>Hours</meta>\
         <meta refines='#c' property='collection-type'>series</meta>\
         <meta refines='#c' property='group-position'>2</meta>",
    )
    .document("a.xhtml", &paragraphs(2))
    .book();
    let metadata = book.metadata;
    assert_eq!(metadata.title, "Main");
    assert_eq!(metadata.subtitle.as_deref(), Some("A Subtitle"));
    assert_eq!(metadata.authors, ["Ada", "Bob"]);
    assert_eq!(metadata.language, Some(Language::new("en-GB")));
    assert_eq!(metadata.publisher.as_deref(), Some("Press"));
    assert_eq!(metadata.date.as_deref(), Some("1895-05-07"));
    assert_eq!(metadata.isbn.as_deref(), Some("9781449328030"));
    assert_eq!(metadata.description.as_deref(), Some("A blurb."));
    assert_eq!(metadata.subjects, ["Clocks"]);
    let series = Series {
        name: "Hours".to_owned(),
        position: Some("2".to_owned()),
    };
    assert_eq!(metadata.series, Some(series));
}

#[test]
fn metadata_of_epub_2_and_none_at_all() {
    let book = Epub::with_metadata(
        "<dc-metadata><dc:Title>Old</dc:Title><dc:Creator opf:role='aut' opf:file-as='X'>Ada &lt;a@example.org&gt;</dc:Creator>\
         <dc:creator opf:role='ill'>Ill</dc:creator><dc:date opf:event='conversion'>2013</dc:date>\
         <dc:date opf:event='publication'>1998</dc:date><dc:identifier opf:scheme='ISBN'>0-19-852663-X</dc:identifier></dc-metadata>\
         <meta name='calibre:series' content='S'/><meta name='calibre:series_index' content='3.0'/>",
    )
    .document("a.xhtml", &paragraphs(2))
    .book();
    assert_eq!(book.metadata.title, "Old");
    assert_eq!(book.metadata.authors, ["Ada"]);
    assert_eq!(book.metadata.date.as_deref(), Some("1998"));
    assert_eq!(book.metadata.isbn.as_deref(), Some("019852663X"));
    assert_eq!(book.metadata.series.unwrap().position.as_deref(), Some("3"));
    let bare = Epub::with_metadata("").document("a.xhtml", &paragraphs(2));
    assert_eq!(bare.book().metadata.title, "book");
    assert_eq!(bare.book().metadata.authors, [""; 0]);
}

#[test]
fn covers_are_found_in_every_place() {
    let jpeg = Cover {
        media_type: "image/jpeg".to_owned(),
        bytes: JPEG.to_vec(),
    };
    let image = |properties: &str| {
        format!("<item id='img' href='i/x.jpg' media-type='image/jpeg' {properties}/>")
    };
    let with = |epub: Epub| epub.file("i/x.jpg", JPEG).file("i/y.png", PNG).book().cover;
    let named = simple().manifest(&image("properties='cover-image'"));
    assert_eq!(with(named), Some(jpeg.clone()));
    let old = simple()
        .manifest(&image(""))
        .meta("<meta name='cover' content='img'/>");
    assert_eq!(with(old), Some(jpeg.clone()));
    let guided = simple()
        .guide("<reference type='cover' href='cv.xhtml'/>")
        .document("cv.xhtml", "<img src='i/x.jpg'/>");
    assert_eq!(with(guided), Some(jpeg.clone()));
    let first = Epub::new()
        .document("c.xhtml", "<svg><image xlink:href='i/x.jpg'/></svg>")
        .document("a.xhtml", &paragraphs(3));
    assert_eq!(with(first), Some(jpeg.clone()));
    let framed = simple()
        .manifest(
            "<item id='v' href='i/c.svg' media-type='image/svg+xml' properties='cover-image'/>",
        )
        .file("i/c.svg", "<svg><image xlink:href='x.jpg'/></svg>");
    assert_eq!(with(framed), Some(jpeg));
    // What only says that it is a picture is none.
    let lie = simple()
        .manifest("<item id='z' href='z.jpg' media-type='image/jpeg' properties='cover-image'/>")
        .file("z.jpg", "text");
    assert_eq!(with(lie), None);
}

#[test]
fn the_language_of_a_file_is_that_of_its_text() {
    let spanish =
        "<p>Hola, buenos días a todos.</p><p lang='fr'>Bonjour.</p><p lang='en'>Good day.</p>";
    let german =
        "<p>Der Regen hatte noch nicht aufgehört, und im Haus am Ende der Straße war es still.</p>";
    let file = |language: &str, text: &str| {
        format!(
            "<html xml:lang='{language}'><body>{text}{}</body></html>",
            paragraphs(1)
        )
    };
    let only =
        |language: &str, text: &str| format!("<html lang='{language}'><body>{text}</body></html>");
    let languages = |first: String, second: String| {
        let book = Epub::new()
            .document("0.xhtml", &paragraphs(20))
            .raw_document("1.xhtml", first)
            .raw_document("2.xhtml", second)
            .book();
        let blocks = book.chapters.into_iter().flat_map(|chapter| chapter.blocks);
        let languages = blocks.skip(20).map(|block| block.language);
        let tags = languages.map(|language| language.map_or(String::new(), |tag| tag.to_string()));
        tags.collect::<Vec<_>>().join(" ")
    };
    let english = only("en", "<p>Well.</p>");
    assert_eq!(languages(only("es", spanish), english.clone()), "es fr  ");
    // A template's word, which the text of the file belies, or which stands in every file.
    assert_eq!(languages(file("es", "<p>One.</p>"), english), "  ");
    assert_eq!(languages(only("es", german), only("es", german)), " ");
}
