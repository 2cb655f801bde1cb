//! The W3C's Pronunciation Lexicon Specification (PLS 1.0), which EPUB 3 uses, too.

use super::Lexicon;
use super::file::{Spoken, rule_line};
use crate::markup::{self, Syntax, Tag, Visitor};

/// The largest text of one element; anything longer is cut.
const MAX_TEXT: usize = 2_000;

/// Whether a file's content looks like a PLS.
pub(super) fn is_pls(content: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&content[..content.len().min(2_000)]);
    let head = head.trim_start_matches('\u{FEFF}').trim_start();
    head.starts_with('<') && head.contains("lexicon")
}

/// The rules of a PLS, one a line. Of several pronunciations the preferred one counts, else the first.
pub(super) fn rules(content: &[u8]) -> Result<String, String> {
    let mut reader = Reader::default();
    markup::visit(&String::from_utf8_lossy(content), Syntax::Xml, &mut reader);
    if let Some(alphabet) = reader.other_alphabet {
        return Err(format!(
            "its alphabet is `{alphabet}`; only `ipa` is understood"
        ));
    }
    if reader.lines.is_empty() {
        return Err("there is no lexeme in it".to_owned());
    }
    let text = reader.lines.join("\n") + "\n";
    Lexicon::parse("pls", &text).map_err(|error| error.reason)?;
    Ok(text)
}

#[derive(Default)]
struct Reader {
    lines: Vec<String>,
    language: Option<String>,
    alphabet: Option<String>,
    other_alphabet: Option<String>,
    graphemes: Vec<String>,
    spoken: Option<Spoken>,
    is_preferred: bool,
    /// Of the element that is open.
    text: String,
    /// The open element's own word on its alphabet, and on whether it is preferred.
    own: Option<String>,
    prefer: bool,
}

impl Reader {
    fn pronounce(&mut self, spoken: Spoken) {
        if self.spoken.is_none() || self.prefer && !self.is_preferred {
            self.spoken = Some(spoken);
            self.is_preferred = self.prefer;
        }
    }

    fn phoneme(&mut self, text: String) {
        let alphabet = self.own.take().or_else(|| self.alphabet.clone());
        match alphabet.unwrap_or_default() {
            alphabet if alphabet.is_empty() || alphabet.eq_ignore_ascii_case("ipa") => {
                self.pronounce(Spoken::Ipa(text));
            }
            alphabet => self.other_alphabet = Some(alphabet),
        }
    }

    fn lexeme(&mut self) {
        let Some(spoken) = self.spoken.take() else {
            return;
        };
        let language = self.language.as_deref();
        let graphemes = std::mem::take(&mut self.graphemes);
        let lines = graphemes.iter();
        self.lines
            .extend(lines.filter_map(|word| rule_line(word, &spoken, language)));
    }
}

impl Visitor for Reader {
    fn start(&mut self, tag: &Tag) {
        self.text.clear();
        match tag.local_name() {
            "lexicon" => {
                let language = tag
                    .local_attribute("lang")
                    .map(audiotome_core::Language::new);
                self.language = language
                    .filter(|language| !language.is_undetermined())
                    .map(|language| language.to_string());
                self.alphabet = tag.local_attribute("alphabet").map(str::to_owned);
            }
            "lexeme" => {
                self.graphemes.clear();
                self.spoken = None;
                self.is_preferred = false;
            }
            "phoneme" | "alias" => {
                self.own = tag.local_attribute("alphabet").map(str::to_owned);
                self.prefer = tag.local_attribute("prefer") == Some("true");
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        let text = std::mem::take(&mut self.text).trim().to_owned();
        match markup::local(name) {
            "grapheme" if !text.is_empty() => self.graphemes.push(text),
            "phoneme" if !text.is_empty() => self.phoneme(text),
            "alias" if !text.is_empty() => self.pronounce(Spoken::Words(text)),
            "lexeme" => self.lexeme(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.text.len() < MAX_TEXT {
            self.text.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="en-US">
  <lexeme><grapheme>Nguyen</grapheme><grapheme>Nguyễn</grapheme><phoneme>ŋwɪn</phoneme><phoneme prefer="true">wɪn</phoneme></lexeme>
  <lexeme><grapheme>W3C</grapheme><alias>World Wide Web &amp; Consortium</alias></lexeme>
  <lexeme><grapheme>silent</grapheme></lexeme>
</lexicon>"#;

    #[test]
    fn lexemes_become_rules() {
        assert!(is_pls(PLS.as_bytes()) && !is_pls(b"lexicon -> x"));
        assert_eq!(
            rules(PLS.as_bytes()).unwrap(),
            "Nguyen -> [wɪn] {en-US}\nNguyễn -> [wɪn] {en-US}\nW3C -> World Wide Web & Consortium {en-US}\n"
        );
    }

    #[test]
    fn another_alphabet_is_refused_by_its_name() {
        let other = PLS.replace("\"ipa\"", "\"x-sampa\"");
        assert!(rules(other.as_bytes()).unwrap_err().contains("`x-sampa`"));
        assert!(rules(b"<lexicon/>").unwrap_err().contains("no lexeme"));
    }
}
