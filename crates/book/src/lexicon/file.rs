//! The format of a lexicon.
//!
//! ```text
//! # A comment, on a line of its own or behind a rule.
//! Hermione -> her-my-oh-nee
//! Nguyen -> [wɪn]                a sound in IPA
//! /(\d+)\s*hp/ -> $1 horsepower  a regular expression; $1 and $name are its groups
//! Polish -> Poe-lish {case}      only as it is written, else in any case
//! lieu -> loo {en-GB}            only in this language
//! [fr, case]                     the same for all rules from here on; `[]` ends it
//! ```
//!
//! A word is matched as a whole, in text of any script; it may have spaces in it. A pattern matches
//! where it says itself.

use audiotome_core::Language;
use audiotome_core::pronunciation::{has_sound, is_ipa};
use regex::{Regex, RegexBuilder};
use unicode_normalization::UnicodeNormalization as _;

use super::{LexiconError, MOST_BYTES};

/// Rules of one text.
const MOST_RULES: usize = 50_000;
/// Patterns among them: each is looked for by itself.
const MOST_PATTERNS: usize = 200;
/// Characters of what is looked for, and of what is said instead.
const MOST_CHARACTERS: usize = 200;
/// Bytes of a compiled pattern.
const MOST_PATTERN_BYTES: usize = 256 << 10;
/// Between what is looked for and what is said.
const ARROW: &str = "->";

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rule {
    pub(crate) looked_for: LookedFor,
    pub(crate) spoken: Spoken,
    pub(crate) options: Options,
}

/// What a rule is about.
#[derive(Clone, Debug)]
pub(crate) enum LookedFor {
    Word(String),
    Pattern(Regex),
}

/// What is said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Spoken {
    Words(String),
    Ipa(String),
}

/// When a rule counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Options {
    /// Only as it is written.
    pub(crate) case: bool,
    /// Only in this language.
    pub(crate) language: Option<Language>,
}

impl PartialEq for LookedFor {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Word(word), Self::Word(other)) => word == other,
            (Self::Pattern(pattern), Self::Pattern(other)) => pattern.as_str() == other.as_str(),
            _ => false,
        }
    }
}

impl Options {
    /// Whether a text in `language` is meant: `{en}` means all kinds of English, `{en-GB}` one.
    pub(crate) fn mean(&self, language: &Language) -> bool {
        self.language.as_ref().is_none_or(|wanted| {
            let (wanted, is) = (wanted.as_str(), language.as_str());
            let rest = is.strip_prefix(wanted);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
    }

    /// `en, case`
    fn parse(text: &str) -> Result<Self, String> {
        let mut options = Self::default();
        let parts = text.split(',').map(str::trim);
        for part in parts.filter(|part| !part.is_empty()) {
            let language = Language::new(part);
            match part {
                "case" => options.case = true,
                _ if !language.is_undetermined() && options.language.is_none() => {
                    options.language = Some(language);
                }
                _ => return Err(format!("`{part}` is neither `case` nor a language")),
            }
        }
        Ok(options)
    }
}

/// The rules of a text.
pub(super) fn rules(name: &str, text: &str) -> Result<Vec<Rule>, LexiconError> {
    let error = |line: usize, reason: String| LexiconError {
        name: name.to_owned(),
        line,
        reason,
    };
    if text.len() > MOST_BYTES {
        return Err(error(0, format!("over {} MiB of rules", MOST_BYTES >> 20)));
    }
    let (mut rules, mut section, mut patterns) = (Vec::new(), Options::default(), 0);
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let line = without_comment(line).trim();
        if line.is_empty() {
            continue;
        }
        if let Some(options) = section_line(line) {
            section = Options::parse(options).map_err(|reason| error(number, reason))?;
            continue;
        }
        let rule = rule(line, &section).map_err(|reason| error(number, reason))?;
        patterns += usize::from(matches!(rule.looked_for, LookedFor::Pattern(_)));
        rules.push(rule);
        if rules.len() > MOST_RULES {
            return Err(error(number, format!("over {MOST_RULES} rules")));
        }
        if patterns > MOST_PATTERNS {
            return Err(error(number, format!("over {MOST_PATTERNS} patterns")));
        }
    }
    Ok(rules)
}

/// A sign at the start of a line, or behind a space.
fn without_comment(line: &str) -> &str {
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        if c == '#' && before.is_whitespace() {
            return &line[..at];
        }
        before = c;
    }
    line
}

fn section_line(line: &str) -> Option<&str> {
    let inner = line.strip_prefix('[')?.strip_suffix(']')?;
    (!line.contains(ARROW)).then_some(inner)
}

fn rule(line: &str, section: &Options) -> Result<Rule, String> {
    let (looked_for, rest) = split(line)?;
    let (spoken, own) = options_behind(rest)?;
    let options = Options {
        case: own.case || section.case,
        language: own.language.or_else(|| section.language.clone()),
    };
    for text in [looked_for, spoken] {
        if text.is_empty() {
            return Err(format!("there is nothing on one side of `{ARROW}`"));
        }
        if text.chars().count() > MOST_CHARACTERS {
            return Err(format!("over {MOST_CHARACTERS} characters"));
        }
    }
    check_pairs(spoken)?;
    let pattern = looked_for
        .strip_prefix('/')
        .and_then(|p| p.strip_suffix('/'));
    let looked_for = match pattern {
        Some("") => return Err("the pattern is empty".to_owned()),
        Some(pattern) => LookedFor::Pattern(compiled(pattern, options.case)?),
        None => LookedFor::Word(word(looked_for)?),
    };
    Ok(Rule {
        looked_for,
        spoken: said(spoken)?,
        options,
    })
}

/// What stands before the arrow and behind it. A pattern may hold an arrow itself.
fn split(line: &str) -> Result<(&str, &str), String> {
    let start = match line.strip_prefix('/') {
        None => 0,
        Some(_) => line
            .match_indices('/')
            .skip(1)
            .map(|(at, _)| at + 1)
            .find(|end| line[*end..].trim_start().starts_with(ARROW))
            .ok_or_else(|| format!("a pattern ends with `/ {ARROW}`"))?,
    };
    let arrow = line[start..].find(ARROW).map(|at| start + at);
    let arrow = arrow.ok_or_else(|| format!("there is no `{ARROW}`"))?;
    Ok((line[..arrow].trim(), line[arrow + ARROW.len()..].trim()))
}

/// `spoken form {en, case}`
fn options_behind(text: &str) -> Result<(&str, Options), String> {
    let braces = text.strip_suffix('}').and_then(|text| {
        let open = text.rfind('{')?;
        // `${name}` is a group of a pattern.
        (!text[..open].ends_with('$')).then(|| (text[..open].trim(), &text[open + 1..]))
    });
    match braces {
        Some((spoken, options)) => Ok((spoken, Options::parse(options)?)),
        None => Ok((text, Options::default())),
    }
}

/// Half a sound and half of the options are no words.
fn check_pairs(spoken: &str) -> Result<(), String> {
    for (open, close) in [('[', ']'), ('{', '}')] {
        if spoken.matches(open).count() != spoken.matches(close).count() {
            return Err(format!(
                "`{open}` and `{close}` are not in pairs in `{spoken}`"
            ));
        }
    }
    Ok(())
}

fn compiled(pattern: &str, case: bool) -> Result<Regex, String> {
    let built = RegexBuilder::new(pattern)
        .case_insensitive(!case)
        .size_limit(MOST_PATTERN_BYTES)
        .dfa_size_limit(MOST_PATTERN_BYTES)
        .build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
        error => {
            let told = error.to_string();
            let last = told.lines().last().unwrap_or_default();
            last.trim_start_matches("error: ").to_owned()
        }
    })
}

fn word(text: &str) -> Result<String, String> {
    if !text.chars().any(char::is_alphanumeric) {
        return Err(format!(
            "`{text}` is no word: it has neither letter nor digit"
        ));
    }
    Ok(text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .nfc()
        .collect())
}

fn said(text: &str) -> Result<Spoken, String> {
    let Some(ipa) = text.strip_prefix('[').and_then(|ipa| ipa.strip_suffix(']')) else {
        return Ok(Spoken::Words(text.nfc().collect()));
    };
    let ipa = ipa.trim();
    match ipa.chars().find(|c| !is_ipa(*c)) {
        Some(c) => Err(format!("`{c}` in `[{ipa}]` is not IPA")),
        None if has_sound(ipa) => Ok(Spoken::Ipa(ipa.to_owned())),
        None => Err(format!("`[{ipa}]` has no sound")),
    }
}

/// A rule as a line, for a `word` that is `spoken` so; `None` where it can't be written down.
pub(crate) fn rule_line(word: &str, spoken: &Spoken, language: Option<&str>) -> Option<String> {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = match spoken {
        Spoken::Words(words) => one_line(words),
        Spoken::Ipa(ipa) => format!("[{}]", one_line(ipa)),
    };
    let language = language.map_or_else(String::new, |tag| format!(" {{{tag}}}"));
    let line = format!("{} {ARROW} {said}{language}", one_line(word));
    let same = rule(without_comment(&line), &Options::default()).ok()?;
    let looked_for = LookedFor::Word(one_line(word).nfc().collect());
    (same.looked_for == looked_for).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Vec<Rule> {
        rules("test", text).unwrap()
    }

    fn refused(text: &str) -> (usize, String) {
        let error = rules("test", text).unwrap_err();
        (error.line, error.reason)
    }

    #[test]
    fn rules_sections_options_and_comments_are_read() {
        let rules = parsed(
            "# Names\nC# -> see sharp # a language\n[en-GB, case]\nPolish -> Poe-lish\n/a->b/ -> x {fr}\n[]\nNew  York -> [nuː jɔːk]",
        );
        let words: Vec<_> = rules
            .iter()
            .map(|rule| match &rule.looked_for {
                LookedFor::Word(word) => word.as_str(),
                LookedFor::Pattern(pattern) => pattern.as_str(),
            })
            .collect();
        assert_eq!(words, ["C#", "Polish", "a->b", "New York"]);
        assert_eq!(rules[0].spoken, Spoken::Words("see sharp".to_owned()));
        assert_eq!(rules[3].spoken, Spoken::Ipa("nuː jɔːk".to_owned()));
        let language = |at: usize| rules[at].options.language.as_ref().map(Language::as_str);
        assert_eq!(
            [language(0), language(1), language(2), language(3)],
            [None, Some("en-GB"), Some("fr"), None]
        );
        assert!(rules[1].options.case && rules[2].options.case && !rules[3].options.case);
    }

    #[test]
    fn what_is_no_rule_is_named_with_its_line() {
        for (text, line, reason) in [
            ("a -> b\nHermione", 2, "there is no `->`"),
            ("-> b", 1, "nothing on one side"),
            ("a ->", 1, "nothing on one side"),
            ("... -> b", 1, "is no word"),
            ("a -> [b2]", 1, "`2` in `[b2]` is not IPA"),
            ("a -> [ˈ]", 1, "no sound"),
            ("/(/ -> b", 1, "unclosed group"),
            ("/a{1000}{1000}/ -> b", 1, "too large"),
            ("/a -> b", 1, "a pattern ends with"),
            ("a -> b {loud}", 1, "`loud` is neither"),
            ("a -> b\nx -> y {zz", 2, "`{` and `}` are not in pairs"),
            ("x -> [", 1, "`[` and `]` are not in pairs"),
            ("x -> wɪn] {en}", 1, "not in pairs"),
            ("[x y]", 1, "`x y` is neither"),
            ("//-> b", 1, "the pattern is empty"),
        ] {
            let (at, told) = refused(text);
            assert_eq!(at, line, "{text}");
            assert!(told.contains(reason), "{text}: {told}");
        }
        assert!(
            refused(&format!("a -> {}", "b".repeat(201)))
                .1
                .contains("200 characters")
        );
        assert!(
            refused(&"/a/ -> b\n".repeat(201))
                .1
                .contains("200 patterns")
        );
    }

    #[test]
    fn a_language_means_its_regions_and_not_the_other_way_round() {
        let means = |options: &str, language: &str| {
            Options::parse(options)
                .unwrap()
                .mean(&Language::new(language))
        };
        assert!(means("en", "en-GB") && means("en-GB", "en-GB") && means("", "fr"));
        assert!(!means("en-GB", "en") && !means("en", "fr") && !means("en", "enm"));
    }

    #[test]
    fn a_rule_is_written_as_it_is_read() {
        let ipa = Spoken::Ipa("wɪn".to_owned());
        assert_eq!(
            rule_line("Nguyen", &ipa, Some("en")).as_deref(),
            Some("Nguyen -> [wɪn] {en}")
        );
        assert_eq!(rule_line("a -> b", &ipa, None), None);
        assert_eq!(rule_line("a #b", &ipa, None), None);
        assert_eq!(rule_line("/a/", &ipa, None), None);
    }
}
