//! Integration tests of the book crate.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on fails where it stands"
)]

mod anything;
mod around_numbers;
mod chapters;
mod docx;
mod epub;
mod fictionbook;
mod fixture;
mod formats;
mod hidden;
mod hostile;
mod kindle;
mod marks;
mod mobi;
mod normalise;
mod odt;
mod packed;
mod pdf;
mod pronounced;
mod rtf;
mod same;
mod sentences;
mod skip;
mod splitting;
mod spoken_languages;
mod tables;
mod words;
