//! Initials that stand apart from their word: `T HE sun`, `O nce upon`, or a large letter on a line
//! of its own.

use std::borrow::Cow;
use std::collections::HashMap;

use audiotome_core::{Block, BlockKind, Chapter};

/// Joins the initial of a passage with its word where that is sure: the book has the word elsewhere,
/// and the letter is no word itself. Where it may be one (`A`, `I`), the book must have joined others,
/// and what is left of the word must be none: `A loud noise` is three words.
pub(super) fn join(chapters: &mut [Chapter]) {
    let torn: Vec<Torn> = chapters.iter().enumerate().flat_map(torn).collect();
    if torn.is_empty() {
        return;
    }
    let seen = Seen::of(&torn, chapters);
    let is_usual = torn.iter().any(|torn| seen.is_surely_torn(torn));
    let is_torn = |torn: &&Torn| {
        seen.is_surely_torn(torn) || is_usual && seen.has(&torn.whole) && !seen.has(&torn.rest)
    };
    // From behind, for a letter's own line goes.
    for torn in torn.iter().rev().filter(is_torn) {
        let blocks = &mut chapters[torn.chapter].blocks;
        if torn.has_own_line {
            let line = blocks.remove(torn.block);
            blocks[torn.block].text.insert_str(0, &line.text);
        } else {
            blocks[torn.block].text.remove(torn.gap);
        }
    }
}

/// A passage that begins with a letter and perhaps the rest of its word.
struct Torn {
    chapter: usize,
    block: usize,
    has_own_line: bool,
    /// Where the space between letter and rest is, in bytes.
    gap: usize,
    letter: String,
    rest: String,
    whole: String,
}

/// Passages begin after headings and changes of scene.
fn torn((chapter, content): (usize, &Chapter)) -> impl Iterator<Item = Torn> {
    let blocks = &content.blocks;
    let is_break =
        |block: &Block| matches!(block.kind, BlockKind::Heading(_) | BlockKind::SceneBreak);
    let begins = move |at: usize| {
        blocks[at].kind == BlockKind::Paragraph && (at == 0 || is_break(&blocks[at - 1]))
    };
    (0..blocks.len())
        .filter(move |at| begins(*at))
        .filter_map(move |block| {
            let text = &blocks[block].text;
            let start = text.find(char::is_alphanumeric)?;
            let letter = text[start..].chars().next().filter(|c| c.is_uppercase())?;
            let gap = start + letter.len_utf8();
            let has_own_line = gap == text.len();
            let rest = if has_own_line {
                let next = blocks.get(block + 1)?;
                (next.kind == BlockKind::Paragraph).then_some(next.text.as_str())?
            } else {
                text[gap..].strip_prefix(' ')?
            };
            let rest = rest.get(..rest.find(|c| !is_of_word(c)).unwrap_or(rest.len()))?;
            let rest = lower(rest).into_owned();
            let letter = letter.to_lowercase().to_string();
            rest.starts_with(char::is_alphabetic).then(|| Torn {
                chapter,
                block,
                has_own_line,
                gap,
                whole: letter.clone() + &rest,
                letter,
                rest,
            })
        })
}

/// How often the book has the words in question.
struct Seen<'a>(HashMap<&'a str, usize>);

impl<'a> Seen<'a> {
    fn of(torn: &'a [Torn], chapters: &[Chapter]) -> Self {
        let words = torn
            .iter()
            .flat_map(|torn| [&torn.letter, &torn.rest, &torn.whole]);
        let mut counts: HashMap<&str, usize> = words.map(|word| (word.as_str(), 0)).collect();
        let blocks = chapters.iter().flat_map(|chapter| &chapter.blocks);
        let texts = blocks.flat_map(|block| block.text.split(|c| !is_of_word(c)));
        for word in texts.filter(|word| !is_initial(word)) {
            if let Some(count) = counts.get_mut(&*lower(word)) {
                *count += 1;
            }
        }
        // The torn words themselves say nothing.
        for torn in torn {
            if let Some(count) = counts.get_mut(torn.rest.as_str()) {
                *count = count.saturating_sub(1);
            }
        }
        Self(counts)
    }

    fn has(&self, word: &str) -> bool {
        self.0.get(word).is_some_and(|count| *count > 0)
    }

    fn is_surely_torn(&self, torn: &Torn) -> bool {
        self.has(&torn.whole) && !self.has(&torn.letter)
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '\'' | '’')
}

/// A capital letter alone, of a name or a list; `I` is mostly the English word.
fn is_initial(word: &str) -> bool {
    let mut letters = word.chars();
    word != "I" && letters.next().is_some_and(char::is_uppercase) && letters.next().is_none()
}

/// In small letters, with one kind of apostrophe.
fn lower(word: &str) -> Cow<'_, str> {
    if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.into();
    }
    word.to_lowercase().replace('’', "'").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chapter(paragraphs: &[&str]) -> Chapter {
        let heading = Block::new(BlockKind::Heading(1), "1");
        let text = paragraphs
            .iter()
            .map(|text| Block::new(BlockKind::Paragraph, *text));
        Chapter {
            title: "1".to_owned(),
            blocks: [heading].into_iter().chain(text).collect(),
        }
    }

    /// The first paragraphs of chapters that begin with `first`, in a book that goes on with `text`.
    fn openings<const N: usize>(first: [&str; N], text: &str) -> [String; N] {
        let mut chapters: Vec<Chapter> =
            first.iter().map(|first| chapter(&[first, text])).collect();
        join(&mut chapters);
        std::array::from_fn(|at| chapters[at].blocks[1].text.clone())
    }

    #[test]
    fn an_initial_is_joined_with_its_word() {
        for (torn, whole, text) in [
            (
                "T HE sun rose.",
                "THE sun rose.",
                "It was the sun, and he saw it.",
            ),
            ("“O nce upon", "“Once upon", "It was once."),
            ("В се счастливые", "Все счастливые", "Но все молчали."),
        ] {
            assert_eq!(openings([torn], text), [whole]);
        }
    }

    #[test]
    fn a_letter_that_may_be_a_word_is_joined_where_others_are() {
        let text = "He was what I was; but it's about a way, far away.";
        let torn = [
            "W hat now?",
            "I T’S late.",
            "A way was found.",
            "A bout noon",
        ];
        assert_eq!(
            openings(torn, text),
            ["What now?", "IT’S late.", "A way was found.", "About noon"]
        );
        assert_eq!(openings(["A bout noon"], text), ["A bout noon"]);
    }

    #[test]
    fn a_letter_that_is_no_part_of_a_word_stays_alone() {
        for (first, text) in [
            ("I am he", "I am."),
            ("X marks the spot", "It marks it."),
            ("B is for Bob", "Bob is here."),
            ("C", "is a letter."),
        ] {
            assert_eq!(openings([first], text), [first]);
        }
    }

    #[test]
    fn an_initial_on_its_own_line_is_joined_with_the_next() {
        assert_eq!(
            openings(["T"], "he sun was the first."),
            ["The sun was the first."]
        );
    }

    #[test]
    fn words_within_a_passage_are_left_alone() {
        let chapter = chapter(&["One.", "T he end of the book."]);
        let mut chapters = [chapter.clone()];
        join(&mut chapters);
        assert_eq!(chapters, [chapter]);
    }
}
