//! Any bytes are a book or an error with a way out.

use proptest::prelude::*;

use crate::fixture::{read_bytes, zipped};
use crate::kindle::Kindle;

/// Pieces that the readers look for, in any order, with anything between them.
fn pieces(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(of).prop_map(str::to_owned),
        1 => "[a-zé0-9 <>&;{}\\\\'\"=/#\n]{0,12}",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn survive(name: &str, bytes: &[u8]) {
    if let Err(error) = read_bytes(name, bytes) {
        assert!(error.hint().is_some(), "`{error}` has no hint");
    }
}

const RTF: &[&str] = &[
    "{",
    "}",
    "\\par ",
    "\\u8220?",
    "\\'e9",
    "{\\footnote ",
    "{\\*\\x ",
    "\\cell",
    "\\row ",
    "\\super ",
    "{\\stylesheet{\\s1 heading 1;}}",
    "\\s1 ",
    "{\\info{\\title ",
    "\\uc3 ",
    "\\bin9 ",
    "{\\fonttbl{\\f1\\fcharset128 x;}}",
    "\\f1 ",
    "\\u-10179?",
    "word ",
];
const FB2: &[&str] = &[
    "<body>",
    "</body>",
    "<body name='notes'>",
    "<section>",
    "</section>",
    "<title>",
    "</title>",
    "<p>",
    "</p>",
    "<poem>",
    "<stanza>",
    "<v>",
    "</v>",
    "<a href='#x'>",
    "</a>",
    "<empty-line/>",
    "<description>",
    "<title-info>",
    "<author>",
    "<binary id='x'>",
    "<image href='#x'/>",
    "word ",
    "&amp;",
    "<table><tr><td>",
];
const DOCX: &[&str] = &[
    "<w:p>",
    "</w:p>",
    "<w:r>",
    "</w:r>",
    "<w:t>",
    "</w:t>",
    "<w:tbl>",
    "<w:tr>",
    "<w:tc>",
    "</w:tc>",
    "</w:tr>",
    "</w:tbl>",
    "<w:footnoteReference w:id='2'/>",
    "<w:txbxContent>",
    "</w:txbxContent>",
    "<w:del>",
    "</w:del>",
    "word ",
    "<w:pPr><w:pStyle w:val='Heading1'/></w:pPr>",
    "<w:hyperlink w:anchor='x'>",
    "<w:br/>",
];
const ODT: &[&str] = &[
    "<text:p>",
    "</text:p>",
    "<text:h>",
    "</text:h>",
    "<text:note>",
    "</text:note>",
    "<draw:text-box>",
    "</draw:text-box>",
    "<text:list>",
    "<text:list-item>",
    "</text:list>",
    "<table:table>",
    "<table:table-row>",
    "<table:table-cell>",
    "word ",
    "<text:s/>",
    "<text:span>",
    "</text:span>",
    "</office:text>",
    "<svg:desc>",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rtf(text in pieces(RTF)) {
        survive("a.rtf", format!("{{\\rtf1 {text}").as_bytes());
    }

    #[test]
    fn fictionbook(text in pieces(FB2)) {
        survive("a.fb2", format!("<FictionBook>{text}").as_bytes());
    }

    #[test]
    fn docx(text in pieces(DOCX), notes in pieces(DOCX)) {
        let parts = [("word/document.xml", text), ("word/footnotes.xml", notes)];
        survive("a.docx", &zipped(&parts.map(|(path, text)| (path.to_owned(), text.into_bytes()))));
    }

    #[test]
    fn odt(text in pieces(ODT)) {
        let parts = [
            ("mimetype", "application/vnd.oasis.opendocument.text".to_owned()),
            ("content.xml", format!("<office:text>{text}")),
        ];
        survive("a.odt", &zipped(&parts.map(|(path, text)| (path.to_owned(), text.into_bytes()))));
    }

    #[test]
    fn mobi(
        text in prop::collection::vec(any::<u8>(), 0..2_000),
        compression in prop::sample::select(vec![0_u16, 1, 2, 17_480]),
        version in prop::sample::select(vec![6_u32, 8]),
        trailers in 0_u32..8,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let mut book = Kindle::new(&text).entry("One", 0, (1, &[3]), None).entry("Two", 1, (6, &[0, 9]), Some(0));
        book.fragments.push(("0000000005".to_owned(), vec![(6, vec![0, 50])]));
        book.skeletons.push(("SKEL".to_owned(), vec![(1, vec![1]), (6, vec![0, 20])]));
        book.codes = vec![text.clone(), text.clone()];
        (book.compression, book.version, book.trailers) = (compression, version, trailers);
        let mut bytes = book.bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        survive("a.mobi", &bytes);
    }

    #[test]
    fn anything(start in prop::sample::select(vec!["", "%PDF", "PK\x03\x04", "<html>", "# A\n", "---\n"]), bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        // No program is started for what begins like a PDF but is none.
        prop_assume!(!start.starts_with("%PDF-"));
        survive("a", &[start.as_bytes(), &bytes].concat());
    }
}
