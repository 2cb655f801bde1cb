//! What the pages say, in every language that they speak.
//!
//! All of it lies in `strings.json`, one entry a text, the languages side by side. Texts that depend on
//! a number come as a pair, `….one` and `….other`. Those that the pages' own programs say begin with
//! `js.`; they get them with the page.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};

type Table = BTreeMap<String, BTreeMap<String, String>>;

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(include_str!("strings.json")).expect("a test reads the same text")
});

/// Languages of the pages; the first is spoken where nobody asks for another.
pub(crate) const LANGUAGES: [&str; 2] = ["en", "fr"];

/// The cookie by which a person chose a language.
pub(crate) const CHOICE: &str = "language";

/// Texts in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Strings {
    /// Its code, as `<html lang>` takes it.
    pub(crate) language: &'static str,
}

impl Strings {
    /// In the language that a person chose, else the first of those that their browser asks for.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let chosen = cookie(headers, CHOICE).and_then(known);
        let asked = headers.get(ACCEPT_LANGUAGE);
        let asked = asked.and_then(|value| value.to_str().ok());
        let asked = asked.into_iter().flat_map(|value| value.split(','));
        let mut asked = asked.filter_map(|tag| known(tag.trim().get(..2)?));
        let language = chosen.or_else(|| asked.next());
        Self {
            language: language.unwrap_or(LANGUAGES[0]),
        }
    }

    /// The text of this name.
    pub(crate) fn say(&self, name: &str) -> &'static str {
        let text = TABLE.get(name).and_then(|texts| texts.get(self.language));
        debug_assert!(text.is_some(), "strings.json lacks `{name}`");
        text.map_or("", String::as_str)
    }

    /// The text of this name with `{n}` for a number of things.
    pub(crate) fn count(&self, name: &str, number: &usize) -> String {
        // French counts nothing as one.
        let one = *number == 1 || (*number == 0 && self.language == "fr");
        let text = self.say(&format!("{name}.{}", if one { "one" } else { "other" }));
        text.replace("{n}", &self.number(*number))
    }

    /// A number with its thousands set apart.
    fn number(self, number: usize) -> String {
        let digits = number.to_string();
        let mark = if self.language == "fr" {
            '\u{202f}'
        } else {
            ','
        };
        let mut grouped = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push(mark);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// The text of this name with `{x}` for a value.
    pub(crate) fn with(&self, name: &str, value: impl std::fmt::Display) -> String {
        self.say(name).replace("{x}", &value.to_string())
    }

    /// The name of an order of the library.
    pub(crate) fn sorting(&self, name: &str) -> &'static str {
        self.say(&format!("library.sort.{name}"))
    }

    /// The name of a job's state.
    pub(crate) fn state(&self, name: &str) -> &'static str {
        self.say(&format!("state.{name}"))
    }

    /// The name of a kind of part that is usually left out.
    pub(crate) fn part(&self, kind: &str) -> &'static str {
        self.say(&format!("book.part.{kind}"))
    }

    /// What a rule makes of text.
    pub(crate) fn rule(&self, name: &str) -> &'static str {
        self.say(&format!("book.rule.{name}"))
    }

    /// The name of a format of audiobooks.
    pub(crate) fn format(&self, name: &str) -> &'static str {
        self.say(&format!("book.format.{name}"))
    }

    /// The name of a loudness.
    pub(crate) fn loudness(&self, name: &str) -> &'static str {
        self.say(&format!("book.loudness.{name}"))
    }

    /// A part of what is on the disk.
    pub(crate) fn stored(&self, name: &str) -> &'static str {
        self.say(&format!("preferences.storage.{name}"))
    }

    /// A language of the pages, in itself.
    pub(crate) fn language_name(&self, language: &str) -> &'static str {
        self.say(&format!("preferences.language.{language}"))
    }

    /// The state of a worker.
    pub(crate) fn worker(&self, state: &str) -> &'static str {
        self.say(&format!("cluster.worker.{state}"))
    }

    /// How many of its slots a worker uses.
    pub(crate) fn slots(&self, busy: &usize, slots: &usize) -> String {
        self.with("cluster.slots", format!("{busy} / {slots}"))
    }

    /// How long it is heard.
    pub(crate) fn duration(&self, seconds: &u64) -> String {
        match (seconds / 3_600, seconds / 60 % 60) {
            (0, 0) => format!("{seconds} s"),
            (0, minutes) => format!("{minutes} min"),
            (hours, minutes) => format!("{hours} h {minutes:02} min"),
        }
    }

    /// Those that the pages' programs say, as a JSON object that may stand between tags.
    pub(crate) fn for_programs(&self) -> String {
        let own = TABLE
            .iter()
            .filter_map(|(name, texts)| Some((name.strip_prefix("js.")?, &texts[self.language])));
        let object: BTreeMap<_, _> = own.collect();
        as_data(&object)
    }
}

/// JSON that may stand in a data block of a page: nothing in it ends the block.
pub(crate) fn as_data(value: &impl serde::Serialize) -> String {
    let text = serde_json::to_string(value).expect("names and values can be written as JSON");
    text.replace('<', "\\u003c")
}

fn known(code: &str) -> Option<&'static str> {
    LANGUAGES.into_iter().find(|known| *known == code)
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).into_iter();
    let pairs = lines.filter_map(|line| line.to_str().ok());
    let mut pairs = pairs.flat_map(|line| line.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let parts = text.split('{').skip(1);
        let mut found: Vec<_> = parts.filter_map(|part| part.split('}').next()).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn every_text_is_there_in_every_language() {
        for (name, texts) in TABLE.iter() {
            for language in LANGUAGES {
                assert!(texts.contains_key(language), "`{name}` in {language}");
            }
            let said: Vec<_> = texts.values().map(|text| placeholders(text)).collect();
            assert!(said.windows(2).all(|pair| pair[0] == pair[1]), "`{name}`");
        }
    }

    #[test]
    fn browsers_and_people_choose() {
        let of = |cookie: &'static str, accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, HeaderValue::from_static(cookie));
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(accept));
            Strings::of(&headers).language
        };
        assert_eq!(of("", "fr-CA,fr;q=0.9,en;q=0.8"), "fr");
        assert_eq!(of("", "de-DE,de;q=0.9"), "en");
        assert_eq!(of("a=1; language=fr", "en"), "fr");
        assert_eq!(of("language=xx", "de,fr"), "fr");
    }

    #[test]
    fn long_numbers_are_grouped() {
        let say = Strings { language: "en" };
        for (number, text) in [
            (7, "7"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(say.number(number), text);
        }
    }

    #[test]
    fn nothing_ends_a_data_block() {
        assert_eq!(as_data(&"</script>"), r#""\u003c/script>""#);
    }
}
