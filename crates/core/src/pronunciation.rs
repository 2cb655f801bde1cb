//! How a text tells what a word sounds like: `[Hermione](/hɜːˈmaɪəni/)`.
//!
//! The word stands in brackets and its sound, in IPA, between slashes behind it, as the phonemizers of
//! neural voices write it. An engine that takes phonemes says the sound; any other one says the word.
//! Text of a book never holds the notation: whoever plans breaks up what looks like it.

use std::borrow::Cow;
use std::fmt::Write as _;

/// What a word ends with and its sound begins with.
const MIDDLE: &str = "](/";
/// What a sound ends with.
const END: &str = "/)";
/// Characters of a word, and of its sound; what is longer is no pronunciation.
const MOST_CHARACTERS: usize = 200;
/// Signs that stand in for words: letters without upper and lower case in which no book is printed, so
/// that whatever reads the text around one takes it for a word.
const STAND_INS: std::ops::RangeInclusive<u32> = 0x1_4400..=0x1_4646;

/// A word and what it sounds like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pronounced<'a> {
    /// The word as it is printed.
    pub word: Cow<'a, str>,
    /// Its sound in IPA.
    pub ipa: Cow<'a, str>,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run<'a> {
    /// It is read as it stands there.
    Text(&'a str),
    /// It tells what it sounds like.
    Word(Pronounced<'a>),
}

impl<'a> Pronounced<'a> {
    /// A word with its sound; `None` where that can't be written down.
    #[must_use]
    pub fn new(word: &'a str, ipa: &'a str) -> Option<Self> {
        let short = |text: &str| text.chars().count() <= MOST_CHARACTERS;
        let is_word = word.chars().any(char::is_alphanumeric) && !word.contains(['[', ']']);
        let is_sound = has_sound(ipa) && ipa.chars().all(is_ipa);
        (is_word && is_sound && short(word) && short(ipa)).then_some(Self {
            word: word.into(),
            ipa: ipa.into(),
        })
    }

    /// The same with a copy of its texts.
    #[must_use]
    pub fn into_owned(self) -> Pronounced<'static> {
        Pronounced {
            word: self.word.into_owned().into(),
            ipa: self.ipa.into_owned().into(),
        }
    }
}

/// Whether a character can stand in IPA: letters, marks of stress, length and tone, and what parts
/// syllables and words.
#[must_use]
pub fn is_ipa(c: char) -> bool {
    c.is_alphabetic()
        || matches!(c, ' ' | '.' | '|' | '‖' | '‿' | '\'' | '-')
        || matches!(c, '\u{2B0}'..='\u{36F}' | '\u{1DC0}'..='\u{1DFF}' | '↑' | '↓' | '↗' | '↘')
}

/// Whether there is a sound in it: more than marks of stress and length.
#[must_use]
pub fn has_sound(ipa: &str) -> bool {
    let mut letters = ipa.chars().filter(|c| c.is_alphabetic());
    letters.any(|c| !matches!(c, '\u{2B0}'..='\u{2FF}'))
}

/// The parts of a text, in order and without gaps.
#[must_use]
pub fn runs(text: &str) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let mut rest = text;
    // Up to here of the rest there is no middle of a notation.
    let mut searched = 0;
    while let Some(middle) = rest[searched..].find(MIDDLE).map(|at| searched + at) {
        let Some((start, word, end)) = word_around(rest, middle) else {
            searched = middle + MIDDLE.len();
            continue;
        };
        if start > 0 {
            runs.push(Run::Text(&rest[..start]));
        }
        runs.push(Run::Word(word));
        rest = &rest[end..];
        searched = 0;
    }
    if !rest.is_empty() {
        runs.push(Run::Text(rest));
    }
    runs
}

/// The pronunciation whose middle is at `middle`, with where it starts and ends.
fn word_around(text: &str, middle: usize) -> Option<(usize, Pronounced<'_>, usize)> {
    let start = text[..middle].rfind('[')?;
    let sound = &text[middle + MIDDLE.len()..];
    let length = sound.find(END)?;
    let word = Pronounced::new(&text[start + 1..middle], &sound[..length])?;
    Some((start, word, middle + MIDDLE.len() + length + END.len()))
}

/// The text for an engine that takes no phonemes: each word as it is printed.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(MIDDLE) {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    for run in runs(text) {
        match run {
            Run::Text(text) => plain.push_str(text),
            Run::Word(Pronounced { word, .. }) => plain.push_str(&word),
        }
    }
    plain.into()
}

/// The text with a sign instead of each word that tells its sound, and those words.
#[must_use]
pub fn with_stand_ins(text: &str) -> (Cow<'_, str>, Vec<Pronounced<'_>>) {
    let mut words = Vec::new();
    if !text.contains(MIDDLE) || text.chars().any(|c| stands_in(c).is_some()) {
        return (plain(text), words);
    }
    let mut marked = String::with_capacity(text.len());
    for run in runs(text) {
        match run {
            Run::Text(text) => marked.push_str(text),
            Run::Word(word) => match stand_in(words.len()) {
                Some(sign) => {
                    marked.push(sign);
                    words.push(word);
                }
                None => marked.push_str(&word.word),
            },
        }
    }
    (marked.into(), words)
}

/// The sign for the word of this number, from 0; `None` behind the last one.
#[must_use]
pub fn stand_in(number: usize) -> Option<char> {
    let sign = STAND_INS.start().checked_add(u32::try_from(number).ok()?)?;
    char::from_u32(sign).filter(|_| STAND_INS.contains(&sign))
}

/// The number of the word that a sign stands for.
#[must_use]
pub fn stands_in(sign: char) -> Option<usize> {
    let sign = u32::from(sign);
    let number = STAND_INS
        .contains(&sign)
        .then(|| sign - STAND_INS.start())?;
    usize::try_from(number).ok()
}

/// The text in which signs stand for `words`, in the notation. What looks like the notation without
/// being it is broken up.
#[must_use]
pub fn written(text: &str, words: &[Pronounced<'_>]) -> String {
    let text: Cow<'_, str> = if text.contains(MIDDLE) {
        text.replace(MIDDLE, "] (/").into()
    } else {
        text.into()
    };
    if words.is_empty() {
        return text.into_owned();
    }
    let mut written = String::with_capacity(text.len() + 32 * words.len());
    for c in text.chars() {
        match stands_in(c).and_then(|number| words.get(number)) {
            Some(Pronounced { word, ipa }) => {
                let _ = write!(written, "[{word}{MIDDLE}{ipa}{END}");
            }
            None => written.push(c),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_their_sounds_are_found() {
        let text = "Then [Hermione](/hɜːˈmaɪəni/) said [sic](/sɪk/).";
        let word = |word, ipa| Run::Word(Pronounced::new(word, ipa).unwrap());
        let expected = [
            Run::Text("Then "),
            word("Hermione", "hɜːˈmaɪəni"),
            Run::Text(" said "),
            word("sic", "sɪk"),
            Run::Text("."),
        ];
        assert_eq!(runs(text), expected);
        assert_eq!(plain(text), "Then Hermione said sic.");
    }

    #[test]
    fn what_only_looks_like_it_is_text() {
        for text in [
            "[a](/b",
            "a](/b/)",
            "[](/b/)",
            "[a](/ /)",
            "[a](/b2/)",
            "[a]b](/c/)",
            "](/",
            "[a](b)",
            "",
        ] {
            assert!(
                !runs(text).iter().any(|run| matches!(run, Run::Word(_))),
                "{text}"
            );
            assert_eq!(plain(text), text);
        }
        assert_eq!(runs("[a](/2/) [b](/b/)").len(), 2);
    }

    #[test]
    fn a_text_of_a_book_never_tells_a_sound() {
        let tricks = "[a](/b/) [c](/d/)](/";
        assert_eq!(plain(&written(tricks, &[])), written(tricks, &[]));
    }

    #[test]
    fn stand_ins_come_back_as_the_words_that_they_stand_for() {
        let text = "Ask [Nguyen](/ŋwiən/), [Siobhan](/ʃɪˈvɔːn/).";
        let (marked, words) = with_stand_ins(text);
        assert_eq!(marked.chars().filter(|c| c.is_alphabetic()).count(), 5);
        assert_eq!(written(&marked, &words), text);
        let taken = format!("{} [a](/b/)", stand_in(0).unwrap());
        assert_eq!(with_stand_ins(&taken).1, []);
        assert_eq!(stand_in(583), None);
    }
}
