//! Where the rules come from by which words are said.

use std::path::PathBuf;

use clap::Args;

/// Rules by which words are said.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading")]
pub(crate) struct LexiconArgs {
    /// How words are said, as `word -> spoken form` or `word -> [IPA]`, a rule a line; or a W3C lexicon
    /// (PLS). Repeat for more: the later ones count for more, and all of them for more than
    /// `audiotome.lexicon` in the data folder and beside the book, and than `BOOK.lexicon`
    #[arg(
        long,
        env = "AUDIOTOME_LEXICON",
        value_name = "FILE",
        value_delimiter = ','
    )]
    pub(crate) lexicon: Vec<PathBuf>,
}
