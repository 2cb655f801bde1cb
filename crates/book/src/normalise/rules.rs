//! The rules by which text becomes what is heard. Each can be switched off.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A rule of [`normalise`](crate::normalise), in the order in which they are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RuleName {
    /// Quotation marks and apostrophes.
    Quotes,
    /// Marks of notes.
    Notes,
    /// Web and e-mail addresses.
    Addresses,
    /// Words in capitals.
    Capitals,
    /// Titles and abbreviations.
    Abbreviations,
    /// Roman numerals.
    Roman,
    /// Telephone numbers.
    Phones,
    /// Amounts of money.
    Money,
    /// Dates and years.
    Dates,
    /// Times of day.
    Times,
    /// Fractions.
    Fractions,
    /// Measures.
    Units,
    /// Ordinal numbers.
    Ordinals,
    /// From one number to another.
    Ranges,
    /// All other numbers.
    Numbers,
    /// Symbols that stand for words.
    Symbols,
    /// Marks that make a pause, and those that make no sound.
    Pauses,
}

/// Every rule with its name and what it does.
const ALL: [(RuleName, &str, &str); 17] = [
    (
        RuleName::Quotes,
        "quotes",
        "accents as apostrophes, double signs as quotation marks: `don´t` → don’t",
    ),
    (
        RuleName::Notes,
        "notes",
        "marks of notes as nothing: `said.¹² He [3]` → said. He",
    ),
    (
        RuleName::Addresses,
        "addresses",
        "addresses and paths as one says them: `/usr/share` → slash usr slash share",
    ),
    (
        RuleName::Capitals,
        "capitals",
        "headings and openings in capitals as usual words: `THE SPECKLED BAND` → The Speckled Band",
    ),
    (
        RuleName::Abbreviations,
        "abbreviations",
        "titles and abbreviations in full: `Dr. Watson, e.g.` → Doctor Watson, for example",
    ),
    (
        RuleName::Roman,
        "roman",
        "roman numerals where they surely are numbers: `Chapter IV` → Chapter four",
    ),
    (
        RuleName::Phones,
        "phones",
        "telephone numbers digit by digit: `555-1234` → five five five, one two three four",
    ),
    (
        RuleName::Money,
        "money",
        "amounts of money: `$3.50` → three dollars and fifty cents",
    ),
    (
        RuleName::Dates,
        "dates",
        "dates, years and decades: `the 1990s` → the nineteen nineties",
    ),
    (
        RuleName::Times,
        "times",
        "times of day: `5:30 p.m.` → five thirty PM",
    ),
    (
        RuleName::Fractions,
        "fractions",
        "fractions: `2½` → two and a half",
    ),
    (
        RuleName::Units,
        "units",
        "measures: `5 km` → five kilometers",
    ),
    (
        RuleName::Ordinals,
        "ordinals",
        "ordinal numbers: `21st` → twenty-first",
    ),
    (
        RuleName::Ranges,
        "ranges",
        "from one number to another: `10–12` → ten to twelve",
    ),
    (
        RuleName::Numbers,
        "numbers",
        "other numbers, in words where voices need it: `1,250` → one thousand two hundred fifty",
    ),
    (
        RuleName::Symbols,
        "symbols",
        "symbols that stand for words: `§ 5 & ©` → section five and copyright",
    ),
    (
        RuleName::Pauses,
        "pauses",
        "dashes, ellipses and line ends as pauses, ornaments as nothing: `went—and` → went, and",
    ),
];

impl RuleName {
    /// Every rule, in the order in which they are applied.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.into_iter().map(|(rule, _, _)| rule)
    }

    /// What it is called where it is switched off.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// What it does, with an example.
    #[must_use]
    pub fn description(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        &ALL[self as usize]
    }
}

impl fmt::Display for RuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Not a rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{wrong}` is no rule: there are {}", names())]
pub struct RuleNameError {
    wrong: String,
}

fn names() -> String {
    ALL.map(|(_, name, _)| name).join(", ")
}

impl FromStr for RuleName {
    type Err = RuleNameError;

    fn from_str(text: &str) -> Result<Self, RuleNameError> {
        let wrong = || RuleNameError {
            wrong: text.to_owned(),
        };
        let found = ALL.into_iter().find(|(_, name, _)| *name == text);
        found.map(|(rule, _, _)| rule).ok_or_else(wrong)
    }
}

impl TryFrom<String> for RuleName {
    type Error = RuleNameError;

    fn try_from(text: String) -> Result<Self, RuleNameError> {
        text.parse()
    }
}

impl From<RuleName> for String {
    fn from(rule: RuleName) -> Self {
        rule.name().to_owned()
    }
}

/// The rules that are applied; by default all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    off: BTreeSet<RuleName>,
}

impl Rules {
    /// All rules but these.
    pub fn without(off: impl IntoIterator<Item = RuleName>) -> Self {
        Self {
            off: off.into_iter().collect(),
        }
    }

    /// Whether a rule is applied.
    #[must_use]
    pub fn apply(&self, rule: RuleName) -> bool {
        !self.off.contains(&rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_listed_in_their_order_and_found_by_their_names() {
        for (index, rule) in RuleName::all().enumerate() {
            assert_eq!(rule as usize, index);
            assert_eq!(rule.name().parse(), Ok(rule));
        }
        let error = "sums".parse::<RuleName>().unwrap_err();
        assert!(
            error
                .to_string()
                .contains("`sums` is no rule: there are quotes, notes, addresses")
        );
    }

    #[test]
    fn a_rule_is_applied_unless_it_is_switched_off() {
        let rules = Rules::without([RuleName::Roman]);
        assert!(!rules.apply(RuleName::Roman));
        assert!(rules.apply(RuleName::Money));
        assert!(RuleName::all().all(|rule| Rules::default().apply(rule)));
    }
}
