//! Ebooks as narration text: formats to [`Book`](audiotome_core::Book), blocks to sentences that
//! an engine can read.

mod calibre;
mod chapters;
mod child;
mod compose;
mod detect;
mod document;
mod docx;
mod encoding;
mod epub;
mod error;
mod fictionbook;
mod format;
mod href;
mod html;
mod markdown;
mod markup;
mod mobi;
mod normalise;
mod notation;
mod ocr;
mod odt;
mod packed;
mod pages;
mod pdf;
mod plain;
mod read;
mod role;
mod rtf;
mod sentences;
mod speakable;

pub use child::is_installed;
pub use error::BookError;
pub use normalise::{RuleName, RuleNameError, Rules, normalise};
pub use notation::{from_text, to_text};
pub use read::{ReadOptions, read};
pub use sentences::sentences;
pub use speakable::{Limits, Manner, pieces};
