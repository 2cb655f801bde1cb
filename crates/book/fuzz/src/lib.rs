//! What all targets share: a file of the bytes, read as a book.

use std::io::{Cursor, Write as _};

use audiotome_book::{Manner, ReadOptions, pieces, read};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Reads bytes as a book with this name. Errors are fine; each must come with a way out.
pub fn read_as(name: &str, bytes: &[u8]) {
    let folder = tempfile::tempdir_in("/dev/shm").expect("memory is writable");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("memory is writable");
    match read(&path, &ReadOptions::default()) {
        Ok(book) => {
            let language = book.metadata.language.clone().unwrap_or_else(|| "en".to_owned().into());
            assert!(!book.metadata.title.is_empty() && !book.chapters.is_empty());
            for block in book.chapters.iter().flat_map(|chapter| &chapter.blocks).take(50) {
                let _ = pieces(block, &language, &Manner::default());
            }
        }
        Err(error) => assert!(error.hint().is_some(), "{error}"),
    }
}

/// A zip file of these entries.
pub fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (path, bytes) in parts {
        zip.start_file(*path, options).expect("the names are right");
        zip.write_all(bytes).expect("memory is writable");
    }
    zip.finish().expect("memory is writable").into_inner()
}

/// The input cut in two at its first line that says so.
pub fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    let cut = data.windows(4).position(|window| window == b"\n%%\n");
    cut.map_or((data, &[]), |at| (&data[..at], &data[at + 4..]))
}
