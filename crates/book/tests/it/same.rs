//! The same book in all formats gives the same sentences.

use audiotome_book::{Manner, pieces};
use audiotome_core::{Book, Language};

use crate::fixture::{Epub, heading, read_bytes, titles, zipped};
use crate::kindle::Kindle;

/// Chapters: titles, and paragraphs of text without markup.
const CHAPTERS: [(&str, [&str; 3]); 2] = [
    (
        "The House",
        [
            "“Who is there?” asked Dr. Brown. Nobody answered, for the house had been empty since 1887.",
            "It was a long way back to the road — three miles, at least; and it rained…",
            "Café, naïve, straße: words of five shillings 6d. each, 50 % off & more < less.",
        ],
    ),
    (
        "The Road",
        [
            "He went all the same. “There is,” he thought, “no other way.”",
            "At 10.30 p.m. he saw a light; Mr. and Mrs. Smith had come to meet him with the dog.",
            "That was the end of it, or so it seemed to all of them that night in the old village.",
        ],
    ),
];

fn sentences(book: &Book) -> Vec<String> {
    let english = Language::new("en");
    let blocks = book.chapters.iter().flat_map(|chapter| &chapter.blocks);
    blocks
        .flat_map(|block| pieces(block, &english, &Manner::default()))
        .map(|piece| piece.spoken)
        .collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn body(heading: impl Fn(&str) -> String, paragraph: impl Fn(&str) -> String) -> String {
    let chapter = |(title, paragraphs): &(&str, [&str; 3])| {
        let text: String = paragraphs.iter().map(|text| paragraph(text)).collect();
        heading(title) + &text
    };
    CHAPTERS.iter().map(chapter).collect()
}

fn epub() -> Vec<u8> {
    CHAPTERS
        .iter()
        .enumerate()
        .fold(Epub::new(), |epub, (index, (title, paragraphs))| {
            let name = format!("c{index}.xhtml");
            let text: String = paragraphs
                .iter()
                .map(|text| format!("<p>{}</p>", escape(text)))
                .collect();
            epub.document(&name, &(heading(title) + &text))
                .entry(title, &name)
        })
        .bytes()
}

fn html() -> String {
    let heading = |title: &str| format!("<h2>{title}</h2>");
    body(heading, |text| format!("<p>{}</p>", escape(text)))
}

/// Two files, each a skeleton and a fragment.
fn azw3() -> Vec<u8> {
    let html = html();
    let cut = html.rfind("<h2>").unwrap();
    let mut book = Kindle::new(b"");
    let mut stream = String::new();
    for (number, part) in [&html[..cut], &html[cut..]].into_iter().enumerate() {
        let size = |length: usize| u32::try_from(length).unwrap();
        let start = stream.len();
        book.skeletons.push((
            format!("SKEL{number:010}"),
            vec![(1, vec![1]), (6, vec![size(start), 26])],
        ));
        book.fragments.push((
            format!("{:010}", start + 12),
            vec![(6, vec![0, size(part.len())])],
        ));
        stream.push_str("<html><body></body></html>");
        stream.push_str(part);
    }
    book.text = stream
        .as_bytes()
        .chunks(4_096)
        .map(<[u8]>::to_vec)
        .collect();
    book.version = 8;
    let [(one, _), (two, _)] = CHAPTERS;
    book.entry(one, 0, (6, &[0, 0]), None)
        .entry(two, 0, (6, &[1, 0]), None)
        .bytes()
}

fn docx() -> Vec<u8> {
    let paragraph = |style: &str, text: &str| {
        let text = escape(text);
        format!("<w:p><w:pPr><w:pStyle w:val='{style}'/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
    };
    let text = body(
        |title| paragraph("Heading1", title),
        |text| paragraph("Normal", text),
    );
    let document = format!("<w:document><w:body>{text}</w:body></w:document>");
    zipped(&[("word/document.xml".to_owned(), document.into_bytes())])
}

fn odt() -> Vec<u8> {
    let text = body(
        |title| format!("<text:h text:outline-level='1'>{title}</text:h>"),
        |text| format!("<text:p>{}</text:p>", escape(text)),
    );
    let content = format!(
        "<office:document-content><office:text>{text}</office:text></office:document-content>"
    );
    let mimetype = b"application/vnd.oasis.opendocument.text".to_vec();
    zipped(&[
        ("mimetype".to_owned(), mimetype),
        ("content.xml".to_owned(), content.into_bytes()),
    ])
}

fn rtf() -> String {
    let units = |text: &str| -> String {
        let unit = |unit: u16| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
            _ => format!("\\u{}?", i32::from(unit)),
        };
        text.encode_utf16().map(unit).collect()
    };
    let text = body(
        |title| format!("\\pard\\outlinelevel0 {title}\\par\n"),
        |text| format!("\\pard {}\\par\n", units(text)),
    );
    format!("{{\\rtf1\\ansi {text}}}")
}

fn fictionbook() -> String {
    let sections = body(
        |title| format!("</section><section><title><p>{title}</p></title>"),
        |text| format!("<p>{}</p>", escape(text)),
    );
    format!("<FictionBook><body><section>{sections}</section></body></FictionBook>")
}

#[test]
fn every_format_gives_the_same_sentences() {
    let place = |title: &str| u32::try_from(html().find(&format!("<h2>{title}")).unwrap()).unwrap();
    let [(one, _), (two, _)] = CHAPTERS;
    let mobi = Kindle::new(html().as_bytes())
        .entry(one, 0, (1, &[place(one)]), None)
        .entry(two, 0, (1, &[place(two)]), None)
        .bytes();
    let plain = body(
        |title| format!("\n\nCHAPTER {title}\n\n"),
        |text| format!("{text}\n\n"),
    );
    let numbered = plain
        .replace("CHAPTER The House", "CHAPTER I\n\nThe House")
        .replace("CHAPTER The Road", "CHAPTER II\n\nThe Road");
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("book.mobi", mobi),
        ("book.azw3", azw3()),
        ("book.fb2", fictionbook().into_bytes()),
        ("book.docx", docx()),
        ("book.odt", odt()),
        ("book.rtf", rtf().into_bytes()),
        (
            "book.html",
            format!("<html><body>{}</body></html>", html()).into_bytes(),
        ),
    ];
    let book = read_bytes("book.epub", &epub()).unwrap();
    let expected = sentences(&book);
    assert!(expected.len() > 10 && titles(&book) == [one, two]);
    for (name, bytes) in files {
        let book = read_bytes(name, &bytes).unwrap();
        assert_eq!(titles(&book), [one, two], "{name}");
        assert_eq!(sentences(&book), expected, "{name}");
    }
    // Plain text has no titles but those that begin with a word for a chapter.
    let book = read_bytes("book.txt", numbered.as_bytes()).unwrap();
    let read: Vec<String> = sentences(&book)
        .into_iter()
        .filter(|sentence| !sentence.contains("The House") && !sentence.contains("The Road"))
        .collect();
    let without_titles: Vec<String> = expected
        .into_iter()
        .filter(|sentence| !sentence.contains("The House") && !sentence.contains("The Road"))
        .collect();
    assert_eq!(read, without_titles);
}
