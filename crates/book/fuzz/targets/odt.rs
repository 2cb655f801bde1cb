#![no_main]

use audiotome_book_fuzz::{halves, read_as, zipped};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (content, styles) = halves(data);
    let mimetype = b"application/vnd.oasis.opendocument.text";
    let zip = zipped(&[("mimetype", mimetype), ("content.xml", content), ("styles.xml", styles), ("meta.xml", styles)]);
    read_as("book.odt", &zip);
});
