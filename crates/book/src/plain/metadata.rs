//! What the head of a text file says about the book.

use audiotome_core::{Language, Metadata};

use super::layout::Line;

/// Lines that can be a head.
const HEAD: usize = 80;

const LANGUAGES: [(&str, &str); 30] = [
    ("english", "en"),
    ("french", "fr"),
    ("german", "de"),
    ("spanish", "es"),
    ("italian", "it"),
    ("portuguese", "pt"),
    ("dutch", "nl"),
    ("russian", "ru"),
    ("chinese", "zh"),
    ("japanese", "ja"),
    ("finnish", "fi"),
    ("swedish", "sv"),
    ("danish", "da"),
    ("norwegian", "no"),
    ("polish", "pl"),
    ("czech", "cs"),
    ("hungarian", "hu"),
    ("greek", "el"),
    ("latin", "la"),
    ("esperanto", "eo"),
    ("catalan", "ca"),
    ("tagalog", "tl"),
    ("korean", "ko"),
    ("arabic", "ar"),
    ("hebrew", "he"),
    ("icelandic", "is"),
    ("romanian", "ro"),
    ("bulgarian", "bg"),
    ("turkish", "tr"),
    ("welsh", "cy"),
];

/// Title, authors, language and date from `Title: …` lines, a Gutenberg line, or `《author︰title》`.
pub(super) fn read(lines: &[Line<'_>]) -> Metadata {
    let head = &lines[..lines.len().min(HEAD)];
    let mut metadata = Metadata {
        title: field(head, "Title").unwrap_or_default(),
        authors: field(head, "Author")
            .map(|authors| authors_of(&authors))
            .unwrap_or_default(),
        language: field(head, "Language").and_then(|name| language(&name)),
        date: field(head, "Release Date").and_then(|date| year(&date)),
        ..Metadata::default()
    };
    if metadata.title.is_empty() {
        let named = head
            .iter()
            .filter(|line| !line.text.is_empty())
            .take(3)
            .find_map(|line| in_brackets(line.text));
        let named = named.or_else(|| head.iter().find_map(|line| of_gutenberg(line.text)));
        if let Some((title, author)) = named {
            metadata.title = title;
            if metadata.authors.is_empty() {
                metadata.authors.extend(author);
            }
        }
    }
    metadata
}

fn field(head: &[Line<'_>], name: &str) -> Option<String> {
    let at = head.iter().position(|line| {
        line.text
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(':'))
    })?;
    let first = head[at].text[name.len() + 1..].trim();
    // A long title goes on in indented lines.
    let more = head[at + 1..]
        .iter()
        .take_while(|line| line.indent >= 2 && !line.text.is_empty());
    let value = more.fold(first.to_owned(), |value, line| {
        format!("{value} {}", line.text)
    });
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    (!value.is_empty() && value.len() < 400).then_some(value)
}

fn authors_of(text: &str) -> Vec<String> {
    text.split(" and ")
        .flat_map(|part| part.split(';'))
        .map(|author| author.trim().to_owned())
        .filter(|author| !author.is_empty())
        .collect()
}

fn language(name: &str) -> Option<Language> {
    let name = name.to_lowercase();
    let known = LANGUAGES
        .iter()
        .find(|(known, _)| name.starts_with(known))
        .map(|(_, tag)| *tag);
    let language = Language::new(known.unwrap_or(&name));
    (!language.is_undetermined()).then_some(language)
}

fn year(date: &str) -> Option<String> {
    let date = date.split('[').next().unwrap_or(date).trim();
    (!date.is_empty()).then(|| date.to_owned())
}

/// `《魯迅︰吶喊》`
fn in_brackets(line: &str) -> Option<(String, Option<String>)> {
    let inner = line.strip_prefix('《')?.strip_suffix('》')?;
    let (author, title) = inner.split_once(['︰', '：', ':'])?;
    Some((title.trim().to_owned(), Some(author.trim().to_owned())))
}

/// `The Project Gutenberg EBook of Candide, by Voltaire`
fn of_gutenberg(line: &str) -> Option<(String, Option<String>)> {
    let rest = line
        .strip_prefix("The Project Gutenberg")?
        .split_once(" of ")?
        .1;
    Some(match rest.rsplit_once(", by ") {
        Some((title, author)) => (title.to_owned(), Some(author.to_owned())),
        None => (rest.to_owned(), None),
    })
}
