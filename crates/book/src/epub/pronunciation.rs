//! How an EPUB wants its words said: pronunciation lexicons among its files, and SSML in its documents.
//!
//! `<span ssml:ph="hɜːˈmaɪəni">Hermione</span>` becomes a rule for the word as it is written there. A
//! word that the book says in two ways is left to the voice.

use std::collections::BTreeMap;

use super::archive::Archive;
use super::package::Package;
use crate::BookError;
use crate::lexicon::{Lexicon, spoken_as};
use crate::markup::{self, Syntax, Tag, Visitor};

/// Words that are told in documents.
const MOST_WORDS: usize = 20_000;
/// Elements inside one that tells its sound.
const MOST_DEPTH: usize = 64;
/// Bytes of a word.
const MOST_BYTES: usize = 400;
const PLS: &str = "application/pls+xml";

/// Words whose sound documents tell.
#[derive(Default)]
pub(super) struct Pronunciations {
    /// By word; nothing where there are several sounds.
    words: BTreeMap<String, Option<String>>,
    /// One of another alphabet.
    other_alphabet: Option<String>,
}

impl Pronunciations {
    /// Looks for words in the text of a document.
    pub(super) fn look(&mut self, document: &str) {
        if document.contains(":ph=") {
            let mut reader = Reader {
                found: self,
                alphabet: None,
                word: None,
            };
            markup::visit(document, Syntax::Html, &mut reader);
        }
    }

    /// The rules of the book: those of its lexicons, and its own words, which count for more.
    ///
    /// # Errors
    /// When the book is too large.
    pub(super) fn rules(
        self,
        archive: &mut Archive,
        package: &Package,
        warnings: &mut Vec<String>,
    ) -> Result<String, BookError> {
        let mut texts = Vec::new();
        for item in package.items.iter().filter(|item| item.media_type == PLS) {
            let path = archive.find(&item.path).map(str::to_owned);
            let content = match &path {
                Some(path) => archive.read(path)?,
                None => None,
            };
            match content.map(|content| Lexicon::text_of(&item.path, &content)) {
                Some(Ok(text)) => texts.push(text),
                Some(Err(error)) => warnings.push(error.to_string()),
                None => warnings.push(format!("`{}` is missing from the book", item.path)),
            }
        }
        if let Some(alphabet) = self.other_alphabet {
            warnings.push(format!(
                "sounds in `{alphabet}` are not understood, only `ipa`: the words are read as usual"
            ));
        }
        let words = self.words.into_iter();
        let lines = words.filter_map(|(word, ipa)| spoken_as(&word, &ipa?));
        texts.push(lines.collect::<Vec<_>>().join("\n"));
        Ok(Lexicon::join(texts.iter().map(String::as_str)))
    }
}

struct Reader<'p> {
    found: &'p mut Pronunciations,
    /// What the document says of all its sounds.
    alphabet: Option<String>,
    word: Option<Open>,
}

/// An element that tells its sound.
struct Open {
    ipa: String,
    text: String,
    depth: usize,
}

impl Visitor for Reader<'_> {
    fn start(&mut self, tag: &Tag) {
        let alphabet = tag.attribute("ssml:alphabet").map(str::to_owned);
        if let Some(open) = &mut self.word {
            open.depth += usize::from(!tag.is_empty());
            if open.depth > MOST_DEPTH {
                self.word = None;
            }
            return;
        }
        let Some(ipa) = tag.attribute("ssml:ph") else {
            self.alphabet = alphabet.or(self.alphabet.take());
            return;
        };
        let alphabet = alphabet.or_else(|| self.alphabet.clone());
        if let Some(other) = alphabet.filter(|alphabet| !alphabet.eq_ignore_ascii_case("ipa")) {
            self.found.other_alphabet = Some(other);
        } else if !tag.is_empty() {
            self.word = Some(Open {
                ipa: ipa.to_owned(),
                text: String::new(),
                depth: 0,
            });
        }
    }

    fn end(&mut self, _: &str) {
        match &mut self.word {
            Some(open) if open.depth > 0 => open.depth -= 1,
            _ => {
                if let Some(open) = self.word.take() {
                    self.found.add(open);
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(open) = &mut self.word
            && open.text.len() < MOST_BYTES
        {
            open.text.push_str(text);
        }
    }
}

impl Pronunciations {
    fn add(&mut self, open: Open) {
        let word = open.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_full = self.words.len() >= MOST_WORDS;
        match self.words.get_mut(&word) {
            Some(sound) if sound.as_ref() != Some(&open.ipa) => *sound = None,
            Some(_) => {}
            None if is_full => {}
            None => {
                self.words.insert(word, Some(open.ipa));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_their_sound_unless_there_are_two() {
        let mut found = Pronunciations::default();
        found.look(
            r#"<html xmlns:ssml="x" ssml:alphabet="ipa"><p><span ssml:ph="hɜːˈmaɪəni">Her<b>mi</b>one</span>,
            <span ssml:ph="liːd">lead</span> and <i ssml:ph="lɛd">lead</i>,
            <span ssml:alphabet="x-sampa" ssml:ph="{n">an</span> end</p></html>"#,
        );
        let sound = |word: &str| found.words.get(word).cloned();
        assert_eq!(sound("Hermione"), Some(Some("hɜːˈmaɪəni".to_owned())));
        assert_eq!(sound("lead"), Some(None));
        assert_eq!(sound("an"), None);
        assert_eq!(found.other_alphabet.as_deref(), Some("x-sampa"));
    }
}
