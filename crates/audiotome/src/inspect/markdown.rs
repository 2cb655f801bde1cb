//! The narration as Markdown, to be edited and read again: `inspect --text BOOK > book.md`.

use std::io::{self, Write};

use audiotome_book::with_tags;
use audiotome_core::{Block, BlockKind, Book, Chapter, Language};

/// Writes the chapters with what is known of the book in front. Read again, they give the same
/// chapters and the same text.
pub(super) fn write<'c>(
    out: &mut impl Write,
    book: &Book,
    language: &Language,
    chapters: impl Iterator<Item = &'c Chapter>,
) -> io::Result<()> {
    let metadata = &book.metadata;
    writeln!(out, "---\ntitle: {}", one_line(&metadata.title))?;
    for author in &metadata.authors {
        writeln!(out, "author: {}", one_line(author))?;
    }
    if !language.is_undetermined() {
        writeln!(out, "language: {language}")?;
    }
    writeln!(out, "---")?;
    for chapter in chapters {
        write_chapter(out, chapter)?;
    }
    Ok(())
}

fn write_chapter(out: &mut impl Write, chapter: &Chapter) -> io::Result<()> {
    let is_title = |block: &&Block| {
        matches!(block.kind, BlockKind::Heading(_))
            && block.text.replace('\n', ": ") == chapter.title
    };
    let blocks = with_tags(&chapter.blocks);
    let heading = blocks.first().filter(is_title);
    // A title that is not spoken is a remark, which the reader of Markdown knows.
    match heading {
        Some(heading) => writeln!(out, "\n# {}", lines(&heading.text, "<br>"))?,
        None => {
            let title = one_line(&chapter.title).replace("--", "—");
            writeln!(out, "\n<!-- chapter: {title} -->")?;
        }
    }
    for block in &blocks[usize::from(heading.is_some())..] {
        writeln!(out)?;
        match &block.language {
            Some(language) => {
                writeln!(out, "<div lang=\"{language}\">\n")?;
                write_block(out, block)?;
                writeln!(out, "\n</div>")?;
            }
            None => write_block(out, block)?,
        }
    }
    Ok(())
}

fn write_block(out: &mut impl Write, block: &Block) -> io::Result<()> {
    let text = lines(&block.text, "\\\n");
    match block.kind {
        BlockKind::Heading(level) => {
            let marks = "#".repeat(usize::from(level.clamp(2, 6)));
            writeln!(out, "{marks} {}", lines(&block.text, "<br>"))
        }
        BlockKind::Paragraph => writeln!(out, "{text}"),
        BlockKind::Verse => writeln!(out, "<div class=\"verse\">\n\n{text}\n\n</div>"),
        BlockKind::ListItem => writeln!(out, "- {}", lines(&block.text, "\\\n  ")),
        BlockKind::SceneBreak => writeln!(out, "* * *"),
    }
}

fn lines(text: &str, between: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(escape).collect();
    lines.join(between)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text that Markdown takes for nothing but text.
fn escape(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut before = None;
    for (at, c) in line.char_indices() {
        let next = line[at + c.len_utf8()..].chars().next();
        let numbers_list = matches!(c, '.' | ')') && line[..at].chars().all(|c| c.is_ascii_digit());
        let marks = match c {
            // Quotes and dots would be made typographic.
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&' | '|' | '~' | '^' | '$' | '"' | '\'' => {
                true
            }
            '.' => next == Some('.') || before == Some('.') || numbers_list,
            '-' => next == Some('-') || before == Some('-') || at == 0,
            '#' | '>' | '+' | '=' | ':' | '%' => at == 0,
            ')' => numbers_list,
            _ => false,
        };
        if c == '{' {
            // In headings it would begin attributes.
            out.push_str("&#123;");
            before = Some(c);
            continue;
        }
        if marks {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
    out
}
