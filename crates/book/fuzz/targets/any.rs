#![no_main]

use audiotome_book_fuzz::read_as;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    read_as("book", data);
});
