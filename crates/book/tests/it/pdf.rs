//! PDF, and scanned pages. The files are made here, in the standard font Helvetica, which every
//! reader has.

use std::fmt::Write as _;

use audiotome_book::{BookError, ReadOptions, is_installed};
use audiotome_core::{BlockKind, LeftOutKind};

use crate::fixture::{read_bytes, read_with, text, titles};

/// A line of text on a page: size, place from the left and from the bottom, words.
type Line<'a> = (u32, u32, u32, &'a str);

/// A PDF of pages of lines, with an outline of labels and page numbers.
fn pdf(pages: &[Vec<Line<'_>>], outline: &[(&str, usize)]) -> Vec<u8> {
    let first_page = 4;
    let page = |number: usize| first_page + 2 * number;
    let kids: String = (0..pages.len())
        .map(|n| format!("{} 0 R ", page(n)))
        .collect();
    let first_item = page(pages.len());
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R/Outlines {first_item} 0 R>>"),
        format!("<</Type/Pages/Kids[{kids}]/Count {}>>", pages.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
    ];
    for (number, lines) in pages.iter().enumerate() {
        let mut stream = String::new();
        for (size, left, bottom, words) in lines {
            let words = words.replace('(', "\\(").replace(')', "\\)");
            writeln!(stream, "BT /F {size} Tf {left} {bottom} Td ({words}) Tj ET").unwrap();
        }
        objects.push(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 600]/Resources<</Font<</F 3 0 R>>>>/Contents {} 0 R>>",
            page(number) + 1
        ));
        objects.push(format!(
            "<</Length {}>>stream\n{stream}endstream",
            stream.len()
        ));
    }
    let last_item = first_item + outline.len();
    objects.push(format!(
        "<</Type/Outlines/First {} 0 R/Last {last_item} 0 R/Count {}>>",
        first_item + 1,
        outline.len()
    ));
    for (number, (label, target)) in outline.iter().enumerate() {
        let at = first_item + 1 + number;
        let next = if at < last_item {
            format!("/Next {} 0 R", at + 1)
        } else {
            String::new()
        };
        objects.push(format!(
            "<</Title({label})/Parent {first_item} 0 R/Dest[{} 0 R/Fit]{next}>>",
            page(*target)
        ));
    }
    file(&objects)
}

fn file(objects: &[String]) -> Vec<u8> {
    let mut bytes = "%PDF-1.4\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in objects.iter().enumerate() {
        writeln!(table, "{:010} 00000 n ", bytes.len()).unwrap();
        write!(bytes, "{} 0 obj\n{object}\nendobj\n", number + 1).unwrap();
    }
    let at = bytes.len();
    write!(
        bytes,
        "{table}trailer<</Size {}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n",
        objects.len() + 1
    )
    .unwrap();
    // WinAnsi has one byte a character.
    bytes.chars().map(|c| u8::try_from(c).unwrap()).collect()
}

/// A page of running text in twelve points: header, lines from the top, number.
fn page<'a>(header: &'a str, number: &'a str, lines: &[&'a str]) -> Vec<Line<'a>> {
    let mut page = vec![(9, 50, 570, header), (9, 195, 20, number)];
    for (index, line) in lines.iter().enumerate() {
        let indent = if line.starts_with(' ') { 12 } else { 0 };
        let bottom = 520 - 15 * u32::try_from(index).unwrap();
        page.push((12, 50 + indent, bottom, line.trim_start()));
    }
    page
}

#[test]
fn paragraphs_are_put_together_and_what_stands_on_every_page_goes() {
    let pages = [
        page(
            "A Book",
            "1",
            &[
                " It was a long way to the house on the hill, and the won-",
                "derful old well-known road went round it three times more",
                "before it came to the gate.",
                " Nobody was there. The well-known gate was open and the",
                "path behind it was so overgrown that one could hardly see",
                "where it went, and yet somebody had gone there before the",
            ],
        ),
        page(
            "A Book",
            "2",
            &[
                "rain of the morning and left the marks of two large boots",
                "in the mud of the path.",
                " He followed them.",
            ],
        ),
        page(
            "A Book",
            "3",
            &[" The last page of the book has just one line of text on it."],
        ),
    ];
    let book = read_bytes("book.pdf", &pdf(&pages, &[])).unwrap();
    assert_eq!(
        text(&book),
        "It was a long way to the house on the hill, and the wonderful old well-known road went round it three times more before it came to the gate.\n\
         Nobody was there. The well-known gate was open and the path behind it was so overgrown that one could hardly see where it went, and yet \
         somebody had gone there before the rain of the morning and left the marks of two large boots in the mud of the path.\n\
         He followed them.\n\
         The last page of the book has just one line of text on it."
    );
}

#[test]
fn the_outline_makes_the_chapters() {
    let line = "The old clock struck again, and nobody in the house was awake.";
    let lines = ["ONE", line, line, line, line];
    let mut second = page("", "", &["TWO", line, line, line, line]);
    second.push((7, 50, 60, "1 A note at the foot of the page in small type."));
    let pages = [page("", "", &lines), second];
    let book = read_bytes("book.pdf", &pdf(&pages, &[("One", 0), ("Two", 1)])).unwrap();
    assert_eq!(titles(&book), ["One", "Two"]);
    assert!(matches!(
        book.chapters[1].blocks[0].kind,
        BlockKind::Heading(_)
    ));
    assert_eq!(book.left_out[0].kind, LeftOutKind::Notes);
}

#[test]
fn columns_are_read_one_after_the_other_and_large_type_is_a_heading() {
    let mut page = vec![(20, 50, 540, "A Title")];
    let left = [
        "The left column is read",
        "first, down to the place",
        "where it ends on the very",
    ];
    let right = [
        "last line, and then comes",
        "the right column as it is",
        "in every book on earth.",
    ];
    for (index, (left, right)) in left.iter().zip(right).enumerate() {
        let bottom = 500 - 14 * u32::try_from(index).unwrap();
        page.push((10, 50, bottom, left));
        page.push((10, 220, bottom, right));
    }
    let book = read_bytes("book.pdf", &pdf(&[page], &[])).unwrap();
    assert_eq!(
        text(&book),
        "A Title\nThe left column is read first, down to the place where it ends on the very last line, and then comes \
         the right column as it is in every book on earth."
    );
    assert_eq!(book.chapters[0].blocks[0].kind, BlockKind::Heading(1));
}

/// A column of lines from a place at the left and the bottom.
fn column(left: u32, bottom: u32, lines: &'static [&str]) -> impl Iterator<Item = Line<'static>> {
    let lines = lines.iter().zip(0..);
    lines.map(move |(line, index)| (10, left, bottom - 14 * index, *line))
}

#[test]
fn columns_with_paragraphs_side_by_side_are_read_one_after_the_other() {
    let parts: [(u32, u32, &[&str]); 4] = [
        (
            50,
            500,
            &["The left column is read", "before the right one is."],
        ),
        (
            220,
            500,
            &["And the right column is", "the second one to be so."],
        ),
        (
            50,
            460,
            &["It goes on after a space", "that parts paragraphs."],
        ),
        (
            220,
            460,
            &["Here is its second part", "and the end of the page."],
        ),
    ];
    let mut page = vec![(20, 50, 540, "A Title")];
    page.extend(
        parts
            .into_iter()
            .flat_map(|(left, bottom, lines)| column(left, bottom, lines)),
    );
    let book = read_bytes("book.pdf", &pdf(&[page], &[])).unwrap();
    assert_eq!(
        text(&book),
        "A Title\nThe left column is read before the right one is.\nIt goes on after a space that parts paragraphs.\n\
         And the right column is the second one to be so.\nHere is its second part and the end of the page."
    );
}

#[test]
fn headings_at_the_top_of_pages_are_no_running_heads() {
    let line = "The old clock struck again, and nobody in the house was awake.";
    for headings in [
        ["Chapter 1", "Chapter 2", "Chapter 3"],
        ["Chapter I", "Chapter II", "Chapter III"],
        ["1", "2", "3"],
    ] {
        let mut pages = Vec::new();
        for (heading, number) in headings
            .into_iter()
            .zip([["1", "2"], ["3", "4"], ["5", "6"]])
        {
            let mut first = page("A Book", number[0], &["", "", line, line, line]);
            first.push((16, 50, 540, heading));
            pages.extend([first, page("A Book", number[1], &[line, line, line])]);
        }
        let book = read_bytes("book.pdf", &pdf(&pages, &[])).unwrap();
        assert_eq!(titles(&book), headings);
        assert_eq!(book.chapters[1].blocks[0].text, headings[1]);
        assert_eq!(text(&book).matches("A Book").count(), 0);
        let outline: Vec<(&str, usize)> = headings.into_iter().zip([0, 2, 4]).collect();
        let book = read_bytes("book.pdf", &pdf(&pages, &outline)).unwrap();
        assert_eq!(book.chapters[2].blocks[0].text, headings[2]);
    }
}

#[test]
fn poems_and_letters_of_a_page_each_keep_their_first_lines() {
    let line = "The old clock struck again, and nobody in the house was awake.";
    let numbers = ["1", "2", "3", "4", "5", "6"];
    let sonnets = ["I", "II", "III", "IV", "V", "VI"].map(|number| format!("Sonnet {number}"));
    for firsts in [sonnets, [(); 6].map(|()| "Dear John,".to_owned())] {
        let pages = firsts.iter().zip(numbers);
        let pages = pages.map(|(first, number)| page("", number, &[first, "", line, line]));
        let pages: Vec<_> = pages.collect();
        let read = text(&read_bytes("book.pdf", &pdf(&pages, &[])).unwrap());
        for first in &firsts {
            assert_eq!(read.matches(&firsts[0][..6]).count(), 6, "{read}");
            assert!(read.contains(first), "{read}");
        }
        assert!(!read.contains('3'), "{read}");
    }
}

#[test]
fn a_large_initial_begins_its_word_and_is_no_heading() {
    let chapter = |heading: &'static str, initial: &'static str, first: &'static str| {
        vec![
            (16, 50, 540, heading),
            (36, 50, 484, initial),
            (12, 76, 500, first),
            (12, 76, 486, "all day, and the next day. It came from"),
            (12, 50, 472, "the hills with about as much of water as"),
            (12, 50, 458, "a river has, and the rest was mud and mud."),
        ]
    };
    let pages = [
        chapter("One", "R", "iver and road went on side by side"),
        chapter("Two", "A", "river is no road, they said to him"),
        chapter("Three", "A", "bout noon they came to the hill and"),
        vec![
            (16, 50, 540, "Four"),
            (30, 50, 484, "O"),
            (12, 74, 484, "nce it stood on the line, and the river"),
            (12, 50, 470, "went by, which is no great wonder there."),
        ],
    ];
    let book = read_bytes("book.pdf", &pdf(&pages, &[])).unwrap();
    assert_eq!(titles(&book), ["One", "Two", "Three", "Four"]);
    let begins = [
        "River and road went",
        "A river is no road",
        "About noon they came",
        "Once it stood on the line",
    ];
    for (chapter, begin) in book.chapters.iter().zip(begins) {
        assert_eq!(chapter.blocks.len(), 2, "{:?}", chapter.blocks);
        assert!(
            chapter.blocks[1].text.starts_with(begin),
            "{:?}",
            chapter.blocks
        );
    }
}

#[test]
fn pages_without_text_need_ocr_and_broken_files_say_so() {
    let error = read_bytes("scan.pdf", &pdf(&[Vec::new()], &[])).unwrap_err();
    assert!(matches!(error, BookError::NoText { images: true, .. }));
    assert!(error.hint().unwrap().contains("--ocr"));
    let error = read_bytes("book.pdf", b"%PDF-1.4\nnothing").unwrap_err();
    assert!(matches!(error, BookError::Child { .. }), "{error}");
    assert!(error.hint().is_some());
}

#[test]
fn a_picture_is_read_by_tesseract_on_request() {
    // The picture is made of a PDF by the same package that reads PDF.
    let folder = crate::fixture::Folder::new();
    let source = folder.file(
        "page.pdf",
        &pdf(&[page("", "", &["The old clock struck again."])], &[]),
    );
    let made = std::process::Command::new("pdftoppm")
        .args(["-r", "200", "-png", "-singlefile"])
        .args([&source, &folder.path("page")])
        .status();
    assert!(made.unwrap().success());
    let picture = std::fs::read(folder.path("page.png")).unwrap();
    let error = read_bytes("page.png", &picture).unwrap_err();
    assert!(error.hint().unwrap().contains("--ocr"), "{error}");
    let options = ReadOptions {
        ocr: true,
        ..ReadOptions::default()
    };
    let french = ReadOptions {
        language: Some(audiotome_core::Language::new("fr")),
        ..options.clone()
    };
    if let (Err(error), true) = (
        read_with("page.png", &picture, &french),
        is_installed("tesseract"),
    ) {
        assert!(error.to_string().contains("`fra`"), "{error}");
        assert!(error.hint().unwrap().contains("`tesseract-ocr-fra`"));
    }
    match read_with("page.png", &picture, &options) {
        Ok(book) => assert_eq!(text(&book), "The old clock struck again."),
        Err(error) => {
            assert!(!is_installed("tesseract"), "{error}");
            assert!(error.hint().unwrap().contains("tesseract-ocr"));
        }
    }
}

#[test]
fn what_only_calibre_reads_names_calibre() {
    let error = read_bytes("book.lit", b"ITOLITLS\x01\0\0\0broken").unwrap_err();
    assert!(error.to_string().contains("`ebook-convert`"), "{error}");
}
