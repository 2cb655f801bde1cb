//! Files that are broken, locked, huge or no books at all: each gives one clear error, or a book
//! with warnings; never a panic, and never minutes or gigabytes.

use std::time::Duration;

use audiotome_book::{BookError, ReadOptions, read};

use crate::fixture::{
    Epub, Folder, SENTENCE, Toc, cpu_time, heading, page, paragraphs, read_bytes, text, titles,
    zipped,
};

/// CPU time for one file here, where nothing is optimised; the tests' files take a second or two.
const PATIENCE: Duration = Duration::from_secs(20);

fn in_time(start: Duration) {
    let took = cpu_time() - start;
    assert!(took < PATIENCE, "took {took:?}");
}

fn simple() -> Epub {
    Epub::new().document("a.xhtml", &(heading("One") + &paragraphs(3)))
}

/// The message of what can't be read; it comes with a way out.
fn refused(name: &str, bytes: &[u8]) -> String {
    let start = cpu_time();
    let error = read_bytes(name, bytes).unwrap_err();
    in_time(start);
    assert!(error.hint().is_some(), "`{error}` has no hint");
    error.to_string()
}

/// A book whose only document has this body, read in time.
fn survived(body: &str) -> String {
    let start = cpu_time();
    let book = Epub::new().document("a.xhtml", body).book();
    in_time(start);
    text(&book)
}

#[test]
fn what_is_no_ebook_is_named() {
    let cases: [(&str, &[u8], &str); 6] = [
        (
            "a.epub",
            b"",
            "`a.epub` is not an ebook: it is an empty file",
        ),
        (
            "a.epub",
            b"\x89PNG\r\n\x1a\n\0\0\0",
            "`a.epub` is not an ebook: it is a PNG image",
        ),
        (
            "a.txt",
            b"\x01\x02\0\0\x03\x04\0\x05",
            "`a.txt` is not an ebook: it is binary data",
        ),
        (
            "a.epub",
            b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            "`a.epub` is not an ebook: it is an empty zip file",
        ),
        (
            "a.epub",
            b"PK\x03\x04",
            "`a.epub` is damaged: the zip file is cut off or broken",
        ),
        ("a.txt", b" \n\n ", "`a.txt` has no readable text"),
    ];
    for (name, bytes, message) in cases {
        assert_eq!(refused(name, bytes), message);
    }
    let zip = zipped(&[("notes.bin".to_owned(), vec![1, 2, 3])]);
    assert_eq!(
        refused("a.epub", &zip),
        "`a.epub` is not an ebook: it is a zip file without any text document"
    );
}

#[test]
fn folders_pipes_and_missing_files_are_errors_at_once() {
    let folder = Folder::new();
    let refused = |name: &str| {
        let error = read(&folder.path(name), &ReadOptions::default()).unwrap_err();
        assert!(error.hint().is_some(), "`{error}` has no hint");
        error
    };
    std::fs::create_dir(folder.path("a.epub")).unwrap();
    let error = refused("a.epub").to_string();
    assert_eq!(error, "`a.epub` is not an ebook: it is a folder");
    assert!(matches!(refused("none.epub"), BookError::Io { .. }));
    // Opening a pipe that nobody writes to would wait for ever.
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path("pipe.epub"))
        .status();
    if made.is_ok_and(|status| status.success()) {
        let error = refused("pipe.epub").to_string();
        assert_eq!(error, "`pipe.epub` is not an ebook: it is a device or pipe");
    }
}

#[test]
fn cut_zip_files_are_damaged_wherever_they_are_cut() {
    let bytes = simple().bytes();
    for length in [30, bytes.len() / 2, bytes.len() - 30, bytes.len() - 1] {
        assert!(refused("a.epub", &bytes[..length]).starts_with("`a.epub` is damaged"));
    }
}

#[test]
fn every_single_broken_byte_is_survived() {
    let bytes = simple().bytes();
    for at in (0..bytes.len()).step_by(7) {
        let mut broken = bytes.clone();
        broken[at] ^= 0x55;
        if let Err(error) = read_bytes("a.epub", &broken) {
            assert!(error.hint().is_some(), "byte {at}: `{error}`");
        }
    }
}

#[test]
fn books_without_text_say_why() {
    let images = Epub::new()
        .document("a.xhtml", "<img src='a.jpg'/>")
        .manifest("<item id='i' href='a.jpg' media-type='image/jpeg'/>")
        .file("a.jpg", *b"\xFF\xD8\xFF\xE0");
    assert_eq!(
        refused("a.epub", &images.bytes()),
        "`a.epub` has no readable text (images only: needs OCR)"
    );
    let missing = Epub::new()
        .manifest("<item id='a' href='a.xhtml' media-type='application/xhtml+xml'/>")
        .spine("<itemref idref='a'/>");
    assert_eq!(
        refused("a.epub", &missing.bytes()),
        "`a.epub` is damaged: none of its text can be read (`OEBPS/a.xhtml` is missing from the book)"
    );
    let ciphertext: Vec<u8> = (0..5_000_u32)
        .map(|i| i.wrapping_mul(2_654_435_761).to_be_bytes()[1])
        .collect();
    let garbage = Epub::new().raw_document("a.xhtml", ciphertext);
    assert!(refused("a.epub", &garbage.bytes()).contains("`OEBPS/a.xhtml` is not text"));
}

fn encryption(algorithm: &str, path: &str) -> String {
    format!(
        "<encryption><enc:EncryptedData><enc:EncryptionMethod Algorithm='{algorithm}'/>\
         <ds:KeyInfo><enc:EncryptionMethod Algorithm='http://www.idpf.org/2008/embedding'/></ds:KeyInfo>\
         <enc:CipherData><enc:CipherReference URI='{path}'/></enc:CipherData></enc:EncryptedData></encryption>"
    )
}

#[test]
fn locks_are_named_and_garbled_fonts_are_none() {
    const AES: &str = "http://www.w3.org/2001/04/xmlenc#aes128-cbc";
    let locked = |algorithm: &str, path: &str| {
        simple().root_file("META-INF/encryption.xml", encryption(algorithm, path))
    };
    let text = locked(AES, "OEBPS/a.xhtml");
    assert_eq!(
        refused("a.epub", &text.bytes()),
        "`a.epub` is locked with DRM (an unknown scheme): its text is encrypted"
    );
    for (trace, scheme) in [
        ("META-INF/rights.xml", "Adobe ADEPT"),
        ("META-INF/license.lcpl", "Readium LCP"),
        ("META-INF/sinf.xml", "Apple FairPlay"),
    ] {
        let bytes = text.clone().root_file(trace, "<x/>").bytes();
        assert!(refused("a.epub", &bytes).contains(scheme));
    }
    let font = locked("http://www.idpf.org/2008/embedding", "OEBPS/f.otf");
    assert_eq!(titles(&font.book()), ["One"]);
    // A locked picture leaves the text readable.
    assert_eq!(titles(&locked(AES, "OEBPS/map.jpg").book()), ["One"]);
}

#[test]
fn paths_never_leave_the_book() {
    let folder = Folder::new();
    let outside = folder.file("outside.xhtml", page(&paragraphs(3)).as_bytes());
    let outside = outside.to_str().unwrap();
    let climb = "../".repeat(20);
    let item = |href: &str| {
        simple().manifest(&format!(
            "<item id='x' href='{href}' media-type='application/xhtml+xml'/>"
        ))
    };
    for href in [
        outside.to_owned(),
        format!("{climb}{outside}"),
        format!("file://{outside}"),
    ] {
        let book = item(&href).spine("<itemref idref='x'/>").book();
        assert_eq!(titles(&book), ["One"], "{href}");
        assert_eq!(book.warnings.len(), 1, "{href}");
    }
    // A name that climbs is a name like any other.
    let inside = item("../../../evil.xhtml")
        .spine("<itemref idref='x'/>")
        .root_file("../../../evil.xhtml", page(&paragraphs(1)));
    assert!(text(&inside.book()).len() > text(&simple().book()).len() + 300);
    assert!(!folder.path("evil.xhtml").exists());
}

#[test]
fn zip_bombs_are_too_large() {
    let bomb = vec![b'a'; 49 << 20];
    let bytes = Epub::new().raw_document("a.xhtml", bomb).bytes();
    assert!(bytes.len() < 1 << 20, "not much of a bomb");
    assert_eq!(
        refused("a.epub", &bytes),
        "`a.epub` is too large: `OEBPS/a.xhtml` inside it is over 48 MiB unpacked"
    );
}

#[test]
fn many_files_below_the_limit_are_too_large_together() {
    let mut epub = Epub::new();
    for index in 0..6 {
        epub = epub.raw_document(&format!("{index}.xhtml"), vec![1; 45 << 20]);
    }
    assert_eq!(
        refused("a.epub", &epub.bytes()),
        "`a.epub` is too large: its files are over 256 MiB unpacked"
    );
}

#[test]
fn books_of_too_many_files_are_too_large() {
    let mut parts = simple().parts();
    parts.extend((0..20_000).map(|i| (format!("x/{i}"), Vec::new())));
    assert_eq!(
        refused("a.epub", &zipped(&parts)),
        "`a.epub` is too large: it has over 20000 files inside"
    );
    let mut parts = simple().parts();
    parts.extend((0..5_000).map(|i| (format!("x/{i}"), Vec::new())));
    assert_eq!(
        titles(&read_bytes("a.epub", &zipped(&parts)).unwrap()),
        ["One"]
    );
}

#[test]
fn texts_of_too_many_paragraphs_are_too_large() {
    let many = [
        ("a.html", format!("<html>{}", "a</p>".repeat(400_002))),
        ("a.txt", "a\n".repeat(1_000_001)),
        ("a.md", "*a".repeat(2_000_001)),
    ];
    for (name, content) in many {
        let message = refused(name, content.as_bytes());
        assert!(message.contains("is too large: it has over"), "{message}");
    }
}

#[test]
fn entities_of_a_documents_own_are_not_expanded() {
    let mut bomb = "<!DOCTYPE x [<!ENTITY e0 'lol'>".to_owned();
    for level in 1..12 {
        let before = format!("&e{};", level - 1).repeat(10);
        bomb.push_str(&format!("<!ENTITY e{level} '{before}'>"));
    }
    bomb.push_str("<!ENTITY file SYSTEM 'file:///etc/passwd'>]>");
    let document = page(&format!("<p>&e11; &file; {SENTENCE}</p>"));
    let document = document.replacen("<html", &format!("{bomb}<html"), 1);
    let package = Epub::new().document("a.xhtml", "").package();
    let package = package
        .replacen("<package", &format!("{bomb}<package"), 1)
        .replace("Test Book", "Test &e11;");
    let epub = Epub::new()
        .raw_document("a.xhtml", document)
        .file("book.opf", package);
    let book = epub.book();
    assert_eq!(book.metadata.title, "Test &e11;");
    assert_eq!(text(&book), format!("&e11; &file; {SENTENCE}"));
}

#[test]
fn depth_and_endless_tags_take_linear_time() {
    for tag in ["div", "b", "li", "table><tr><td", "a", "font", "p"] {
        let body = format!("<{tag}>").repeat(100_000) + SENTENCE;
        assert!(survived(&body).contains(SENTENCE), "{tag}");
    }
    let closed = "<div>".repeat(100_000) + SENTENCE + &"</div>".repeat(100_000);
    assert_eq!(survived(&closed), SENTENCE);
    let misnested = "<a><b><i><p></a>".repeat(25_000) + SENTENCE;
    assert_eq!(survived(&misnested), SENTENCE);
    let attributes: String = (0..500_000).map(|i| format!(" a{i}='>'")).collect();
    let body = format!("<!-- <p a=' --><p{attributes}>{SENTENCE}</p>");
    assert_eq!(survived(&body), SENTENCE);
}

#[test]
fn endless_attributes_and_columns_are_cut() {
    let classes = "a ".repeat(1 << 20);
    assert_eq!(
        survived(&format!("<p class='{classes}'>{SENTENCE}</p>")),
        SENTENCE
    );
    let header = format!("<tr>{}</tr>", "<th colspan='100'>head</th>".repeat(10_000));
    let row = "<tr><td>one</td><td>two</td></tr>";
    let text = survived(&format!("<table>{header}{row}</table>"));
    assert_eq!(text, "head: one; head: two");
}

#[test]
fn endless_tables_of_contents_take_linear_time() {
    let start = cpu_time();
    let mut epub = simple();
    for _ in 0..10_000 {
        epub = epub.entry(&"label ".repeat(300), "a.xhtml");
    }
    assert_eq!(epub.book().chapters.len(), 1);
    let deep = "<ol><li><a href='a.xhtml'>x</a>".repeat(50_000);
    let nav = page(&format!("<nav epub:type='toc'>{deep}</nav>"));
    assert_eq!(simple().file("nav.xhtml", nav).book().chapters.len(), 1);
    let ncx = "<navPoint><navLabel><text>x</text></navLabel><content src='a.xhtml'/>";
    let ncx = format!("<ncx><navMap>{}", ncx.repeat(50_000));
    let epub = simple().toc(Toc::Ncx).file("toc.ncx", ncx);
    assert_eq!(epub.book().chapters.len(), 1);
    in_time(start);
}

#[test]
fn single_endless_lines_are_read_or_refused() {
    let line = SENTENCE.repeat((9 << 20) / SENTENCE.len());
    assert!(refused("a.txt", line.as_bytes()).contains("a line of over 8 MiB"));
    let long = vec![b'a'; (32 << 20) + 1];
    for name in ["a.txt", "a.md"] {
        assert!(refused(name, &long).contains("a text of over 32 MiB"));
    }
    for (name, start) in [("a.html", "<html><p>"), ("a.md", "")] {
        let book = read_bytes(name, (start.to_owned() + &line).as_bytes()).unwrap();
        assert_eq!(text(&book).len(), line.len(), "{name}");
    }
}

#[test]
fn a_paragraph_as_long_as_a_library_is_refused_in_html_too() {
    let line = "<p>".to_owned() + &SENTENCE.repeat((17 << 20) / SENTENCE.len());
    assert!(refused("a.html", line.as_bytes()).contains("a paragraph of over 16 MiB"));
    let epub = Epub::new().document("a.xhtml", &line);
    assert!(refused("a.epub", &epub.bytes()).contains("a paragraph of over 16 MiB"));
}

/// Whether the book says that the end of its file is missing.
fn is_told(name: &str, bytes: &[u8]) -> bool {
    let book = read_bytes(name, bytes).unwrap();
    book.warnings.iter().any(|w| w.contains("ends too soon"))
}

#[test]
fn a_file_that_is_cut_off_says_so() {
    let text = format!("<p>{}</p>", [SENTENCE; 8].join("</p><p>"));
    for (name, whole) in [
        (
            "a.fb2",
            format!("<FictionBook><body><section>{text}</section></body></FictionBook>\n"),
        ),
        (
            "b.fb2",
            format!("<FictionBook><body><section>{text}</section></body></FictionBook ><!-- a -->"),
        ),
        ("a.html", format!("<html><body>{text}</BODY></html>")),
        (
            "a.rtf",
            format!("{{\\rtf1 {{\\par {}}}}}", [SENTENCE; 8].join(" ")),
        ),
    ] {
        assert!(!is_told(name, whole.as_bytes()), "{name}");
        assert!(
            is_told(name, &whole.as_bytes()[..whole.len() * 3 / 4]),
            "{name}"
        );
    }
    assert!(!is_told("b.html", text.as_bytes()), "a piece has no end");
}

#[test]
fn endless_ids_links_spans_and_style_sheets_take_linear_time() {
    let ids = "<a id='i' href='#i'>x<a href='#i'>1</a></a>";
    let wrapped = format!("<div id='{}'>", "x".repeat(90)).repeat(400);
    let spans = "<tr><td rowspan='1000'>a<td rowspan='1000'>b<td>c</tr>";
    let css = ".a{display:none}x>.b{display:block}/**/@media{";
    for (head, part) in [
        (String::new(), ids),
        (wrapped, ids),
        ("<table>".to_owned(), spans),
        ("<style>".to_owned(), css),
        (
            "<style>.a{display:none}</style>".to_owned(),
            "<p class='a b'>x<sup>1</sup>/",
        ),
    ] {
        let page = |count: usize| format!("{head}{}", part.repeat(count));
        let time = |page: String| {
            let start = cpu_time();
            let _ = read_bytes("a.html", page.as_bytes());
            cpu_time() - start
        };
        let (small, large) = (time(page(2_000)), time(page(16_000)));
        let most = small * 16 + Duration::from_millis(500);
        assert!(large < most, "{part}: {small:?}, then {large:?}");
    }
}

#[test]
fn rows_and_back_links_take_linear_time() {
    let page = |count: usize| {
        let links = "<p id='n'>A word.<a href='#r'>↩</a></p>".repeat(count);
        let rows = "<tr><td>a</td><td>b</td></tr>".repeat(count);
        let heads = "<table><tr><th>a</th><th>b</th></tr></table>".repeat(count);
        format!("{links}<table>{rows}</table>{heads}")
    };
    let time = |page: String| {
        let start = cpu_time();
        let _ = read_bytes("a.html", page.as_bytes());
        cpu_time() - start
    };
    let (small, large) = (time(page(1_000)), time(page(8_000)));
    let most = small * 16 + Duration::from_millis(200);
    assert!(large < most, "{small:?}, then {large:?}");
}
