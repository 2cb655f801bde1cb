#![no_main]

use audiotome_book_fuzz::{halves, read_as, zipped};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (document, styles) = halves(data);
    let zip = zipped(&[("word/document.xml", document), ("word/styles.xml", styles), ("word/footnotes.xml", styles)]);
    read_as("book.docx", &zip);
});
