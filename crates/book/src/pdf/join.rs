//! Words that the end of a line has cut.

use std::collections::HashSet;

use super::layout::Sheet;

/// Words that are remembered.
const MOST: usize = 500_000;

/// The words of a book, to tell a hyphen of the typesetter from one of the author.
#[derive(Debug, Default)]
pub(super) struct Words(HashSet<String>);

impl Words {
    pub(super) fn of(sheets: &[Sheet]) -> Self {
        let mut words = HashSet::new();
        for line in sheets.iter().flat_map(|sheet| &sheet.lines) {
            let mut all = line.text.split_whitespace().map(trimmed).peekable();
            while let Some(word) = all.next() {
                // The last word of a line may be half of one.
                if all.peek().is_some() && words.len() < MOST && word.len() < 60 {
                    words.insert(word.to_lowercase());
                }
            }
        }
        Self(words)
    }

    /// Whether the book has the word.
    pub(super) fn have(&self, word: &str) -> bool {
        self.0.contains(&trimmed(word).to_lowercase())
    }

    /// Adds a line to a paragraph.
    pub(super) fn join(&self, paragraph: &mut String, line: &str) {
        if paragraph.is_empty() {
            paragraph.push_str(line);
            return;
        }
        let cut = paragraph.ends_with(['-', '\u{AD}', '\u{2010}']);
        let letters = paragraph
            .chars()
            .rev()
            .nth(1)
            .is_some_and(char::is_alphabetic);
        if !cut || !letters || !line.starts_with(char::is_alphabetic) {
            if !paragraph.ends_with('—') {
                let dense = paragraph
                    .chars()
                    .last()
                    .is_some_and(crate::html::is_ideographic)
                    && line.chars().next().is_some_and(crate::html::is_ideographic);
                if !dense {
                    paragraph.push(' ');
                }
            }
            paragraph.push_str(line);
            return;
        }
        let start = paragraph.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        let first = trimmed(&paragraph[start..]).trim_end_matches(['-', '\u{AD}', '\u{2010}']);
        let second = trimmed(line.split_whitespace().next().unwrap_or_default());
        let whole = format!("{first}{second}").to_lowercase();
        let hyphenated = format!("{first}-{second}").to_lowercase();
        let is_soft = paragraph.ends_with('\u{AD}');
        let keeps = !self.0.contains(&whole)
            && (self.0.contains(&hyphenated) || !line.starts_with(char::is_lowercase));
        if is_soft || !keeps {
            paragraph.pop();
        }
        paragraph.push_str(line);
    }
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::layout::Line;

    #[test]
    fn hyphens_of_the_typesetter_go_and_those_of_the_author_stay() {
        let line = |text: &str| Line {
            text: text.to_owned(),
            ..Line::default()
        };
        let sheet = Sheet {
            lines: vec![line("a well-known story and"), line("no end")],
            ..Sheet::default()
        };
        let words = Words::of(&[sheet]);
        let joined = |first: &str, second: &str| {
            let mut text = first.to_owned();
            words.join(&mut text, second);
            text
        };
        assert_eq!(joined("the won-", "der of it"), "the wonder of it");
        assert_eq!(joined("a well-", "known man"), "a well-known man");
        assert_eq!(joined("Jean-", "Paul"), "Jean-Paul");
        assert_eq!(joined("one –", "two"), "one – two");
        assert_eq!(joined("gone—", "and"), "gone—and");
        assert_eq!(joined("吾輩は", "猫である"), "吾輩は猫である");
    }
}
