//! Roman numerals, only where they surely are numbers.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::{Context, Style, Table, first_word, inflect};

/// Larger numbers in a heading are rather words or names (`MIX`, `CD`).
const LARGEST_HEADING: u32 = 200;

/// In small letters only where the table says that no word looks so.
static CANDIDATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?P<numeral>[IVXLCDM]+|[ivxl]+)(?P<end>st|nd|rd|th)?\b")
        .expect("a fixed pattern")
});

/// Replaces roman numerals by digits: after words that are numbered (`Chapter IV`), as an ordinal
/// after names of rulers (`Henry VIII`) and before centuries, as a whole heading or its start, after
/// other names (`Apollo XIII`), and long years.
pub(super) fn numerals<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    let mut out = String::new();
    let mut done = 0;
    // Where the last numeral after a word that is numbered ended.
    let mut listed = None;
    for found in CANDIDATE.captures_iter(text) {
        let whole = found.get(0).expect("the match itself");
        let numeral = found["numeral"].to_uppercase();
        let Some(value) = value(&numeral) else {
            continue;
        };
        let place = Place {
            numeral: &numeral,
            value,
            is_small: found["numeral"].starts_with(char::is_lowercase),
            end: found.name("end").map_or("", |end| end.as_str()),
            before: &text[..whole.start()],
            after: &text[whole.end()..],
            listed: listed.map(|end| &text[end..whole.start()]),
        };
        let Some(said) = place.said(context) else {
            continue;
        };
        if said.is_listed {
            listed = Some(whole.end());
        }
        out.push_str(&text[done..whole.start()]);
        out.push_str(&said.words);
        done = whole.end();
        // `Louis XIV. was`: the dot belongs to the numeral.
        let after = &text[done..];
        let goes_on = |c: char| c.is_lowercase() || said.is_dotted && c.is_alphabetic();
        if after.starts_with(". ") && after[2..].starts_with(goes_on) {
            done += 1;
        }
    }
    if done == 0 {
        return text.into();
    }
    out.push_str(&text[done..]);
    out.into()
}

/// A roman numeral and what stands around it.
struct Place<'a> {
    numeral: &'a str,
    value: u32,
    is_small: bool,
    /// Of an ordinal: `XIXth`.
    end: &'a str,
    before: &'a str,
    after: &'a str,
    /// What lies between a numeral that was numbered and this one.
    listed: Option<&'a str>,
}

struct Said {
    words: String,
    is_listed: bool,
    /// A dot after it makes it an ordinal number: `Heinrichs IV. Sohn`.
    is_dotted: bool,
}

impl Place<'_> {
    fn said(&self, context: Context<'_>) -> Option<Said> {
        let Context { table, style, .. } = context;
        let plain = |is_listed| {
            Some(Said {
                words: self.value.to_string(),
                is_listed,
                is_dotted: false,
            })
        };
        let ordinal = |words| {
            Some(Said {
                words,
                is_listed: false,
                is_dotted: false,
            })
        };
        if !self.end.is_empty() {
            let known = context.is_english() && !self.is_small && self.numeral.len() > 1;
            return if known {
                ordinal(format!("{}{}", self.value, self.end))
            } else {
                None
            };
        }
        if self.numbered(table) || self.goes_on(table) {
            return plain(true);
        }
        if self.is_small {
            return None;
        }
        let heading = style == Style::Heading
            && self.value <= LARGEST_HEADING
            && heads(self.before, self.after);
        let year = self.numeral.len() >= 5 && (1_000..=2_100).contains(&self.value);
        if heading || year {
            return plain(false);
        }
        if context.is_english()
            && self
                .after
                .trim_start_matches(['-', ' '])
                .starts_with("centur")
        {
            return ordinal(format!("{}th", self.value));
        }
        if let Some(name) = self.ruler(table) {
            return Some(Said {
                words: name.ordinal(self.value, table),
                is_listed: false,
                is_dotted: true,
            });
        }
        if self.named(table) {
            plain(false)
        } else {
            None
        }
    }

    fn numbered(&self, table: &Table) -> bool {
        let before = self.before.trim_end();
        let word = last_word(before);
        let Some(counts) = table.get("numbered", &word.to_lowercase()) else {
            return false;
        };
        if before.len() == self.before.len() {
            return false;
        }
        // `Appendix C`, `Part D`: of most things there are not that many.
        if !self.is_small && counts != "many" && !self.numeral.chars().all(is_low) {
            return false;
        }
        if self.is_small {
            let small = table.get("forms", "small-numerals").is_some();
            return small && self.value < 100 && (self.numeral != "I" || ends(self.after));
        }
        // English `I` is a word too: "in this chapter I will".
        self.numeral != "I" || is_plainly_numeral(word, self.after)
    }

    /// `Books I, II and III`, `IV–VI`.
    fn goes_on(&self, table: &Table) -> bool {
        let Some(between) = self.listed.map(str::trim) else {
            return false;
        };
        let between = between.strip_prefix(',').map_or(between, str::trim_start);
        let joins =
            matches!(between, "" | "&" | "–" | "—" | "-" | "/") || table.is_conjunction(between);
        joins && (self.numeral != "I" || ends(self.after))
    }

    /// The ruler's name before it.
    fn ruler(&self, table: &Table) -> Option<Ruler> {
        let before = self.before.trim_end();
        if before.len() == self.before.len() || self.value >= 40 {
            return None;
        }
        let name = last_word(before);
        let known = |name: &str| table.get("rulers", name);
        let genitive = table.get("forms", "genitive");
        let (ending, form) = match (known(name), genitive) {
            (Some(ending), _) => (ending, table.get("forms", "ordinal")),
            (None, Some(_)) => (known(name.strip_suffix('s')?)?, genitive),
            (None, None) => return None,
        };
        let single = matches!(self.numeral, "I" | "C" | "D" | "L" | "M");
        let sure = self.numeral == "I" && (ends(self.after) || self.after.starts_with(" of "));
        (!single || sure).then_some(Ruler {
            ending,
            form: form.unwrap_or("{n}"),
        })
    }

    /// `Apollo XIII`: after any other name, where no word looks so.
    fn named(&self, table: &Table) -> bool {
        let before = self.before.trim_end();
        let name = last_word(before);
        // `Nel XX secolo` is an ordinal.
        let next = first_word(self.after.trim_start());
        if table.get("centuries", next).is_some() {
            return false;
        }
        before.len() < self.before.len()
            && before.ends_with(char::is_alphabetic)
            && name.starts_with(char::is_uppercase)
            && name.chars().skip(1).filter(|c| c.is_lowercase()).count() >= 2
            && self.numeral.len() > 1
            && self.numeral.chars().all(is_low)
    }
}

/// Whether a digit makes numbers under forty only.
fn is_low(digit: char) -> bool {
    matches!(digit, 'I' | 'V' | 'X')
}

fn ends(after: &str) -> bool {
    after.is_empty() || after.starts_with([',', ';', '.', ')', '\'', '’', ':', '\n', ']', '!', '?'])
}

/// Whether text starts with a roman numeral as a word of its own.
pub(super) fn starts_with_numeral(text: &str) -> bool {
    let word = text
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or(text);
    value(word).is_some()
}

/// The value of a numeral that is written as it should be; `IIII` and `VX` have none.
pub(crate) fn value(numeral: &str) -> Option<u32> {
    const PARTS: [(&str, u32); 13] = [
        ("M", 1_000),
        ("CM", 900),
        ("D", 500),
        ("CD", 400),
        ("C", 100),
        ("XC", 90),
        ("L", 50),
        ("XL", 40),
        ("X", 10),
        ("IX", 9),
        ("V", 5),
        ("IV", 4),
        ("I", 1),
    ];
    let mut rest = numeral;
    let mut value = 0;
    for (part, worth) in PARTS {
        let most = if part.len() == 2 || matches!(part, "D" | "L" | "V") {
            1
        } else {
            4
        };
        for _ in 0..most {
            let Some(others) = rest.strip_prefix(part) else {
                break;
            };
            rest = others;
            value += worth;
        }
    }
    (rest.is_empty() && value > 0 && !numeral.contains("CCCC") && !numeral.contains("XXXX"))
        .then_some(value)
}

/// Whether nothing but marks comes before, and nothing or a title after.
fn heads(before: &str, after: &str) -> bool {
    let alone = !after.contains(char::is_alphanumeric);
    let titled = after.starts_with(['.', ':', '\n', ')'])
        || after.starts_with(" —")
        || after.starts_with(" –")
        || after.starts_with(" - ");
    !before.contains(char::is_alphanumeric) && (alone || titled)
}

fn is_plainly_numeral(word: &str, after: &str) -> bool {
    let next = after.trim_start();
    word.starts_with(char::is_uppercase)
        && (after.is_empty()
            || after
                .starts_with(|c: char| !c.is_alphanumeric() && c != ' ' && c != '\'' && c != '’')
            || next.starts_with(char::is_uppercase)
            || next.starts_with("of ")
            || next.starts_with("is "))
}

fn last_word(text: &str) -> &str {
    let word = text.strip_suffix('.').unwrap_or(text);
    word.rsplit(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or(word)
}

/// How the ordinal of a ruler is said.
struct Ruler {
    /// What the table says of the name: the ending of its ordinals, or which end becomes which
    /// (`o>a`).
    ending: &'static str,
    form: &'static str,
}

impl Ruler {
    /// `Henry VIII` as the language says it: `Henry the 8th`, `Henri 4`, `Carlos quinto`, `Петра
    /// Первого`.
    fn ordinal(&self, value: u32, table: &Table) -> String {
        let other = self.ending.split_once('>');
        let ending = if other.is_some() { "" } else { self.ending };
        let words = table.forms("forms", "ordinals").unwrap_or_default();
        let word = usize::try_from(value).ok().and_then(|at| words.get(at - 1));
        let number = value.to_string();
        let said = match word {
            Some(word) => (*word).to_owned(),
            None => {
                let word = inflect::ordinal(value, ending, table);
                self.form
                    .replace("{o}", word.as_deref().unwrap_or(&number))
                    .replace("{n}", &number)
            }
        };
        let Some((from, to)) = other else {
            return said;
        };
        match (said.strip_suffix(from), said.strip_prefix(from)) {
            (Some(stem), _) => format!("{stem}{to}"),
            (None, Some(rest)) => format!("{to}{rest}"),
            (None, None) => said,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_have_values_and_words_have_none() {
        for (numeral, expected) in [
            ("I", 1),
            ("IV", 4),
            ("XIV", 14),
            ("XLIX", 49),
            ("MDCCCXXIX", 1829),
            ("IIII", 4),
        ] {
            assert_eq!(value(numeral), Some(expected), "{numeral}");
        }
        for word in ["", "VX", "IIV", "DIM", "CIVIL", "XXXX", "LIVID"] {
            assert_eq!(value(word), None, "{word}");
        }
    }
}
