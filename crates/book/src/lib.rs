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
mod foreign;
mod format;
mod href;
mod html;
mod lexicon;
mod markdown;
mod markup;
mod mobi;
mod names;
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
mod tags;

pub use child::is_installed;
pub use error::BookError;
pub use foreign::mark_foreign;
pub use lexicon::{Lexicon, LexiconError, MOST_BYTES as MOST_LEXICON_BYTES};
pub use names::{Name, names};
pub use normalise::{RuleName, RuleNameError, Rules, normalise};
pub use notation::{from_text, to_text};
pub use read::{ReadOptions, read};
pub use sentences::sentences;
pub use speakable::{Limits, Manner, as_told, pieces};
pub use tags::written as with_tags;
