//! Project Gutenberg's header, licence and credits around a text.

use audiotome_core::LeftOutKind;

use crate::document::{Document, Located};

/// Blocks after the header among which the credits stand.
const CREDITS: usize = 12;
/// Beginnings of credits, in lower case.
const CREDIT_LINES: &[&str] = &[
    "produced by",
    "e-text prepared by",
    "etext prepared by",
    "e-text produced by",
    "this etext was",
    "this ebook was",
    "transcribed by",
    "transcribed from",
    "transcriber's note",
    "transcriber’s note",
    "prepared by",
    "credits:",
    "html version by",
    "scanned by",
];

/// Marks everything up to the line that starts the text, and from the line that ends it.
pub(super) fn leave_out(documents: &mut [Document]) {
    let mut blocks: Vec<&mut Located> = documents
        .iter_mut()
        .flat_map(|document| &mut document.blocks)
        .collect();
    if !blocks.iter().any(|block| {
        block.block.text.contains("Gutenberg") || block.block.text.contains("GUTENBERG")
    }) {
        return;
    }
    let start = blocks.iter().position(|block| is_start(&block.block.text));
    let from = start.map_or(0, |at| at + 1);
    let end = blocks[from..]
        .iter()
        .position(|block| is_end(&block.block.text))
        .map(|at| at + from);
    let end = end.unwrap_or(blocks.len());
    if let Some(start) = start.filter(|start| *start < end) {
        mark(&mut blocks[..=start]);
        leave_out_credits(&mut blocks[from..end]);
    } else {
        leave_out_header_line(&mut blocks[..end.min(CREDITS)]);
    }
    mark(&mut blocks[end..]);
}

fn leave_out_credits(blocks: &mut [&mut Located]) {
    for block in blocks.iter_mut().take(CREDITS) {
        let text = block.block.text.to_lowercase();
        if CREDIT_LINES.iter().any(|line| text.starts_with(line)) || text.contains("gutenberg") {
            block.left_out = Some(LeftOutKind::Boilerplate);
        }
    }
}

fn leave_out_header_line(blocks: &mut [&mut Located]) {
    for block in blocks
        .iter_mut()
        .filter(|block| block.block.text.contains("Project Gutenberg"))
    {
        block.left_out = Some(LeftOutKind::Boilerplate);
    }
}

fn mark(blocks: &mut [&mut Located]) {
    for block in blocks {
        block.left_out = Some(LeftOutKind::Boilerplate);
    }
}

/// "*** START OF THE PROJECT GUTENBERG EBOOK …", or the end of the old small print.
fn is_start(text: &str) -> bool {
    let text = text.to_uppercase();
    text.contains("GUTENBERG") && text.contains("START OF TH") && text.contains("***")
        || text.contains("*END*THE SMALL PRINT")
        || text.contains("*END THE SMALL PRINT")
}

/// "*** END OF THE PROJECT GUTENBERG EBOOK …", or the line without stars in front of it.
fn is_end(text: &str) -> bool {
    let text = text.trim_start_matches(['*', ' ']).to_uppercase();
    text.contains("GUTENBERG")
        && (text.starts_with("END OF TH")
            || text.starts_with("END OF PROJECT GUTENBERG")
            || text.starts_with("ENDE DIESES PROJECT GUTENBERG")
            || text.starts_with("FIN DE PROJECT GUTENBERG"))
}

#[cfg(test)]
mod tests {
    use audiotome_core::{Block, BlockKind};

    use super::*;

    fn read(texts: &[&str]) -> Vec<String> {
        let blocks = texts
            .iter()
            .map(|text| Located::new(Block::new(BlockKind::Paragraph, *text)));
        let mut documents = [Document {
            blocks: blocks.collect(),
            ..Document::default()
        }];
        leave_out(&mut documents);
        let [document] = documents;
        let read = document
            .blocks
            .into_iter()
            .filter(|block| block.left_out.is_none());
        read.map(|block| block.block.text).collect()
    }

    #[test]
    fn header_credits_and_licence_go() {
        let texts = [
            "The Project Gutenberg EBook of X",
            "*** START OF THIS PROJECT GUTENBERG EBOOK X ***",
            "Produced by A. B.",
            "X",
            "Text.",
            "End of the Project Gutenberg EBook of X",
            "*** END OF THIS PROJECT GUTENBERG EBOOK X ***",
            "Licence.",
        ];
        assert_eq!(read(&texts), ["X", "Text."]);
    }

    #[test]
    fn other_books_stay_whole() {
        let texts = [
            "*** START",
            "Johannes Gutenberg was a printer.",
            "End of the story.",
        ];
        assert_eq!(read(&texts), texts);
    }
}
