//! Titles as a player shows them.

use audiotome_core::{Block, BlockKind, Chapter, Metadata};

use super::starts::Start;
use super::words;

/// Characters of a title; longer ones are cut at a word.
const LONGEST: usize = 200;

/// The title of the chapter that begins with `blocks`; empty where nothing names it.
pub(super) fn title(start: &Start, blocks: &[Block]) -> String {
    let headings = first_headings(blocks);
    let label = single_line(&start.label);
    if start.is_title {
        return label;
    }
    let title = if label.is_empty() || start.front && !headings.is_empty() {
        with_subtitle(
            headings.first().cloned().unwrap_or_default(),
            headings.get(1),
        )
    } else if words::is_number(&label) {
        with_heading(label, &headings)
    } else {
        label
    };
    shorten(&title)
}

/// Gives chapters that nothing names a title: the book's where there is only one, else their number.
pub(super) fn name_untitled(chapters: &mut [Chapter], metadata: &Metadata) {
    let single = chapters.len() == 1;
    let word = words::chapter_word(metadata.language.as_ref());
    for (index, chapter) in chapters
        .iter_mut()
        .enumerate()
        .filter(|(_, chapter)| chapter.title.is_empty())
    {
        chapter.title = if single {
            metadata.title.clone()
        } else {
            format!("{word} {}", index + 1)
        };
    }
}

/// The headings that a chapter begins with.
fn first_headings(blocks: &[Block]) -> Vec<String> {
    blocks
        .iter()
        .skip_while(|block| block.kind == BlockKind::SceneBreak)
        .take_while(|block| matches!(block.kind, BlockKind::Heading(1..=3)))
        .map(|block| single_line(&block.text.replace('\n', ": ")))
        .filter(|text| !text.is_empty())
        .take(4)
        .collect()
}

/// A bare number with the heading that names the chapter.
fn with_heading(label: String, headings: &[String]) -> String {
    let same = |heading: &&String| bare(heading) == bare(&label);
    if let Some(whole) = headings
        .iter()
        .find(|heading| !same(heading) && bare(heading).starts_with(&bare(&label)))
    {
        return whole.clone();
    }
    let at = headings.iter().position(|heading| same(&heading));
    let next = at
        .and_then(|at| headings.get(at + 1))
        .or(headings.first().filter(|_| at.is_none()));
    with_subtitle(label, next)
}

fn with_subtitle(title: String, next: Option<&String>) -> String {
    match next {
        Some(next) if words::is_number(&title) && !words::is_number(next) => {
            format!("{}: {next}", title.trim_end_matches([':', '.', ' ']))
        }
        _ => title,
    }
}

fn bare(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn single_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shorten(title: &str) -> String {
    let Some((end, _)) = title.char_indices().nth(LONGEST) else {
        return title.to_owned();
    };
    let cut = &title[..end];
    let cut = cut.rfind(' ').map_or(cut, |space| &cut[..space]);
    format!("{}…", cut.trim_end_matches([',', ';', ':', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titled(label: &str, headings: &[&str]) -> String {
        let blocks: Vec<_> = headings
            .iter()
            .map(|text| Block::new(BlockKind::Heading(2), *text))
            .collect();
        let start = Start {
            label: label.to_owned(),
            ..Start::default()
        };
        title(&start, &blocks)
    }

    #[test]
    fn bare_numbers_get_their_heading() {
        assert_eq!(titled("I", &["I", "A Letter"]), "I: A Letter");
        assert_eq!(titled("1", &["The Storm"]), "1: The Storm");
        assert_eq!(
            titled("Chapter 1", &["Chapter 1", "The Storm"]),
            "Chapter 1: The Storm"
        );
        assert_eq!(titled("IV", &["IV"]), "IV");
        assert_eq!(titled("1.", &["1. The First"]), "1. The First");
        assert_eq!(titled("The End", &["5", "The End"]), "The End");
        assert_eq!(titled("", &["Chapter 2\nThe Sea"]), "Chapter 2: The Sea");
    }

    #[test]
    fn endless_titles_are_cut_at_a_word() {
        let title = titled(&"word ".repeat(100), &[]);
        assert!(
            title.ends_with("word…") && title.chars().count() <= LONGEST + 1,
            "{title}"
        );
    }
}
