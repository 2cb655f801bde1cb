//! What a language writes short and says long: one table file per language.
//!
//! A file has sections of `key = value` lines; `#` starts a comment. Values of several forms
//! are separated by `|`. `tables/en.txt` explains each section.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use audiotome_core::Language;
use regex::Regex;

/// What an abbreviation means for the end of a sentence and for reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Comes before a name: never ends a sentence (`Dr.`).
    Title,
    /// Inside a sentence: never ends it (`e.g.`).
    Word,
    /// Only before a number or a roman numeral (`No.`).
    BeforeNumber,
    /// Only after a name (`St.` of a street); may end a sentence.
    AfterName,
    /// May end a sentence (`etc.`).
    Ending,
}

/// The table of one language.
#[derive(Debug, Default)]
pub(crate) struct Table {
    sections: HashMap<&'static str, HashMap<&'static str, &'static str>>,
    abbreviations: HashMap<&'static str, Vec<(Rule, &'static str)>>,
    pattern: Option<Regex>,
}

const FILES: [(&str, &str); 15] = [
    ("en", include_str!("tables/en.txt")),
    ("fr", include_str!("tables/fr.txt")),
    ("de", include_str!("tables/de.txt")),
    ("es", include_str!("tables/es.txt")),
    ("it", include_str!("tables/it.txt")),
    ("pt", include_str!("tables/pt.txt")),
    ("nl", include_str!("tables/nl.txt")),
    ("pl", include_str!("tables/pl.txt")),
    ("ru", include_str!("tables/ru.txt")),
    ("el", include_str!("tables/el.txt")),
    ("ar", include_str!("tables/ar.txt")),
    ("fa", include_str!("tables/fa.txt")),
    ("hi", include_str!("tables/hi.txt")),
    ("zh", include_str!("tables/zh.txt")),
    ("ja", include_str!("tables/ja.txt")),
];

const RULES: [(&str, Rule); 5] = [
    ("titles", Rule::Title),
    ("words", Rule::Word),
    ("before-number", Rule::BeforeNumber),
    ("after-name", Rule::AfterName),
    ("endings", Rule::Ending),
];

/// Each is read when its language first comes up.
static TABLES: [OnceLock<Table>; FILES.len()] = [const { OnceLock::new() }; FILES.len()];

static EMPTY: LazyLock<Table> = LazyLock::new(Table::default);

impl Table {
    /// The table of `language`; an empty one where there is none.
    pub(crate) fn of(language: &Language) -> &'static Self {
        let at = FILES.iter().position(|(tag, _)| *tag == language.primary());
        at.map_or(&EMPTY, |at| {
            TABLES[at].get_or_init(|| Self::parse(FILES[at].1))
        })
    }

    fn parse(file: &'static str) -> Self {
        let mut table = Self::default();
        let mut section = "";
        for line in file.lines().map(str::trim) {
            if line.is_empty() || line.starts_with("# ") {
                continue;
            }
            if let Some(name) = line
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
            {
                section = name;
                continue;
            }
            let (key, value) = line.split_once(" =").unwrap_or((line, ""));
            let (key, value) = (key.trim(), value.trim());
            table
                .sections
                .entry(section)
                .or_default()
                .insert(key, value);
            if let Some((_, rule)) = RULES.iter().find(|(name, _)| *name == section) {
                table
                    .abbreviations
                    .entry(key)
                    .or_default()
                    .push((*rule, value));
            }
        }
        table.pattern = table.compile();
        table
    }

    fn compile(&self) -> Option<Regex> {
        let mut keys: Vec<&str> = self.abbreviations.keys().copied().collect();
        keys.sort_unstable_by_key(|key| (std::cmp::Reverse(key.len()), *key));
        let keys: Vec<String> = keys
            .into_iter()
            .map(|key| regex::escape(key).replace(' ', r"\s?"))
            .collect();
        (!keys.is_empty()).then(|| {
            let pattern = format!(r"(?:{})", keys.join("|"));
            Regex::new(&pattern).expect("keys are escaped")
        })
    }

    /// A pattern of all abbreviations, the longest first.
    pub(super) fn abbreviation_pattern(&self) -> Option<&Regex> {
        self.pattern.as_ref()
    }

    /// The readings of an abbreviation as the text has it.
    pub(crate) fn abbreviation(&self, text: &str) -> &[(Rule, &'static str)] {
        let found = self.abbreviations.get(text).or_else(|| {
            // `z.B.` is `z. B.` without its space, `z.\u{A0}B.` with another one.
            let bare: String = text.split_whitespace().collect();
            self.abbreviations.iter().find_map(|(key, readings)| {
                let same = key.contains(' ') && key.split(' ').collect::<String>() == bare;
                same.then_some(readings)
            })
        });
        found.map_or(&[], Vec::as_slice)
    }

    /// All abbreviations with their first rule.
    pub(crate) fn abbreviations(&self) -> impl Iterator<Item = (&'static str, Rule)> {
        self.abbreviations
            .iter()
            .map(|(key, readings)| (*key, readings[0].0))
    }

    /// The value of `key` in a section.
    pub(crate) fn get(&self, section: &str, key: &str) -> Option<&'static str> {
        self.sections.get(section)?.get(key).copied()
    }

    /// The values of `key` in a section that separates them with `|`.
    pub(super) fn forms(&self, section: &str, key: &str) -> Option<Vec<&'static str>> {
        Some(self.get(section, key)?.split('|').map(str::trim).collect())
    }

    /// The name of a month, by its number; where there are several, the first in the alphabet.
    pub(super) fn month(&self, number: u32) -> Option<&'static str> {
        let months = self.sections.get("months")?.iter();
        let named = months.filter(|(_, value)| value.parse() == Ok(number));
        named.map(|(name, _)| *name).min()
    }

    /// Whether the table has a section.
    pub(super) fn has(&self, section: &str) -> bool {
        self.sections.contains_key(section)
    }

    /// Whether `text` names a month.
    pub(super) fn months_in(&self, text: &str) -> bool {
        self.sections
            .get("months")
            .is_some_and(|months| months.keys().any(|month| text.contains(month)))
    }

    /// Whether `word` joins clauses, so that a cut before it sounds right.
    pub(crate) fn is_conjunction(&self, word: &str) -> bool {
        self.get("conjunctions", word).is_some()
    }

    /// Whether `word` is the name of a month.
    pub(crate) fn is_month(&self, word: &str) -> bool {
        self.get("months", word).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_parses_into_known_sections() {
        let known = [
            "titles",
            "words",
            "before-number",
            "after-name",
            "endings",
            "numbered",
            "rulers",
            "symbols",
            "currency",
            "units",
            "compass",
            "web",
            "forms",
            "months",
            "conjunctions",
            "ordinals",
            "ordinal-ends",
            "ordinal-nouns",
            "ordinal-articles",
            "particles",
            "masculine",
            "centuries",
            "years",
            "day",
            "written-out",
            "cardinals",
            "stressed",
            "soft",
            "fractions",
        ];
        for (language, _) in FILES {
            let table = Table::of(&Language::new(language));
            for section in table.sections.keys() {
                assert!(known.contains(section), "[{section}] of {language}");
            }
            assert!(table.get("web", ".").is_some(), "{language}");
        }
    }
}
