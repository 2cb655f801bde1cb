//! Mobipocket and Kindle books.

use audiotome_book::BookError;
use audiotome_core::LeftOutKind;

use crate::fixture::{SENTENCE, chapter_text, paragraphs, read_bytes, text, titles};
use crate::kindle::{Kindle, database};

/// A book of two chapters with a note, as before KF8; links and entries count bytes.
fn classic() -> Kindle {
    let one = format!(
        "<p>One<sup><a filepos=0000000000>1</a></sup></p>{}<mbp:pagebreak/>",
        paragraphs(3)
    );
    let two = format!("<p>Two é</p>{}<mbp:pagebreak/>", paragraphs(3));
    let head = "<html><head><guide></guide></head><body>";
    let note = head.len() + one.len() + two.len() + 60;
    let one = one.replace("0000000000", &format!("{note:010}"));
    let filling = " ".repeat(60);
    let page = format!("{head}{one}{two}{filling}<p>A note.</p>");
    let place = |text: &str| u32::try_from(page.find(text).unwrap()).unwrap();
    let entries = [place("<p>One"), place("<p>Two")];
    Kindle::new(page.as_bytes())
        .entry("One", 0, (1, &entries[..1]), None)
        .entry("Two é", 0, (1, &entries[1..]), None)
}

#[test]
fn places_in_bytes_are_chapters_and_notes() {
    let mut book = classic();
    book.facts = vec![
        (100, b"Ada Writer".to_vec()),
        (503, b"A Test &amp; more".to_vec()),
        (524, b"en-GB".to_vec()),
        (201, 0_u32.to_be_bytes().to_vec()),
    ];
    book.images = vec![b"\xFF\xD8\xFF\xE0".to_vec()];
    let book = read_bytes("book.mobi", &book.bytes()).unwrap();
    assert_eq!(titles(&book), ["One", "Two é"]);
    assert_eq!(book.metadata.title, "A Test & more");
    assert_eq!(book.metadata.authors, ["Ada Writer"]);
    assert_eq!(book.metadata.language.as_ref().unwrap().as_str(), "en-GB");
    assert_eq!(book.cover.as_ref().unwrap().media_type, "image/jpeg");
    assert!(chapter_text(&book.chapters[0]).starts_with("One\nThe old"));
    assert!(!text(&book).contains("A note"));
    assert_eq!(book.left_out[0].kind, LeftOutKind::Notes);
}

#[test]
fn a_file_that_is_cut_off_says_so() {
    for book in [classic(), kf8()] {
        let bytes = book.bytes();
        let whole = read_bytes("book.mobi", &bytes).unwrap();
        assert_eq!(whole.warnings, [""; 0]);
        let cut = read_bytes("book.mobi", &bytes[..bytes.len() * 3 / 4]).unwrap();
        assert!(
            cut.warnings[0].contains("ends too soon"),
            "{:?}",
            cut.warnings
        );
    }
}

#[test]
fn trailing_bytes_are_no_text() {
    let mut book = classic();
    let plain = text(&read_bytes("book.mobi", &book.bytes()).unwrap());
    book.trailers = 0b11;
    for record in &mut book.text {
        // An entry of three bytes, the last its length; then a cut character of one byte.
        record.extend_from_slice(b"\xC3\x01XY\x83");
    }
    let read = text(&read_bytes("book.mobi", &book.bytes()).unwrap());
    assert_eq!(read, plain);
}

#[test]
fn old_encodings_are_read() {
    let mut book = Kindle::new(
        format!("<p>{SENTENCE} Caf\u{1}.</p>")
            .replace('\u{1}', "?")
            .as_bytes(),
    );
    book.encoding = 1252;
    let at = book.text[0].iter().position(|byte| *byte == b'?').unwrap();
    book.text[0][at] = 0xE9;
    let read = text(&read_bytes("book.mobi", &book.bytes()).unwrap());
    assert_eq!(read, format!("{SENTENCE} Café."));
}

/// Codes of eight bits for 256 phrases; the first is made of others.
fn codes(phrases: &[(&[u8], bool)]) -> Vec<Vec<u8>> {
    let mut huff = b"HUFF\0\0\0\x18".to_vec();
    huff.extend_from_slice(&24_u32.to_be_bytes());
    huff.extend_from_slice(&(24 + 256 * 4_u32).to_be_bytes());
    huff.resize(24, 0);
    huff.extend(std::iter::repeat_n(0x0000_FF88_u32.to_be_bytes(), 256).flatten());
    huff.extend([0; 64 * 4]);
    let mut cdic = b"CDIC\0\0\0\x10".to_vec();
    cdic.extend_from_slice(&u32::try_from(phrases.len()).unwrap().to_be_bytes());
    cdic.extend_from_slice(&8_u32.to_be_bytes());
    let mut at = phrases.len() * 2;
    for (bytes, _) in phrases {
        cdic.extend_from_slice(&u16::try_from(at).unwrap().to_be_bytes());
        at += 2 + bytes.len();
    }
    for (bytes, is_text) in phrases {
        let flag = if *is_text { 0x8000 } else { 0 };
        cdic.extend_from_slice(&(u16::try_from(bytes.len()).unwrap() | flag).to_be_bytes());
        cdic.extend_from_slice(bytes);
    }
    vec![huff, cdic]
}

#[test]
fn phrases_of_codes_are_unpacked_and_never_endless() {
    let sentence = format!("<p>{SENTENCE}</p>");
    // Phrase n has the code 255 - n.
    let mut book = Kindle::new(&[255, 254, 253]);
    book.compression = 17_480;
    book.codes = codes(&[
        (sentence.as_bytes(), true),
        (b"\xFF\xFF", false),
        (b"\xFC\xFD\xFF", false),
        (b"\xFC\xFD", false),
    ]);
    let read = text(&read_bytes("book.mobi", &book.bytes()).unwrap());
    assert_eq!(read, [SENTENCE; 4].join("\n"));
}

/// A book of two files whose text was taken out as fragments.
fn kf8() -> Kindle {
    let (head, tail) = ("<html><body>", "</body></html>");
    let one = format!(
        "<h1>One</h1>{}<p><a href=\"kindle:pos:fid:0001:off:0000000000\">Two</a></p>",
        paragraphs(2)
    );
    let two = format!("<h1>Two</h1>{}", paragraphs(2));
    let skeleton = head.len() + tail.len();
    let mut stream = Vec::new();
    let mut book = Kindle::new(b"");
    for (number, fragment) in [&one, &two].into_iter().enumerate() {
        let start = stream.len();
        let size = |length: usize| u32::try_from(length).unwrap();
        book.skeletons.push((
            format!("SKEL{number:010}"),
            vec![(1, vec![1]), (6, vec![size(start), size(skeleton)])],
        ));
        book.fragments.push((
            format!("{:010}", start + head.len()),
            vec![(6, vec![0, size(fragment.len())])],
        ));
        stream.extend_from_slice(format!("{head}{tail}{fragment}").as_bytes());
    }
    book.text = stream.chunks(4_096).map(<[u8]>::to_vec).collect();
    book.version = 8;
    book.entry("One", 0, (6, &[0, 0]), None)
        .entry("Two", 0, (6, &[1, 0]), None)
}

#[test]
fn skeletons_and_fragments_are_put_together() {
    let book = read_bytes("book.azw3", &kf8().bytes()).unwrap();
    assert_eq!(titles(&book), ["One", "Two"]);
    assert_eq!(book.chapters[0].blocks.len(), 4);
    assert!(text(&book).starts_with("One\nThe old"));
}

#[test]
fn of_two_books_in_a_file_the_new_one_is_read() {
    let mut records =
        Kindle::new(b"<p>The old text of the old book is not read.</p>").records(Some(4));
    records.resize(3, Vec::new());
    records.push(b"BOUNDARY".to_vec());
    records.extend(kf8().records(None));
    let book = read_bytes("book.mobi", &database(&records)).unwrap();
    assert_eq!(titles(&book), ["One", "Two"]);
}

#[test]
fn locks_are_named() {
    let mut book = classic();
    book.encryption = 2;
    let error = read_bytes("book.azw", &book.bytes()).unwrap_err();
    assert!(matches!(error, BookError::Drm { .. }), "{error}");
}

#[test]
fn every_broken_byte_is_survived() {
    for bytes in [classic().bytes(), kf8().bytes()] {
        for at in (0..bytes.len()).step_by(11) {
            for flip in [0xFF, 0x81] {
                let mut broken = bytes.clone();
                broken[at] ^= flip;
                if let Err(error) = read_bytes("book.mobi", &broken) {
                    assert!(error.hint().is_some(), "byte {at}: `{error}`");
                }
            }
        }
        for length in (0..bytes.len()).step_by(97) {
            let _ = read_bytes("book.mobi", &bytes[..length]);
        }
    }
}
