//! The description of a FictionBook.

use audiotome_core::{Language, Metadata, Series};

use crate::markup::Tag;

/// Bytes of a fact; a description may be long.
const LONGEST: usize = 64 << 10;
/// Authors, subjects and so on of a book.
const MOST: usize = 100;

/// What the description says.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Open elements.
    path: Vec<String>,
    text: String,
    title: String,
    authors: Vec<Author>,
    language: Option<String>,
    date: Option<String>,
    annotation: Vec<String>,
    series: Option<Series>,
    publisher: Option<String>,
    year: Option<String>,
    isbn: Option<String>,
    cover: Option<String>,
}

/// A name in parts: first, middle, last, nickname.
#[derive(Debug, Default)]
struct Author([String; 4]);

impl Author {
    fn line(&self) -> String {
        let [names @ .., nickname] = &self.0;
        let names: Vec<&str> = names
            .iter()
            .map(String::as_str)
            .filter(|name| !name.is_empty())
            .collect();
        if names.is_empty() {
            nickname.clone()
        } else {
            names.join(" ")
        }
    }
}

impl Facts {
    pub(super) fn start(&mut self, tag: &Tag) {
        if self.path.len() >= MOST {
            return;
        }
        self.path.push(tag.local_name().to_owned());
        self.text.clear();
        match tag.local_name() {
            "author" if self.is_of("title-info") && self.authors.len() < MOST => {
                self.authors.push(Author::default());
            }
            "sequence" if self.is_of("title-info") && self.series.is_none() => {
                let name = tag.attribute("name").unwrap_or_default().trim();
                let position = tag.attribute("number").map(str::trim);
                self.series = (!name.is_empty()).then(|| Series {
                    name: name.to_owned(),
                    position: position
                        .filter(|number| !number.is_empty())
                        .map(str::to_owned),
                });
            }
            "image" if self.is_in("coverpage") && self.cover.is_none() => {
                let target = tag.local_attribute("href");
                self.cover = target.map(|target| target.trim_start_matches('#').to_owned());
            }
            "date" if self.is_of("title-info") => {
                let value = tag.attribute("value").filter(|value| !value.is_empty());
                self.date = value.map(str::to_owned);
            }
            _ => {}
        }
    }

    pub(super) fn end(&mut self, name: &str) {
        let Some(at) = self.path.iter().rposition(|open| open == name) else {
            return;
        };
        self.path.truncate(at + 1);
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.text.clear();
        if !text.is_empty() {
            self.keep(name, text);
        }
        self.path.truncate(at);
    }

    pub(super) fn text(&mut self, text: &str) {
        if self.text.len() + text.len() <= LONGEST {
            self.text.push_str(text);
        }
    }

    /// The id of the cover picture.
    pub(super) fn cover(&self) -> Option<&str> {
        self.cover.as_deref()
    }

    pub(super) fn metadata(self) -> Metadata {
        let authors = self.authors.iter().map(Author::line);
        let annotation = self.annotation.join("\n");
        Metadata {
            title: self.title,
            authors: authors.filter(|name| !name.is_empty()).collect(),
            language: self
                .language
                .map(|tag| Language::new(&tag))
                .filter(|language| !language.is_undetermined()),
            series: self.series,
            publisher: self.publisher,
            date: self.date.or(self.year),
            description: (!annotation.is_empty()).then_some(annotation),
            isbn: self.isbn,
            ..Metadata::default()
        }
    }

    fn keep(&mut self, name: &str, text: String) {
        let part = ["first-name", "middle-name", "last-name", "nickname"]
            .iter()
            .position(|part| *part == name);
        if let Some(part) = part.filter(|_| self.is_in("author") && self.is_in("title-info")) {
            if let Some(author) = self.authors.last_mut() {
                author.0[part] = text;
            }
        } else if self.is_in("annotation") {
            if self.annotation.len() < MOST {
                self.annotation.push(text);
            }
        } else if self.is_of("title-info") {
            match name {
                "book-title" => self.title = text,
                "lang" => self.language = Some(text),
                "date" => self.date = self.date.take().or(Some(text)),
                _ => {}
            }
        } else if self.is_of("publish-info") {
            match name {
                "publisher" => self.publisher = Some(text),
                "year" => self.year = Some(text),
                "isbn" => self.isbn = isbn(&text),
                _ => {}
            }
        }
    }

    /// Whether the open element is right below `parent`.
    fn is_of(&self, parent: &str) -> bool {
        self.path.len() >= 2 && self.path[self.path.len() - 2] == parent
    }

    fn is_in(&self, name: &str) -> bool {
        self.path.iter().any(|open| open == name)
    }
}

fn isbn(text: &str) -> Option<String> {
    let digits: String = text
        .chars()
        .filter(|c| c.is_ascii_digit() || matches!(c, 'x' | 'X'))
        .collect();
    matches!(digits.len(), 10 | 13).then(|| digits.to_uppercase())
}
