//! A pronunciation lexicon: how words are said, as a person wrote it down.
//!
//! One rule a line, see [`file`] for the format. The rules of one text are tried together: at each
//! place the longest match counts, of two of the same length that of the later rule, and what a rule
//! has made is not looked at again. It costs one pass for all words and one for each pattern.

mod file;
mod matches;
mod pls;
mod possessive;

use std::borrow::Cow;
use std::sync::Arc;

use audiotome_core::Language;
use audiotome_core::pronunciation::{Pronounced, stand_in, stands_in};
use thiserror::Error;
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use file::Spoken;
use matches::Matcher;

/// Bytes of a text of rules.
pub const MOST_BYTES: usize = 4 << 20;

/// Why a text is no lexicon.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}: {reason}", place(name, *line))]
pub struct LexiconError {
    /// The file, or what else the rules come from.
    pub name: String,
    /// The line, from 1; 0 where it is none in particular.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

fn place(name: &str, line: usize) -> String {
    if line == 0 {
        format!("`{name}`")
    } else {
        format!("`{name}`, line {line}")
    }
}

impl LexiconError {
    /// The way out.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        "a rule is `word -> spoken form`, `word -> [IPA]` or `/regex/ -> spoken form`, with `{en, case}` behind it for one language or as it is written; `#` begins a comment"
    }
}

/// Rules of how words are said. Copies share them.
#[derive(Clone, Debug, Default)]
pub struct Lexicon(Arc<Matcher>);

impl PartialEq for Lexicon {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.rules() == other.0.rules()
    }
}

impl Eq for Lexicon {}

impl Lexicon {
    /// Reads rules; `name` is what errors call the text.
    ///
    /// # Errors
    /// Names the line that is no rule, or says which bound the text is beyond.
    pub fn parse(name: &str, text: &str) -> Result<Self, LexiconError> {
        let rules = file::rules(name, text)?;
        Ok(Self(Arc::new(Matcher::new(rules).map_err(|reason| {
            LexiconError {
                name: name.to_owned(),
                line: 0,
                reason,
            }
        })?)))
    }

    /// A file's content as rules in the format of [`Lexicon::parse`], checked: what is there already, or
    /// what a W3C pronunciation lexicon (PLS) says.
    ///
    /// # Errors
    /// As [`Lexicon::parse`]; for a PLS, when it is no XML or uses another alphabet than IPA.
    pub fn text_of(name: &str, content: &[u8]) -> Result<String, LexiconError> {
        let wrong = |reason: &str| LexiconError {
            name: name.to_owned(),
            line: 0,
            reason: reason.to_owned(),
        };
        if content.len() > MOST_BYTES {
            return Err(wrong("a lexicon of over 4 MiB"));
        }
        if pls::is_pls(content) {
            return pls::rules(content).map_err(|reason| wrong(&reason));
        }
        let text = std::str::from_utf8(content).map_err(|_| wrong("it is not UTF-8"))?;
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        Self::parse(name, text)?;
        Ok(text.to_owned())
    }

    /// Several texts of rules as one; the later ones count for more.
    #[must_use]
    pub fn join<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
        let mut joined = String::new();
        for text in texts.into_iter().filter(|text| !text.trim().is_empty()) {
            if !joined.is_empty() {
                // A section of one text does not reach into the next.
                joined.push_str("[]\n");
            }
            joined.push_str(text);
            if !joined.ends_with('\n') {
                joined.push('\n');
            }
        }
        joined
    }

    /// Whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.rules().is_empty()
    }

    /// The text as the rules want it said. Words whose sound is told have become signs, see
    /// [`audiotome_core::pronunciation`].
    pub(crate) fn apply<'t>(&self, text: &'t str, language: &Language) -> Respelt<'t> {
        if self.is_empty() {
            return Respelt::unchanged(text.into());
        }
        let text: Cow<'t, str> = if is_nfc(text) {
            text.into()
        } else {
            text.nfc().collect::<String>().into()
        };
        let found = self.0.find(&text, language);
        if found.is_empty() {
            return Respelt::unchanged(text);
        }
        // A book may be printed in the very signs; then it is read as it stands there.
        let signs = !text.chars().any(|c| stands_in(c).is_some());
        let mut respelt = Respelt::unchanged(Cow::Owned(String::with_capacity(text.len() + 32)));
        let mut done = 0;
        let mut matches = found.into_iter().peekable();
        while let Some(found) = matches.next() {
            respelt.push(&text[done..found.range.start]);
            done = found.range.end;
            let word = &text[found.range];
            let next = matches.peek().map_or(text.len(), |next| next.range.start);
            match found.spoken {
                Spoken::Words(words) => respelt.push(&words),
                Spoken::Ipa(ipa) if signs => {
                    done += respelt.push_sound(word, &ipa, &text[done..next], language);
                }
                Spoken::Ipa(_) => respelt.push(word),
            }
        }
        respelt.push(&text[done..]);
        respelt
    }
}

/// The rule for a word that sounds so, only as it is written; `None` where that can't be written down.
pub(crate) fn spoken_as(word: &str, ipa: &str) -> Option<String> {
    let line = file::rule_line(word, &Spoken::Ipa(ipa.to_owned()), None)?;
    Some(format!("{line} {{case}}"))
}

/// A text after a lexicon.
pub(crate) struct Respelt<'t> {
    /// With a sign for each word that tells its sound.
    pub(crate) text: Cow<'t, str>,
    /// The words that tell their sound, in the order of their signs.
    pub(crate) words: Vec<Pronounced<'static>>,
}

impl<'t> Respelt<'t> {
    fn unchanged(text: Cow<'t, str>) -> Self {
        Self {
            text,
            words: Vec::new(),
        }
    }

    fn push(&mut self, text: &str) {
        self.text.to_mut().push_str(text);
    }

    /// Adds a word with its sound. Returns how many bytes of the text behind it, which ends where another
    /// rule applies, belong to it.
    fn push_sound(&mut self, word: &str, ipa: &str, after: &str, language: &Language) -> usize {
        let ending = possessive::ending(ipa, after, language);
        let length = ending.map_or(0, |(length, _)| length);
        let whole = format!("{word}{}", &after[..length]);
        let sound = format!("{ipa}{}", ending.map_or("", |(_, sound)| sound));
        match (Pronounced::new(&whole, &sound), stand_in(self.words.len())) {
            (Some(pronounced), Some(sign)) => {
                self.words.push(pronounced.into_owned());
                self.text.to_mut().push(sign);
            }
            _ => self.push(&whole),
        }
        length
    }
}

#[cfg(test)]
mod tests {
    use audiotome_core::pronunciation::written;
    use proptest::prelude::*;

    use super::*;

    fn said_in(language: &str, rules: &str, text: &str) -> String {
        let lexicon = Lexicon::parse("test", rules).unwrap();
        let respelt = lexicon.apply(text, &Language::new(language));
        written(&respelt.text, &respelt.words)
    }

    fn said(rules: &str, text: &str) -> String {
        said_in("en", rules, text)
    }

    #[test]
    fn words_are_matched_whole_in_any_case_and_script() {
        let rules = "hermione -> her-my-oh-nee\nкот -> кошка\n東京 -> とうきょう\nC# -> see sharp\nO'Brien -> O Brian";
        for (text, expected) in [
            ("Hermione, HERMIONE!", "her-my-oh-nee, her-my-oh-nee!"),
            ("Her\u{AD}mione’s", "her-my-oh-nee’s"),
            ("Hermiones hermione-like", "Hermiones her-my-oh-nee-like"),
            ("Кот и котик", "кошка и котик"),
            ("私は東京にいる", "私はとうきょうにいる"),
            ("C# and aC#", "see sharp and aC#"),
            ("O’Brien", "O Brian"),
            ("", ""),
        ] {
            assert_eq!(said(rules, text), expected, "{text}");
        }
        assert_eq!(said("can -> X", "I can, can't, l'can"), "I X, can't, l'X");
    }

    #[test]
    fn the_longest_match_counts_and_then_the_later_rule() {
        let rules = "New York -> Big Apple\nNew -> Old\nYork -> Jorvik\nnew -> Novel";
        assert_eq!(
            said(rules, "New York, New Yorkers, York"),
            "Big Apple, Novel Yorkers, Jorvik"
        );
    }

    #[test]
    fn what_a_rule_has_made_is_not_looked_at_again() {
        assert_eq!(said("a -> b\nb -> a", "a b"), "b a");
    }

    #[test]
    fn options_bind_a_rule_to_case_and_language() {
        assert_eq!(
            said("Polish -> Poe-lish {case}", "Polish polish"),
            "Poe-lish polish"
        );
        assert_eq!(said("chat -> shah {fr}", "chat"), "chat");
        assert_eq!(said_in("fr-CA", "chat -> shah {fr}", "Chat"), "shah");
    }

    #[test]
    fn patterns_have_groups_and_match_where_they_say() {
        assert_eq!(
            said(r"/(\d+)\s*hp\b/ -> $1 horsepower", "90 HP and 7hp, 5 hps"),
            "90 horsepower and 7 horsepower, 5 hps"
        );
        assert_eq!(said("/x*/ -> y", "axb"), "ayb");
    }

    #[test]
    fn sounds_are_written_with_their_word() {
        assert_eq!(
            said(
                "Hermione -> [hɜːˈmaɪəni]",
                "Ask HERMIONE or Hermione’s cat."
            ),
            "Ask [HERMIONE](/hɜːˈmaɪəni/) or [Hermione’s](/hɜːˈmaɪəniz/) cat."
        );
    }

    #[test]
    fn a_rule_for_the_ending_counts_for_more_than_the_possessive() {
        assert_eq!(said("/x/ -> [ks]\n/'/ -> -", "x's"), "[x](/ks/)-s");
        assert_eq!(said("/[x's]/ -> [b]", "x's"), "[x](/b/)'[s](/b/)");
    }

    #[test]
    fn texts_are_joined_without_their_sections() {
        let joined = Lexicon::join(["[fr]\na -> b", "", "a -> c"]);
        assert_eq!(said_in("fr", &joined, "a"), "c");
        assert_eq!(said_in("en", &joined, "a"), "c");
    }

    proptest! {
        #[test]
        fn no_text_and_no_rules_panic(rules in r"([a-zÀ-ž東/\[\]{}#\->$ (*+İß’']{0,30}\n){0,8}", text in ".{0,60}") {
            let _ = Lexicon::parse("test", &rules);
            let lexicon = Lexicon::parse("test", "a -> [a]\ni̇ -> x\nß -> y\n/.?/ -> [b]\n' a -> z").unwrap();
            let respelt = lexicon.apply(&text, &Language::new("en"));
            prop_assert!(!written(&respelt.text, &respelt.words).contains('\0') || text.contains('\0'));
        }

        #[test]
        fn a_rule_changes_nothing_but_its_word(text in "[a-z ,.’'-]{0,60}") {
            let rules = "qqq -> xyz";
            prop_assume!(!text.contains("qqq"));
            prop_assert_eq!(said(rules, &text), text);
        }
    }
}
