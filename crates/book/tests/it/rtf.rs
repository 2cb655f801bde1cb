//! Rich Text Format.

use audiotome_core::Book;

use crate::fixture::{SENTENCE, read_bytes, text, titles};

fn book(body: &str) -> Book {
    let file = format!(
        "{{\\rtf1\\ansi\\ansicpg1252{{\\fonttbl{{\\f0\\fcharset0 Arial;}}{{\\f1\\fcharset204 Arial Cyr;}}{{\\f2\\fcharset128 Mincho;}}}}\
         {{\\stylesheet{{\\s0 Normal;}}{{\\s1\\outlinelevel0 Titre 1;}}{{\\s2 heading 2;}}}}\
         {{\\info{{\\title A T\\'e9st}}{{\\author Ada Writer}}{{\\*\\company Nobody}}}}\n{body}}}"
    );
    read_bytes("book.rtf", file.as_bytes()).unwrap()
}

fn chapter(title: &str) -> String {
    let text = format!("{{\\pard\\plain {SENTENCE} {SENTENCE}\\par}}\n").repeat(2);
    format!("{{\\pard\\s1\\b {title}\\par}}\n{text}")
}

#[test]
fn styles_make_headings_and_facts_are_not_read() {
    let book = book(&(chapter("One") + &chapter("Two")));
    assert_eq!(titles(&book), ["One", "Two"]);
    assert_eq!(book.metadata.title, "A Tést");
    assert_eq!(book.metadata.authors, ["Ada Writer"]);
    assert!(!text(&book).contains("Nobody"));
}

#[test]
fn characters_of_every_kind() {
    let body = format!(
        "\\pard Caf\\'e9 \\u8220?quoted\\u8221? \\uc2\\u233 ??t\\'e9\\uc1{{\\f1 \\'cf\\'f0\\'e8}}{{\\f2 \\'93\\'fa}} \\u55357?\\u56832?\\endash\\~end\\line next\\par {}",
        chapter("One")
    );
    let text = text(&book(&body));
    let line = "Café “quoted” étéПри日 😀–\u{A0}end\nnext";
    assert_eq!(
        text.lines()
            .take(2)
            .collect::<Vec<_>>()
            .join("\n")
            .replace("– end", "–\u{A0}end"),
        line
    );
}

#[test]
fn what_is_not_text_is_skipped() {
    let body = format!(
        "{{\\header GONE}}{{\\*\\unknown GONE}}{{\\pict\\bin4 }}}}{{{{ 00ff}}\\pard Kept{{\\super 1{{\\footnote {{\\super 1}} A note.}}}}\
         {{\\v GONE}}{{\\field{{\\*\\fldinst GONE}}{{\\fldrslt  linked}}}}.\\par {}",
        chapter("One")
    );
    let text = text(&book(&body));
    assert!(text.starts_with("Kept linked.\n"), "{text}");
    assert!(!text.contains("GONE") && !text.contains("A note"));
}

#[test]
fn rows_of_tables_are_one_line() {
    let body = format!(
        "{}\\trowd\\pard\\intbl Bern\\cell 130\\cell\\row\\pard After the table {SENTENCE}\\par",
        chapter("One")
    );
    let text = text(&book(&body));
    assert!(text.contains("\nBern, 130\nAfter the table"), "{text}");
}

#[test]
fn broken_groups_are_survived() {
    for body in [
        "{{{{",
        "}}}}}",
        "\\",
        "\\'",
        "\\u",
        "\\bin99999999 x",
        "{\\*",
    ] {
        let file = format!("{{\\rtf1 {SENTENCE}\\par {body}");
        let book = read_bytes("book.rtf", file.as_bytes()).unwrap();
        assert_eq!(text(&book).lines().next(), Some(SENTENCE), "{body}");
    }
    let deep = format!("{{\\rtf1 {}{SENTENCE}\\par", "{".repeat(200_000));
    assert!(read_bytes("book.rtf", deep.as_bytes()).is_ok());
}
