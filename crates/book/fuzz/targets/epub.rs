#![no_main]

use audiotome_book_fuzz::{halves, read_as, zipped};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (page, rest) = halves(data);
    let (package, toc) = halves(rest);
    let zip = zipped(&[("mimetype", b"application/epub+zip"), ("a.opf", package), ("toc.ncx", toc), ("nav.xhtml", toc), ("a.xhtml", page)]);
    read_as("book.epub", &zip);
});
