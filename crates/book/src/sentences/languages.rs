//! What the end of a sentence depends on in each language.

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, OnceLock};

use audiotome_core::Language;

use crate::normalise::{Rule, Table};

/// Sections of languages; `english.txt` explains them.
const FILES: [&str; 5] = [
    include_str!("languages/english.txt"),
    include_str!("languages/germanic.txt"),
    include_str!("languages/romance.txt"),
    include_str!("languages/slavic.txt"),
    include_str!("languages/others.txt"),
];

/// What a word with a full stop means for the end of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Abbreviation {
    /// Never ends one.
    Title,
    /// Only an abbreviation if a number follows.
    Number,
    /// A name may go on after it.
    Name,
    /// Ends one if a capital follows.
    Ending,
}

/// The words of one language.
#[derive(Debug, Default)]
pub(super) struct Words {
    abbreviations: HashMap<String, Abbreviation>,
    endings: Vec<&'static str>,
    starters: HashSet<&'static str>,
    months: HashSet<&'static str>,
    counted: HashSet<&'static str>,
    marks: Vec<char>,
    no_marks: Vec<char>,
}

/// A section and its words, which are made when the language first comes up.
struct Section {
    tags: &'static str,
    lines: &'static str,
    words: OnceLock<Words>,
}

static SECTIONS: LazyLock<Vec<Section>> = LazyLock::new(|| {
    FILES
        .iter()
        .flat_map(|file| file.split("\n[").skip(1))
        .filter_map(|section| section.split_once("]\n"))
        .map(|(tags, lines)| Section {
            tags,
            lines,
            words: OnceLock::new(),
        })
        .collect()
});

impl Words {
    /// The words of `language`, or of `und` where none are known.
    pub(super) fn of(language: &Language) -> &'static Self {
        let find = |wanted: &str| {
            SECTIONS
                .iter()
                .find(|section| section.tags.split(' ').any(|tag| tag == wanted))
        };
        let section = find(language.primary())
            .or_else(|| find("und"))
            .expect("`und` has a section");
        section.words.get_or_init(|| Self::parse(section))
    }

    fn parse(section: &Section) -> Self {
        let mut words = Self::default();
        let tables = section.tags.split(' ').map(Language::new);
        for (key, rule) in tables.flat_map(|tag| Table::of(&tag).abbreviations()) {
            if let Some(short) = key.strip_suffix('.') {
                let short = short.replace(' ', "").to_lowercase();
                words.abbreviations.insert(short, rule.into());
            }
        }
        for (kind, list) in section
            .lines
            .lines()
            .filter_map(|line| line.split_once(':'))
        {
            let list = list.split_whitespace();
            match kind {
                "title" => words.abbreviate(list, Abbreviation::Title),
                "number" => words.abbreviate(list, Abbreviation::Number),
                "name" => words.abbreviate(list, Abbreviation::Name),
                "ending" => words.abbreviate(list, Abbreviation::Ending),
                "compound" => words.endings.extend(list),
                "starter" => words.starters.extend(list),
                "month" => words.months.extend(list),
                "counted" => words.counted.extend(list),
                "marks" => words.marks.extend(list.flat_map(str::chars)),
                _ => words.no_marks.extend(list.flat_map(str::chars)),
            }
        }
        words
    }

    fn abbreviate(&mut self, list: impl Iterator<Item = &'static str>, kind: Abbreviation) {
        self.abbreviations
            .extend(list.map(|word| (word.to_owned(), kind)));
    }

    /// What `word` in small letters, without its last full stop, is short for.
    pub(super) fn abbreviation(&self, word: &str) -> Option<Abbreviation> {
        let compound = || self.endings.iter().any(|end| word.ends_with(end));
        let known = self.abbreviations.get(word).copied();
        known.or_else(|| compound().then_some(Abbreviation::Name))
    }

    /// Whether `word` in small letters begins a sentence.
    pub(super) fn is_starter(&self, word: &str) -> bool {
        self.starters.contains(word)
    }

    /// Whether `word` in small letters is a month.
    pub(super) fn is_month(&self, word: &str) -> bool {
        self.months.contains(word)
    }

    /// Whether days are counted with a full stop, as in `12. Juni`.
    pub(super) fn has_ordinals(&self) -> bool {
        !self.months.is_empty()
    }

    /// Whether an ordinal number comes after `word` in small letters.
    pub(super) fn counts(&self, word: &str) -> bool {
        self.counted.contains(word)
    }

    /// Whether sentences end with `c` in this language.
    pub(super) fn ends_with(&self, c: char) -> bool {
        (super::marks::is_terminator(c) && !self.no_marks.contains(&c)) || self.marks.contains(&c)
    }
}

impl From<Rule> for Abbreviation {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Title | Rule::Word => Self::Title,
            Rule::BeforeNumber => Self::Number,
            Rule::AfterName => Self::Name,
            Rule::Ending => Self::Ending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_of_a_known_kind() {
        let kinds = [
            "title", "number", "name", "ending", "compound", "starter", "month", "counted",
            "marks", "no-marks",
        ];
        for Section { tags, lines, .. } in SECTIONS.iter() {
            for line in lines.lines() {
                let (kind, list) = line.split_once(": ").unwrap_or((line, ""));
                assert!(kinds.contains(&kind) && !list.is_empty(), "[{tags}] {line}");
            }
        }
    }

    #[test]
    fn words_are_written_as_they_are_looked_up() {
        for Section { tags, lines, .. } in SECTIONS.iter() {
            for (kind, list) in lines.lines().filter_map(|line| line.split_once(": ")) {
                for word in list.split_whitespace().filter(|word| word.len() > 1) {
                    assert!(!word.ends_with('.'), "[{tags}] {kind}: {word}");
                    assert_eq!(word.to_lowercase(), word, "[{tags}] {kind}");
                }
            }
        }
    }

    #[test]
    fn a_language_without_words_has_those_of_und() {
        let words = Words::of(&Language::new("qya"));
        assert_eq!(words.abbreviation("dr"), Some(Abbreviation::Title));
        assert!(words.is_starter("the"));
    }

    #[test]
    fn abbreviations_that_are_read_out_count_here_too() {
        let german = Words::of(&Language::new("de-AT"));
        assert_eq!(german.abbreviation("z.b"), Some(Abbreviation::Title));
        assert_eq!(german.abbreviation("nr"), Some(Abbreviation::Number));
    }
}
